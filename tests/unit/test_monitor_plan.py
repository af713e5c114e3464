from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.errors import UsageError
from linkstead.link import REASON_OUTCOME, LostReason, Outcome
from linkstead.monitor.plan import (
    DAY,
    DEFAULT_PLAN,
    HOUR,
    LONGEST,
    Confirmation,
    Confirmations,
    WatchPlan,
)


def test_every_missing_reason_has_a_row_and_every_row_a_reason() -> None:
    missing = {str(reason) for reason, outcome in REASON_OUTCOME.items() if outcome is Outcome.MISSING}
    assert set(Confirmations._fields) == missing == set(LostReason)


def test_a_reason_that_nobody_knows_asks_for_a_day_of_misses() -> None:
    for word in ("", "gone_fishing", "count", "index"):
        assert DEFAULT_PLAN.confirmation(word) == Confirmation(3, DAY)


@pytest.mark.parametrize("text", [None, "", "  ", "{}"])
def test_a_project_that_said_nothing_has_the_defaults(text: str | None) -> None:
    assert WatchPlan.from_json(text) == WatchPlan()


def test_a_plan_says_only_what_it_changes() -> None:
    assert WatchPlan().to_json() == "{}"
    rows = Confirmations()._replace(page_gone=Confirmation(2, DAY))
    changed = replace(DEFAULT_PLAN, normal_every=3 * DAY, after_blocked=(DAY,), confirmations=rows)
    assert json.loads(changed.to_json()) == {
        "normal_every": 3 * DAY,
        "after_blocked": [DAY],
        "confirmations": {"page_gone": {"misses": 2, "seconds": DAY}},
    }


def test_part_of_a_confirmation_leaves_the_rest_as_it_was() -> None:
    plan = WatchPlan.from_json('{"confirmations": {"page_gone": {"misses": 2}}}')
    assert plan.confirmations.page_gone == Confirmation(2, DAY)
    assert plan.confirmations.removed == WatchPlan().confirmations.removed


ladders = st.lists(st.integers(HOUR, LONGEST), min_size=1, max_size=30).map(tuple)
plans = st.builds(
    WatchPlan,
    confirmations=st.builds(
        lambda gone, other: Confirmations()._replace(page_gone=gone, soft404=other),
        st.builds(Confirmation, st.integers(2, 10), st.integers(0, LONGEST)),
        st.builds(Confirmation, st.integers(2, 10), st.integers(0, LONGEST)),
    ),
    after_miss=ladders,
    after_unreachable=ladders,
    new_every=st.integers(HOUR, LONGEST),
    stable_every=st.integers(HOUR, LONGEST),
    value_weight=st.floats(0, 2),
    recovery_looks=st.integers(1, 10),
)


@settings(deadline=None, max_examples=60)
@given(plans)
def test_what_is_written_is_read_again(plan: WatchPlan) -> None:
    assert WatchPlan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[]", "JSON object"),
        ("7", "JSON object"),
        ("{", "JSON object"),
        ("[" * 100_000, "JSON object"),
        ('{"colour": 1}', "“colour”"),
        ('{"normal_every": 3599}', "normal_every"),
        (f'{{"normal_every": {LONGEST + 1}}}', "normal_every"),
        ('{"stable_every": 1e6}', "stable_every"),
        ('{"lost_every": "weekly"}', "lost_every"),
        ('{"new_every": true}', "new_every"),
        ('{"new_every": null}', "new_every"),
        ('{"independent_after": 0}', "independent_after"),
        ('{"recovery_looks": 0}', "recovery_looks"),
        ('{"value_weight": NaN}', "value_weight"),
        ('{"value_weight": 3}', "value_weight"),
        ('{"value_weight": false}', "value_weight"),
        ('{"after_miss": []}', "after_miss"),
        ('{"after_miss": 900}', "after_miss"),
        ('{"after_miss": [900, "x"]}', "after_miss"),
        ('{"after_miss": [300]}', "independent_after"),
        ('{"after_blocked": [60]}', "after_blocked"),
        (json.dumps({"after_blocked": [DAY] * 31}), "after_blocked"),
        ('{"confirmations": []}', "confirmations"),
        ('{"confirmations": {"bored": {}}}', "confirmations"),
        ('{"confirmations": {"removed": [3, 5]}}', "confirmations"),
        ('{"confirmations": {"removed": {"looks": 3}}}', "confirmations"),
        ('{"confirmations": {"removed": {"misses": 1}}}', "confirmations.removed.misses"),
        ('{"confirmations": {"removed": {"misses": 11}}}', "confirmations.removed.misses"),
        ('{"confirmations": {"removed": {"seconds": -1}}}', "confirmations.removed.seconds"),
        ('{"confirmations": {"removed": {"misses": "3"}}}', "confirmations.removed.misses"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_one_sentence(text: str, names: str) -> None:
    with pytest.raises(UsageError) as refused:
        WatchPlan.from_json(text)
    told = str(refused.value)
    assert names in told
    assert told.endswith(".")
    assert "\n" not in told


@pytest.mark.parametrize("name", ["new_every", "changed_every", "normal_every", "stable_every", "lost_every"])
def test_every_interval_is_between_an_hour_and_thirty_days(name: str) -> None:
    for value in (HOUR, LONGEST):
        assert getattr(WatchPlan.from_json(json.dumps({name: value})), name) == value
    for value in (HOUR - 1, LONGEST + 1):
        with pytest.raises(UsageError, match=f"{name} .* from 3600 to 2592000"):
            WatchPlan.from_json(json.dumps({name: value}))


def test_the_refusal_of_an_unknown_setting_names_those_that_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        WatchPlan.from_json('{"colour": 1}')
    assert all(field.name in str(refused.value) for field in fields(WatchPlan))

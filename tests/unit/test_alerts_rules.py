from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.alerts.rules import ATTRIBUTES, LONGEST, Seen, changes, incident_news, target_changes
from linkstead.events import CHANGES, Event, EventKind
from linkstead.link import REASON_OUTCOME, LinkStatus, Outcome, Reason
from linkstead.monitor.plan import DAY, DEFAULT_PLAN
from tests.alert_samples import incident

NOW = 1_700_000_000
FOUND = Seen(
    state=LinkStatus.LIVE,
    outcome=Outcome.FOUND,
    reason=Reason.LINK_PRESENT,
    http_status=200,
    followed=True,
    nofollow_from=(),
    rel=(),
    anchor_text="Linkstead",
    placement="content",
    indexable=True,
    noindex_from=(),
    hidden=None,
    found_url="https://example.com/",
    via=None,
)


def unseen(state: LinkStatus, reason: Reason, status: int | None = None) -> Seen:
    return Seen(
        state, REASON_OUTCOME[reason], reason, status, None, (), (), None, None, None, (), None, None, None
    )


LOST = unseen(LinkStatus.LOST, Reason.PAGE_GONE, 404)
DOUBT = unseen(LinkStatus.IN_DOUBT, Reason.REMOVED, 200)
BLOCKED = unseen(LinkStatus.BLOCKED, Reason.FORBIDDEN, 403)
DOWN = unseen(LinkStatus.UNREACHABLE, Reason.TIMEOUT)


def told(before: Seen | None, after: Seen, **facts: Any) -> list[Event]:
    """The events of a look at a link that was live, where `facts` do not say otherwise."""
    usual: dict[str, Any] = {
        "backlink_id": 7,
        "at": NOW,
        "previous_state": LinkStatus.UNVERIFIED if before is None else before.state,
        "ever_live": before is not None,
        "first_seen": None,
        "unreachable_since": None,
        "already_unreachable": False,
        "good_looks": 1 if after.outcome is Outcome.FOUND else 0,
        "loss_open": False,
        "plan": DEFAULT_PLAN,
    }
    return changes(before, after, **{**usual, **facts})


def kinds(*args: Any, **facts: Any) -> list[EventKind]:
    return [event.kind for event in told(*args, **facts)]


# -- new ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_seen", "expected"),
    [
        (None, []),  # nobody knows since when
        (NOW - DAY, [EventKind.NEW]),
        (NOW - 30 * DAY, [EventKind.NEW]),
        (NOW + DAY, [EventKind.NEW]),
        (NOW - 31 * DAY, []),
        (0, []),
    ],
)
def test_a_link_that_a_source_has_known_for_long_is_not_new(
    first_seen: int | None, expected: list[EventKind]
) -> None:
    assert kinds(None, FOUND, first_seen=first_seen) == expected


def test_only_the_first_look_that_finds_a_link_makes_it_new() -> None:
    lately = NOW - DAY
    assert kinds(None, FOUND, previous_state=LinkStatus.BLOCKED, first_seen=lately) == [EventKind.NEW]
    assert kinds(FOUND, FOUND, first_seen=lately) == []
    assert kinds(None, FOUND, ever_live=True, first_seen=lately) == []
    for after in (DOUBT, BLOCKED, DOWN):
        assert kinds(None, after, first_seen=lately) == []


# -- lost and regained --------------------------------------------------------------------------------


def test_a_link_that_we_saw_is_lost_and_one_that_only_sources_saw_is_not_found() -> None:
    (lost,) = told(FOUND, LOST, previous_state=LinkStatus.IN_DOUBT)
    assert lost.kind is EventKind.LOST
    assert lost.before is not None
    assert lost.before["anchor_text"] == "Linkstead"
    assert lost.after == {"state": "lost", "reason": "page_gone", "http_status": 404}
    (never,) = told(None, LOST, previous_state=LinkStatus.IN_DOUBT)
    assert (never.kind, never.before) == (EventKind.NOT_FOUND, None)
    assert kinds(None, LOST, previous_state=LinkStatus.IN_DOUBT, ever_live=True) == [EventKind.LOST]


def test_a_doubt_is_told_to_nobody() -> None:
    assert kinds(FOUND, DOUBT) == []
    assert kinds(FOUND, BLOCKED) == []


def test_a_loss_is_told_once() -> None:
    assert kinds(FOUND, LOST, previous_state=LinkStatus.LOST, loss_open=True) == []
    assert kinds(FOUND, LOST, previous_state=LinkStatus.LOST) == []
    # seen once in between, then gone again
    assert kinds(FOUND, LOST, previous_state=LinkStatus.IN_DOUBT, loss_open=True) == []


@pytest.mark.parametrize(
    ("good_looks", "loss_open", "expected"),
    [
        (1, True, []),
        (2, True, [EventKind.REGAINED]),
        (3, True, [EventKind.REGAINED]),
        (2, False, []),
        (9, False, []),
    ],
)
def test_a_lost_link_is_regained_by_the_second_good_look(
    good_looks: int, loss_open: bool, expected: list[EventKind]
) -> None:
    assert kinds(FOUND, FOUND, good_looks=good_looks, loss_open=loss_open) == expected


def test_a_link_that_was_not_found_first_is_regained_and_not_new() -> None:
    assert kinds(None, FOUND, previous_state=LinkStatus.LOST, loss_open=True) == []
    assert kinds(FOUND, FOUND, good_looks=2, loss_open=True) == [EventKind.REGAINED]


# -- unreachable --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "since", "already", "expected"),
    [
        (DOWN, NOW - 7 * DAY, False, [EventKind.UNREACHABLE]),
        (DOWN, NOW - 7 * DAY + 1, False, []),
        (DOWN, NOW - 9 * DAY, True, []),
        (DOWN, None, False, []),
        (BLOCKED, NOW - 9 * DAY, False, []),
        (DOWN._replace(reason=Reason.SELF), NOW - 9 * DAY, False, []),
        (DOWN._replace(state=LinkStatus.LOST), NOW - 9 * DAY, False, []),
        (FOUND, NOW - 9 * DAY, False, []),
    ],
)
def test_a_page_that_nobody_reached_for_a_week_is_told_once(
    after: Seen, since: int | None, already: bool, expected: list[EventKind]
) -> None:
    facts = {"unreachable_since": since, "already_unreachable": already}
    assert kinds(FOUND, after, previous_state=after.state, **facts) == expected


# -- attributes ---------------------------------------------------------------------------------------

REL, ANCHOR, TARGET = EventKind.REL_CHANGED, EventKind.ANCHOR_CHANGED, EventKind.TARGET_CHANGED
PLACEMENT, INDEX = EventKind.PLACEMENT_CHANGED, EventKind.INDEXABILITY_CHANGED
HIDDEN, STATUS, MOVED = EventKind.HIDDEN_CHANGED, EventKind.STATUS_CHANGED, EventKind.MOVED


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ({}, {"rel": ("nofollow",), "followed": False, "nofollow_from": ("link",)}, REL),
        ({"followed": False}, {"followed": False, "nofollow_from": ("X-Robots-Tag",)}, REL),
        ({}, {"rel": ("ugc",)}, REL),
        ({"rel": ("nofollow", "ugc")}, {"rel": ("ugc", "nofollow", "ugc")}, None),
        ({}, {"rel": ("noopener", "noreferrer")}, None),
        ({"followed": None}, {"followed": True}, None),
        ({}, {"anchor_text": "elsewhere"}, ANCHOR),
        ({}, {"anchor_text": ""}, ANCHOR),
        ({"anchor_text": "a  b\n"}, {"anchor_text": "a b"}, None),
        ({"anchor_text": None}, {}, None),
        ({}, {"found_url": "https://example.com/new"}, TARGET),
        ({"found_url": None}, {}, None),
        ({}, {"placement": "footer"}, PLACEMENT),
        ({}, {"placement": None}, None),
        ({"placement": None}, {}, None),
        ({}, {"indexable": False, "noindex_from": ("robots meta",)}, INDEX),
        (
            {"indexable": False, "noindex_from": ("robots meta",)},
            {"indexable": False, "noindex_from": ("robots.txt",)},
            INDEX,
        ),
        ({"indexable": None}, {"indexable": False}, None),
        ({}, {"hidden": "display-none"}, HIDDEN),
        ({"hidden": "noscript"}, {}, HIDDEN),
        ({}, {"http_status": 203}, STATUS),
        ({}, {"http_status": 304}, None),
        ({"http_status": 304}, {"http_status": 203}, None),
        ({"http_status": None}, {}, None),
        ({}, {"via": "pagination"}, MOVED),
        ({"via": "pagination"}, {}, None),
        ({"via": "pagination"}, {"via": "canonical"}, None),
    ],
)
def test_a_change_of_what_a_look_shows_is_one_event(
    was: dict[str, Any], now: dict[str, Any], kind: EventKind | None
) -> None:
    events = told(FOUND._replace(**was), FOUND._replace(**now))
    assert [event.kind for event in events] == ([] if kind is None else [kind])


def test_a_change_of_rel_tells_where_it_comes_from() -> None:
    after = FOUND._replace(rel=("nofollow",), followed=False, nofollow_from=("link", "robots meta"))
    (event,) = told(FOUND, after)
    assert event.before == {"rel": [], "followed": True, "nofollow_from": []}
    assert event.after == {"rel": ["nofollow"], "followed": False, "nofollow_from": ["link", "robots meta"]}
    assert (event.backlink_id, event.target_id, event.at) == (7, None, NOW)


def test_attributes_are_not_compared_with_a_look_that_found_nothing() -> None:
    for after in (LOST, DOUBT, BLOCKED, DOWN):
        assert not CHANGES & set(kinds(FOUND, after, previous_state=LinkStatus.LIVE))


def test_every_kind_of_change_has_its_rule() -> None:
    assert {attribute.kind for attribute in ATTRIBUTES} == CHANGES
    for attribute in ATTRIBUTES:
        assert set(attribute.keys) <= set(Seen._fields)


def test_long_texts_are_cut() -> None:
    anchor, url = "a" * 2_000, "https://example.com/" + "b" * 9_000
    (changed, moved) = told(FOUND, FOUND._replace(anchor_text=anchor, found_url=url))
    assert changed.after == {"anchor_text": "a" * LONGEST}
    assert moved.after == {"found_url": url[:LONGEST]}
    (rel,) = told(FOUND, FOUND._replace(rel=("x" * 2_000,)))
    assert rel.after is not None
    assert rel.after["rel"] == ["x" * LONGEST]


words = st.sampled_from(["", "a", "b"])
seen = st.builds(
    Seen,
    state=st.sampled_from(list(LinkStatus)),
    outcome=st.sampled_from(list(Outcome)),
    reason=st.sampled_from(list(Reason)),
    http_status=st.sampled_from([None, 200, 203, 304, 404]),
    followed=st.sampled_from([None, True, False]),
    nofollow_from=st.lists(words, max_size=2).map(tuple),
    rel=st.lists(words, max_size=2).map(tuple),
    anchor_text=st.none() | words,
    placement=st.none() | words,
    indexable=st.sampled_from([None, True, False]),
    noindex_from=st.lists(words, max_size=2).map(tuple),
    hidden=st.none() | words,
    found_url=st.none() | words,
    via=st.none() | words,
)
patient = settings(deadline=None, max_examples=150)


@patient
@given(
    st.none() | seen,
    seen,
    st.sampled_from(list(LinkStatus)),
    st.booleans(),
    st.none() | st.integers(0, NOW),
    st.booleans(),
    st.integers(0, 4),
    st.booleans(),
)
def test_a_look_tells_each_kind_once_and_in_json(
    before, after, previous, ever, since, already, good, loss_open
) -> None:
    facts = {
        "previous_state": previous,
        "ever_live": ever,
        "unreachable_since": since,
        "already_unreachable": already,
        "good_looks": good,
        "loss_open": loss_open,
    }
    events = told(before, after, **facts)
    assert events == told(before, after, **facts)
    assert max(Counter(event.key for event in events).values(), default=0) <= 1
    found = {event.kind for event in events}
    if after.outcome is not Outcome.FOUND or after.state is LinkStatus.LIVE:
        assert len(found & {EventKind.NEW, EventKind.LOST, EventKind.NOT_FOUND, EventKind.REGAINED}) <= 1
    for event in events:
        assert json.loads(json.dumps([event.before, event.after])) == [event.before, event.after]


@patient
@given(seen)
def test_equal_looks_give_no_events(look: Seen) -> None:
    assert told(look, look, previous_state=look.state) == []


# -- incidents --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "told"), [(0, 1), (34, 1), (35, 1), (36, 0), (400, 0)])
def test_an_incident_is_news_for_five_weeks_and_then_history(ago: int, told: int) -> None:
    facts = incident(says="x" * 2_000)
    events = incident_news(facts, project_id=7, began=NOW - ago * DAY, at=NOW)
    assert len(events) == told
    for event in events:
        assert (event.kind, event.backlink_id, event.target_id) == (EventKind.INCIDENT, None, None)
        assert event.after is not None
        assert len(event.after["says"]) == 500
        assert {**event.after, "says": ""} == {**facts, "says": ""}


def test_an_incident_has_one_key_whenever_it_is_found_and_another_in_another_project() -> None:
    keys = [
        incident_news(incident(), project_id=project, began=NOW, at=at)[0].key
        for project, at in ((1, NOW), (1, NOW + DAY), (2, NOW))
    ]
    assert keys[0] == keys[1] != keys[2]


# -- targets ------------------------------------------------------------------------------------------

BROKEN, REPAIRED = EventKind.TARGET_BROKEN, EventKind.TARGET_REPAIRED


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ok", "broken", [BROKEN]),
        ("redirected", "broken", [BROKEN]),
        (None, "broken", [BROKEN]),
        ("unknown", "broken", [BROKEN]),
        ("broken", "broken", []),
        ("broken", "ok", [REPAIRED]),
        ("broken", "redirected", [REPAIRED]),
        ("broken", "unknown", []),
        ("unknown", "ok", []),
        (None, "ok", []),
        ("ok", "unknown", []),
        ("ok", "redirected", []),
    ],
)
def test_a_page_of_ours_breaks_and_is_repaired(
    before: str | None, after: str, expected: list[EventKind]
) -> None:
    events = target_changes(before, after, target_id=3, at=NOW, before={"http_status": 200}, after=None)
    assert [event.kind for event in events] == expected
    assert all((e.backlink_id, e.target_id, e.before) == (None, 3, {"http_status": 200}) for e in events)

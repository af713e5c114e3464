"""What is out of the ordinary, how surprising it is, and what stays quiet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from linkstead.quality.anomalies import Kind, judge, series_of
from linkstead.quality.anomalies.baseline import expected
from linkstead.quality.anomalies.bursts import accumulated, loss_anomalies, surprised
from linkstead.quality.anomalies.mixes import divergence, entropy
from linkstead.quality.anomalies.rates import by_accumulation, by_incidents, by_surprise, byar, wilson
from linkstead.quality.anomalies.series import shape_of
from linkstead.quality.anomalies.simulation import CASES, history
from linkstead.quality.anomalies.tail import log_tail
from linkstead.summary import Severity
from tests.anomaly_samples import DAYS, END, SITE, START, arrival, attack, quiet

KNOWN = range(START, END + 1)


def judged(rows, since: int = END - 90):
    return judge([series_of(rows, KNOWN, source="vendor")], SITE, since=since)


@settings(max_examples=200, deadline=None)
@given(
    observed=st.integers(0, 3_000),
    mean=st.floats(0.01, 2_000),
    size=st.one_of(st.just(np.inf), st.floats(0.2, 1e5)),
)
def test_the_tail_is_scipys(observed: int, mean: float, size: float) -> None:
    law = stats.poisson(mean) if np.isinf(size) else stats.nbinom(size, size / (size + mean))
    theirs = float(law.logsf(observed - 1))
    if theirs < -700:  # scipy has no smaller numbers
        assert log_tail(observed, mean, size) < -650
    else:
        assert log_tail(observed, mean, size) == pytest.approx(theirs, rel=1e-6, abs=1e-6)


@given(observed=st.integers(1, 500), mean=st.floats(0.1, 100), size=st.floats(0.3, 1e4))
def test_more_is_never_less_surprising(observed: int, mean: float, size: float) -> None:
    assert log_tail(observed + 1, mean, size) <= log_tail(observed, mean, size) + 1e-12


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), more=st.integers(0, 200))
def test_an_alarm_stays_when_more_is_observed(seed: int, more: int) -> None:
    daily = np.random.default_rng(seed).poisson(2, 300)
    daily[-1] += 40
    grown = daily.copy()
    grown[-1] += more
    known = np.ones(300, dtype=np.bool_)
    last = [surprised(expected(each, known))[-1] for each in (daily, grown)]
    assert last[0].last == last[1].last == 299
    assert last[1].log_surprise <= last[0].log_surprise


@settings(max_examples=10, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(order) -> None:
    rows = [*quiet(), *attack(END - 10, 100, anchor="casino bonus")]
    mixed = list(rows)
    order.shuffle(mixed)
    assert judged(mixed) == judged(rows)


@pytest.mark.parametrize("scale", [3, 10])
def test_a_larger_site_with_the_same_burst_in_proportion_is_no_less_surprised(scale: int) -> None:
    daily = np.resize(np.array([2, 3, 1, 2, 2, 0, 1]), 300)
    daily[-7:] *= 5
    known = np.ones(300, dtype=np.bool_)
    small, large = (surprised(expected(daily * each, known))[-1] for each in (1, scale))
    assert large.log_surprise < small.log_surprise


def test_the_rhythm_of_the_week_and_slow_growth_are_no_news() -> None:
    daily = np.round(np.resize(np.array([9, 8, 8, 7, 6, 0, 0]), 400) * np.linspace(1, 3, 400)).astype(int)
    past = expected(daily, np.ones(400, dtype=np.bool_))
    assert surprised(past) == []
    assert accumulated(daily, past) == []


def test_an_earlier_outbreak_does_not_hide_the_next() -> None:
    daily = np.resize(np.array([2, 1, 2, 1, 2, 1, 1]), 400)
    daily[330:337] += 150
    daily[-7:] += 12
    runs = surprised(expected(daily, np.ones(400, dtype=np.bool_)))
    assert runs[-1].last == 399


def test_unknown_days_are_neither_judged_nor_compared() -> None:
    daily = np.full(400, 3)
    known = np.ones(400, dtype=np.bool_)
    known[200:260] = False
    daily[200:260] = 0
    past = expected(daily, known)
    assert past.mean[-1] == pytest.approx(21, abs=0.1)
    assert past.weeks[230] == -1


def test_a_quiet_site_has_no_incident_and_a_young_one_is_too_thin() -> None:
    assert judged(quiet()).incidents == ()
    young = judge([series_of(quiet(days=60), range(START, START + 60), source="vendor")], SITE, since=START)
    assert (young.incidents, young.judged) == ((), ())
    assert "60 steady days are known, 63 are needed" in young.thin[0].why


def test_an_attack_is_one_incident_with_its_figures_and_prepared_entries() -> None:
    (incident,) = judged(
        [*quiet(), *attack(END - 20, 200, path="/all/938/13.html", anchor="casino bonus", authority=0.0)]
    ).incidents
    assert (incident.severity, incident.sure) == (Severity.WARNING, "strong")
    assert abs(incident.began - (END - 20)) <= 2
    assert END - 20 <= incident.found_on <= END - 14
    assert {Kind.DOMAINS, Kind.SAME_ANCHOR, Kind.SAME_PATH} <= {each.kind for each in incident.anomalies}
    assert {f"bad{number}.kr" for number in range(200)} <= set(incident.domains)
    entries = dict(incident.entries)
    assert "“casino bonus”" in entries["bad0.kr"]
    assert "“/all/#/#.html”" in entries["bad0.kr"]
    assert not any(domain.startswith("site") and "path" in why for domain, why in entries.items())
    assert "Watch" in incident.actions[0]


def test_a_burst_without_marks_is_a_notice_and_prepares_nothing() -> None:
    press = [
        row._replace(day=END - 10 + place % 7, domain=f"news-{row.domain}")
        for place, row in enumerate(quiet()[:80])
    ]
    (incident,) = judged([*quiet(), *press]).incidents
    assert (incident.severity, incident.entries) == (Severity.NOTICE, ())


@pytest.mark.parametrize("anchor", ["example", "example.com", "click here"])
def test_anchors_that_strangers_share_are_no_template(anchor: str) -> None:
    kinds = {
        a.kind
        for i in judged([*quiet(), *attack(END - 10, 60, anchor=anchor)]).incidents
        for a in i.anomalies
    }
    assert Kind.SAME_ANCHOR not in kinds
    assert Kind.DOMAINS in kinds


def test_many_pages_of_one_domain_are_one_decision() -> None:
    one = [arrival(END - 3, "big.com", path=f"/page-{n}") for n in range(5_000)]
    assert judged([*quiet(), *one]).incidents == ()


def test_another_mix_alone_is_an_aside() -> None:
    rows = quiet(60)
    foreign = [row._replace(tld="kr", language="ko") if row.day > END - 7 else row for row in rows]
    found = judged(foreign)
    assert found.incidents == ()
    assert {Kind.TLD, Kind.LANGUAGE} <= {each.kind for each in found.asides}
    assert judged(rows).asides == ()


def test_hostile_texts_reach_no_sentence_unquoted() -> None:
    nasty = "\u202ecasino\x00\n\x1b[31m" + "x" * 100_000
    for incident in judged([*quiet(), *attack(END - 10, 60, anchor=nasty, path="/" + nasty)]).incidents:
        text = incident.title + "".join(why for _, why in incident.entries)
        assert not set(text) & set("\u202e\x00\n\x1b")
        assert len(text) < 50_000


@pytest.mark.parametrize(
    ("path", "shape"),
    [("/all/938/13.html", "/all/#/#.html"), ("/", None), ("", None), ("/2024/11/", None), ("/Blog", "/blog")],
)
def test_the_shape_of_a_path(path: str, shape: str | None) -> None:
    assert shape_of(path) == shape


@given(
    counts=st.lists(st.integers(0, 50), min_size=2, max_size=8),
    other=st.lists(st.integers(0, 50), min_size=8),
)
def test_divergence_lies_between_0_and_1_and_is_symmetric(counts, other) -> None:
    one, two = np.array(counts, dtype=float), np.array(other[: len(counts)], dtype=float)
    assert 0 <= divergence(one, two) <= 1 + 1e-9
    assert divergence(one, two) == pytest.approx(divergence(two, one))
    assert divergence(one, one) == pytest.approx(0, abs=1e-9)
    assert 0 <= entropy(one) <= np.log2(len(one)) + 1e-9


def test_things_with_nothing_in_common_differ_by_1() -> None:
    assert divergence(np.array([5.0, 0.0]), np.array([0.0, 9.0])) == pytest.approx(1)


def test_losses_are_sudden_only_where_looks_do_not_explain_them() -> None:
    lost = np.resize(np.array([1, 0, 1, 0, 0, 1, 0]), 300)
    looks, known = np.full(300, 100), np.ones(300, dtype=np.bool_)
    assert loss_anomalies(lost, known, looks, first=START, since=START) == []
    lost[-5:] += 8
    (found,) = loss_anomalies(lost, known, looks, first=START, since=START)
    assert (found.kind, found.observed) == (Kind.LOSSES, 43)
    looks[-7:] = 3_000
    assert loss_anomalies(lost, known, looks, first=START, since=START) == []


@pytest.mark.parametrize(("case", "size"), CASES, ids=[case.name for case, _ in CASES])
@pytest.mark.parametrize("seed", range(3))
def test_the_published_cases_are_found_within_seven_days(case, size: float, seed: int) -> None:
    attacked = history(np.random.default_rng(seed), size, case, events=False)
    assert attacked.attacked is not None
    for detector in (by_surprise, by_accumulation, by_incidents):
        days = [day for day in detector(attacked.series) if day >= attacked.attacked]
        assert min(days) < attacked.attacked + 7, detector


def test_the_same_seed_gives_the_same_site() -> None:
    one, other = (history(np.random.default_rng(5), 10.0) for _ in range(2))
    assert np.array_equal(one.series.day, other.series.day)
    assert not np.array_equal(one.series.day, history(np.random.default_rng(6), 10.0).series.day)


def test_intervals_are_those_of_scipy() -> None:
    exact = stats.binomtest(45, 50).proportion_ci(method="wilson")
    assert (wilson(45, 50).low, wilson(45, 50).high) == pytest.approx((exact.low, exact.high), abs=1e-4)
    low, high = stats.chi2.ppf(0.025, 2 * 30) / 2, stats.chi2.ppf(0.975, 2 * 31) / 2
    assert (byar(30, 1).low, byar(30, 1).high) == pytest.approx((low, high), rel=0.01)
    assert byar(0, 10).low == 0


def test_samples_are_as_long_as_they_say() -> None:
    assert len(KNOWN) == DAYS

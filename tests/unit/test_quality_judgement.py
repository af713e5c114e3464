"""Worth, recommendations, health and comparison: monotone, bounded, symmetric, and silent by default."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.link import LinkStatus, Placement
from linkstead.quality import RULES
from linkstead.quality.comparison import compare, suppress
from linkstead.quality.health import ABOUT_KNOWLEDGE, health
from linkstead.quality.recommendation import (
    Action,
    Case,
    Decision,
    DomainAdvice,
    Kind,
    ManualAction,
    Recommendation,
    recommend,
)
from linkstead.quality.value import PLACEMENT_MERIT, WEIGHTS, Facts, worth
from linkstead.summary import Counts, Finding, Severity, Suppression

maybe = st.none()
known_facts = st.builds(
    Facts,
    authority=maybe | st.floats(0, 100),
    followed=maybe | st.booleans(),
    placement=maybe | st.sampled_from(Placement),
    relevance=maybe | st.floats(0, 1),
    indexable=maybe | st.booleans(),
    traffic=maybe | st.floats(0, 1e9),
    cost=maybe | st.floats(0, 1e9),
)
BEST = Facts(100, True, Placement.CONTENT, 1, True, 1e9, 1e9)


@given(known_facts, st.floats(0, 1e9), st.sampled_from(["authority", "relevance", "traffic", "cost"]))
def test_worth_never_falls_when_a_known_number_rises(facts: Facts, more: float, part: str) -> None:
    number = getattr(facts, part)
    if number is not None:
        before, after = worth(facts).value, worth(replace(facts, **{part: number + more})).value
        assert before is not None
        assert after is not None
        assert after >= before - 1e-9


@given(known_facts)
def test_worth_never_falls_with_a_better_place_a_followed_link_or_an_indexable_page(facts: Facts) -> None:
    for part in ("followed", "indexable"):
        low, high = (worth(replace(facts, **{part: holds})).value for holds in (False, True))
        assert low is None or (high is not None and high >= low)
    placed = [
        worth(replace(facts, placement=each)).value for each in sorted(Placement, key=PLACEMENT_MERIT.get)
    ]
    assert all(a is not None and b is not None and b >= a - 1e-9 for a, b in pairwise(placed))


@given(known_facts)
def test_worth_is_a_share_with_its_parts_and_what_is_missing(facts: Facts) -> None:
    told = worth(facts)
    assert told.value is None or 0 <= told.value <= 100
    assert 0 <= told.confidence <= 1
    assert {part.name for part in told.parts} | set(told.unknown) == set(WEIGHTS)


def test_what_is_not_known_lowers_the_confidence_and_counts_as_with_an_ordinary_link() -> None:
    assert worth(BEST).value == 100
    assert worth(BEST).confidence == 1
    some = worth(replace(BEST, authority=None, followed=None))
    ordinary = worth(replace(BEST, authority=15, followed=True))
    assert some.value == pytest.approx((ordinary.value or 0) * 0.8)
    assert some.confidence == pytest.approx(0.55)
    assert worth(Facts()).value is None
    assert worth(Facts(followed=True, indexable=True)).value is None


def test_a_link_of_which_only_the_place_is_known_stands_behind_one_of_known_authority() -> None:
    little = worth(Facts(placement=Placement.CONTENT, followed=True, indexable=True))
    much = worth(Facts(authority=60, placement=Placement.CONTENT, followed=True, indexable=True))
    assert (little.value or 0) < 40 < (much.value or 0)


@given(known_facts, st.floats(0, 1e9))
def test_telling_what_was_paid_never_lowers_the_worth(facts: Facts, cost: float) -> None:
    unpaid = worth(replace(facts, cost=None)).value
    paid = worth(replace(facts, cost=cost)).value
    assert unpaid is None or (paid is not None and paid >= unpaid - 1e-9)


def test_a_number_that_is_none_counts_as_not_known() -> None:
    assert worth(Facts(authority=float("nan"))).value is None


SPAM = Case(spam=0.97, confidence=0.8, value=5, state=LinkStatus.LIVE, followed=True)
NOTIFIED, EXPECTED, NONE = ManualAction.NOTIFIED, ManualAction.EXPECTED, ManualAction.NONE


@pytest.mark.parametrize(
    ("case", "manual", "action"),
    [
        (Case(), NONE, Action.DO_NOTHING),
        (SPAM, NONE, Action.DO_NOTHING),
        (SPAM, NOTIFIED, Action.ASK_FOR_REMOVAL),
        (replace(SPAM, removal_asked=True), NOTIFIED, Action.DISAVOW),
        (replace(SPAM, removal_asked=True), EXPECTED, Action.DISAVOW),
        (replace(SPAM, removal_asked=True, confidence=0.4), NOTIFIED, Action.WATCH),
        (replace(SPAM, removal_asked=True, spam=None), NOTIFIED, Action.WATCH),
        (replace(SPAM, removal_asked=True, value=80), NOTIFIED, Action.WATCH),
        (replace(SPAM, state=LinkStatus.LOST), NOTIFIED, Action.DO_NOTHING),
        (replace(SPAM, followed=False), NOTIFIED, Action.DO_NOTHING),
        (replace(SPAM, spam=0.6), NONE, Action.WATCH),
        (replace(SPAM, spam=0.1), NONE, Action.DO_NOTHING),
        (replace(SPAM, spam=0.1, value=80), NONE, Action.KEEP),
        (replace(SPAM, kind=Kind.OWN), NOTIFIED, Action.KEEP),
        (replace(SPAM, kind=Kind.PLATFORM), NOTIFIED, Action.DO_NOTHING),
        (replace(SPAM, decision=Decision.WHITELIST), NOTIFIED, Action.KEEP),
        (replace(SPAM, decision=Decision.DISAVOW, kind=Kind.OWN), NONE, Action.DISAVOW),
    ],
)
def test_a_link_gets_the_recommendation_of_its_case(case: Case, manual: ManualAction, action: Action) -> None:
    assert recommend(case, manual).action is action


def recommend_domain(
    links: list[Case], manual: ManualAction = NONE, *, decision: Decision | None = None
) -> Recommendation:
    """What to do about a domain with these links."""
    advice = DomainAdvice(manual, decision=decision)
    for case in links:
        advice.add(recommend(case, manual))
    return advice.result()


def test_a_lost_link_that_was_worth_having_is_to_be_asked_for_unless_it_was_spam() -> None:
    lost = Case(spam=0.1, confidence=0.8, value=61.2, state=LinkStatus.LOST)
    assert "It was worth having (61 of 100): ask for it back." in recommend(lost).reasons
    for other in (replace(lost, spam=0.97), replace(lost, value=10), replace(lost, value=None)):
        assert recommend(other).reasons == ("The link is gone from the page.",)


def test_the_word_for_a_worth_goes_with_its_number() -> None:
    nearly = worth(Facts(authority=85.5, followed=True, placement=Placement.CONTENT, indexable=None))
    assert nearly.value is not None
    assert 59.5 <= nearly.value < 60
    assert nearly.sentence.startswith("High worth, 60 of 100")


cases = st.builds(
    Case,
    spam=maybe | st.floats(0, 1),
    confidence=maybe | st.floats(0, 1),
    value=maybe | st.floats(0, 100),
    state=st.sampled_from(LinkStatus),
    followed=maybe | st.booleans(),
    kind=maybe | st.sampled_from(Kind),
    removal_asked=st.booleans(),
)


@given(st.lists(cases, max_size=5))
def test_without_a_manual_action_nothing_is_disavowed_or_asked_away(links: list[Case]) -> None:
    told = [recommend(case) for case in links] + [recommend_domain(links)]
    assert not {each.action for each in told} & {Action.DISAVOW, Action.ASK_FOR_REMOVAL}
    assert all(reason.endswith(".") for each in told for reason in each.reasons)


@given(cases, st.sampled_from(Decision), st.sampled_from(ManualAction))
def test_what_the_user_decided_always_wins(case: Case, decision: Decision, manual: ManualAction) -> None:
    told = recommend(replace(case, decision=decision), manual)
    assert told.decided
    assert told.action is recommend_domain([case], manual, decision=decision).action


def test_one_link_worth_keeping_protects_its_domain() -> None:
    asked = replace(SPAM, removal_asked=True)
    assert recommend_domain([asked, asked], NOTIFIED).action is Action.DISAVOW
    good = replace(SPAM, spam=0.1, value=80)
    assert recommend_domain([asked, good], NOTIFIED).action is Action.KEEP
    assert recommend_domain([], NOTIFIED).action is Action.DO_NOTHING


def finding(
    rule: str = "LS001", count: int = 1, severity: Severity = Severity.WARNING, *pages: str
) -> Finding:
    rows = tuple({"page": page, "target": "https://ours.example/"} for page in pages)
    return Finding(rule, severity, f"{count} rows.", "Look.", count, rows)


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from([rule.id for rule in RULES]),
        st.integers(0, 10**7),
        st.sampled_from(Severity),
    ),
    unique_by=lambda each: each.rule,
)


@given(findings, st.integers(0, 10**6), st.integers(0, 10**6))
def test_health_lies_between_0_and_100_and_its_arithmetic_adds_up(
    found: list[Finding], links: int, domains: int
) -> None:
    told = health(Counts(backlinks=links, referring_domains=domains), found)
    if not links:
        assert told.score is None
        return
    assert told.score == round(max(0.0, 100 - sum(each.points for each in told.deductions)))
    assert 0 <= told.score <= 100
    assert [each.rule for each in told.deductions] == [each.rule for each in found]


@given(findings)
def test_one_finding_less_never_lowers_the_health(found: list[Finding]) -> None:
    counts = Counts(backlinks=100, referring_domains=50)
    for left_out in range(len(found)):
        less = health(counts, found[:left_out] + found[left_out + 1 :]).score
        assert less is not None
        assert less >= (health(counts, found).score or 0)


def test_what_needs_nothing_done_takes_nothing_and_one_file_a_quarter() -> None:
    counts = Counts(backlinks=1_000, referring_domains=100)
    calm = health(counts, [finding("LS046", 50, Severity.NOTICE)])
    assert (calm.score, calm.deductions[0].points) == (100, 0.0)
    assert "of 100 domains" in health(counts, [finding("LS046", 50)]).deductions[0].words
    for rule in ("LS049", "LS050"):
        (step,) = health(counts, [finding(rule, 900)]).deductions
        assert (step.points, "one file" in step.words) == (3.0, True)


def test_health_shows_the_step_from_one_row_to_the_whole_profile() -> None:
    counts = Counts(backlinks=100)
    assert health(counts, []).score == 100
    assert health(counts, [finding("LS003", 100, Severity.ERROR)]).score == 70
    assert health(counts, [finding("LS003", 0, Severity.ERROR)]).deductions[0].points == 7.5
    assert "100.0% of 100 backlinks" in health(counts, [finding("LS003", 100)]).deductions[0].words


def test_findings_about_our_own_knowledge_take_nothing_and_say_so() -> None:
    told = health(Counts(backlinks=100), [finding(rule, 100) for rule in sorted(ABOUT_KNOWLEDGE)])
    assert told.score == 100
    assert all("takes nothing" in each.words for each in told.deductions)


def test_notices_alone_never_take_more_than_their_cap() -> None:
    many = [finding(rule.id, 100, Severity.NOTICE) for rule in RULES]
    assert health(Counts(backlinks=100, referring_domains=100), many).score == 85


pages = st.lists(st.sampled_from("abcdef"), unique=True, max_size=4)
listed = st.lists(
    st.builds(
        lambda rule, rows, hidden: finding(rule, len(rows) + hidden, Severity.NOTICE, *rows),
        st.sampled_from(["LS001", "LS002", "LS003"]),
        pages,
        st.integers(0, 1),
    ),
    unique_by=lambda each: each.rule,
)


@given(listed, listed)
def test_what_is_new_one_way_is_fixed_the_other_way(a: list[Finding], b: list[Finding]) -> None:
    there, back = compare(a, b), compare(b, a)
    assert there.new == back.fixed
    assert there.fixed == back.new
    one, other = ({each.rule: each for each in told.still_open} for told in (there, back))
    assert one.keys() == other.keys()
    for rule, each in one.items():
        assert set(each.new_rows) == set(other[rule].fixed_rows)
        assert (each.before, each.now) == (other[rule].now, other[rule].before)


def test_a_row_missing_from_a_cut_list_is_not_called_new() -> None:
    before, after = finding("LS001", 9, Severity.ERROR, "a"), finding("LS001", 2, Severity.ERROR, "a", "b")
    told = compare([before], [after]).still_open[0]
    assert told.new_rows == ()
    whole = compare([replace(before, count=1)], [after]).still_open[0]
    assert whole.new_rows == ("b → https://ours.example/",)


def test_changed_figures_are_told_with_both_numbers() -> None:
    told = compare([], [], counts_before=Counts(lost=2), counts_after=Counts(lost=5))
    assert [(each.name, each.before, each.now) for each in told.figures] == [("lost", 2, 5)]


def said(rule: str = "LS001", subject: str | None = None, until: int | None = None) -> Suppression:
    return Suppression(rule, subject, "our own widget", "kim", 0, until)


def test_a_suppressed_finding_is_off_the_list_and_still_shown() -> None:
    spoken, aside = suppress([finding("LS001"), finding("LS002")], [said()], now=5)
    assert [each.rule for each in spoken] == ["LS002"]
    assert [(each.finding.rule, each.suppression.reason) for each in aside] == [("LS001", "our own widget")]


def test_a_suppression_ends_when_its_time_has_come() -> None:
    assert suppress([finding()], [said(until=5)], now=4)[0] == ()
    assert suppress([finding()], [said(until=5)], now=5) == ((finding(),), ())


def test_a_subject_takes_its_rows_alone() -> None:
    whole = finding("LS001", 3, Severity.ERROR, "a", "b", "c")
    spoken, aside = suppress([whole], [said(subject="b"), said(subject="nobody")], now=5)
    assert (spoken[0].count, [row["page"] for row in spoken[0].evidence]) == (2, ["a", "c"])
    assert (aside[0].finding.count, aside[0].finding.evidence[0]["page"]) == (1, "b")
    assert suppress([whole], [said(subject=each) for each in "abc"], now=5)[0] == ()

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.link import REASON_OUTCOME, LinkStatus, Outcome, Reason
from linkstead.monitor.plan import DAY, HOUR, Confirmation, Confirmations, WatchPlan
from linkstead.monitor.schedule import look_time
from linkstead.monitor.state import Judgement, Past, state_after

if TYPE_CHECKING:
    from collections.abc import Sequence

START = 1_700_000_000
MINUTE = 60

#: One letter for each kind of look.
WORDS = {
    "f": (Outcome.FOUND, Reason.LINK_PRESENT),
    "m": (Outcome.MISSING, Reason.REMOVED),
    "g": (Outcome.MISSING, Reason.PAGE_GONE),
    "b": (Outcome.BLOCKED, Reason.FORBIDDEN),
    "u": (Outcome.UNREACHABLE, Reason.SERVER_ERROR),
    "x": (Outcome.UNREADABLE, Reason.NOT_HTML),
    "s": (Outcome.UNREACHABLE, Reason.SELF),
}
STATES = {
    "?": LinkStatus.UNVERIFIED,
    "F": LinkStatus.LIVE,
    "D": LinkStatus.IN_DOUBT,
    "L": LinkStatus.LOST,
    "B": LinkStatus.BLOCKED,
    "U": LinkStatus.UNREACHABLE,
    "X": LinkStatus.UNREADABLE,
}


def looks(letters: str, times: Sequence[int]) -> list[Past]:
    return [Past(START + at, *WORDS[letter]) for letter, at in zip(letters, times, strict=True)]


#: The rules are told by a plan in which the rows differ: a page that is gone is believed sooner.
SOONER_GONE = WatchPlan(confirmations=Confirmations(page_gone=Confirmation(2, 2 * HOUR)))


def lived(past: Sequence[Past], plan: WatchPlan = SOONER_GONE) -> list[Judgement]:
    """What each look made of the link, from the first to the last."""
    return [state_after(past[:n], look.outcome, look.reason, look.at, plan) for n, look in enumerate(past)]


def states(letters: str, times: Sequence[int]) -> str:
    names = {state: letter for letter, state in STATES.items()}
    return "".join(names[judged.state] for judged in lived(looks(letters, times)))


H = HOUR
LADDER = (0, H // 4, 2 * H, 24 * H)


@pytest.mark.parametrize(
    ("letters", "times", "expected"),
    [
        ("f", (0,), "F"),
        ("m", (0,), "D"),
        ("b", (0,), "B"),
        ("u", (0,), "U"),
        ("x", (0,), "X"),
        # three misses over a day; two hours are enough where the page says itself that it is gone
        ("mmmm", LADDER, "DDDL"),
        ("gggg", LADDER, "DDLL"),
        ("mmm", (0, 12 * H, 24 * H), "DDL"),
        ("mmm", (0, 12 * H, 24 * H - 1), "DDD"),
        ("mm", (0, 30 * DAY), "DD"),
        ("gg", (0, 2 * H), "DL"),
        ("gg", (0, 2 * H - 1), "DD"),
        # misses of one moment are one
        ("mmmm", (0, 5 * MINUTE, 10 * MINUTE, 25 * H), "DDDD"),
        ("gg", (0, 14 * MINUTE), "DD"),
        # a sight ends the run
        ("mmfmm", (0, H, 2 * H, 24 * H, 25 * H), "DDFDD"),
        ("ggfg", (0, H, 90 * MINUTE, 3 * H), "DDFD"),
        # what was not read neither counts nor ends it, and does not take back a loss
        ("mbm", (0, 12 * H, 24 * H), "DBD"),
        ("mumxmb", (0, H, 2 * H, 3 * H, 24 * H, 25 * H), "DUDXLL"),
        ("mmmuLxs".lower().replace("l", "b"), (0, H, 24 * H, 25 * H, 26 * H, 27 * H, 28 * H), "DDLLLLL"),
        ("gguggf", (0, 2 * H, 3 * H, 4 * H, 5 * H, 6 * H), "DLLLLF"),
        # our own trouble is nobody's
        ("s", (0,), "?"),
        ("fs", (0, H), "FF"),
        ("msm", (0, H, 24 * H), "DDD"),
        ("sss", (0, H, 24 * H), "???"),
        # a lost link that is seen is live at once
        ("ggf", (0, 2 * H, 3 * H), "DLF"),
    ],
)
def test_the_state_follows_from_the_looks(letters: str, times: tuple[int, ...], expected: str) -> None:
    assert states(letters, times) == expected


def test_one_answer_of_404_among_other_misses_does_not_hurry_the_loss() -> None:
    # a page that is being rebuilt: without the link, then without the page, then back
    assert states("mmg", (0, H, 3 * H)) == "DDD"
    assert states("mmg", (0, H, 24 * H)) == "DDL"
    assert states("mgg", (0, H, 3 * H)) == "DDL"
    assert states("mg", (0, 30 * H)) == "DD"


@pytest.mark.parametrize(
    ("letters", "misses", "troubles"),
    [
        ("f", 0, 0),
        ("m", 1, 0),
        ("mm", 2, 0),
        ("mmb", 2, 1),
        ("mmbu", 2, 2),
        ("mmbum", 3, 0),
        ("bbx", 0, 3),
        ("bsb", 0, 2),
        ("bsbs", 0, 2),
        ("mbf", 0, 0),
    ],
)
def test_misses_and_troubles_are_counted(letters: str, misses: int, troubles: int) -> None:
    last = lived(looks(letters, [n * HOUR for n in range(len(letters))]))[-1]
    assert (last.misses, last.troubles) == (misses, troubles)


def test_a_recovery_takes_two_good_looks_some_time_apart() -> None:
    past = looks("gg" + "ffff", (0, 2 * H, 3 * H, 3 * H + MINUTE, 4 * H, 5 * H))
    told = [(judged.good_looks, judged.loss_open) for judged in lived(past)]
    assert told == [(0, False), (0, False), (1, True), (1, True), (2, True), (3, False)]


def test_a_miss_between_two_sights_is_no_recovery() -> None:
    past = looks("ggfmff", (0, 2 * H, 3 * H, 4 * H, 5 * H, 6 * H))
    assert [judged.good_looks for judged in lived(past)] == [0, 0, 1, 0, 1, 2]
    assert all(judged.loss_open for judged in lived(past)[2:])


def test_a_stored_loss_stays_though_the_looks_that_made_it_are_gone() -> None:
    for letter, state in (("m", "L"), ("b", "L"), ("u", "L"), ("s", "L"), ("f", "F")):
        outcome, reason = WORDS[letter]
        judged = state_after([], outcome, reason, START, lost_before=True)
        assert judged.state is STATES[state]
        assert judged.loss_open


# -- links that come and go ---------------------------------------------------------------------------

#: Two short absences within a month.
CAME_BACK_TWICE = ("f m f m f", (0, DAY, DAY + H, 5 * DAY, 5 * DAY + H))


def rotating(more: str, times: Sequence[int], gap: int = 10 * DAY) -> list[Judgement]:
    letters, earlier = CAME_BACK_TWICE
    past = looks(letters.replace(" ", "") + more, [*earlier, *(gap + at for at in times)])
    return lived(past)[len(earlier) :]


def test_a_link_that_comes_and_goes_is_present_while_one_of_four_looks_saw_it() -> None:
    judged = rotating("mmmm", (0, H, 2 * H, 3 * H))
    live, doubt = LinkStatus.LIVE, LinkStatus.IN_DOUBT
    assert [each.state for each in judged] == [live, live, live, doubt]
    assert all(each.intermittent for each in judged)


def test_a_link_that_comes_and_goes_is_lost_in_the_end() -> None:
    judged = rotating("mmmm", LADDER)
    assert judged[-1].state is LinkStatus.LOST
    assert not judged[-1].intermittent


def test_two_answers_of_404_do_not_end_a_link_that_comes_and_goes() -> None:
    assert [each.state for each in rotating("gg", (0, 3 * H))] == [LinkStatus.LIVE] * 2


def test_a_link_that_was_away_for_a_week_before_is_given_two() -> None:
    letters = "f" + "mmmmm" + "f" + "mmmmm" + "f" + "mmmmm"
    away = (0, 2, 4, 6, 6.9)
    times = [0, *(1 + a for a in away), 8, *(10 + a for a in away), 17, *(20 + 2.02 * a for a in away)]
    judged = lived(looks(letters, [int(day * DAY) for day in times]))
    # nobody can know it the first two times
    assert [each.state for each in judged].count(LinkStatus.LOST) == len("mmmm" * 2) - 2
    assert [each.state for each in judged[-5:]] == [LinkStatus.LIVE] * 3 + [LinkStatus.IN_DOUBT] * 2
    later = state_after(looks(letters, [int(d * DAY) for d in times]), *WORDS["m"], START + 35 * DAY)
    assert later.state is LinkStatus.LOST


def test_one_blip_does_not_make_a_link_one_that_comes_and_goes() -> None:
    judged = lived(looks("fmfgg", (0, DAY, DAY + H, 5 * DAY, 5 * DAY + 2 * H)))
    assert [each.intermittent for each in judged] == [False] * 5
    assert judged[-1].state is LinkStatus.LOST


def test_old_absences_are_forgotten() -> None:
    judged = rotating("gg", (0, 2 * H), gap=120 * DAY)
    assert [each.state for each in judged] == [LinkStatus.IN_DOUBT, LinkStatus.LOST]


# -- properties ---------------------------------------------------------------------------------------

#: The machine may be busy with other things.
patient = settings(deadline=None, max_examples=60)

letters_of = st.text("fmgbuxs", max_size=16)
quiet = st.text("buxs", max_size=16)
gaps = st.integers(1, 40 * DAY)


@st.composite
def histories(draw: st.DrawFn, letters: st.SearchStrategy[str] = letters_of) -> list[Past]:
    word = draw(letters)
    at, times = 0, []
    for _ in word:
        at += draw(gaps)
        times.append(at)
    return looks(word, times)


@patient
@given(histories(quiet))
def test_what_was_not_read_never_becomes_a_loss(past: list[Past]) -> None:
    for judged in lived(past):
        assert judged.state not in (LinkStatus.LOST, LinkStatus.IN_DOUBT)
        assert judged.misses == 0


@patient
@given(histories(st.text("mgbuxs", max_size=10).map(lambda word: word + "f")))
def test_a_sight_makes_a_link_live_whatever_was_before(past: list[Past]) -> None:
    last = lived(past)[-1]
    assert (last.state, last.misses, last.troubles) == (LinkStatus.LIVE, 0, 0)


@patient
@given(histories(), st.randoms(use_true_random=False), st.sampled_from("fmgbuxs"))
def test_the_order_of_the_past_does_not_matter(past: list[Past], random, letter: str) -> None:
    shuffled = list(past)
    random.shuffle(shuffled)
    at = START + 10_000 * DAY
    assert state_after(past, *WORDS[letter], at) == state_after(shuffled, *WORDS[letter], at)


@patient
@given(histories())
def test_a_loss_has_enough_misses_behind_it_and_lasts_until_a_sight(past: list[Past]) -> None:
    judged = lived(past)
    since_sight: list[Past] = []
    for look, now in zip(past, judged, strict=True):
        since_sight = [] if look.outcome is Outcome.FOUND else [*since_sight, look]
        misses = [each.at for each in since_sight if each.outcome is Outcome.MISSING]
        if now.state is LinkStatus.LOST:
            assert len(misses) >= 2
            assert misses[-1] - misses[0] >= 2 * HOUR
            if all(each.reason != Reason.PAGE_GONE for each in since_sight):
                assert len(misses) >= 3
                assert misses[-1] - misses[0] >= DAY
    for (look, now), (_, before) in zip(
        list(zip(past, judged, strict=True))[1:], list(zip(past, judged, strict=True)), strict=False
    ):
        if before.state is LinkStatus.LOST and look.outcome is not Outcome.FOUND:
            assert now.state is LinkStatus.LOST


@patient
@given(histories(), st.lists(st.integers(0, 29), max_size=10))
def test_our_own_trouble_changes_nothing(past: list[Past], places: list[int]) -> None:
    at = START + 10_000 * DAY
    before = state_after(past, *WORDS["m"], at)
    doubts = [Past(START + place * 7, *WORDS["s"]) for place in places]
    assert state_after([*past, *doubts], *WORDS["m"], at) == before


def test_every_reason_leads_to_the_state_of_its_outcome() -> None:
    expected = {
        Outcome.FOUND: LinkStatus.LIVE,
        Outcome.MISSING: LinkStatus.IN_DOUBT,
        Outcome.BLOCKED: LinkStatus.BLOCKED,
        Outcome.UNREACHABLE: LinkStatus.UNREACHABLE,
        Outcome.UNREADABLE: LinkStatus.UNREADABLE,
    }
    for reason, outcome in REASON_OUTCOME.items():
        state = state_after([], outcome, reason, START).state
        assert state is (LinkStatus.UNVERIFIED if reason is Reason.SELF else expected[outcome])


@pytest.mark.parametrize("misses", [2, 5, 10])
def test_a_project_may_ask_for_more(misses: int) -> None:
    rows = Confirmations()._replace(removed=Confirmation(misses, 0))
    past = looks("m" * misses, [n * HOUR for n in range(misses)])
    judged = lived(past, WatchPlan(confirmations=rows))
    assert [each.state for each in judged] == [LinkStatus.IN_DOUBT] * (misses - 1) + [LinkStatus.LOST]


# -- clocks -------------------------------------------------------------------------------------------

YEAR = 365 * DAY


@pytest.mark.parametrize("ahead", [1, 3 * DAY, 10 * YEAR, 100 * YEAR])
def test_a_look_from_the_future_neither_makes_a_loss_nor_hides_one(ahead: int) -> None:
    now = START + 24 * HOUR
    two = looks("mm", (0, HOUR))
    for letter in "mgf":
        strange = Past(now + ahead, *WORDS[letter])
        assert state_after([two[0], strange], *WORDS["m"], now).state is LinkStatus.IN_DOUBT
        assert state_after([*two, strange], *WORDS["m"], now).state is LinkStatus.LOST


def test_a_look_of_the_same_second_is_not_counted_twice() -> None:
    assert state_after(looks("g", (0,)), *WORDS["g"], START).misses == 1
    assert state_after(looks("u", (0,)), *WORDS["u"], START).troubles == 1


@patient
@given(
    st.text("fmgbu", min_size=1, max_size=16),
    st.data(),
    st.sampled_from([0, 2_147_483_647 - START, 4_294_967_296 - START, 8_000_000_000]),
)
def test_no_loss_comes_from_a_clock_that_jumps(word: str, data: st.DataObject, epoch: int) -> None:
    """Clocks of up to three days ahead or behind: still, a loss has two misses in a row behind it.

    Every miss is followed by a sight before the next one, so that in truth there is never a loss.
    """
    truth = word.replace("m", "mf").replace("g", "gf")
    real, past, last = START + epoch, [], None
    for letter in truth:
        real += data.draw(st.integers(MINUTE, 7 * DAY))
        clock = real + data.draw(st.sampled_from([0, 0, -3 * DAY, 3 * DAY, HOUR, -HOUR]))
        at = look_time(clock, last)
        judged = state_after(past, *WORDS[letter], at)
        assert judged.state is not LinkStatus.LOST
        assert judged.misses <= 1
        past.append(Past(at, *WORDS[letter]))
        last = at
    assert all(one.at < other.at for one, other in pairwise(past))

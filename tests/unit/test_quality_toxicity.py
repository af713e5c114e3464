"""The spam likelihood: reasons that add up, monotone in every sign, honest about thin evidence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.errors import InputError
from linkstead.journey.judging import default_model, facts_of
from linkstead.quality.facts import DomainFacts, Facts, LinkFacts, PageFacts, SiteFacts
from linkstead.quality.model_text import as_json, read_model
from linkstead.quality.signals import SIGNALS, Direction, Sign, Signal
from linkstead.quality.toxicity import VENDOR_LIMIT, Model, judge, logit

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL = default_model()
TEXTS = st.text(max_size=60) | st.sampled_from(
    ["buy cheap lamps", "casino", "xn--a.com", "\x00\u202e\ud800", "a.xyz"]
)
COUNTS = st.none() | st.integers(0, 10_000)
FACTS = st.builds(
    Facts,
    page=st.builds(
        PageFacts, url=TEXTS, title=TEXTS, opening=TEXTS, language=TEXTS, links=COUNTS, outlinks=COUNTS,
        outlinked_domains=COUNTS, words=COUNTS, hidden_links=COUNTS, external_share=st.none() | st.floats(0,
        1), parked=st.none() | st.booleans(),
    ),
    link=st.builds(LinkFacts, anchor_text=st.none() | TEXTS, placement=st.none() | TEXTS, hidden=st.none() |
    st.booleans()), domain=st.builds(
        DomainFacts, name=st.none() | TEXTS, host=st.none() | TEXTS, authority=st.none() | st.floats(0, 100),
        in_degree=COUNTS, out_degree=COUNTS, links=COUNTS, pages=COUNTS, anchors=COUNTS, first_seen=COUNTS,
        metrics=st.none() | st.dictionaries(
            st.sampled_from(["moz.spam_score", "semrush.toxicity"]), st.floats(0, 100)),
    ),
    site=st.builds(SiteFacts, site=st.none() | TEXTS, languages=st.none() | st.tuples(TEXTS)),
    now=COUNTS,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(FACTS)
def test_no_facts_make_it_raise_and_the_reasons_add_up(facts: Facts) -> None:
    made = judge(facts, MODEL)
    assert math.isclose(made.base + sum(each.log_odds for each in made.reasons), made.log_odds, abs_tol=1e-9)
    assert math.isclose(logit(made.estimate), made.log_odds, abs_tol=1e-6)
    assert made.interval[0] <= made.estimate <= made.interval[1]


def speaking(strengths: Mapping[str, float]) -> dict[str, Any]:
    """The table of signals, each of which says what the test wants."""
    return {
        name: replace(
            signal, needs=(), judge=lambda _, s=strengths[name]: Sign(s, "Said.", {}) if s else None
        )
        for name, signal in SIGNALS.items()
        if isinstance(signal, Signal) and name in strengths
    }


STRENGTHS = st.fixed_dictionaries({name: st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0]) for name in SIGNALS})


@settings(max_examples=100, deadline=None)
@given(STRENGTHS, st.sampled_from(sorted(SIGNALS)))
def test_a_stronger_sign_never_moves_the_figure_the_other_way(strengths: dict[str, float], name: str) -> None:
    weaker = judge(Facts(), MODEL, speaking({**strengths, name: 0.0}))
    stronger = judge(Facts(), MODEL, speaking({**strengths, name: 1.0}))
    if SIGNALS[name].direction is Direction.AGAINST:
        assert stronger.log_odds >= weaker.log_odds - 1e-9
    else:
        assert stronger.log_odds <= weaker.log_odds + 1e-9


@settings(max_examples=50, deadline=None)
@given(STRENGTHS, st.randoms(use_true_random=False))
def test_the_order_of_the_signals_does_not_matter(strengths: dict[str, float], chance: Any) -> None:
    names = list(SIGNALS)
    chance.shuffle(names)
    table = speaking(strengths)
    assert judge(Facts(), MODEL, {name: table[name] for name in names}) == judge(Facts(), MODEL, table)


def test_all_assumed_signals_together_stay_below_the_flag() -> None:
    guessed = {
        n: 1.0 for n, s in SIGNALS.items() if n not in MODEL.weights and s.direction is Direction.AGAINST
    }
    made = judge(Facts(), MODEL, speaking(guessed))
    assert sum(each.log_odds for each in made.reasons if each.log_odds > 0) > MODEL.assumed_limit
    assert made.estimate < MODEL.flag_at
    assert "limit.assumed" in {each.signal for each in made.reasons}


def test_all_vendors_together_count_no_more_than_twofold() -> None:
    vendors = {name: 1.0 for name, signal in SIGNALS.items() if signal.vendor}
    made = judge(Facts(), MODEL, speaking(vendors))
    assert made.log_odds == pytest.approx(MODEL.base + VENDOR_LIMIT)
    assert len(vendors) >= 3


WICKED = {
    "page": {"outlinked_domains": 400, "words": 20, "outlinks": 400, "links": 400, "external_share": 1.0},
    "link": {"anchor_text": "buy cheap casino", "placement": "footer", "nofollow": False, "ugc": False},
    "domain": {"name": "kredit-bonus-777.xyz", "host": "kredit-bonus-777.xyz"},
}


def test_a_name_alone_is_not_enough_and_what_is_missing_is_named() -> None:
    made = judge(facts_of({"domain": WICKED["domain"]}), MODEL)
    assert made.estimate > MODEL.flag_at
    assert made.likelihood is None
    assert not made.flagged
    assert any("page" in each for each in made.missing)


def test_page_and_link_and_name_together_are_flagged() -> None:
    made = judge(facts_of(WICKED), MODEL)
    assert made.likelihood == made.estimate
    assert made.flagged
    assert made.exempt is None


@pytest.mark.parametrize(
    "known",
    [
        {"site": {"own_sites": ["kredit-bonus-777.xyz"]}},
        {"site": {"partners": ["kredit-bonus-777.xyz"]}},
        {"domain": {**WICKED["domain"], "platform": True}},
    ],
)
def test_own_sites_partners_and_platforms_are_never_flagged(known: dict[str, Any]) -> None:
    made = judge(facts_of({**WICKED, **known}), MODEL)
    assert made.likelihood is not None
    assert not made.flagged
    assert made.exempt is not None


def test_the_shipped_model_holds_numbers_and_no_domains() -> None:
    told = as_json(MODEL)
    assert read_model(told) == MODEL
    assert set(told["letters"]) == {"intercept", "weights", "with_suffix"}
    assert all(isinstance(each, float | int) for each in told["letters"]["weights"])
    for name, weight in MODEL.weights.items():
        direction = 1 if SIGNALS[name].direction is Direction.AGAINST else -1
        assert weight.measured
        assert direction * weight.log_odds >= 0


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"}, {"version": 2}, {"base": "x"}, {"base": float("nan")}, {"flag_at": 1.0},
        {"weights": []}, {"weights": {"a": {}}}, {"letters": {"weights": [], "intercept": 0, "with_suffix":
        False}},
    ],
)  # fmt: skip
def test_a_damaged_model_is_refused_with_a_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="model"):
        read_model({**as_json(MODEL), **change})


def test_a_model_without_letters_judges_too() -> None:
    made = judge(facts_of(WICKED), Model(-2.0, 0.1, 0.6, 0.1, "2026-11-28"))
    assert all(not each.measured for each in made.reasons)
    assert not made.flagged

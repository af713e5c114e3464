"""Relevance: the words that two texts share, weighed by how rare they are, or unknown with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality.relevance import (
    FEWEST_PAGES,
    Referring,
    Subject,
    counts_of,
    likeness,
    relevance,
    same_language,
    terms,
)

COMMON = "the page with news about our harbour and its visitors number"
PAGES = [f"{COMMON} topic{number} theme{number}" for number in range(FEWEST_PAGES)]
COUNTS = counts_of([*PAGES, "lighthouse lamps and fresnel lenses", "tide tables"])
TARGET = Subject("https://x.example/guides/fresnel-lenses", "Lighthouse lamps and their lenses", None, "en")
ABOUT = Referring(
    "A visit", "Lamps", "the old lighthouse still has its fresnel lenses", "this guide", "en-GB"
)


def test_a_match_names_the_words_that_made_it() -> None:
    told = relevance(ABOUT, TARGET, COUNTS)
    assert told.same_language is True
    assert told.likeness is not None
    assert told.likeness > 0.2
    assert {"lighthouse", "fresnel", "lenses", "lamps"} <= {each.word for each in told.words}
    assert "“lighthouse”" in told.sentence or "“fresnel”" in told.sentence


def test_words_of_every_page_make_no_likeness() -> None:
    other = Referring(around=COMMON, language="en")
    told = relevance(
        other, Subject(title="the harbour with news about its visitors", language="en"), counts_of(PAGES)
    )
    assert told.likeness == 0
    assert "little in common" in told.sentence


@pytest.mark.parametrize(
    ("here", "there", "counts", "why"),
    [
        (Referring("Lamps"), TARGET, COUNTS, "too few words stand around the link"),
        (ABOUT, Subject(title="Lamps"), COUNTS, "target page says too little"),
        (ABOUT, TARGET, counts_of(PAGES[:3]), "fewer than 20 pages"),
        (
            Referring(around=ABOUT.around, title="ein alter Turm", language="de"),
            TARGET,
            COUNTS,
            "two languages",
        ),
        (Referring(), Subject(), COUNTS, "too few words"),
    ],
)
def test_too_little_text_or_two_languages_is_unknown_with_the_reason(
    here: Referring, there: Subject, counts: object, why: str
) -> None:
    told = relevance(here, there, counts)  # type: ignore[arg-type]
    assert told.likeness is None
    assert why in told.sentence


@pytest.mark.parametrize(
    ("page", "site", "same"),
    [
        ("en-GB", "en_us", True),
        ("de", "en", False),
        (None, "en", None),
        ("x\x00", "en", None),
        ("und", "en", None),
    ],
)
def test_languages_are_compared_without_their_country(page: str | None, site: str, same: bool | None) -> None:
    assert same_language(page, site) is same


def test_scripts_without_blanks_are_read_in_pairs() -> None:
    assert terms("灯台の光")["灯台"] == 1


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_symmetric_and_lies_between_0_and_1(one: str, other: str) -> None:
    there, back = (likeness(terms(a), terms(b), COUNTS) for a, b in ((one, other), (other, one)))
    total = sum(each.part for each in there)
    assert 0 <= total <= 1 + 1e-9
    assert total == pytest.approx(sum(each.part for each in back))


def test_a_text_is_most_like_itself_and_endless_texts_are_cut() -> None:
    words = terms("lighthouse lamps")
    assert sum(each.part for each in likeness(words, words, COUNTS)) == pytest.approx(1)
    assert sum(terms("lamp " * 1_000_000).values()) <= 4_000
    assert max(map(len, terms("x" * 10_000))) == 40

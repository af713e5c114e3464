"""White space is collapsed over a whole page at once, and places in its text survive that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.page import read_page
from linkstead.page.measure import MARK, collapse

PIECES = st.lists(
    st.sampled_from(["a", "be", " ", "\n\t", " c", "d ", " e  f ", "\xa0", "", MARK, " " + MARK])
)


def collapsed_one_by_one(pieces: list[str]) -> tuple[str, list[int]]:
    """The same by the letter: a character at a time."""
    text, offsets = "", []
    for character in "".join(pieces):
        if character == MARK:
            offsets.append(len(text))
        elif not character.isspace():
            text += character
        elif text and not text.endswith(" "):
            text += " "
    return text, offsets


@given(PIECES)
def test_marks_keep_their_places_when_white_space_goes(pieces: list[str]) -> None:
    text, offsets = collapse([*pieces, MARK])
    assert (text, offsets[:-1]) == collapsed_one_by_one([*pieces, MARK])


@pytest.mark.parametrize(
    "html",
    [
        "<p>a{0}b <a href=/x>the{0}text</a>{0}",
        "<p>a{0}b<table>{0}<td>{0}</table><a href=/x>thetext</a>",
        "<title>{0}</title><svg>{0}<title>{0}</title></svg><a href=/x>thetext</a>",
        "<select>{0}<option>{0}</select><math><mi>{0}</math><a href=/x>thetext</a>",
        "{0}<html>{0}<head>{0}<body>{0}<pre>{0}</pre><a href=/x>thetext</a>",
        "&#0;&#x0;<a href=/x>thetext</a>",
    ],
)
@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_pages_own_nul_characters_move_no_link(html: str, count: int) -> None:
    (link,) = read_page(html.format(MARK * count).encode(), url="https://site.example/").links
    assert link.anchor_text == "thetext"

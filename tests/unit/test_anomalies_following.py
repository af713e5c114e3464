"""An incident that grows is one; one that ended and one that began later are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality.anomalies import Kind, Known, recognised

BURST, TEMPLATE, LOSSES = str(Kind.DOMAINS), str(Kind.SAME_ANCHOR), str(Kind.LOSSES)


def known(key: str, began: int, last: int, *kinds: str) -> Known:
    return Known(key, began, last, frozenset(kinds or (BURST,)))


@pytest.mark.parametrize(
    ("found", "key"),
    [
        (known("new", 100, 107), "old"),
        (known("new", 100, 120), "old"),  # it has grown
        (known("new", 98, 112), "old"),  # its first day has moved
        (known("new", 100, 112, TEMPLATE, LOSSES), "old"),  # signs have come and gone
        (known("new", 110, 115), "old"),  # three days between them: one
        (known("new", 111, 115), None),  # it ended, and another began
        (known("new", 80, 96), None),
        (known("new", 100, 107, LOSSES), None),  # losses are another matter
    ],
)
def test_what_touches_and_is_of_the_same_matter_is_the_same(found: Known, key: str | None) -> None:
    assert recognised([found], [known("old", 100, 107)]) == [key]


def test_two_that_became_one_go_on_as_the_older() -> None:
    earlier = [known("later", 110, 115), known("first", 100, 105)]
    assert recognised([known("new", 100, 115)], earlier) == ["first"]


def test_one_that_came_apart_is_no_news_twice() -> None:
    found = [known("b", 110, 115), known("a", 100, 104)]
    assert recognised(found, [known("old", 100, 115)]) == ["b", "old"]


spans = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.integers(0, 40),
        st.sets(st.sampled_from([BURST, TEMPLATE, LOSSES]), min_size=1),
    ),
    max_size=6,
)


@given(spans, spans)
def test_no_key_goes_to_two_and_what_was_found_before_is_known(new: list, old: list) -> None:
    found, earlier = (
        [known(f"{name}{at}", began, began + days, *kinds) for at, (began, days, kinds) in enumerate(spans)]
        for name, spans in (("new", new), ("old", old))
    )
    keys = [key for key in recognised(found, earlier) if key is not None]
    assert len(keys) == len(set(keys))
    assert None not in recognised(found, found)

"""Paid links sorted into parts: no link in two that exclude each other, none lost, sums by currency."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality.payments import LISTED, days_left, is_gone, is_paid_for, paid_facts
from linkstead.summary import PaidRow

NOW, DAY = 1_800_000_000, 86_400
counts = st.integers(0, 3)


@st.composite
def paid_rows(draw: st.DrawFn) -> PaidRow:
    links = draw(counts)
    gone = draw(st.integers(0, links))
    return PaidRow(
        page_url=f"https://p{draw(st.integers(0, 999))}.example/",
        domain="p.example",
        cost=draw(st.none() | st.integers(0, 10**6).map(float)),
        currency=draw(st.sampled_from([None, "EUR", "USD"])),
        until=draw(st.none() | st.integers(NOW - 60 * DAY, NOW + 60 * DAY)),
        state=None,
        links=links,
        gone=gone,
        lost=draw(st.integers(0, gone)),
        followed=draw(st.integers(0, links - gone)),
    )


@given(st.lists(paid_rows(), max_size=150))
def test_parts_exclude_each_other_and_add_up(rows: list[PaidRow]) -> None:
    facts = paid_facts(rows, NOW)
    if facts is None:
        assert rows == []
        return
    assert facts.kept == len(rows)
    running = [row for row in rows if is_paid_for(row, NOW)]
    assert facts.gone.count + facts.unknown.count == sum(is_gone(row) or not row.links for row in running)
    assert facts.ending.count <= len(running)
    assert facts.ended.count <= len(rows) - len(running)
    assert not any(is_gone(row) for row in (*facts.ending.rows, *facts.ended.rows, *facts.followed.rows))
    for part in (facts.ending, facts.ended, facts.gone, facts.followed, facts.unknown):
        assert len(part.rows) == min(part.count, LISTED)
        if part.count <= LISTED:
            assert sum(part.costs.values()) == sum(row.cost or 0.0 for row in part.rows)


@given(paid_rows())
def test_days_left_are_negative_exactly_when_the_paid_time_is_over(row: PaidRow) -> None:
    left = days_left(row, NOW)
    assert (left is not None and left < 0) == (row.until is not None and row.until <= NOW)
    assert is_paid_for(row, NOW) == (row.until is None or row.until > NOW)

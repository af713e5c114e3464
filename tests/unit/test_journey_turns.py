"""Each domain has its turn; a large one holds nobody up."""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.journey.turns import Turns


async def walk(turns: Turns, workers: int, stop_after: int | None = None) -> list[tuple[int, int]]:
    """All turns as taken by several workers; never two of a domain at once."""
    taken: list[tuple[int, int]] = []
    busy: Counter[int] = Counter()

    async def work() -> None:
        while (turn := await turns.take()) is not None:
            taken.append(turn)
            busy[turn[1]] += 1
            assert busy[turn[1]] == 1
            await asyncio.sleep(0)
            busy[turn[1]] -= 1
            turns.finished(turn[1])
            if stop_after is not None and len(taken) >= stop_after:
                turns.stop()

    await asyncio.wait_for(asyncio.gather(*(work() for _ in range(workers))), 20)
    return taken


pages = st.lists(st.integers(0, 5), max_size=40).map(lambda domains: list(enumerate(domains)))


@settings(deadline=None)
@given(pages, st.integers(1, 6))
def test_every_page_is_taken_once_and_all_workers_end(
    given_pages: list[tuple[int, int]], workers: int
) -> None:
    taken = asyncio.run(walk(Turns(given_pages, rest=0), workers))
    assert sorted(taken) == given_pages


@settings(deadline=None)
@given(pages, st.integers(1, 6), st.integers(1, 5))
def test_after_a_stop_all_workers_end_and_nothing_is_taken_twice(
    given_pages: list[tuple[int, int]], workers: int, after: int
) -> None:
    taken = asyncio.run(walk(Turns(given_pages, rest=0), workers, stop_after=after))
    assert len(taken) == len(set(taken))
    assert len(taken) <= after + workers


def test_a_domain_with_many_pages_holds_up_no_other() -> None:
    many = [(n, 1) for n in range(1_000)]
    few = [(2_000 + n, 100 + n) for n in range(20)]
    taken = asyncio.run(walk(Turns([*many, *few], rest=0), 2))
    last_of_the_few = max(place for place, (_, domain) in enumerate(taken) if domain != 1)
    assert last_of_the_few < 60


def test_the_worthiest_page_of_a_domain_comes_first() -> None:
    taken = asyncio.run(walk(Turns([(7, 1), (3, 1), (5, 1)], rest=0), 3))
    assert [page for page, _ in taken] == [7, 3, 5]

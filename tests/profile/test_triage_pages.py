"""Every list of the triage queue, page by page, is what sorting all of it gives."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from linkstead.link import Decision
from linkstead.profile import decisions, judgements, triage
from linkstead.profile.judgements import Judged
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

DOMAINS = 40


@pytest.fixture
def project(store: Store) -> int:
    """Forty domains with one to three links; two thirds are judged, many alike; some are decided about."""
    lot = random.Random(7)
    for project_id in (new_project(store), new_project(store)):
        rows = [
            sighting(number, page_url=f"https://{'odd' if number % 5 else 'even'}{number}.org/{page}")
            for number in range(1, DOMAINS + 1)
            for page in range(lot.randint(1, 3))
        ]
        merge(store, project_id, *rows)
        ids = sorted(row.domain_id for row in triage.queue(store, project_id, kind="all").rows)
        some = [one for one in ids if lot.random() < 0.66]
        estimates = [
            (one, Judged(lot.choice([0.0, 0.1, 0.5, 1.0]), None, False, "watch", {}, 1)) for one in some
        ]
        judgements.write(store, project_id, estimates)
        for word in (Decision.WATCH, Decision.DISAVOW):
            decisions.decide(store, project_id, lot.sample(ids, 9), word, who="ed", now=1)
    return project_id


def paged(store: Store, project: int, kind: str, sort: str, name: str) -> list[triage.DomainRow]:
    rows: list[triage.DomainRow] = []
    after = None
    while True:
        page = triage.queue(store, project, kind=kind, sort=sort, name=name, after=after, limit=4)
        rows += page.rows
        after = page.after
        if after is None:
            return rows


def wanted(row: triage.DomainRow, kind: str, name: str) -> bool:
    stands = "open" if row.decided is None else str(row.decided.decision)
    return kind in {"all", stands} and name.lower() in row.name


@pytest.mark.parametrize("few", [2_000, 5])
@pytest.mark.parametrize("name", ["", "EVEN", "odd1", "nobody"])
def test_pages_are_the_sorted_list(
    store: Store, project: int, monkeypatch: pytest.MonkeyPatch, name: str, few: int
) -> None:
    every = triage.queue(store, project, kind="all", limit=10 * DOMAINS).rows
    assert len(every) == DOMAINS
    monkeypatch.setattr(triage, "_FEW", few)
    for kind in triage.KINDS:
        mine = [row for row in every if wanted(row, kind, name)]
        by_links = sorted(mine, key=lambda row: (-row.links, -row.domain_id))
        by_worst = sorted(
            mine,
            key=lambda row: (
                (0, -row.judged.estimate, 0) if row.judged else (1, 0, -row.links),
                -row.domain_id,
            ),
        )
        for sort, right in (("links", by_links), ("worst", by_worst)):
            found = [row.name for row in paged(store, project, kind, sort, name)]
            assert found == [row.name for row in right], (kind, sort)


@pytest.mark.parametrize("mark", [(-1.0, 5), (1e300, 1), (-1e300, 1), (0.0, 2**63 - 1), (1.5, 0)])
@pytest.mark.parametrize("sort", list(triage.SORTS))
def test_a_mark_that_no_page_gave_is_answered_all_the_same(
    store: Store, project: int, sort: str, mark: tuple[float, int]
) -> None:
    for kind in ("open", "watch"):
        assert len(triage.queue(store, project, kind=kind, sort=sort, after=mark).rows) <= DOMAINS

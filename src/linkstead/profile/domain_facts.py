"""What the profile holds of each referring domain, for those who judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.codes import FOLLOWED, LINK_TYPES, PLACEMENTS, rel_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from linkstead.profile.store import Store

_WEEK: Final = 7 * 86_400
_WEEKS: Final = 52
#: A domain that came up later has no usual week yet; our choice.
SETTLED_WEEKS: Final = 8


class KnownDomain(NamedTuple):
    """A referring domain: its counts, the highest vendor figure, the earliest sight (epoch seconds).

    `anchor_text`, `placement`, `rel` (None: nobody told) and `type` are those that most of its links have
    together; `followed` whether any of them is followed, `lost` whether all are lost. `new_links` came in
    the last week and `usual_links` in a usual week of the last year, by the sources' own dates; None where
    the domain has not been known for `SETTLED_WEEKS`.
    """

    domain_id: int
    name: str
    links: int
    pages: int
    anchors: int
    metric: float | None
    first_seen: int | None
    followed: bool
    lost: bool
    anchor_text: str | None
    placement: str | None
    rel: tuple[str, ...] | None
    type: str | None
    decision: str | None
    new_links: int | None = None
    usual_links: float | None = None


def known_domains(
    store: Store, domain_ids: Sequence[int], *, now: int, crawl_dated: Collection[str] = ()
) -> list[KnownDomain]:
    """Those of these referring domains that have links.

    `crawl_dated` are sources that date all links to the day of a crawl: they say nothing of weeks.
    """
    rows = store.lookup(
        "SELECT d.id, d.name, d.links, d.lost, s.decision FROM domain d LEFT JOIN decision s"
        " ON s.domain_id = d.id WHERE d.links > 0 AND d.id IN {keys}",
        domain_ids,
    )
    return list(_described(store, list(rows), now, _without(store, crawl_dated)))


def _described(store: Store, rows: list[tuple[Any, ...]], now: int, undated: str) -> Iterator[KnownDomain]:
    ids = [int(row[0]) for row in rows]
    paces = _paces(store, ids, now, undated)
    sums = {
        int(row[0]): row[1:]
        for row in store.lookup(
            "SELECT domain_id, count(DISTINCT page_id), count(DISTINCT anchor_id), max(metric),"
            f" min(first_seen), max(CASE WHEN followed = {FOLLOWED} THEN 1 ELSE 0 END)"
            " FROM backlink WHERE domain_id IN {keys} GROUP BY domain_id",
            ids,
        )
    }
    usual = _usual(store, ids)
    for domain_id, name, links, lost, decision in rows:
        pages, anchors, metric, seen, followed = sums.get(int(domain_id), (0, 0, None, None, 0))
        _, anchor, rel, placement, kind = usual.get(int(domain_id), (0, None, 0, 0, 0))
        yield KnownDomain(
            int(domain_id),
            str(name),
            int(links),
            int(pages),
            int(anchors),
            metric,
            seen,
            bool(followed),
            links == lost,
            anchor,
            PLACEMENTS[placement],
            rel_words(rel) if rel else None,
            LINK_TYPES[kind],
            decision,
            *paces.get(int(domain_id), (None, None)),
        )


def _paces(store: Store, ids: list[int], now: int, undated: str) -> dict[int, tuple[int, float]]:
    """(links of the last week, links of a usual week before) of domains that are known for long enough."""
    week, year = now - _WEEK, now - _WEEK * (1 + _WEEKS)
    paces: dict[int, tuple[int, float]] = {}
    for domain_id, new, usual, first in store.lookup(
        f"SELECT domain_id, sum(CASE WHEN first_seen >= {int(week)} THEN 1 ELSE 0 END),"
        f" sum(CASE WHEN first_seen >= {int(year)} AND first_seen < {int(week)} THEN 1 ELSE 0 END),"
        f" min(first_seen) FROM backlink WHERE domain_id IN {{keys}} AND first_seen <= {int(now)}"
        f"{undated} GROUP BY domain_id",
        ids,
    ):
        weeks = min(_WEEKS, (week - int(first)) / _WEEK)
        if weeks >= SETTLED_WEEKS:
            paces[int(domain_id)] = (int(new), int(usual) / weeks)
    return paces


def _without(store: Store, slugs: Collection[str]) -> str:
    """The condition that leaves out links of some sources."""
    ids = [int(row_id) for row_id, slug in store.query("SELECT id, slug FROM source") if slug in slugs]
    bits = sum(1 << (row_id - 1) for row_id in ids)
    return f" AND (sources & {bits}) = 0" if bits else ""


def _usual(store: Store, ids: list[int]) -> dict[int, tuple[int, str | None, int, int, int]]:
    """(links, anchor text, rel bits, placement, type) that most links of each domain have together."""
    usual: dict[int, tuple[int, str | None, int, int, int]] = {}
    for domain_id, number, text, rel, placement, kind in store.lookup(
        "SELECT b.domain_id, count(*), a.text, b.rel, b.placement, b.link_type FROM backlink b"
        " LEFT JOIN anchor a ON a.id = b.anchor_id WHERE b.domain_id IN {keys}"
        " GROUP BY b.domain_id, a.text, b.rel, b.placement, b.link_type"
        " ORDER BY b.domain_id, count(*) DESC, a.text, b.rel, b.placement, b.link_type",
        ids,
    ):
        usual.setdefault(int(domain_id), (int(number), text, int(rel), int(placement), int(kind)))
    return usual


def manual_action(store: Store, project_id: int) -> str | None:
    """What the user tells of a manual action for links; None: nothing."""
    row = store.one("SELECT manual_action FROM project WHERE id = ?", (project_id,))
    return None if row is None else row[0]


def set_manual_action(store: Store, project_id: int, word: str) -> None:
    """Note what the user tells of a manual action (a word of quality.recommendation.ManualAction)."""
    with store.transaction():
        store.execute("UPDATE project SET manual_action = ? WHERE id = ?", (word, project_id))

"""Sightings become backlinks: one (referring page, target URL), whatever the sources.

The rules, in the order they are applied to a sighting:

* a source that names no target joins the page's backlink if there is one, else it opens one whose
  target is not known yet; the first source or look that names the target completes it;
* first seen is the earliest, last seen the latest of all sources;
* rel, anchor and placement come from our own look once there is one; before that from the source
  that told them first, refreshed by the same source;
* a source's “lost” is remembered as reported lost until another source has seen the link later;
  it never makes the state lost;
* every source keeps its own sighting, with file, row and the vendor's own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from linkstead.profile import unjudged
from linkstead.profile.blending import blend, row_age
from linkstead.profile.codes import (
    FOLLOW_OF_REL,
    LINK_TYPE_CODE,
    PLACEMENT_CODE,
    rel_bits,
)
from linkstead.profile.columns import (
    ANCHOR,
    BACKLINK_COLUMNS,
    DOMAIN,
    FIRST_SEEN,
    FOLLOWED,
    ID,
    LAST_SEEN,
    LINK_TYPE,
    LOST_AT,
    METRIC,
    PAGE,
    PLACEMENT,
    REL,
    REPORTED_LOST,
    SIGHTING_COLUMNS,
    SOURCES,
    TARGET,
    UNKNOWN_TARGET,
    counted,
)
from linkstead.profile.strings import Names, Strings
from linkstead.profile.tallies import Tallies
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.link import Batch, DomainSighting, Sighting
    from linkstead.profile.store import Store

_BACKLINK_UPDATE: Final = (
    "target_id",
    "anchor_id",
    "followed",
    "rel",
    "placement",
    "link_type",
    "sources",
    "reported_lost",
    "first_seen",
    "last_seen",
    "lost_at",
    "metric",
)
_SIGHTING_UPDATE: Final = (
    "UPDATE sighting SET rel = ?, placement = ?, file_id = ?, row_number = ?, first_seen = ?, last_seen = ?,"
    " lost_at = ?, lost_reason = ?, http_status = ?, page_metric = ?, domain_metric = ?, metrics = ?"
    " WHERE backlink_id = ? AND source_id = ? AND anchor_id = ? AND link_type = ?"
)


@dataclass(slots=True)
class Merged:
    """What a batch brought."""

    sightings: int = 0
    new_links: int = 0
    new_pages: int = 0
    refreshed: int = 0
    domains: int = 0
    first_seen_min: int | None = None
    first_seen_max: int | None = None


@lru_cache(maxsize=65_536)
def top_level_domain(domain: str) -> str:
    """The last label of a domain; `ip` for addresses."""
    last = domain.rpartition(".")[2]
    return "ip" if last.isdigit() or domain.startswith("[") else last


class Merger:
    """Merges the batches of one source file into one project."""

    def __init__(self, store: Store, project_id: int, *, source: str, file_id: int, use_metric: bool) -> None:
        self._store = store
        self.project_id = project_id
        self._file_id = file_id
        self._use_metric = use_metric
        self._domains = Strings(store, project_id, "domain", "name")
        self._targets = Strings(store, project_id, "target", "url")
        self._anchors = Strings(store, project_id, "anchor", "text")
        self._tlds = Names(store, "tld", "name")
        self._source_id = Names(store, "source", "slug").id_of(source)
        self._source_bit = 1 << (self._source_id - 1)
        self._tallies = Tallies()

    def merge(self, batch: Batch) -> Merged:
        """Write one batch, inside the caller's transaction, which must end with `flush`.

        After a rollback call `forget`.
        """
        work = _Work()
        self._resolve(batch)
        self._load(batch, work)
        for sighting in batch.sightings:
            self._merge_one(sighting, work)
        self._write(work)
        dates = [s.first_seen for s in batch.sightings if s.first_seen is not None]
        merged = Merged(
            len(batch.sightings),
            len(work.new_links),
            len(work.new_pages),
            len(work.old),
            len(batch.domains),
            min(dates, default=None),
            max(dates, default=None),
        )
        self._merge_domains(batch.domains)
        return merged

    def flush(self) -> None:
        """Write the new strings and the figures of all batches since the last flush."""
        owners = self._tallies.owners
        self._domains.write(
            owners["domain"], ("tld_id", lambda name: self._tlds.known[top_level_domain(name)])
        )
        self._targets.write(owners["target"])
        self._anchors.write(owners["anchor"])
        self._tallies.write(self._store, self.project_id)
        self._tallies = Tallies()

    def forget(self) -> None:
        """Drop what is remembered of rows that a rollback took away."""
        self._tallies = Tallies()
        for strings in (self._domains, self._targets, self._anchors):
            strings.forget()

    # -- reading what is there ------------------------------------------------------------------

    def _resolve(self, batch: Batch) -> None:
        sightings = batch.sightings
        names = {s.page_domain for s in sightings}
        names.update(d.domain for d in batch.domains)
        self._domains.resolve(names)
        self._targets.resolve({s.target_url or UNKNOWN_TARGET for s in sightings} | {UNKNOWN_TARGET})
        self._anchors.resolve({s.anchor_text for s in sightings if s.anchor_text is not None})
        for name in names:
            self._tlds.id_of(top_level_domain(name))

    def _load(self, batch: Batch, work: _Work) -> None:
        """Find the pages, backlinks and sightings of a batch that are already there."""
        urls = [s.page_url for s in batch.sightings]
        by_key = dict(zip(batch.page_keys or map(identity_key, urls), urls, strict=True))
        found = self._store.lookup(
            f"SELECT key, id, title FROM page WHERE project_id = {int(self.project_id)} AND key IN {{keys}}",
            by_key,
        )
        for key, page_id, title in found:
            work.pages[by_key.pop(key)] = page_id
            work.titles[page_id] = title
        self._plan_pages(batch.sightings, by_key, work)
        old_pages = list(work.titles)
        columns = ", ".join(BACKLINK_COLUMNS)
        for values in self._store.lookup(
            f"SELECT {columns} FROM backlink WHERE page_id IN {{keys}}",
            old_pages,
        ):
            row = list(values)
            work.by_page.setdefault(row[PAGE], {})[row[TARGET]] = row
        self._load_sightings(work)

    def _plan_pages(self, sightings: list[Sighting], missing: dict[int, str], work: _Work) -> None:
        """Give new pages their ids and rows."""
        if not missing:
            return
        key_of = {url: key for key, url in missing.items()}
        next_id = self._store.ids("page", len(missing))
        project_id, known = self.project_id, self._domains.known
        for s in sightings:
            key = key_of.pop(s.page_url, None)
            if key is not None:
                work.pages[s.page_url] = next_id
                work.new_pages.append(
                    (next_id, project_id, key, s.page_url, known[s.page_domain], s.title, s.language)
                )
                next_id += 1

    def _load_sightings(self, work: _Work) -> None:
        backlinks = [row[ID] for rows in work.by_page.values() for row in rows.values()]
        for values in self._store.lookup(
            "SELECT backlink_id, source_id, anchor_id, link_type FROM sighting WHERE backlink_id IN {keys}",
            backlinks,
        ):
            work.old_sightings.add(values)

    # -- merging --------------------------------------------------------------------------------

    def _merge_one(self, s: Sighting, work: _Work) -> None:
        page_id = work.pages[s.page_url]
        target_id = self._targets.known[s.target_url or UNKNOWN_TARGET]
        anchor_id = None if s.anchor_text is None else self._anchors.known[s.anchor_text]
        rel = rel_bits(s.nofollow, s.ugc, s.sponsored)
        link_type = LINK_TYPE_CODE.get(s.link_type, 0)
        placement = PLACEMENT_CODE.get(s.placement, 0)
        metric = (s.page_metric if s.domain_metric is None else s.domain_metric) if self._use_metric else None
        if s.title and page_id in work.titles and work.titles[page_id] != s.title:
            work.titles[page_id] = s.title
            work.new_titles[page_id] = (s.title, s.language)
        row = self._row_for(page_id, target_id, work)
        if row is None:
            row = [
                0,
                self.project_id,
                page_id,
                self._domains.known[s.page_domain],
                target_id,
                anchor_id,
                self._tlds.known[top_level_domain(s.page_domain)],
                0,
                FOLLOW_OF_REL[rel],
                rel,
                placement,
                link_type,
                self._source_bit,
                0 if s.lost_at is None else 1,
                s.first_seen,
                s.last_seen,
                s.lost_at,
                None,
                metric,
            ]
            work.by_page.setdefault(page_id, {})[target_id] = row
            work.new_links.append(row)
        else:
            self._keep_before(row, work)
            blend(row, s, self._source_bit, (anchor_id, rel, placement, link_type), metric)
        work.seen.append((row, s, anchor_id, rel, placement, link_type))

    def _row_for(self, page_id: int, target_id: int, work: _Work) -> list[Any] | None:
        """The backlink that a sighting belongs to, completed with its target if that was unknown."""
        rows = work.by_page.get(page_id)
        if not rows:
            return None
        row = rows.get(target_id)
        if row is not None:
            return row
        unknown = self._targets.known[UNKNOWN_TARGET]
        if target_id == unknown:
            return min(rows.values(), key=row_age)
        row = rows.pop(unknown, None)
        if row is not None:
            self._keep_before(row, work)
            row[TARGET] = target_id
            rows[target_id] = row
        return row

    def _keep_before(self, row: list[Any], work: _Work) -> None:
        if row[ID] and row[ID] not in work.old:
            work.old[row[ID]] = (tuple(row), row)

    # -- writing --------------------------------------------------------------------------------

    def _write(self, work: _Work) -> None:
        tallies = self._tallies
        first = self._store.ids("backlink", len(work.new_links)) if work.new_links else 0
        for row_id, row in enumerate(work.new_links, first):
            row[ID] = row_id
        changed = [(before, row) for before, row in work.old.values() if before != tuple(row)]
        tallies.count([counted(before) for before, _ in changed], -1)
        tallies.count([counted(row) for _, row in changed], +1)
        tallies.count([counted(row) for row in work.new_links], +1)
        store = self._store
        store.insert(
            "page", ("id", "project_id", "key", "url", "domain_id", "title", "language"), work.new_pages
        )
        store.insert("backlink", BACKLINK_COLUMNS, work.new_links)
        _update(store, "backlink", _BACKLINK_UPDATE, [_backlink_changes(row) for _, row in changed])
        _update(store, "page", ("title", "language"), [(*v, k) for k, v in work.new_titles.items()])
        self._write_sightings(work)
        unjudged.mark(store, self.project_id, (row[DOMAIN] for row in work.new_links))
        unjudged.mark_changed(store, self.project_id, changed)

    def _write_sightings(self, work: _Work) -> None:
        """Each source's own row; within a batch the last one of the same key stands."""
        fresh: dict[tuple[int, int, int, int], tuple[Any, ...]] = {}
        renewed: dict[tuple[int, int, int, int], tuple[Any, ...]] = {}
        source_id, file_id, old = self._source_id, self._file_id, work.old_sightings
        for row, s, anchor_id, rel, placement, link_type in work.seen:
            key = (row[ID], source_id, anchor_id or 0, link_type)
            # from first_seen on, the columns stand in the order of the Sighting
            if key in old:
                renewed[key] = (rel, placement, file_id, s[0], *s[12:], *key)
            else:
                fresh[key] = (*key, rel, placement, file_id, file_id, s[0], *s[12:])
        self._store.insert("sighting", SIGHTING_COLUMNS, list(fresh.values()))
        self._store.many(_SIGHTING_UPDATE, list(renewed.values()))

    def _merge_domains(self, domains: list[DomainSighting]) -> None:
        """Rows of a referring-domains table: kept as they are, refreshed by the same source."""
        if not domains:
            return
        latest = {d.domain: d for d in domains}
        first = self._store.ids("domain_sighting", len(latest))
        rows = [
            (
                row_id,
                self.project_id,
                self._domains.known[d.domain],
                self._source_id,
                self._file_id,
                d.row,
                d.links,
                d.followed_links,
                d.first_seen,
                d.last_seen,
                d.lost_at,
                d.domain_metric,
                d.metrics,
            )
            for row_id, d in enumerate(latest.values(), first)
        ]
        self._store.many(
            "INSERT INTO domain_sighting (id, project_id, domain_id, source_id, file_id, row_number, links,"
            " followed_links, first_seen, last_seen, lost_at, domain_metric, metrics)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (project_id, domain_id, source_id) DO UPDATE SET file_id = excluded.file_id,"
            " row_number = excluded.row_number, links = excluded.links,"
            " followed_links = excluded.followed_links, first_seen = excluded.first_seen,"
            " last_seen = excluded.last_seen, lost_at = excluded.lost_at,"
            " domain_metric = excluded.domain_metric, metrics = excluded.metrics",
            rows,
        )


class _Work:
    """One batch on its way: what was there, what is new, what changed."""

    def __init__(self) -> None:
        self.pages: dict[str, int] = {}
        self.titles: dict[int, str | None] = {}
        self.new_titles: dict[int, tuple[str, str | None]] = {}
        self.new_pages: list[tuple[Any, ...]] = []
        self.by_page: dict[int, dict[int, list[Any]]] = {}
        self.new_links: list[list[Any]] = []
        self.old: dict[int, tuple[tuple[Any, ...], list[Any]]] = {}
        self.old_sightings: set[tuple[Any, ...]] = set()
        self.seen: list[tuple[list[Any], Sighting, int | None, int, int, int]] = []


def _backlink_changes(row: list[Any]) -> tuple[Any, ...]:
    return (
        row[TARGET],
        row[ANCHOR],
        row[FOLLOWED],
        row[REL],
        row[PLACEMENT],
        row[LINK_TYPE],
        row[SOURCES],
        row[REPORTED_LOST],
        row[FIRST_SEEN],
        row[LAST_SEEN],
        row[LOST_AT],
        row[METRIC],
        row[ID],
    )


def _update(store: Store, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    """Write changed rows; each ends with its id."""
    if rows:
        changes = ", ".join(f"{column} = ?" for column in columns)
        store.many(f"UPDATE {table} SET {changes} WHERE id = ?", rows)

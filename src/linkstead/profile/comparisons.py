"""Where sources and our own looks, or sources among themselves, tell a link differently."""

from __future__ import annotations

import json
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.codes import REL_KNOWN, STATE_CODE, rel_words
from linkstead.profile.targets import SHOWN_BROKEN
from linkstead.summary import Change, Disagreement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkstead.profile.store import Store

_LIVE: Final = STATE_CODE["live"]

#: The last look that found a link beside each of its sightings. The look speaks of the markup (`rel`), so
#: that a page-wide nofollow is not mistaken for a changed link. Where both tell the same anchor, or no
#: qualifying token at all, nothing can have changed: most links are left out before any text is read.
_BESIDE: Final = (
    "SELECT b.metric, b.id, s.slug, g.rel, l.rel, ga.text, la.text FROM backlink b"
    " JOIN look l ON l.id = b.look_id JOIN sighting g ON g.backlink_id = b.id"
    " JOIN source s ON s.id = g.source_id"
    " LEFT JOIN anchor ga ON ga.id = g.anchor_id LEFT JOIN anchor la ON la.id = l.anchor_id"
    " WHERE b.project_id = ? AND l.outcome = 'found' AND (g.anchor_id NOT IN (0, l.anchor_id)"
    f" OR (g.rel & {REL_KNOWN}) <> 0 AND ((g.rel & 7) <> 0 OR l.rel <> ''))"
)


class _Difference(NamedTuple):
    """One fact told and seen differently. They sort as they are listed: the best links first."""

    rank: tuple[bool, float, int, str, str]
    what: str
    told: str
    seen: str

    @property
    def backlink_id(self) -> int:
        return self.rank[2]


class Compared(NamedTuple):
    """What our looks saw otherwise than sources had told: the first of the list, and how many of all."""

    changes: tuple[Change, ...]
    turned_nofollow: int
    anchor_changed: int


def compare(store: Store, project_id: int, limit: int) -> Compared:
    """Facts that our look saw otherwise than a source had told, at most `limit` of them in words."""
    rows = store.query(_BESIDE, (project_id,))
    found = [difference for row in rows for difference in _row_differences(row)]
    return Compared(
        _in_words(store, nsmallest(limit, found)),
        sum(each.what == "rel" and each.told == "followed" for each in found),
        sum(each.what == "anchor text" for each in found),
    )


def _row_differences(row: tuple[Any, ...]) -> Iterator[_Difference]:
    metric, backlink_id, source, told_rel, seen_rel, told_anchor, seen_anchor = row
    rank = (metric is None, -(metric or 0.0), int(backlink_id), str(source))
    if told_rel & REL_KNOWN:
        told, seen = _qualifiers(rel_words(told_rel)), _qualifiers((seen_rel or "").split())
        if bool(told) != bool(seen):
            yield _Difference((*rank, ""), "rel", told or "followed", seen or "followed")
    if told_anchor is not None and seen_anchor is not None and _differs(told_anchor, seen_anchor):
        yield _Difference((*rank, "then"), "anchor text", told_anchor, seen_anchor)


def _in_words(store: Store, found: Sequence[_Difference]) -> tuple[Change, ...]:
    names = {
        row_id: (page, target or None)
        for row_id, page, target in store.lookup(
            "SELECT b.id, p.url, t.url FROM backlink b JOIN page p ON p.id = b.page_id"
            " JOIN target t ON t.id = b.target_id WHERE b.id IN {keys}",
            {each.backlink_id for each in found},
        )
    }
    return tuple(
        Change(*names[each.backlink_id], each.what, each.told, each.seen, each.rank[3])
        for each in found
        if each.backlink_id in names
    )


def _qualifiers(tokens: list[str] | tuple[str, ...]) -> str:
    return " ".join(token for token in ("nofollow", "ugc", "sponsored") if token in tokens)


def _differs(told: str, seen: str) -> bool:
    """Whether two anchor texts are different texts, not merely different spacing or case."""
    one, other = " ".join(told.split()).casefold(), " ".join(seen.split()).casefold()
    cut = one.removesuffix("...").removesuffix("…")
    return one != other and not (cut != one and other.startswith(cut))


def figures(store: Store, project_id: int, compared: Compared) -> dict[str, int]:
    """Counts that lists are too short for (the keys that audit rules read)."""
    found = {"turned_nofollow": compared.turned_nofollow, "anchor_changed": compared.anchor_changed}
    counts = ", ".join(f"count(CASE WHEN {condition} THEN 1 END)" for condition in _LOOK_FIGURES.values())
    row = store.one(
        f"SELECT {counts} FROM backlink b JOIN look l ON l.id = b.look_id"
        f" WHERE b.project_id = ? AND b.state = {_LIVE}",
        (project_id,),
    )
    found |= {key: int(count) for key, count in zip(_LOOK_FIGURES, row or (), strict=False)}
    found["reported_lost_live"] = _count(
        store,
        "SELECT count(*) FROM backlink b WHERE b.project_id = ? AND b.state = "
        f"{_LIVE} AND EXISTS (SELECT 1 FROM sighting g WHERE g.backlink_id = b.id AND g.lost_at IS NOT NULL)",
        project_id,
    )
    broken = f"FROM target WHERE project_id = ? AND {SHOWN_BROKEN} AND links > 0"
    found["broken_targets"] = _count(store, f"SELECT count(*) {broken}", project_id)
    found["temporary_targets"], found["temporary_target_links"] = _temporary(store, project_id)
    found["broken_target_links"] = _count(store, f"SELECT coalesce(sum(links), 0) {broken}", project_id)
    found |= _shape(store, project_id)
    return found


def _shape(store: Store, project_id: int) -> dict[str, int]:
    """Where links lead and which domains are gone, from the figures kept beside targets and domains."""
    homes = _home_pages(store, project_id)
    row = store.one(
        "SELECT coalesce(sum(links), 0),"
        " coalesce(sum(CASE WHEN outcome = 'redirected' THEN links ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN url IN ({', '.join('?' * len(homes))}) THEN links ELSE 0 END), 0)"
        " FROM target WHERE project_id = ? AND links > 0 AND url <> ''",
        (*homes, project_id),
    )
    keys = ("targeted_links", "redirected_target_links", "home_links")
    found = {key: int(count) for key, count in zip(keys, row or (), strict=False)}
    gone = "SELECT count(*) FROM domain WHERE project_id = ? AND links > 0 AND lost = links"
    return found | {"lost_domains": _count(store, gone, project_id)}


def _home_pages(store: Store, project_id: int) -> tuple[str, ...]:
    """The addresses of a project's home page, in normal form."""
    row = store.one("SELECT site FROM project WHERE id = ?", (project_id,))
    site = str(row[0]).removeprefix("www.") if row else ""
    return tuple(f"{scheme}://{host}/" for scheme in ("https", "http") for host in (site, f"www.{site}"))


#: Redirects that promise to change again (RFC 9110, section 15.4); hops are stored as "302 URL".
_TEMPORARY: Final = ("302 ", "303 ", "307 ")


def _temporary(store: Store, project_id: int) -> tuple[int, int]:
    """(targets that redirect for the time being, the links that point at them)."""
    rows = store.query(
        "SELECT hops, links FROM target WHERE project_id = ? AND outcome = 'redirected' AND links > 0",
        (project_id,),
    )
    links = [
        int(n) for hops, n in rows if any(hop.startswith(_TEMPORARY) for hop in json.loads(hops or "[]"))
    ]
    return len(links), sum(links)


_LOOK_FIGURES: Final = {
    "hidden": "l.hidden IS NOT NULL",
    "noindex": "(l.noindex_from LIKE '%robots meta%' OR l.noindex_from LIKE '%X-Robots-Tag%')",
    "not_canonical": "l.noindex_from LIKE '%canonical%'",
}


def _count(store: Store, question: str, project_id: int) -> int:
    row = store.one(question, (project_id,))
    return int(row[0]) if row else 0


_EXAMPLES: Final = 5

_DISAGREEMENTS: Final = {
    "nofollow": "min(CASE WHEN g.rel & 8 <> 0 THEN CASE WHEN g.rel & 7 <> 0 THEN 1 ELSE 0 END END) <>"
    " max(CASE WHEN g.rel & 8 <> 0 THEN CASE WHEN g.rel & 7 <> 0 THEN 1 ELSE 0 END END)",
    "lost": "min(CASE WHEN g.lost_at IS NULL THEN 0 ELSE 1 END) <>"
    " max(CASE WHEN g.lost_at IS NULL THEN 0 ELSE 1 END)",
    "anchor text": "min(CASE WHEN g.anchor_id = 0 THEN NULL ELSE g.anchor_id END) <>"
    " max(CASE WHEN g.anchor_id = 0 THEN NULL ELSE g.anchor_id END)",
}


#: Links that more than one source tells of (more than one bit is set), each with its sightings.
_TOLD_TWICE: Final = (
    "FROM backlink b JOIN sighting g ON g.backlink_id = b.id"
    " WHERE b.project_id = ? AND b.sources & (b.sources - 1) <> 0"
    " GROUP BY b.id HAVING count(DISTINCT g.source_id) > 1"
)


def disagreements(store: Store, project_id: int) -> tuple[Disagreement, ...]:
    """What sources say differently about the same backlinks. A source alone disagrees with nobody."""
    each = ", ".join(
        f"CASE WHEN {differ} THEN 1 ELSE 0 END AS n{n}" for n, differ in enumerate(_DISAGREEMENTS.values())
    )
    sums = ", ".join(f"sum(n{n})" for n in range(len(_DISAGREEMENTS)))
    row = store.one(f"SELECT {sums} FROM (SELECT {each} {_TOLD_TWICE}) AS told", (project_id,))
    counts = dict(zip(_DISAGREEMENTS, row or (), strict=True))
    return tuple(
        Disagreement(what, int(number), tuple(_examples(store, project_id, _DISAGREEMENTS[what])))
        for what, number in counts.items()
        if number
    )


def _examples(store: Store, project_id: int, differ: str) -> Iterator[dict[str, str | int | float | None]]:
    """The first links of which sources say this differently."""
    rows = store.query(
        f"SELECT b.id {_TOLD_TWICE} AND {differ} ORDER BY b.id LIMIT {_EXAMPLES}", (project_id,)
    )
    for (row_id,) in rows:
        yield _example(store, int(row_id))


def _example(store: Store, backlink_id: int) -> dict[str, str | int | float | None]:
    rows = store.query(
        "SELECT p.url, t.url, s.slug, g.rel, g.lost_at, a.text FROM backlink b"
        " JOIN page p ON p.id = b.page_id JOIN target t ON t.id = b.target_id"
        " JOIN sighting g ON g.backlink_id = b.id"
        " JOIN source s ON s.id = g.source_id LEFT JOIN anchor a ON a.id = g.anchor_id WHERE b.id = ?"
        " ORDER BY s.slug LIMIT 10",
        (backlink_id,),
    )
    told = "; ".join(f"{row[2]}: {_told(row)}" for row in rows)
    return {"page": rows[0][0], "target": rows[0][1] or None, "told": told}


def _told(row: tuple[Any, ...]) -> str:
    rel = " ".join(rel_words(row[3])) or ("followed" if row[3] else "rel unknown")
    return ", ".join([rel, "lost" if row[4] else "not lost", f"“{row[5]}”" if row[5] else "no anchor"])

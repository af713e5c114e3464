"""Writing what our looks saw: one transaction for looks, present states, figures and appointments.

A look is one row that is never changed; the backlink beside it carries the present state. Writing the
same look twice changes nothing: (backlink, moment) is its key, and so is (backlink, appointment). A look
older than the newest, as a process may bring that has lost its host, joins the history behind the present.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from linkstead.link import LinkStatus, Outcome
from linkstead.profile import history, search, unjudged
from linkstead.profile.codes import (
    FOLLOW_UNKNOWN,
    FOLLOWED,
    LINK_TYPE_CODE,
    NOT_FOLLOWED,
    PLACEMENT_CODE,
    STATE_CODE,
    rel_bits,
)
from linkstead.profile.columns import (
    ANCHOR,
    BACKLINK_COLUMNS,
    DOMAIN,
    FIRST_SEEN,
    LAST_CHECKED,
    LAST_SEEN,
    LINK_TYPE,
    LOST_AT,
    PAGE,
    PLACEMENT,
    REL,
    REPORTED_LOST,
    STATE,
    TARGET,
    UNKNOWN_TARGET,
    counted,
)
from linkstead.profile.columns import FOLLOWED as FOLLOWED_COLUMN
from linkstead.profile.strings import Strings
from linkstead.profile.tallies import Tallies
from linkstead.urls import try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.link import Link, Verdict
    from linkstead.profile.looks import Judged
    from linkstead.profile.store import Store


_LOOK_COLUMNS: Final = (
    "backlink_id",
    "project_id",
    "checked_at",
    "outcome",
    "reason",
    "explanation",
    "http_status",
    "followed",
    "nofollow_from",
    "indexable",
    "noindex_from",
    "anchor_id",
    "rel",
    "placement",
    "hidden",
    "found_url",
    "final_url",
    "redirects",
    "tls_invalid",
    "left_text",
    "right_text",
    "links",
    "due_at",
    "state",
    "via",
    "link_type",
    "rendered",
    "unchanged",
    "intermittent",
    "fingerprint",
    "evidence_id",
)
#: What a look that saw an unchanged page takes from the look before it.
_COPIED: Final = (
    "followed",
    "nofollow_from",
    "indexable",
    "noindex_from",
    "anchor_id",
    "rel",
    "placement",
    "link_type",
    "hidden",
    "found_url",
    "left_text",
    "right_text",
    "links",
    "fingerprint",
    "evidence_id",
)

_CHANGED: Final = (
    "target_id",
    "anchor_id",
    "state",
    "followed",
    "rel",
    "placement",
    "link_type",
    "reported_lost",
    "first_seen",
    "last_seen",
    "lost_at",
    "last_checked",
)


def record(store: Store, project_id: int, judged: Sequence[Judged]) -> None:
    """Write looks and the states that follow, in one transaction with all figures.

    A look that kept an appointment which another look kept before is left out as a whole.
    """
    judged = _first_to_come(store, judged)
    if not judged:
        return
    with store.transaction():
        anchors = Strings(store, project_id, "anchor", "text")
        targets = Strings(store, project_id, "target", "url")
        anchors.resolve({j.verdict.speaks.anchor_text for j in judged if j.verdict.speaks})
        targets.resolve({_found_target(j.verdict) for j in judged} | {UNKNOWN_TARGET})
        rows = _backlinks(store, [j.backlink_id for j in judged])
        before = {row_id: tuple(row) for row_id, row in rows.items()}
        taken = _taken_targets(store, {row[PAGE] for row in rows.values()})
        here = [each for each in judged if each.backlink_id in rows]
        late: list[int] = []
        for each in here:
            row = rows[each.backlink_id]
            if row[LAST_CHECKED] is not None and each.verdict.checked_at <= row[LAST_CHECKED]:
                late.append(each.backlink_id)
                continue
            _apply(row, each, anchors.known)
            _name_target(row, each.verdict, targets.known, taken)
        _write_changes(store, project_id, before, rows, (anchors, targets))
        _write_looks(store, project_id, here, anchors.known)
        _refresh_titles(store, rows, judged)
        if late:
            history.refold(store, project_id, late)
        search.keep_up(store)


def _first_to_come(store: Store, judged: Sequence[Judged]) -> list[Judged]:
    """Without the looks at appointments that were kept already."""
    kept = {
        (backlink_id, due_at)
        for backlink_id, due_at in store.lookup(
            "SELECT backlink_id, due_at FROM look WHERE due_at IS NOT NULL AND backlink_id IN {keys}",
            [j.backlink_id for j in judged if j.due_at is not None],
        )
    }
    return [j for j in judged if (j.backlink_id, j.due_at) not in kept]


def _backlinks(store: Store, ids: Sequence[int]) -> dict[int, list[Any]]:
    columns = ", ".join(BACKLINK_COLUMNS)
    return {
        values[0]: list(values)
        for values in store.lookup(f"SELECT {columns} FROM backlink WHERE id IN {{keys}}", ids)
    }


def _taken_targets(store: Store, page_ids: Iterable[int]) -> set[tuple[int, int]]:
    """The (page, target) pairs that are backlinks already."""
    return set(store.lookup("SELECT page_id, target_id FROM backlink WHERE page_id IN {keys}", page_ids))


def _found_target(verdict: Verdict) -> str:
    return (try_normalise_url(verdict.speaks.url) if verdict.speaks else None) or UNKNOWN_TARGET


def _apply(row: list[Any], judged: Judged, anchors: dict[str, int]) -> None:
    verdict, at = judged.verdict, judged.verdict.checked_at
    before = row[STATE]
    row[STATE] = STATE_CODE[judged.state]
    row[LAST_CHECKED] = at
    if verdict.outcome is Outcome.FOUND:
        row[LAST_SEEN] = max(at, row[LAST_SEEN] or 0)
        row[FIRST_SEEN] = at if row[FIRST_SEEN] is None else row[FIRST_SEEN]
        row[REPORTED_LOST], row[LOST_AT] = 0, None
        if verdict.unchanged:
            return
        row[FOLLOWED_COLUMN] = follow_code(verdict.followed)
        if verdict.speaks is not None:
            _take_link(row, verdict.speaks, anchors)
    elif judged.state is LinkStatus.LOST and before != STATE_CODE[LinkStatus.LOST]:
        row[LOST_AT] = at


def _take_link(row: list[Any], link: Link, anchors: dict[str, int]) -> None:
    attributes = link.attributes
    row[REL] = rel_bits(attributes.nofollow, attributes.ugc, attributes.sponsored)
    row[PLACEMENT] = PLACEMENT_CODE[str(link.placement)]
    row[LINK_TYPE] = LINK_TYPE_CODE[str(link.type)]
    row[ANCHOR] = anchors[link.anchor_text]


def follow_code(followed: bool | None) -> int:
    """The stored code of a verdict's `followed`."""
    if followed is None:
        return FOLLOW_UNKNOWN
    return FOLLOWED if followed else NOT_FOLLOWED


def _name_target(
    row: list[Any], verdict: Verdict, targets: dict[str, int], taken: set[tuple[int, int]]
) -> None:
    """A backlink whose target nobody had named takes the one that we found, if it is free."""
    found = _found_target(verdict)
    pair = (row[PAGE], targets[found])
    if found and row[TARGET] == targets[UNKNOWN_TARGET] and pair not in taken:
        row[TARGET] = targets[found]
        taken.add(pair)


def _write_changes(
    store: Store,
    project_id: int,
    before: dict[int, tuple[Any, ...]],
    rows: dict[int, list[Any]],
    strings: tuple[Strings, Strings],
) -> None:
    tallies = Tallies()
    tallies.count([counted(row) for row in before.values()], -1)
    tallies.count([counted(row) for row in rows.values()], +1)
    anchors, targets = strings
    anchors.write(tallies.owners["anchor"])
    targets.write(tallies.owners["target"])
    positions = [BACKLINK_COLUMNS.index(column) for column in _CHANGED]
    changes = ", ".join(f"{column} = ?" for column in _CHANGED)
    store.many(
        f"UPDATE backlink SET {changes} WHERE id = ?",
        [(*(row[position] for position in positions), row_id) for row_id, row in rows.items()],
    )
    tallies.write(store, project_id)
    unjudged.mark_changed(store, project_id, ((before[row_id], row) for row_id, row in rows.items()))
    # a first look tells what is around the link, and whether search engines may read the page
    first = (row[DOMAIN] for row_id, row in rows.items() if before[row_id][LAST_CHECKED] is None)
    unjudged.mark(store, project_id, first)


def _write_looks(store: Store, project_id: int, judged: Sequence[Judged], anchors: dict[str, int]) -> None:
    marks = ", ".join("?" * len(_LOOK_COLUMNS))
    store.many(
        f"INSERT INTO look ({', '.join(_LOOK_COLUMNS)}) VALUES ({marks}) ON CONFLICT DO NOTHING",
        [_look_row(project_id, each, anchors) for each in judged],
    )
    copied = ", ".join(f"{column} = (SELECT {column} FROM look o WHERE o.id = ?)" for column in _COPIED)
    store.many(
        f"UPDATE look SET {copied} WHERE backlink_id = ? AND checked_at = ?",
        [
            (*(j.copy_of for _ in _COPIED), j.backlink_id, j.verdict.checked_at)
            for j in judged
            if j.copy_of is not None
        ],
    )
    store.many(
        "UPDATE backlink SET look_id = (SELECT id FROM look WHERE backlink_id = ? AND checked_at = ?)"
        " WHERE id = ? AND last_checked = ?",
        [(j.backlink_id, j.verdict.checked_at, j.backlink_id, j.verdict.checked_at) for j in judged],
    )


def _look_row(project_id: int, judged: Judged, anchors: dict[str, int]) -> tuple[Any, ...]:
    v = judged.verdict
    link = v.speaks
    return (
        judged.backlink_id,
        project_id,
        v.checked_at,
        str(v.outcome),
        str(v.reason),
        v.explanation,
        v.http_status,
        follow_code(v.followed),
        ", ".join(v.nofollow_from) or None,
        None if v.indexable is None else int(v.indexable),
        ", ".join(v.noindex_from) or None,
        anchors[link.anchor_text] if link else None,
        " ".join(link.rel) if link else None,
        PLACEMENT_CODE[str(link.placement)] if link else 0,
        link.hidden if link else None,
        link.url if link else None,
        v.final_url,
        json.dumps([[r.url, r.status, r.location] for r in v.redirects]) if v.redirects else None,
        v.tls_invalid,
        link.left if link else None,
        link.right if link else None,
        len(v.links),
        judged.due_at,
        STATE_CODE[judged.state],
        v.via,
        LINK_TYPE_CODE[str(link.type)] if link else 0,
        int(v.rendered),
        int(v.unchanged),
        int(judged.intermittent),
        v.fingerprint,
        judged.evidence_id,
    )


def _refresh_titles(store: Store, rows: dict[int, list[Any]], judged: Sequence[Judged]) -> None:
    """A page's title and language as we read them, for pages whose source told none."""
    store.many(
        "UPDATE page SET title = coalesce(title, ?), language = coalesce(language, ?) WHERE id = ?",
        [
            (j.verdict.page_title, j.verdict.page_language, rows[j.backlink_id][PAGE])
            for j in judged
            if j.backlink_id in rows and (j.verdict.page_title or j.verdict.page_language)
        ],
    )

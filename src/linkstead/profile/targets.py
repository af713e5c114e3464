"""Our own pages that backlinks point at: which are due, what our looks gave, what could replace them.

`outcome` of a target is `ok`, `redirected`, `broken`, `in doubt` (it failed once, and nobody has looked
again) or `unknown`. How one follows from looks is for `journey.targets`; here are the rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.profile import unjudged
from linkstead.profile.codes import STATE_CODE
from linkstead.urls import identity_key, is_within, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.profile.store import Store

OK: Final = "ok"
REDIRECTED: Final = "redirected"
BROKEN: Final = "broken"
IN_DOUBT: Final = "in doubt"
UNKNOWN: Final = "unknown"

#: Statuses with which the server itself says that the page is gone.
GONE: Final = (404, 410)
#: A look that follows a failing one as soon as this (seconds) saw the same moment of the server. Where
#: there was no answer at all the fault may be on our own way to it, and lasts longer.
CONFIRM_AFTER: Final = 15 * 60
CONFIRM_SILENCE_AFTER: Final = 2 * 3_600

_FAILING: Final = f"('{BROKEN}', '{IN_DOUBT}')"
_LOST: Final = STATE_CODE["lost"]
#: Of a target with very many links, the anchor texts of so many are counted.
_LINKS_COUNTED: Final = 2_000


class DueTarget(NamedTuple):
    """A target to look at, as the look before left it (`outcome` None: never looked at)."""

    target_id: int
    url: str
    outcome: str | None
    http_status: int | None
    checked_at: int | None


class SaidOfItself(NamedTuple):
    """What one of our own pages says of itself: language, first words, accounts, domains it links to."""

    language: str | None
    opening: str
    ids: tuple[str, ...]
    links_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """What our look at a page of ours gave: see the head of this module for `outcome`.

    `hops` are `"301 https://..."` in their order; `title` and `canonical` are those of the page where they
    end, None where no page was read.
    """

    target_id: int
    checked_at: int
    outcome: str
    http_status: int | None
    final_url: str | None
    hops: tuple[str, ...]
    title: str | None = None
    canonical: str | None = None
    said: SaidOfItself | None = None


class BrokenTarget(NamedTuple):
    """A failing target with what is known of the page that it was."""

    target_id: int
    url: str
    title: str | None


class Suggested(NamedTuple):
    """The page that could take a target's place; all None when there is none."""

    target_id: int
    url: str | None
    score: float | None
    why: str | None


def shown_outcome(outcome: str | None, http_status: int | None) -> str:
    """The outcome for lists and audits: a 404 is shown at once, though it is told after the second only."""
    if outcome == IN_DOUBT and http_status in GONE:
        return BROKEN
    return outcome or UNKNOWN


#: The same as a condition, for counting.
SHOWN_BROKEN: Final = f"(outcome = '{BROKEN}' OR (outcome = '{IN_DOUBT}' AND http_status IN (404, 410)))"


def due_targets(
    store: Store, project_id: int, *, before: int, now: int | None = None, limit: int | None = None
) -> list[DueTarget]:
    """Targets with links that were not looked at since `before`, the most linked first.

    With `now`, those in doubt are due as soon as a second look says something.
    """
    doubt, values = "", [project_id, before]
    if now is not None:
        doubt = (
            f" OR (outcome = '{IN_DOUBT}' AND checked_at <= CASE WHEN http_status IS NULL THEN ? ELSE ? END)"
        )
        values += [now - CONFIRM_SILENCE_AFTER, now - CONFIRM_AFTER]
    cut = "" if limit is None else f" LIMIT {int(limit)}"
    rows = store.query(
        "SELECT id, url, outcome, http_status, checked_at FROM target"
        " WHERE project_id = ? AND url <> '' AND links > 0"
        f" AND (checked_at IS NULL OR checked_at < ?{doubt}) ORDER BY links DESC, id{cut}",
        values,
    )
    return [DueTarget(*row) for row in rows]


def record_targets(store: Store, checks: Sequence[TargetCheck]) -> None:
    """Write what our looks at our own pages gave.

    A title stays when a page fails, since it says what the page was; a suggestion goes when it answers.
    """
    with store.transaction():
        unjudged.mark_linking(store, _first_read(store, checks))
        store.many(
            "UPDATE target SET checked_at = ?, outcome = ?, http_status = ?, final_url = ?, hops = ?,"
            " title = coalesce(?, title), canonical = ? WHERE id = ?",
            [
                (
                    c.checked_at,
                    c.outcome,
                    c.http_status,
                    c.final_url,
                    json.dumps(c.hops),
                    _storable(c.title),
                    c.canonical,
                    c.target_id,
                )
                for c in checks
            ],
        )
        store.many(
            "UPDATE target SET language = ?, opening = ?, ids = ? WHERE id = ?",
            [
                (_storable(c.said.language), _storable(c.said.opening), " ".join(c.said.ids), c.target_id)
                for c in checks
                if c.said is not None
            ],
        )
        store.many(
            "UPDATE target SET suggested_url = NULL, suggested_score = NULL, suggested_why = NULL"
            " WHERE id = ? AND suggested_url IS NOT NULL",
            [(c.target_id,) for c in checks if c.outcome in (OK, REDIRECTED)],
        )


def _first_read(store: Store, checks: Sequence[TargetCheck]) -> list[int]:
    """Targets of which nothing was known to compare a linking page with, or whose language is another one.

    What a page begins with may change from day to day, and moves no judgement far.
    """
    said = {c.target_id: c.said for c in checks if c.said is not None}
    rows = store.lookup("SELECT id, opening, language FROM target WHERE id IN {keys}", said)
    return [
        int(row_id)
        for row_id, opening, language in rows
        if (opening is None and said[row_id].opening) or language != _storable(said[row_id].language)
    ]


def _storable(text: str | None) -> str | None:
    # PostgreSQL's text holds no NUL, and a title may
    return None if text is None else text.replace("\0", "") or None


def with_standing_links(store: Store, target_ids: Iterable[int]) -> set[int]:
    """Which of these targets have a backlink that is not lost."""
    return {
        int(row_id)
        for (row_id,) in store.lookup(
            "SELECT id FROM target t WHERE id IN {keys} AND EXISTS"
            f" (SELECT 1 FROM backlink b WHERE b.target_id = t.id AND b.state <> {_LOST})",
            target_ids,
        )
    }


def doubtful_due_at(store: Store, project_id: int) -> int | None:
    """When the next target in doubt is due for its second look; None when none is in doubt."""
    row = store.one(
        "SELECT min(checked_at + CASE WHEN http_status IS NULL THEN ? ELSE ? END) FROM target"
        f" WHERE project_id = ? AND url <> '' AND links > 0 AND outcome = '{IN_DOUBT}'",
        (CONFIRM_SILENCE_AFTER, CONFIRM_AFTER, project_id),
    )
    return None if row is None or row[0] is None else int(row[0])


def likeliest_host(store: Store, project_id: int) -> str | None:
    """A URL on the host that the project's site is served from: where its best linked target lies.

    Targets that answer come first, and then where their redirects end; None without any target.
    """
    site = _site(store, project_id)
    rows = store.query(
        "SELECT CASE WHEN outcome IN ('ok', 'redirected') THEN coalesce(final_url, url) ELSE url END"
        " FROM target WHERE project_id = ? AND url <> ''"
        " ORDER BY CASE WHEN outcome IN ('ok', 'redirected') THEN 0 ELSE 1 END, links DESC, id LIMIT 50",
        (project_id,),
    )
    return next((str(url) for (url,) in rows if is_within(url, site)), None)


def _site(store: Store, project_id: int) -> str:
    row = store.one("SELECT site FROM project WHERE id = ?", (project_id,))
    return "" if row is None else str(row[0])


# -- replacements -------------------------------------------------------------------------------


def failing(store: Store, project_id: int, *, limit: int) -> list[BrokenTarget]:
    """Targets that fail, the most linked first."""
    rows = store.query(
        "SELECT id, url, title FROM target"
        f" WHERE project_id = ? AND links > 0 AND outcome IN {_FAILING}"
        f" ORDER BY links DESC, id LIMIT {int(limit)}",
        (project_id,),
    )
    return [BrokenTarget(*row) for row in rows]


def anchors_of(store: Store, target_id: int, *, limit: int = 5) -> list[str]:
    """The anchor texts of a target's backlinks, the most frequent first."""
    rows = store.query(
        "SELECT a.text, count(*) FROM"
        f" (SELECT anchor_id FROM backlink WHERE target_id = ? LIMIT {_LINKS_COUNTED}) b"
        " JOIN anchor a ON a.id = b.anchor_id WHERE a.text <> ''"
        f" GROUP BY a.text ORDER BY count(*) DESC, a.text LIMIT {int(limit)}",
        (target_id,),
    )
    return [str(text) for text, _ in rows]


def replacements(store: Store, project_id: int) -> list[tuple[str, str | None]]:
    """(URL, title) of every page of ours that could be suggested.

    Targets that answer come first, since we have seen them; then where redirects end and what the
    sitemap lists, unless our own look found that page failing.
    """
    failed = {
        str(url)
        for (url,) in store.query(
            f"SELECT url FROM target WHERE project_id = ? AND outcome IN {_FAILING}", (project_id,)
        )
    }
    rows = store.query(
        "SELECT CASE outcome WHEN 'ok' THEN url ELSE final_url END, title FROM target"
        " WHERE project_id = ? AND url <> '' AND outcome IN ('ok', 'redirected') AND final_url IS NOT NULL"
        " ORDER BY outcome, links DESC, id",
        (project_id,),
    )
    site = _site(store, project_id)
    seen = ((try_normalise_url(url), title) for url, title in rows)
    own = [(url, title) for url, title in seen if url is not None and is_within(url, site)]
    own += store.query("SELECT url, title FROM site_page WHERE project_id = ? ORDER BY url", (project_id,))
    return [(url, title) for url, title in own if url not in failed]


def record_suggestions(store: Store, suggested: Sequence[Suggested]) -> None:
    """Write what could replace failing targets; those that answer by now are left alone."""
    with store.transaction():
        store.many(
            "UPDATE target SET suggested_url = ?, suggested_score = ?, suggested_why = ?"
            f" WHERE id = ? AND outcome IN {_FAILING}",
            [(s.url, s.score, s.why, s.target_id) for s in suggested],
        )


# -- what our pages say of themselves ------------------------------------------------------------


def keep_links_to(store: Store, project_id: int, checks: Sequence[TargetCheck]) -> None:
    """Note the domains that our own pages link to, inside the running transaction; old ones stay."""
    seen = {
        (identity_key(name), name): check.checked_at
        for check in checks
        if check.said is not None
        for name in check.said.links_to
    }
    store.many(
        "INSERT INTO site_outlink (project_id, key, name, seen_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (project_id, key) DO UPDATE SET seen_at = excluded.seen_at",
        [(project_id, key, name, at) for (key, name), at in sorted(seen.items())],
    )


class OwnTraits(NamedTuple):
    """What our own pages show: accounts, languages (BCP 47), keys of the domains that they link to."""

    ids: frozenset[str]
    languages: tuple[str, ...]
    links_to: frozenset[int]


def own_traits(store: Store, project_id: int, *, since: int) -> OwnTraits | None:
    """What our own pages show; links not seen since then are left out. None where none was read."""
    rows = store.query(
        "SELECT ids, language, count(*) FROM target WHERE project_id = ? AND ids IS NOT NULL"
        " GROUP BY ids, language ORDER BY count(*) DESC, language",
        (project_id,),
    )
    if not rows:
        return None
    links = store.query(
        "SELECT key FROM site_outlink WHERE project_id = ? AND seen_at >= ?", (project_id, since)
    )
    return OwnTraits(
        frozenset(each for ids, _, _ in rows for each in ids.split()),
        tuple(dict.fromkeys(language for _, language, _ in rows if language)),
        frozenset(int(key) for (key,) in links),
    )


# -- the site's own pages -----------------------------------------------------------------------


def site_pages_read_at(store: Store, project_id: int) -> int | None:
    """When the newest of the site's pages was seen in a sitemap; None before the first reading."""
    row = store.one("SELECT max(seen_at) FROM site_page WHERE project_id = ?", (project_id,))
    return None if row is None or row[0] is None else int(row[0])


def keep_site_pages(
    store: Store, project_id: int, urls: Sequence[str], *, seen_at: int, complete: bool, most: int = 200_000
) -> int:
    """Write the pages that sitemaps list; how many are no longer kept.

    After a complete reading those that were not in it go. After another they stay, as long as there are
    no more than `most` in all: the oldest go first.
    """
    with store.transaction():
        if store.dialect == "postgresql":  # one reading at a time; SQLite's transactions are such already
            store.query("SELECT id FROM project WHERE id = ? FOR UPDATE", (project_id,))
        known = {
            int(key): (str(url), title, int(at))
            for key, url, title, at in store.query(
                "SELECT key, url, title, seen_at FROM site_page WHERE project_id = ?", (project_id,)
            )
        }
        seen = {identity_key(url): url for url in urls}
        kept = {} if complete else {key: row for key, row in known.items() if key not in seen}
        room = max(0, most - len(seen))
        older = sorted(kept.items(), key=lambda item: -item[1][2])[:room]
        rows = [(key, url, known[key][1] if key in known else None, seen_at) for key, url in seen.items()]
        rows += [(key, *row) for key, row in older]
        store.execute("DELETE FROM site_page WHERE project_id = ?", (project_id,))
        store.insert(
            "site_page",
            ("project_id", "key", "url", "title", "seen_at"),
            [(project_id, *row) for row in rows[:most]],
        )
        written = {row[0] for row in rows[:most]}
        return sum(key not in written for key in known)

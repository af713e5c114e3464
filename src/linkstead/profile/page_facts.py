"""What our looks read of the referring pages: one row a page, written anew by the look that read it.

The facts are plain values under the names of `page.facts.PageFigures`, with `parked` and `soft_404`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile import unjudged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.profile.store import Store

#: Of a domain with more pages the first so many are read by who judges it.
MOST_PAGES: Final = 50
#: A page's opening text is kept this long, a title too: some 600 bytes a page in all.
_LONGEST_TEXT: Final = 300


class PageFactsRow(NamedTuple):
    """The facts of a page, when they were read (epoch seconds), and its server's address block."""

    page_id: int
    domain_id: int
    at: int
    block: str | None
    facts: dict[str, Any]


def keep(store: Store, project_id: int, rows: Iterable[PageFactsRow]) -> None:
    """Write the facts of pages, inside the running transaction."""
    kept = list(rows)
    store.many(
        "INSERT INTO page_facts (page_id, project_id, domain_id, at, block, facts) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (page_id) DO UPDATE SET at = excluded.at, block = excluded.block,"
        " facts = excluded.facts",
        [(row.page_id, project_id, row.domain_id, row.at, row.block, _text(row.facts)) for row in kept],
    )
    unjudged.mark(store, project_id, (row.domain_id for row in kept))


def _text(facts: dict[str, Any]) -> str:
    short = {
        name: value[:_LONGEST_TEXT] if isinstance(value, str) and name != "url" else value
        for name, value in facts.items()
        if value is not None
    }
    # PostgreSQL's text holds no NUL, and a title may
    return json.dumps(short, separators=(",", ":")).replace("\\u0000", "")


def of_pages(store: Store, page_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The facts of these pages, where they have any."""
    rows = store.lookup("SELECT page_id, facts FROM page_facts WHERE page_id IN {keys}", page_ids)
    return {int(page_id): json.loads(facts) for page_id, facts in rows}


def of_domains(store: Store, domain_ids: Sequence[int]) -> dict[int, list[PageFactsRow]]:
    """The facts of up to `MOST_PAGES` pages of each of these domains, by the domain's id."""
    found: dict[int, list[PageFactsRow]] = {}
    for page_id, domain_id, at, block, facts in store.lookup(
        "SELECT f.page_id, f.domain_id, f.at, f.block, f.facts FROM (SELECT page_id, row_number()"
        " OVER (PARTITION BY domain_id ORDER BY page_id) AS number FROM page_facts"
        f" WHERE domain_id IN {{keys}}) k JOIN page_facts f ON f.page_id = k.page_id"
        f" WHERE k.number <= {MOST_PAGES} ORDER BY f.page_id",
        domain_ids,
    ):
        row = PageFactsRow(int(page_id), int(domain_id), int(at), block, json.loads(facts))
        found.setdefault(row.domain_id, []).append(row)
    return found

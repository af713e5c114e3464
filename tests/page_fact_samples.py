"""Facts of pages for tests, as a look would keep them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from linkstead.page import read_page
from linkstead.page.facts import page_figures
from linkstead.profile import page_facts
from linkstead.profile.page_facts import PageFactsRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkstead.profile.store import Store


def keep_facts(
    store: Store,
    project_id: int,
    bodies: Mapping[str, bytes],
    *,
    block: str | None = None,
    parked: bool = False,
) -> None:
    """The facts of one page of each of these domains, read from a body."""
    rows = []
    for name, body in bodies.items():
        found = store.one(
            "SELECT p.id, p.domain_id, p.url FROM page p JOIN domain d ON d.id = p.domain_id"
            " WHERE d.project_id = ? AND d.name = ? ORDER BY p.id LIMIT 1",
            (project_id, name),
        )
        assert found is not None
        page_id, domain_id, url = found
        facts = asdict(page_figures(read_page(body, url=url), body)) | {"parked": parked, "soft_404": False}
        rows.append(PageFactsRow(page_id, domain_id, 10, block, facts))
    with store.transaction():
        page_facts.keep(store, project_id, rows)

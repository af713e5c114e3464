"""What the open index answers, as tables for pages: each tab is one question to the graph or the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import StoreError
from linkstead.graph import queries
from linkstead.index.store import LinkIndex, open_index
from linkstead.server.atlas import links
from linkstead.server.atlas.asking import domain_url
from linkstead.server.atlas.tables import PAGE_ROWS, Cell, Tab, Table, number, pager
from linkstead.server.webgraph import loaded_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.graph.store import Graph
    from linkstead.server.atlas.asking import Asked
    from linkstead.settings import Settings

GRAPH_TABS: Final = (
    Tab("referring", "Referring domains"),
    Tab("linked", "Refers to"),
    Tab("alike", "Alike"),
    Tab("gap", "Gap", compares=True),
    Tab("overlap", "Overlap", compares=True),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What this installation has: its newest graph that has a domain's answer, and its link index."""

    graph: Graph | None
    index: LinkIndex | None

    @property
    def tabs(self) -> list[Tab]:
        graph = GRAPH_TABS if self.graph is not None and self.graph.has_arcs else ()
        return [*graph, *self.link_tabs]

    @property
    def link_tabs(self) -> list[Tab]:
        return [*links.TABS] if self.index is not None and self.index.crawls() else []


def loaded(settings: Settings) -> Loaded:
    """Open the newest graph (one with arcs before one of ranks alone) and the link index."""
    try:
        index = open_index(settings.index)
    except StoreError:
        index = None
    return Loaded(loaded_graph(settings), index)


def table_of(here: Loaded, tab: Tab, found: queries.Profile | queries.Absent, asked: Asked) -> Table | str:
    """A tab's table, or a sentence that says what is missing."""
    if tab in links.TABS:
        return "No link index is loaded." if here.index is None else links.table(here.index, tab, asked)
    if here.graph is None or isinstance(found, queries.Absent):
        return found.sentence if isinstance(found, queries.Absent) else "No graph is loaded."
    graph, node = here.graph, found.node
    place: dict[str, Any] = {"limit": PAGE_ROWS, "start": asked.start}
    if not tab.compares:
        ways: dict[str, Callable[[], queries.Listing]] = {
            "referring": lambda: queries.referring_domains(graph, node, **place),
            "linked": lambda: queries.linked_domains(graph, node, **place),
            "alike": lambda: queries.alike(graph, node, limit=PAGE_ROWS),
        }
        return _listing(ways[tab.key](), asked)
    nodes = {other: graph.node(other) for other in asked.others}
    missing = [other for other, at in nodes.items() if at is None]
    if missing or not nodes:
        return queries.absent(graph, missing[0]).sentence if missing else "Name a domain to compare with."
    chosen = [at for at in nodes.values() if at is not None]
    if tab.key == "gap":
        return _listing(queries.gap(graph, node, chosen, **place), asked)
    shared = queries.overlap(graph, node, chosen[0], **place)
    counts = f"{shared.shared:,} of {shared.first:,} and {shared.second:,}"
    return _listing(shared.rows, asked, f"{counts}, Jaccard similarity {shared.jaccard:.3f}")


def _listing(listing: queries.Listing, asked: Asked, note: str = "") -> Table:
    shares = any(row.shared is not None for row in listing.rows)
    columns = [
        ("Domain", False),
        ("Authority", True),
        ("PageRank", True),
        *([("Shared", True)] if shares else []),
    ]
    rows = [
        [
            Cell(row.domain, domain_url(row.domain)),
            number(row.authority, ".1f"),
            number(row.pagerank, ".2e"),
            *([number(row.shared or 0)] if shares else []),
        ]
        for row in listing.rows
    ]
    return Table(
        columns, rows, pager(asked, len(rows), more=listing.more, total=listing.total), note or listing.note
    )

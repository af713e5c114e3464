"""What the open index answers, as tables for pages: each tab is one question to the graph or the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from linkstead.errors import LinksteadError, StoreError
from linkstead.graph import queries
from linkstead.graph.store import Graph, graphs_in
from linkstead.index import questions
from linkstead.index.store import LinkIndex, open_index
from linkstead.server.look.lists import Pager

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkstead.settings import Settings

PAGE_ROWS: Final = 50
#: Offsets beyond this are not asked: the page before says how to narrow the list instead.
MOST_START: Final = 100_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and where it leads; `is_outside` for pages of strangers."""

    text: str
    url: str = ""
    is_number: bool = False
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list with its column names (and whether each is of numbers), rows, pager, and a note."""

    columns: list[tuple[str, bool]]
    rows: list[list[Cell]]
    pager: Pager
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One question: its name in the address and for people, and whether it compares with other domains."""

    key: str
    name: str
    compares: bool = False


GRAPH_TABS: Final = (
    Tab("referring", "Referring domains"),
    Tab("linked", "Refers to"),
    Tab("alike", "Alike"),
    Tab("gap", "Gap", compares=True),
    Tab("overlap", "Overlap", compares=True),
)
INDEX_TABS: Final = (Tab("backlinks", "Backlinks"), Tab("anchors", "Anchors"), Tab("targets", "Top pages"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What this installation has: its newest graph that has a domain's answer, and its link index."""

    graph: Graph | None
    index: LinkIndex | None

    @property
    def tabs(self) -> list[Tab]:
        graph = GRAPH_TABS if self.graph is not None and self.graph.has_arcs else ()
        index = INDEX_TABS if self.index is not None and self.index.crawls() else ()
        return [*graph, *index]


def loaded(settings: Settings) -> Loaded:
    """Open the newest graph (one with arcs before one of ranks alone) and the link index."""
    graphs = sorted(graphs_in(settings.graphs), key=lambda graph: not graph.has_arcs)
    named = [graph for graph in graphs if graph.names is not None]
    try:
        index = open_index(settings.index)
    except StoreError:
        index = None
    return Loaded(named[0] if named else None, index)


def domain_url(name: str, **asked: object) -> str:
    """The page of a domain."""
    query = urlencode({key: value for key, value in asked.items() if value})
    return reverse("atlas:domain", args=(name,)) + (f"?{query}" if query else "")


def table_of(
    here: Loaded, tab: Tab, found: queries.Profile | queries.Absent, others: Sequence[str], start: int
) -> Table | str:
    """A tab's table, or a sentence that says what is missing."""
    name = found.domain if isinstance(found, queries.Profile) else found.asked
    if tab in INDEX_TABS:
        return _index_table(here, tab, name, start)
    if here.graph is None or isinstance(found, queries.Absent):
        return found.sentence if isinstance(found, queries.Absent) else "No graph is loaded."
    graph, node = here.graph, found.node
    if not tab.compares:
        ways: dict[str, Callable[[], queries.Listing]] = {
            "referring": lambda: queries.referring_domains(graph, node, limit=PAGE_ROWS, start=start),
            "linked": lambda: queries.linked_domains(graph, node, limit=PAGE_ROWS, start=start),
            "alike": lambda: queries.alike(graph, node, limit=PAGE_ROWS),
        }
        return _listing(ways[tab.key](), name, tab, others)
    nodes = {other: graph.node(other) for other in others}
    missing = [other for other, at in nodes.items() if at is None]
    if missing or not nodes:
        return queries.absent(graph, missing[0]).sentence if missing else "Name a domain to compare with."
    chosen = [at for at in nodes.values() if at is not None]
    if tab.key == "gap":
        return _listing(queries.gap(graph, node, chosen, limit=PAGE_ROWS, start=start), name, tab, others)
    shared = queries.overlap(graph, node, chosen[0], limit=PAGE_ROWS, start=start)
    counts = f"{shared.shared:,} of {shared.first:,} and {shared.second:,}"
    said = f"{counts}, Jaccard similarity {shared.jaccard:.3f}"
    return _listing(shared.rows, name, tab, others, said)


def _listing(listing: queries.Listing, name: str, tab: Tab, others: Sequence[str], note: str = "") -> Table:
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
            Cell("–" if row.authority is None else f"{row.authority:.1f}", is_number=True),
            Cell("–" if row.pagerank is None else f"{row.pagerank:.2e}", is_number=True),
            *([Cell(f"{row.shared or 0:,}", is_number=True)] if shares else []),
        ]
        for row in listing.rows
    ]
    pager = _pager(name, tab, others, listing.start, len(rows), listing.more, listing.total)
    return Table(columns, rows, pager, note or listing.note)


def _index_table(here: Loaded, tab: Tab, name: str, start: int) -> Table | str:
    if here.index is None:
        return "No link index is loaded."
    ask = {
        "backlinks": questions.backlinks,
        "anchors": questions.anchors,
        "targets": questions.top_targets,
    }[tab.key]
    try:
        page = ask(here.index, questions.scope_of(name), limit=PAGE_ROWS, start=start)
    except LinksteadError as error:
        return str(error)
    shown = _SHOWN[tab.key]
    rows = [[_index_cell(key, row[key]) for key, _, _ in shown] for row in page.as_dicts()]
    pager = _pager(name, tab, (), start, len(rows), page.more, None)
    return Table(
        [(title, number) for _, title, number in shown], rows, pager, f"crawl {here.index.crawls()[-1]}"
    )


#: Tab -> (column of the question, its title, whether it is a number).
_SHOWN: Final[dict[str, list[tuple[str, str, bool]]]] = {
    "backlinks": [
        ("source_url", "Referring page", False),
        ("anchor", "Anchor text", False),
        ("target_url", "Target", False),
        ("authority", "Authority", True),
        ("followed", "Followed", False),
        ("crawled", "Crawled", False),
    ],
    "anchors": [
        ("anchor", "Anchor text", False),
        ("domains", "Domains", True),
        ("links", "Links", True),
        ("followed", "Followed", True),
    ],
    "targets": [
        ("target_url", "Page", False),
        ("domains", "Domains", True),
        ("links", "Links", True),
        ("followed", "Followed", True),
    ],
}


def _index_cell(key: str, value: Any) -> Cell:  # noqa: ANN401 - whatever a column of the index holds
    if value is None or value == "":
        return Cell("–", is_number=False)
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(f"{value:,}", is_number=True)
    return Cell(str(value), str(value) if key.endswith("_url") else "", is_outside=key.endswith("_url"))


def _pager(
    name: str, tab: Tab, others: Sequence[str], start: int, shown: int, more: bool, total: int | None
) -> Pager:
    def at(place: int) -> str:
        return domain_url(name, part=tab.key, others=" ".join(others), start=place)

    last = start + shown
    return Pager(
        first=start + 1 if shown else 0,
        last=last,
        total=total if total is not None else last + (1 if more else 0),
        total_is_exact=total is not None or not more,
        previous_url=at(max(start - PAGE_ROWS, 0)) if start else None,
        next_url=at(last) if more and last < MOST_START else None,
    )

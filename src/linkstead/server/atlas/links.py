"""What the link index answers, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import LinksteadError, UsageError
from linkstead.index import questions
from linkstead.server.atlas.asking import domain_url
from linkstead.server.atlas.tables import PAGE_ROWS, Cell, Tab, Table, number, pager

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.index.questions import Page, Scope
    from linkstead.index.store import LinkIndex
    from linkstead.server.atlas.asking import Asked

TABS: Final = (
    Tab("backlinks", "Backlinks", filters=True),
    Tab("linking", "Linking domains", filters=True),
    Tab("anchors", "Anchors", filters=True),
    Tab("targets", "Top pages", filters=True),
    Tab("new", "New", two_crawls=True),
    Tab("lost", "Lost", two_crawls=True),
    Tab("link-gap", "Link gap", compares=True),
    Tab("intersect", "Intersect", compares=True),
    Tab("summary", "Summary"),
)
_LINKS: Final = [
    ("source_url", "Referring page", False),
    ("anchor", "Anchor text", False),
    ("target_url", "Target", False),
    ("authority", "Authority", True),
    ("followed", "Followed", False),
    ("crawled", "Crawled", False),
]
_CHANGED: Final = [*_LINKS[:4], ("page_known", "Page read again", False), _LINKS[5]]
_COUNTED: Final = [("domains", "Domains", True), ("links", "Links", True), ("followed", "Followed", True)]
_COMPARED: Final = [
    ("domain", "Domain", False),
    ("authority", "Authority", True),
    ("sites", "Of them", True),
    ("links", "Links", True),
]
#: Tab -> (column of the question, its title, whether it is a number).
_SHOWN: Final[dict[str, list[tuple[str, str, bool]]]] = {
    "backlinks": _LINKS,
    "linking": [
        ("domain", "Domain", False),
        ("authority", "Authority", True),
        ("links", "Links", True),
        ("followed", "Followed", True),
        ("targets", "Pages linked to", True),
    ],
    "anchors": [("anchor", "Anchor text", False), *_COUNTED],
    "targets": [("target_url", "Page", False), *_COUNTED],
    "new": _CHANGED,
    "lost": _CHANGED,
    "link-gap": _COMPARED,
    "intersect": _COMPARED,
}


def table(index: LinkIndex, tab: Tab, asked: Asked) -> Table | str:
    """A tab's table, or a sentence that says what is missing."""
    try:
        scope = _scope(asked)
        if tab.key == "summary":
            return _summary(index, scope, asked)
        page, note = _page(index, tab, scope, asked)
    except LinksteadError as error:
        return str(error)
    shown = _SHOWN[tab.key]
    rows = [[_cell(key, row[key]) for key, _, _ in shown] for row in page.as_dicts()]
    return Table(
        [(title, is_number) for _, title, is_number in shown],
        rows,
        pager(asked, len(rows), more=page.more, total=None),
        note,
    )


def _scope(asked: Asked) -> Scope:
    """The domain, or the host, folder or page of it that was asked for."""
    scope = questions.scope_of(asked.name)
    if not asked.within:
        return scope
    within = questions.scope_of(asked.within)
    if within.domain != scope.domain:
        raise UsageError(
            f"{asked.within[:80]} is no part of {asked.name}; name a host, folder or page of it."
        )
    return within


def _page(index: LinkIndex, tab: Tab, scope: Scope, asked: Asked) -> tuple[Page, str]:
    """The answer, and which crawls it is out of."""
    place: dict[str, Any] = {"limit": PAGE_ROWS, "start": asked.start}
    crawl = asked.crawl or index.crawls()[-1]
    if tab.two_crawls:
        older = asked.older or next((one for one in reversed(index.crawls()) if one < crawl), "")
        if not older:
            raise UsageError(
                f"There is no crawl before {crawl}; add one with `linkstead index build` to compare with."
            )
        ask = questions.new_links if tab.key == "new" else questions.lost_links
        return ask(index, scope, older, crawl, **place), f"{older} against {crawl}"
    if tab.compares:
        if not asked.others:
            raise UsageError("Name one or more domains to compare with.")
        others = [questions.scope_of(other) for other in asked.others]
        if tab.key == "intersect":
            return questions.intersect(index, [scope, *others], crawl, **place), f"crawl {crawl}"
        return questions.gap(index, scope, others, crawl, **place), f"crawl {crawl}"
    ways: dict[str, Callable[..., Page]] = {
        "backlinks": questions.backlinks,
        "linking": questions.referring_domains,
        "anchors": questions.anchors,
        "targets": questions.top_targets,
    }
    return ways[tab.key](index, scope, asked.filters(), **place), f"crawl {crawl}"


def _summary(index: LinkIndex, scope: Scope, asked: Asked) -> Table:
    said = questions.summary(index, scope, asked.crawl or None)
    crawl = said.pop("crawl")
    facts = [(key.replace("_", " ").capitalize(), _cell(key, value)) for key, value in said.items()]
    return Table([], [], None, f"crawl {crawl}", facts)


def _cell(key: str, value: Any) -> Cell:  # noqa: ANN401 - whatever a column of the index holds
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return number(value)
    if not value:
        return Cell("–")
    text = str(value)
    if key == "domain":
        return Cell(text, domain_url(text))
    return Cell(text, text if key.endswith("_url") else "", is_outside=key.endswith("_url"))

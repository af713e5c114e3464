"""Files recognised by what they hold: plain lists, disavow files, Search Console in any language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from linkstead.sources import search_console
from linkstead.sources.aliases import column_values, content_of, known_word
from linkstead.sources.source import Refusal, Row, TableSource, column, header_key
from linkstead.sources.values import lacks_scheme

URL_LIST: Final = TableSource(
    slug="url-list",
    vendor="",
    report="a plain list of addresses or domains, one a line",
    prefix="url_list",
    columns=(column("source_url", "line"),),
    ragged=True,
)

DISAVOW: Final = Refusal(
    "disavow-file",
    "a disavow file",
    "it says which links you renounce, not who links to you; import your backlinks from a tool's export.",
    (),
)

#: What a list of addresses never has and a table without a header does.
_MORE_FIELDS: Final = re.compile(r'[\t"]|[,;](?:https?://|\d{4}-\d\d-\d\d)', re.IGNORECASE)


def list_kind(lines: list[str]) -> str | None:
    """`disavow`, `list` or None for the first lines of a text: nine of ten lines have to fit."""
    told = [line.strip().lstrip("\ufeff") for line in lines]
    told = [line for line in told if line and not line.startswith("#")]
    if not told:
        return None
    disavowed = sum(line.lower().startswith("domain:") for line in told)
    listed = sum(map(is_list_line, told))
    if listed + disavowed < 0.9 * len(told) or not (
        is_list_line(told[0]) or told[0].lower().startswith("domain:")
    ):
        return None
    return "disavow" if disavowed else "list"


def is_list_line(line: str) -> bool:
    """Whether a line is one address, one domain, or several domains separated by commas."""
    if line[:8].lower().startswith(("http://", "https://")):
        return _MORE_FIELDS.search(line) is None
    parts = [part.strip().removeprefix("*.") for part in line.split(",")]
    return all(parts) and all(lacks_scheme(part) and " " not in part for part in parts)


@dataclass(frozen=True, slots=True)
class Localised:
    """What a table in a language nobody knows turned out to be: a source with its columns, or a refusal."""

    source: TableSource | None
    fields: dict[str, str]
    refusal: Refusal | None = None


def by_content(header: tuple[str, ...], rows: list[Row], site: str | None) -> Localised | None:
    """Search Console's tables by the shape of their columns (import formats, 3.18).

    Addresses and perhaps dates are links; bare domains and counts are linking sites; addresses of
    our own and counts are own pages. English names that other tools use are left to the mapping.
    """
    if not 1 <= len(header) <= 3 or not rows or any(known_word(header_key(name)) for name in header):
        return None
    kinds = tuple(content_of(column_values(rows, place), site) for place in range(len(header)))
    return _LOCALISED.get(kinds, lambda _: None)(header)


def _links(header: tuple[str, ...]) -> Localised:
    source = search_console.LATEST if len(header) > 1 else search_console.SAMPLE
    fields = dict(zip(header, ("source_url", "last_seen"), strict=False))
    return Localised(source, fields)


def _sites(header: tuple[str, ...]) -> Localised:
    wanted = ("source_domain", "links_count", "search_console.target_pages")
    return Localised(search_console.LINKING_SITES, dict(zip(header, wanted, strict=False)))


def _own(header: tuple[str, ...]) -> Localised:
    del header
    return Localised(None, {}, search_console.OWN_PAGES)


#: The kinds of the columns -> what the table is.
_LOCALISED: Final = {
    ("address",): _links,
    ("address", "date"): _links,
    ("address", "empty"): _links,
    ("domain", "count", "count"): _sites,
    ("domain", "count"): _sites,
    ("own address", "count", "count"): _own,
    ("own address", "count"): _own,
}

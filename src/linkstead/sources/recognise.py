"""Which source a table is of: by its header, else by what its columns hold, else not at all.

The header is looked for in the first rows under each delimiter; the signature that comes first in
the table of signatures wins, then the row in which more columns are known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from linkstead.errors import FileRefused, MappingNeeded, UsageError
from linkstead.sources import aliases, limits, refusals, shapes
from linkstead.sources.registry import all_sources, rules
from linkstead.sources.source import Column, Header, Quoting, Refusal, Row, Source, header_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkstead.sources.tables import Head


@dataclass(frozen=True, slots=True)
class Recognised:
    """A table whose columns are known: `fields` is header name -> what is read from it.

    `places` is the number of the column of each field that is read; one column may feed several.
    """

    source: Source
    generation: str
    header: Header
    fields: dict[str, str]
    places: dict[str, int]
    rows: list[Row]
    quoting: Quoting = Quoting.CSV
    is_list: bool = False
    columns: tuple[Column, ...] = field(default=())

    @property
    def unmapped(self) -> list[str]:
        return [name.strip() for name in self.header.names if name.strip() not in self.fields]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A readable table that nobody knows, and a guess at its columns."""

    header: Header
    proposal: dict[str, str]
    rows: list[Row]

    @property
    def fingerprint(self) -> str:
        return aliases.fingerprint(self.header.names)

    def error(self, name: str) -> MappingNeeded:
        """What to raise when it is to be read all the same."""
        return MappingNeeded(
            f"Nobody knows the table in “{name[:80]}”: say which of its columns is which "
            f"({', '.join(one.strip() for one in self.header.names)[:300]}).",
            columns=tuple(one.strip() for one in self.header.names),
            fingerprint=self.fingerprint,
            proposal=self.proposal,
        )


class _Candidate(NamedTuple):
    order: float
    unknown: int
    place: int
    header: Header
    generation: str
    what: Source | Refusal
    rows: list[Row]


def recognise(
    head: Head, *, name: str, site: str | None, mapping: Mapping[str, str] | None
) -> Recognised | Unknown:
    """What a table is.

    Raises `FileRefused` for a table that is recognised as something else than links, and
    `UsageError` when a mapping names columns that are not there.
    """
    if mapping is not None:
        return _mapped(head, dict(mapping))
    if head.lines is not None:
        kind = shapes.list_kind(head.lines)
        if kind is not None:
            return _list(kind)
    best = min(_candidates(head), default=None, key=lambda one: one[:3])
    if best is None:
        return _by_content(head, name, site)
    if isinstance(best.what, Refusal):
        raise refusal(best.what)
    source = best.what
    return bound(source, best.generation, best.header, best.rows, source.columns)


def refusal(what: Refusal) -> FileRefused:
    """A refusal as the exception that says so."""
    return FileRefused(what.sentence, kind=what.kind, seems_to_be=what.seems_to_be)


def bound(
    source: Source, generation: str, header: Header, rows: list[Row], columns: tuple[Column, ...]
) -> Recognised:
    """A source's columns found in a header. Of several names for one field, the first known one wins."""
    where: dict[str, int] = {}
    for place, key in enumerate(header.keys):
        where.setdefault(key, place)
    places: dict[str, int] = {}
    fields: dict[str, str] = {}
    for one in columns:
        found = next((where[name] for name in one.names if name in where), None)
        if found is not None and one.field not in places:
            places[one.field] = found
            fields.setdefault(header.names[found].strip(), one.field)
    told = {name.strip(): fields[name.strip()] for name in header.names if name.strip() in fields}
    return Recognised(source, generation, header, told, places, rows, source.quoting(header), columns=columns)


def _candidates(head: Head) -> Iterator[_Candidate]:
    for delimiter, rows in head.grids.items():
        for place, row in enumerate(rows[: limits.HEADER_ROWS]):
            if len(row) > limits.MAX_COLUMNS:
                raise FileRefused(
                    f"The table has {len(row):,} columns; no link export has more than "
                    f"{limits.MAX_COLUMNS}, so check that this is the right file.",
                    kind="too-many-columns",
                    seems_to_be="a table of another kind",
                )
            found = None if _undivided(row, delimiter) else _match(row, place, delimiter, rows)
            if found is not None:
                yield found


def _undivided(row: Row, delimiter: str) -> bool:
    """A single column is told apart by no delimiter: it is looked at once, as if by commas."""
    return len(row) == 1 and delimiter in ("\t", ";")


def _match(row: Row, place: int, delimiter: str, rows: list[Row]) -> _Candidate | None:
    names = frozenset(map(header_key, row))
    for rule in rules():
        if rule.signature.fits(row, names, delimiter):
            unknown = len(row)
            if not isinstance(rule.what, Refusal):
                known = frozenset(chain.from_iterable(one.names for one in rule.what.columns))
                unknown = len(names - known)
            header = Header(tuple(row), place + 1, delimiter)
            order, generation = rule.signature.order, rule.signature.generation
            return _Candidate(order, unknown, place, header, generation, rule.what, rows[place + 1 :])
    return None


def _list(kind: str) -> Recognised:
    if kind == "disavow":
        raise refusal(shapes.DISAVOW)
    header, fields = Header(("line",), 0, "\n"), {"line": "source_url"}
    return Recognised(
        shapes.URL_LIST, "list", header, fields, {"source_url": 0}, [], Quoting.NONE, is_list=True
    )


def _mapped(head: Head, mapping: dict[str, str]) -> Recognised:
    wanted = frozenset(map(header_key, mapping))
    if not {"source_url", "source_domain"} & set(mapping.values()):
        raise UsageError("The mapping names no column for source_url (or source_domain); add one.")
    for delimiter, rows in head.grids.items():
        for place, row in enumerate(rows[: limits.HEADER_ROWS]):
            if wanted <= frozenset(map(header_key, row)) and len(row) <= limits.MAX_COLUMNS:
                header = Header(tuple(row), place + 1, delimiter or ",")
                source = aliases.mapped_source(mapping)
                return bound(source, "mapped by hand", header, rows[place + 1 :], source.columns)
    raise UsageError(
        f"The file has no header with the mapped columns ({', '.join(mapping)[:300]}); "
        "inspect it to see its columns."
    )


def _by_content(head: Head, name: str, site: str | None) -> Recognised | Unknown:
    header, rows = _likely_header(head)
    for found in (refusals.by_name(name), refusals.by_pattern(header.names)):
        if found is not None:
            raise refusal(found)
    shape = shapes.by_content(header.names, rows, site)
    if shape is not None and shape.refusal is not None:
        raise refusal(shape.refusal)
    if shape is not None and shape.source is not None:
        columns = tuple(Column(what, (header_key(one),)) for one, what in shape.fields.items())
        return bound(shape.source, "another language", header, rows, columns)
    unknown = Unknown(header, aliases.propose(header.names, rows, site), rows)
    if not {"source_url", "source_domain", "target_url"} & set(unknown.proposal.values()):
        _refuse_no_links(header, rows, site)
    return unknown


def _likely_header(head: Head) -> tuple[Header, list[Row]]:
    """The row that looks most like a header: most known words, then the usual number of columns."""
    best: tuple[tuple[int, int, int], Header, list[Row]] | None = None
    for delimiter, rows in head.grids.items():
        usual = Counter(len(row) for row in rows if row).most_common(1)
        width = usual[0][0] if usual else 0
        for place, row in enumerate(rows[: limits.HEADER_ROWS]):
            if not any(cell.strip() for cell in row) or _undivided(row, delimiter):
                continue
            fits = len(row) if len(row) == width else 0
            score = (aliases.known_names(row), fits, -place)
            if best is None or score > best[0]:
                best = (score, Header(tuple(row), place + 1, delimiter or ","), rows[place + 1 :])
    if best is None:
        raise FileRefused("The file is empty; export it again.", kind="empty", seems_to_be="an empty file")
    return best[1], best[2]


def _refuse_no_links(header: Header, rows: list[Row], site: str | None) -> None:
    kinds = {
        aliases.content_of(aliases.column_values(rows, place), site) for place in range(len(header.names))
    }
    if kinds & {"address", "domain"}:
        return
    shown = ", ".join(name.strip() for name in header.names)[:200]
    closest = _closest(header)
    raise FileRefused(
        f"No column of this table holds addresses of linking pages (found: {shown}); export the "
        f"backlinks report of your tool{closest}.",
        kind="no-links",
        seems_to_be="a table without links",
    )


def _closest(header: Header) -> str:
    keys = frozenset(header.keys)

    def shared(source: Source) -> int:
        return len(keys & frozenset(chain.from_iterable(one.names for one in source.columns)))

    best = max(all_sources().values(), key=shared)
    return f"; the closest known one is {best.vendor}, {best.report}" if shared(best) > 1 else ""

"""Opening a file and reading it in batches; inspecting it without storing anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from linkstead.errors import FileRefused, InputError, UsageError
from linkstead.link import Batch, DomainSighting, Quarantined, Sighting
from linkstead.sources import aliases, limits
from linkstead.sources.plan import Made, Plan, plan_for
from linkstead.sources.recognise import Recognised, Unknown, recognise
from linkstead.sources.rules import Skip
from linkstead.sources.source import Member, Row
from linkstead.sources.tables import Table, tables_of
from linkstead.sources.text import Broken, Shape
from linkstead.urls import site_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(slots=True)
class OpenSource:
    """One table, recognised and ready to be read.

    `source` is the slug. `mapped` is header name -> field, `unmapped` the headers that are not read.
    `bytes_read` of `size_bytes` tells how far `batches` has come. `unreadable`, `grouped` and `rows`
    (data rows, blank ones left out) are complete once the last batch was read. A file of several tables
    (a ZIP, a workbook) has one OpenSource each in `parts`; each numbers its own rows.
    """

    name: str
    found: Recognised
    table: Table
    site: str | None
    now: int
    parts: tuple[OpenSource, ...] = ()
    members: tuple[Member, ...] = ()
    rows: int = 0
    grouped: bool = False
    unreadable: dict[str, int] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return self.found.source.slug

    @property
    def vendor(self) -> str | None:
        return self.found.source.vendor or None

    @property
    def generation(self) -> str:
        return self.found.generation

    @property
    def container(self) -> str:
        return self.table.container

    @property
    def encoding(self) -> str | None:
        return self.table.encoding

    @property
    def delimiter(self) -> str | None:
        """The character between fields; None for workbooks, JSON and plain lists."""
        return None if self.found.is_list else self.found.header.delimiter or None

    @property
    def mapped(self) -> dict[str, str]:
        return self.found.fields

    @property
    def unmapped(self) -> list[str]:
        return self.found.unmapped

    @property
    def fingerprint(self) -> str:
        return aliases.fingerprint(self.found.header.names)

    @property
    def capped(self) -> bool:
        """Whether the file is as long as its vendor's exports are cut; known after the last batch."""
        return self.rows in self.found.source.caps

    @property
    def size_bytes(self) -> int:
        return self.table.size

    @property
    def bytes_read(self) -> int:
        return min(self.table.bytes_read, self.table.size)

    def batches(self, after_row: int = 0, size: int = 10_000) -> Iterator[Batch]:
        """The table's rows in file order, `size` rows a batch, from behind row `after_row`.

        A row's number is its place in the table, counted from 1 with preamble and header, as a
        spreadsheet shows it. Raises `FileRefused` when no row can be used, before the first batch
        if that shows within it, and `UsageError` for a file of several tables: read its `parts`.
        """
        if len(self.parts) > 1:
            raise UsageError("The file holds several tables; read each of its parts.")
        if size < 1:
            raise UsageError("A batch has at least one row; give a size of 1 or more.")
        return _Reading(self, after_row, size).batches()


class _Reading:
    """One pass over a table."""

    def __init__(self, opened: OpenSource, after_row: int, size: int) -> None:
        self._opened = opened
        self._found = opened.found
        self._after = max(after_row, opened.found.header.row)
        self._size = size
        self._shape = Shape(
            opened.found.header, ragged=opened.found.source.ragged, mend=opened.found.source.mend
        )
        self._plan: Plan = plan_for(opened.found, site=opened.site, now=opened.now)
        self._reasons: Counter[str] = Counter()
        self._usable = after_row > opened.found.header.row
        self._group = opened.found.places.get(_GROUP_FIELD, -1)  # -1: the empty cell that plans add

    def batches(self) -> Iterator[Batch]:
        opened, held = self._opened, []
        opened.rows, opened.grouped = 0, False
        for batch in self._filled():
            self._reasons.update(one.reason for one in batch.quarantined)
            self._usable = self._usable or bool(batch.sightings or batch.domains or batch.skipped)
            opened.unreadable = dict(self._plan.unreadable)
            held.append(batch)
            if self._usable or len(held) > 1:
                yield from held
                held = []
        if not self._usable:
            raise self._nothing()
        yield from held

    def _filled(self) -> Iterator[Batch]:
        rows = enumerate(self._opened.table.rows(self._shape, self._found.quoting), start=1)
        self._pass_over(rows)
        batch, covered, number, plan = Batch(last_row=self._after), 0, self._after, self._plan
        put, group, size = batch.sightings.append, self._group, self._size
        for number, row in rows:
            if not row:
                continue  # a blank line
            covered += 1
            made: Made | Broken = plan(number, row) if isinstance(row, list) else row
            if isinstance(made, Sighting):
                put(made)
                if row[group] not in _UNGROUPED:
                    self._opened.grouped = True
            else:
                self._set_aside(batch, number, row, made)
            if covered >= size:
                yield self._ended(batch, covered, number)
                batch, covered = Batch(last_row=number), 0
                put = batch.sightings.append
        if covered:
            yield self._ended(batch, covered, number)

    def _pass_over(self, rows: enumerate[Row | Broken]) -> None:
        """Preamble, header, and what an earlier reading has done."""
        first, opened = self._found.header.row, self._opened
        for number, row in islice(rows, self._after):
            if row and number > first:
                opened.rows += 1

    def _ended(self, batch: Batch, covered: int, number: int) -> Batch:
        batch.last_row = number
        self._opened.rows += covered
        return batch

    def _set_aside(self, batch: Batch, number: int, row: Row | Broken, made: Made | Broken) -> None:
        """A row that is no link: a domain, left out, or unusable. Rows of blanks are nothing."""
        if isinstance(made, Broken):
            batch.quarantined.append(Quarantined(number, made.reason, made.raw))
        elif isinstance(made, Skip):
            batch.skipped[made] = batch.skipped.get(made, 0) + 1
        elif isinstance(made, DomainSighting):
            batch.domains.append(made)
        elif any(cell.strip() for cell in row):
            cells = list(row[: len(self._found.header.names)])
            batch.quarantined.append(Quarantined(number, str(made), self._shape.raw(cells)))

    def _nothing(self) -> FileRefused:
        if not self._reasons:
            return _empty(self._found)
        reason, count = self._reasons.most_common(1)[0]
        return FileRefused(
            f"None of the {self._reasons.total():,} rows can be used; the commonest reason is "
            f"“{reason}” ({count:,}), so export the file again.",
            kind="nothing-usable",
            seems_to_be=f"a damaged {self._found.source.slug} file",
        )


_GROUP_FIELD: Final = "ahrefs.links_in_group"
#: What the column of group sizes holds for rows that stand for themselves.
_UNGROUPED: Final = frozenset({"", "0", "1"})


def _empty(found: Recognised) -> FileRefused:
    what = f"{found.source.vendor} {found.source.report}".strip()
    return FileRefused(
        f"The file is empty: it has the header of {what} and no rows; export it again.",
        kind="empty",
        seems_to_be=f"an empty {found.source.slug} file",
    )


def open_source(
    path: Path,
    *,
    site: str | None,
    mapping: Mapping[str, str] | None = None,
    now: int,
    name: str | None = None,
) -> OpenSource:
    """Recognise a file; its rows are read by `batches` (or the `parts`' where there are several tables).

    `site` is the project's site: rows that link from it or to elsewhere are skipped and counted.
    `mapping` is header name -> canonical field, for tables that nobody knows. `now` (epoch seconds) dates
    links that a source calls lost without a date. `name` is the name the file came with.

    Raises `FileRefused`, `MappingNeeded` or `UsageError`.
    """
    told = name or path.name
    host = None if site is None else site_of(site)
    tables, others = _tables(path, told)
    opened: list[OpenSource] = []
    members = [Member(one, None, 0, why) for one, why in others.items()]
    errors: list[InputError] = []
    for table in tables:
        try:
            found = _one(table, host, mapping)
        except InputError as error:
            members.append(Member(table.name, None, 0, str(error)))
            errors.append(error)
            continue
        opened.append(OpenSource(told if len(tables) == 1 else table.name, found, table, host, now))
    if not opened:
        raise errors[0] if errors else _no_table()
    first, parts = opened[0], tuple(opened)
    members += [Member(one.table.name, one.source, 0) for one in parts] if len(tables) > 1 else []
    if len(parts) == 1:
        first.members = tuple(members)
        return first
    return OpenSource(told, first.found, first.table, host, now, parts=parts, members=tuple(members))


def _tables(path: Path, name: str) -> tuple[list[Table], dict[str, str]]:
    try:
        return tables_of(path, name)
    except OSError as error:
        raise UsageError(f"“{name}” cannot be read ({error.strerror}); check the path.") from error


def _no_table() -> FileRefused:
    return FileRefused("The file holds no table; export it again.", kind="empty", seems_to_be="an empty file")


def _one(table: Table, site: str | None, mapping: Mapping[str, str] | None) -> Recognised:
    found = recognise(table.head(), name=table.name, site=site, mapping=mapping)
    if isinstance(found, Unknown):
        raise found.error(table.name)
    head_ends = not found.is_list and not any(any(row) for row in found.rows)
    if head_ends and table.size <= limits.HEAD_BYTES:
        raise _empty(found)
    return found

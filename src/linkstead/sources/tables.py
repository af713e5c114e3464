"""A file's tables, whatever they are packed in, as one kind of thing: a head and rows.

A text file holds one table, a ZIP one per member, a workbook one per sheet. Each can be read from its
start as often as one likes; nothing is unpacked to disk.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from linkstead.sources import container, limits, objects, text, workbook
from linkstead.sources.text import Broken, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from linkstead.sources.source import Quoting, Row

_BUFFER: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a table: its first rows as each delimiter would split them.

    `lines` are the first lines as they stand, for texts that may be plain lists; None for workbooks
    and JSON, whose rows are already told apart.
    """

    grids: dict[str, list[Row]]
    lines: list[str] | None = None


class Table(Protocol):
    """Rows that can be read again and again."""

    @property
    def name(self) -> str:
        """The table's own name inside its file, or the file's name."""
        ...

    @property
    def container(self) -> str:
        """`csv`, `jsonl`, `gz`, `zip` or `xlsx`."""
        ...

    @property
    def encoding(self) -> str | None:
        """The text encoding; None for workbooks."""
        ...

    @property
    def size(self) -> int:
        """Bytes of the stream that `bytes_read` counts."""
        ...

    @property
    def bytes_read(self) -> int:
        """How far the latest reading has come."""
        ...

    def head(self) -> Head:
        """The beginning."""
        ...

    def rows(self, shape: Shape, quoting: Quoting) -> Iterator[Row | Broken]:
        """All rows from the start, preamble and header included."""
        ...


class Progress(io.RawIOBase):
    """A byte stream that counts what was read from it."""

    def __init__(self, file: BinaryIO, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._file = file
        self._tell = tell
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        part = self._file.read(len(memoryview(buffer)))  # type: ignore[arg-type]  # Buffer: see container
        memoryview(buffer)[: len(part)] = part  # type: ignore[arg-type]
        self._count += len(part)
        self._tell(self._count)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()


@dataclass(slots=True)
class TextTable:
    """A table in a text: CSV, TSV, a plain list or JSON objects."""

    name: str
    container: str
    size: int
    plain: Callable[[], BinaryIO]
    packed: Callable[[BinaryIO], BinaryIO] | None = None
    encoding: str | None = None
    bytes_read: int = 0
    _head: Head | None = None
    _keys: list[str] = field(default_factory=list)

    def _count(self, read: int) -> None:
        self.bytes_read = read

    def _open(self) -> BinaryIO:
        counted: BinaryIO = io.BufferedReader(Progress(self.plain(), self._count), _BUFFER)
        return counted if self.packed is None else self.packed(counted)

    def head(self) -> Head:
        if self._head is None:
            with self._open() as file:
                start = _read_most(file, limits.HEAD_BYTES)
            if self.container != "csv":
                container.refuse_nested(start, self.name)
                container.refuse_strangers(start)
            self.encoding = text.encoding_of(start)
            whole = len(start) < limits.HEAD_BYTES
            self._head = self._head_of(text.decode_head(start, self.encoding, whole=whole))
        return self._head

    def _head_of(self, start: str) -> Head:
        if objects.looks_like_objects(start):
            found = [one for one in objects.objects(io.StringIO(start)) if isinstance(one, dict)]
            self._keys = objects.keys_of(found[: limits.HEAD_ROWS])
            if self._keys:
                self.container = "jsonl" if self.container == "csv" else self.container
                rows = [objects.row_of(one, self._keys) for one in found[: limits.HEAD_ROWS]]
                return Head({"": [self._keys, *rows]})
        grids = {delimiter: text.grid(start, delimiter) for delimiter in text.DELIMITERS}
        return Head(grids, start.splitlines()[: limits.HEAD_ROWS])

    def rows(self, shape: Shape, quoting: Quoting) -> Iterator[Row | Broken]:
        self.head()
        with text.open_text(self._open(), self.encoding or "utf-8") as stream:
            if not self._keys:
                yield from text.rows_of(stream, shape, quoting)
                return
            yield list(self._keys)
            for one in objects.objects(stream):
                yield one if isinstance(one, Broken) else objects.row_of(one, self._keys)


@dataclass(slots=True)
class SheetTable:
    """One sheet of a workbook."""

    name: str
    path: Path
    index: int
    first: list[Row]
    size: int
    container: str = "xlsx"
    encoding: str | None = None
    bytes_read: int = 0

    def head(self) -> Head:
        return Head({"": self.first})

    def rows(self, shape: Shape, quoting: Quoting) -> Iterator[Row | Broken]:
        del quoting  # cells are told apart already
        for row in workbook.sheet_rows(self.path, self.index):
            if not any(row):
                yield []
                continue
            fitted = shape.fit(row)
            yield shape.complaint(row) if fitted is None else fitted
        self.bytes_read = self.size


def tables_of(path: Path, name: str) -> tuple[list[Table], dict[str, str]]:
    """The tables in a file, and the members left out with their reasons.

    Raises `FileRefused` for what cannot hold a table.
    """
    kind = container.kind_of(path)
    if kind == "zip":
        entries, others = container.tables_in(path)
        return [_member(path, entry) for entry in entries], others
    if kind == "xlsx":
        container.judge_workbook(path)
        return _sheets(path), {}
    size = path.stat().st_size
    packed = _inflated if kind == "gz" else None
    return [TextTable(name, "gz" if packed else "csv", size, lambda: path.open("rb"), packed)], {}


def _inflated(file: BinaryIO) -> BinaryIO:
    return io.BufferedReader(container.Inflated(file), _BUFFER)


def _member(path: Path, entry: container.Entry) -> Table:
    return TextTable(entry.name, "zip", entry.size, lambda: container.open_member(path, entry.name))


def _sheets(path: Path) -> list[Table]:
    size = path.stat().st_size
    heads = workbook.sheet_heads(path)
    filled = [(index, one) for index, one in enumerate(heads) if any(any(row) for row in one.rows)]
    return [SheetTable(one.name, path, index, one.rows, size) for index, one in filled]


def _read_most(file: BinaryIO, wanted: int) -> bytes:
    parts: list[bytes] = []
    while wanted > 0 and (part := file.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)

"""Bytes -> text -> rows: encodings, delimiters, and rows that break a cap or a quotation mark.

Encoding, in this order: byte-order mark, the share of NUL bytes (UTF-16 without a mark), strict UTF-8,
cp1252. Rows are split by the csv module (RFC 4180); a quotation mark that is never closed costs its own
row only: the lines behind it are read again.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from linkstead.errors import FileRefused
from linkstead.sources import limits
from linkstead.sources.source import Header, Mend, Quoting, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELIMITERS: Final = ("\t", ",", ";")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Broken(NamedTuple):
    """A row that could not be split, and what stood there (cut)."""

    reason: str
    raw: str


class _TooLong(Exception):
    """A line or record is over its cap; never leaves this module."""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows would: a few files mix both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("linkstead-cp1252", _as_cp1252)


def encoding_of(head: bytes) -> str:
    """The encoding of a text file by its first bytes.

    Raises `FileRefused` when they are no text at all.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head[:4096]:
        return _utf16_by_nuls(head[:4096])
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _utf16_by_nuls(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd >= 0.3 * half and even <= 0.05 * half:
        return "utf-16-le"
    if even >= 0.3 * half and odd <= 0.05 * half:
        return "utf-16-be"
    raise FileRefused(
        "This is a binary file, not a table; export it again as CSV or XLSX and hand that in.",
        kind="binary",
        seems_to_be="a binary file",
    )


def open_text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """A text stream that never fails on a byte and keeps line ends as they are."""
    errors = "linkstead-cp1252" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")


def decode_head(head: bytes, encoding: str, *, whole: bool) -> str:
    """The text of the first bytes; a line that the cut went through is dropped unless it is alone."""
    errors = "linkstead-cp1252" if encoding.startswith("utf-8") else "replace"
    text = codecs.getincrementaldecoder(encoding)(errors).decode(head, final=whole).lstrip("\ufeff")
    if whole:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] or text


def grid(text: str, delimiter: str) -> list[Row]:
    """The first rows of a head as the delimiter splits it; stops at what cannot be split."""
    csv.field_size_limit(limits.FIELD_CHARS)
    rows: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= limits.HEAD_ROWS:
                break
    except csv.Error:
        pass  # the rows before it are enough to recognise a table; the reader proper quarantines it
    return rows


@dataclass(frozen=True, slots=True)
class Shape:
    """How many fields a row has to have, and what may be done about it when it has not."""

    header: Header
    ragged: bool = False
    mend: Mend | None = None

    def fit(self, row: Row) -> Row | None:
        """The row with as many fields as the header, or None. Blank rows stay blank."""
        width = len(self.header.names)
        if len(row) == width or not row:
            return row
        if width == 1:
            return [(self.header.delimiter or ",").join(row)]
        if self.ragged and not any(cell.strip() for cell in row[width:]):
            return [*row[:width], *[""] * (width - len(row))]
        if len(row) == 1 and not row[0].strip():
            return []
        return None if self.mend is None else self.mend(row, self.header)

    def complaint(self, row: Row) -> Broken:
        """Why a row does not fit."""
        reason = f"{len(row)} fields where the header has {len(self.header.names)}"
        return Broken(reason, self.raw(row))

    def raw(self, row: Row) -> str:
        """A row as text again, cut."""
        return (self.header.delimiter or ",").join(row)[: limits.RAW_CHARS]


class Lines:
    """The lines of a text under caps; lines may be put back to be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._readline = stream.readline
        self._back: deque[str] = deque()
        self._again = 0
        self._first = True
        #: The lines taken since the last record ended.
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        readline, back, taken = self._readline, self._back, self.taken
        if self._first:
            self._first = False
            back.append(readline(limits.LINE_CHARS).lstrip("\ufeff"))
        while line := back.popleft() if back else readline(limits.LINE_CHARS):
            taken.append(line)
            if len(taken) > 1 or len(line) >= limits.LINE_CHARS:
                self._guard(line)
            yield line

    def _guard(self, line: str) -> None:
        if len(line) >= limits.LINE_CHARS or len(self.taken) > limits.RECORD_LINES:
            raise _TooLong
        if len(self.taken) % 64 == 0 and sum(map(len, self.taken)) > limits.RECORD_CHARS:
            raise _TooLong

    def put_back(self) -> str:
        """Give up the first line taken and have the others read again; returns the first.

        Once too much was read twice, nothing is put back any more: the caller gives up all lines.
        """
        first, *others = self.taken
        self._again += sum(map(len, others))
        if self._again <= limits.SECOND_READING_CHARS:
            self._back.extendleft(reversed(others))
            del self.taken[1:]
        return first

    @property
    def put_back_any(self) -> bool:
        """Whether lines wait to be read again, though the text itself has ended."""
        return bool(self._back)

    def drain(self) -> None:
        """Read on to the end of an overlong line."""
        line = self.taken[-1]
        while line and not line.endswith(("\n", "\r")):
            line = self._readline(limits.LINE_CHARS)


def csv_rows(stream: io.TextIOWrapper, shape: Shape) -> Iterator[Row | Broken]:
    """The rows of a CSV text, header and preamble included."""
    csv.field_size_limit(limits.FIELD_CHARS)
    lines = Lines(stream)
    width, taken, delimiter = len(shape.header.names), lines.taken, shape.header.delimiter or ","
    while True:
        try:
            for row in csv.reader(iter(lines), delimiter=delimiter):
                if len(row) == width and len(taken) == 1:
                    taken.clear()
                    yield row
                else:
                    yield from _odd(row, lines, shape)
        except (csv.Error, _TooLong):
            yield from _failed(lines)
        else:
            if not lines.put_back_any:
                return


def _odd(row: Row, lines: Lines, shape: Shape) -> Iterator[Row | Broken]:
    """A row over several lines, or with a wrong number of fields."""
    fitted = shape.fit(row)
    several = len(lines.taken) > 1
    unclosed = several and "".join(lines.taken).count('"') % 2 == 1
    if fitted is not None and not unclosed:
        lines.taken.clear()
        yield fitted
    elif several:
        yield from _unclosed(lines)
    else:
        lines.taken.clear()
        yield shape.complaint(row)


def _unclosed(lines: Lines) -> Iterator[Broken]:
    lines.put_back()
    for line in lines.taken:
        yield Broken("a quotation mark is not closed", line[: limits.RAW_CHARS].rstrip("\r\n"))
    lines.taken.clear()


def _failed(lines: Lines) -> Iterator[Broken]:
    """A field, line or record over its cap."""
    if not lines.taken:
        return
    if len(lines.taken[-1]) >= limits.LINE_CHARS:
        lines.drain()
    if len(lines.taken) > 1:
        yield from _unclosed(lines)
        return
    reason = f"longer than {limits.FIELD_CHARS:,} characters in one field"
    yield Broken(reason, lines.taken[0][: limits.RAW_CHARS])
    lines.taken.clear()


def line_rows(stream: io.TextIOWrapper, shape: Shape, split: Callable[[str], Row]) -> Iterator[Row | Broken]:
    """The rows of a text with one row a line, split by a rule of its own."""
    lines = Lines(stream)
    while True:
        try:
            for line in lines:
                lines.taken.clear()
                row = split(line.rstrip("\r\n"))
                fitted = shape.fit(row)
                yield shape.complaint(row) if fitted is None else fitted
        except _TooLong:
            yield from _failed(lines)
        else:
            return


def split_lenient(line: str) -> Row:
    """Bing: every field is quoted, inner quotation marks are not doubled, `#TAB#` is a TAB."""
    line = line.replace("#TAB#", " ")
    if len(line) > 1 and line[0] == line[-1] == '"':
        return [field.replace('""', '"') for field in line[1:-1].split('","')]
    return line.split(",") if line else []


def rows_of(stream: io.TextIOWrapper, shape: Shape, quoting: Quoting) -> Iterator[Row | Broken]:
    """All rows of a text in the way its source quotes."""
    if quoting is Quoting.LENIENT:
        return line_rows(stream, shape, split_lenient)
    if quoting is Quoting.NONE:
        delimiter = shape.header.delimiter
        return line_rows(stream, shape, lambda line: line.split(delimiter) if line.strip() else [])
    return csv_rows(stream, shape)

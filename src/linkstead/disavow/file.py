"""The disavow file, read and written: what nobody edits stays as it is, byte for byte.

    document = read(body)
    document = added(document, [entry], "bought links, 2026-11")
    body = document.to_bytes()

UTF-8 or ASCII; a byte order mark and UTF-16, which Windows programs write, are recognised and told
(`lint`), and what is edited is written as UTF-8 without the mark. Lines may end in CRLF, LF or CR.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from linkstead.disavow.entries import PREFIX, Entry, EntryKind, domain_entry, url_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_ENDS: Final = re.compile(r"\r\n|\n|\r")
_WEB: Final = ("http://", "https://")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "utf-8 with a byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
_LONGEST_REASON: Final = 400


class LineKind(StrEnum):
    """What a line is; a `broken` one names something that Google would not take as it is meant."""

    BLANK = "blank"
    COMMENT = "comment"
    DOMAIN = "domain"
    URL = "url"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, its text with its ending as it was read, and the entry that it makes."""

    number: int
    text: str
    ending: str
    kind: LineKind
    entry: Entry | None = None

    @property
    def bare(self) -> str:
        """The text without the white space around it."""
        return self.text.strip()


@dataclass(frozen=True, slots=True)
class Document:
    """A file in lines. `encoding` is a name for people; `raw` the bytes while nothing was edited."""

    lines: tuple[Line, ...]
    encoding: str = "utf-8"
    size: int = 0
    raw: bytes | None = None
    undecodable: int = 0

    def entries(self) -> Iterator[Entry]:
        """Every entry that can be read, in the order of the file."""
        return (line.entry for line in self.lines if line.entry is not None)

    def to_bytes(self) -> bytes:
        """The file: as it was read, or as UTF-8 once something was edited."""
        if self.raw is not None:
            return self.raw
        return "".join(line.text + line.ending for line in self.lines).encode("utf-8", "surrogateescape")


def read(body: bytes) -> Document:
    """Any bytes as a document; nothing is refused, what is wrong is for `lint` to say."""
    text, encoding, undecodable = _decoded(body)
    lines, start = [], 0
    for number, end in enumerate(_ENDS.finditer(text), start=1):
        lines.append(line_of(number, text[start : end.start()], end.group()))
        start = end.end()
    if start < len(text):
        lines.append(line_of(len(lines) + 1, text[start:], ""))
    return Document(tuple(lines), encoding, len(body), body, undecodable)


def line_of(number: int, text: str, ending: str = "\n") -> Line:
    """A line as Google reads it."""
    bare = text.strip()
    if not bare:
        return Line(number, text, ending, LineKind.BLANK)
    if bare.startswith("#"):
        return Line(number, text, ending, LineKind.COMMENT)
    entry = None
    if bare.lower().startswith(PREFIX):
        entry = domain_entry(bare[len(PREFIX) :])
    elif bare.lower().startswith(_WEB) and not any(mark.isspace() for mark in bare):
        entry = url_entry(bare)
    kind = LineKind.BROKEN if entry is None else LineKind(str(entry.kind))
    return Line(number, text, ending, kind, entry)


def added(document: Document, entries: Iterable[Entry], reason: str = "") -> Document:
    """The document with entries at its end, below a comment that says why."""
    new = [entry.text for entry in entries]
    if not new:
        return document
    head = [f"# {comment_of(reason)}"] if reason.strip() else []
    lines = list(document.lines)
    if lines and not lines[-1].ending:
        lines[-1] = replace(lines[-1], ending=_ending(document))
    return _edited(document, [*lines, *(line_of(0, text, _ending(document)) for text in [*head, *new])])


def removed(document: Document, entries: Collection[Entry]) -> Document:
    """The document without the lines that make these entries; comments stay."""
    gone = frozenset(entries)
    kept = [line for line in document.lines if line.entry is None or line.entry not in gone]
    return document if len(kept) == len(document.lines) else _edited(document, kept)


def rewritten(document: Document, texts: dict[int, str | None]) -> Document:
    """The document with some lines (by number) written otherwise; None takes a line out."""
    lines = []
    for line in document.lines:
        if line.number not in texts:
            lines.append(line)
        elif (text := texts[line.number]) is not None:
            lines += [line_of(0, part, line.ending or _ending(document)) for part in text.split("\n")]
    return _edited(document, lines)


def comment_of(reason: str) -> str:
    """A reason as the words of one comment: without line ends, control characters and marks of its own."""
    words = "".join(mark if mark.isprintable() else " " for mark in reason).replace("#", " ")
    return " ".join(words.split())[:_LONGEST_REASON]


def empty() -> Document:
    """A file without a line."""
    return Document((), raw=b"")


def _edited(document: Document, lines: Iterable[Line]) -> Document:
    numbered = tuple(replace(line, number=number) for number, line in enumerate(lines, start=1))
    made = Document(numbered)
    return replace(made, size=len(made.to_bytes()), undecodable=document.undecodable)


def _ending(document: Document) -> str:
    """The line ending that the file uses first."""
    return next((line.ending for line in document.lines if line.ending), "\n")


def _decoded(body: bytes) -> tuple[str, str, int]:
    """Text, the encoding's name for people, and how many bytes were no UTF-8 (kept all the same)."""
    for mark, codec, name in _MARKS:
        if body.startswith(mark):
            kept = body[len(mark) :]
            if codec == "utf-8":
                break
            return kept.decode(codec, "replace"), name, 0
    else:
        kept, name = body, "ascii" if body.isascii() else "utf-8"
    text = kept.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= mark <= "\udcff" for mark in text) if not text.isascii() else 0
    return text, "not utf-8" if wrong else name, wrong


__all__ = [
    "Document",
    "EntryKind",
    "Line",
    "LineKind",
    "added",
    "comment_of",
    "empty",
    "line_of",
    "read",
    "removed",
    "rewritten",
]

"""Common Crawl's graph as text: gzip files of vertices and edges, read in pieces of whole lines.

Formats: reference in docs/graph.md; `id TAB reversed name [TAB hosts]` and `from TAB to`, sorted, ids from 0.
A file is unpacked in a thread of its own while the lines before are read, since zlib and the compiled
readers both leave the interpreter's lock.
"""

from __future__ import annotations

import gzip
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from linkstead.errors import FileRefused, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PACKED: Final = 1 << 20
_PIECE: Final = 1 << 24
_LONGEST_LINE: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"


class Piece:
    """Whole lines of a file: the bytes, where they begin in the unpacked text, packed bytes read so far."""

    __slots__ = ("lines", "packed", "start")

    def __init__(self, lines: bytes, start: int, packed: int) -> None:
        self.lines = lines
        self.start = start
        self.packed = packed


def pieces(path: Path, skip: int = 0) -> Iterator[Piece]:
    """A gzip or plain text file in pieces of whole lines, from byte `skip` of the text on.

    Raises `FileRefused` when the file is clipped, damaged or has no lines, with its name in the sentence.
    """
    tail, start, packed = b"", skip, 0
    for text, packed in _ahead(_unpacked(path, skip)):
        cut = text.rfind(b"\n") + 1
        if not cut:
            tail += text
            if len(tail) > _LONGEST_LINE:
                raise FileRefused(f"{path.name} has no lines; hand in vertices or edges.", kind="not-lines")
            continue
        lines = tail + text[:cut]
        yield Piece(lines, start, packed)
        start, tail = start + len(lines), text[cut:]
    if tail:
        yield Piece(tail + b"\n", start, packed)


def refused_line(path: Path, piece: Piece, place: int, why: str) -> FileRefused:
    """The error that names the file, what is wrong, and the line's text (its byte in the unpacked file)."""
    line = piece.lines[place : place + 80].split(b"\n")[0].decode("ascii", "replace")
    at = piece.start + place
    return FileRefused(
        f"{path.name}: {why}, at byte {at:,} of the unpacked text: “{line}”. Nothing was changed.",
        kind="line",
    )


def part_files(given: Sequence[Path]) -> list[Path]:
    """The files meant by a list of files, folders and lists of paths (`.paths`, `.paths.gz`).

    Paths in a list are looked for beside the list and by their last part; all must be there.
    """
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(path.glob("*.txt.gz")) or sorted(path.glob("*.gz"))
        elif path.name.endswith((".paths", ".paths.gz")):
            found += [_beside(path, line) for line in _text_of(path).split()]
        else:
            found.append(path)
    for path in found:
        if not path.is_file():
            raise InputError(f"{path} is not there; fetch it, or check the name.")
    return found


def _beside(listed_in: Path, line: str) -> Path:
    """A listed file: below the list's folder with its whole path, with its last folder, or by its name."""
    parts = [part for part in line.split("/") if part not in ("", ".", "..")]
    folder = listed_in.parent
    choices = [folder.joinpath(*parts), folder.joinpath(*parts[-2:]), folder / parts[-1]]
    return next((path for path in choices if path.is_file()), choices[1])


def _text_of(path: Path) -> str:
    try:
        packed = path.read_bytes()
        return (gzip.decompress(packed) if packed.startswith(_GZIP) else packed).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a list of paths ({error}).") from error


def _ahead(parts: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    """The same, each next part made while the one before is used."""
    done: Any = object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, parts, done)
        while (part := coming.result()) is not done:
            coming = thread.submit(next, parts, done)
            yield part


def _unpacked(path: Path, skip: int) -> Iterator[tuple[bytes, int]]:
    with path.open("rb") as file:
        plain = file.read(2) != _GZIP
        file.seek(0)
        for text, packed in _plain(file) if plain else _members(file, path):
            if skip >= len(text):
                skip -= len(text)
                continue
            yield text[skip:], packed
            skip = 0


def _plain(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    read = 0
    while text := file.read(_PIECE):
        read += len(text)
        yield text, read


def _members(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, int]]:
    """Unpack a gzip file of any number of members, in texts of at most _PIECE bytes."""
    member, packed, inside = zlib.decompressobj(31), 0, False
    waiting = b""
    try:
        while waiting or (waiting := file.read(_PACKED)):
            if not inside and not waiting.strip(b"\x00"):
                waiting = b""
                continue
            text = member.decompress(waiting, _PIECE)
            inside = True
            waiting = member.unconsumed_tail
            if member.eof:
                waiting = member.unused_data
                member, inside = zlib.decompressobj(31), False
            packed = file.tell() - len(waiting)
            if text:
                yield text, packed
    except zlib.error as error:
        raise FileRefused(f"{path.name} is damaged ({error}); fetch it again.", kind="gzip") from error
    if inside:
        raise FileRefused(f"{path.name} ends in the middle; fetch it again.", kind="clipped")

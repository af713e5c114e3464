"""What a file is by its bytes, and a stream of plain bytes out of it.

The name is never trusted. Compressed bytes are inflated in small steps under caps on ratio, size and
number of members, so that a bomb costs neither memory nor time; ZIP directories are judged before
anything is unpacked. Nothing is ever written to disk.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, NamedTuple

from linkstead.errors import FileRefused
from linkstead.sources import limits

#: First bytes -> what it is, and what to do. From the formats' own specifications.
_STRANGERS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF", "a PDF", "pdf"),
    (b"\x89PNG\r\n", "a PNG image", "image"),
    (b"\xff\xd8\xff", "a JPEG image", "image"),
    (b"GIF8", "a GIF image", "image"),
    (b"RIFF", "an image or a recording", "image"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file or one locked by a password", "old-excel"),
    (b"Rar!", "a RAR archive", "archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "archive"),
    (b"BZh", "a bzip2 archive", "archive"),
    (b"\xfd7zXZ", "an xz archive", "archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "archive"),
    (b"PAR1", "a Parquet file", "parquet"),
    (b"SQLite format 3", "a SQLite database", "database"),
    (b"\x7fELF", "a program", "program"),
    (b"MZ\x90", "a program", "program"),
)
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<svg", b"<!--")
_NESTED: Final = (b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"PK\x05\x06")
_SAVE_AS: Final = "export it again as CSV or XLSX and hand that in."
_STEP: Final = 256 * 1024


class Entry(NamedTuple):
    """A file inside a ZIP that may hold a table."""

    name: str
    size: int


def kind_of(path: Path) -> str:
    """`text`, `gz`, `zip` or `xlsx`.

    Raises `FileRefused` for everything else, for empty files and for hostile archives.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileRefused("The file is empty; export it again.", kind="empty", seems_to_be="an empty file")
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx" if _is_workbook(path) else "zip"
    refuse_strangers(head)
    return "text"


def refuse_strangers(head: bytes) -> None:
    """Refuse what is certainly no table by its first bytes."""
    for magic, what, slug in _STRANGERS:
        if head.startswith(magic):
            raise FileRefused(f"This is {what}, not a table; {_SAVE_AS}", kind=slug, seems_to_be=what)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower()
    if start.startswith(_MARKUP):
        raise FileRefused(
            "This is a web page or XML, not a table; the download may have ended at a sign-in page, "
            "so sign in to the tool and export again.",
            kind="html",
            seems_to_be="a web page",
        )
    if head[257:262] == b"ustar":
        raise FileRefused(
            f"This is a tar archive, not a table; {_SAVE_AS}", kind="archive", seems_to_be="a tar archive"
        )


def refuse_nested(head: bytes, name: str) -> None:
    """Refuse an archive inside an archive."""
    if head.startswith(_NESTED):
        raise FileRefused(
            f"“{name[:80]}” holds another archive inside; unpack it and hand in the table itself.",
            kind="nested-archive",
            seems_to_be="an archive in an archive",
        )


def bomb(what: str) -> FileRefused:
    """The refusal of a file that would unpack out of all proportion."""
    return FileRefused(
        f"The file unpacks to far more than an export would ({what}); unpack it yourself, look at it, "
        "and hand in the table.",
        kind="bomb",
        seems_to_be="an archive bomb",
    )


def broken(why: str) -> FileRefused:
    """The refusal of a damaged archive."""
    return FileRefused(
        f"The archive is damaged ({why[:120]}); download or export it again.",
        kind="broken-archive",
        seems_to_be="a damaged archive",
    )


class Inflated(io.RawIOBase):
    """The plain bytes of a gzip file, inflated in steps and under caps."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._inflate = zlib.decompressobj(wbits=31)
        self._rest = b""
        self._out = self._in = 0
        self._members = 1
        self._ended = False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # typeshed's Buffer is newer than 3.11
        part = self._part(min(len(view), _STEP))
        view[: len(part)] = part
        return len(part)

    def _part(self, most: int) -> bytes:
        while not self._ended:
            if self._inflate.eof:
                self._next_member()
                continue
            taken = self._rest or self._more()
            try:
                part = self._inflate.decompress(taken, most)
            except zlib.error as error:
                raise broken(str(error)) from error
            self._rest = self._inflate.unconsumed_tail
            if part:
                self._judge(len(part))
                return part
            if not taken and not self._inflate.eof:
                raise broken("it ends too early")
        return b""

    def _more(self) -> bytes:
        raw = self._file.read(_STEP)
        self._in += len(raw)
        return raw

    def _next_member(self) -> None:
        rest = (self._inflate.unused_data or self._more()).lstrip(b"\0")
        self._members += 1
        if not rest:
            self._ended = True
            return
        if self._members > limits.GZIP_MEMBERS:
            raise bomb("thousands of parts")
        if not rest.startswith(b"\x1f"):
            # Bytes behind the last member are no gzip: every reader of gzip stops here.
            self._ended = True
            return
        self._rest = rest
        self._inflate = zlib.decompressobj(wbits=31)

    def _judge(self, length: int) -> None:
        self._out += length
        if self._out > limits.UNPACKED_BYTES:
            raise bomb("more than 16 GiB")
        if self._out > limits.RATIO_FROM_BYTES and self._out > limits.GZIP_RATIO * self._in:
            raise bomb(f"more than {limits.GZIP_RATIO} times its size")


def read_directory(path: Path) -> list[zipfile.ZipInfo]:
    """The entries of a ZIP after judging its directory; nothing is unpacked.

    Raises `FileRefused` for a damaged or hostile one.
    """
    _judge_directory_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise broken(str(error)) from error
    _judge_entries(entries, path.stat().st_size)
    return entries


def _judge_directory_size(path: Path) -> None:
    """Read the end record before the library does: a directory of a million entries is an attack."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < 22:
        raise broken("its directory is missing")
    count, length = struct.unpack("<HI", tail[found + 10 : found + 16])
    if count > limits.XLSX_ENTRIES or length > limits.ZIP_DIRECTORY_BYTES:
        raise bomb(f"{count} entries")


def _judge_entries(entries: list[zipfile.ZipInfo], archive_size: int) -> None:
    if len(entries) > limits.XLSX_ENTRIES:
        raise bomb(f"{len(entries)} entries")
    if sum(entry.compress_size for entry in entries) > archive_size:
        raise bomb("entries that overlap")
    for entry in entries:
        _judge_entry(entry)


def _judge_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    if entry.flag_bits & 0x1:
        raise FileRefused(
            "The archive is locked by a password; unpack it and hand in the table itself.",
            kind="encrypted",
            seems_to_be="an encrypted archive",
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # bzip2 and LZMA members cannot be unpacked in bounded steps by the standard library.
        raise broken("a way of packing that no link tool uses")
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or "\0" in name or ":" in name[:3]:
        raise FileRefused(
            "The archive holds a file name that points outside of it; it was not made by a link tool.",
            kind="path-traversal",
            seems_to_be="a hostile archive",
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise FileRefused(
            "The archive holds a link instead of a file; unpack it and hand in the table itself.",
            kind="symlink",
            seems_to_be="a hostile archive",
        )
    out_of_proportion = entry.file_size > limits.ZIP_RATIO * max(entry.compress_size, 1)
    if entry.file_size > limits.RATIO_FROM_BYTES and out_of_proportion:
        raise bomb(f"{entry.file_size // limits.MIB} MiB from {entry.compress_size // 1024} KiB")


def _is_workbook(path: Path) -> bool:
    names = {entry.filename for entry in read_directory(path)}
    if "xl/workbook.xml" in names:
        return True
    if "content.xml" in names or "xl/workbook.bin" in names:
        raise FileRefused(
            "This is a spreadsheet of a kind that is not read (ODS or XLSB); save it as .xlsx or CSV.",
            kind="spreadsheet",
            seems_to_be="a spreadsheet",
        )
    return False


def judge_workbook(path: Path) -> None:
    """Refuse a workbook that would unpack to more than its parser may hold."""
    entries = read_directory(path)
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > limits.RATIO_FROM_BYTES and unpacked > limits.XLSX_RATIO * packed:
        raise bomb(f"{unpacked // limits.MIB} MiB from {packed // 1024} KiB")
    if unpacked > limits.XLSX_UNPACKED_BYTES:
        raise FileRefused(
            f"The workbook unpacks to {unpacked // limits.MIB} MiB, more than the "
            f"{limits.XLSX_UNPACKED_BYTES // limits.MIB} MiB that are read; export CSV instead, "
            "which may be of any size.",
            kind="too-large",
            seems_to_be="a very large workbook",
        )


def tables_in(path: Path) -> tuple[list[Entry], dict[str, str]]:
    """The entries of a ZIP that may be tables, and the others with the reason they are left out."""
    entries = [entry for entry in read_directory(path) if not entry.is_dir()]
    if len(entries) > limits.ZIP_ENTRIES:
        raise bomb(f"{len(entries)} files")
    tables: list[Entry] = []
    others: dict[str, str] = {}
    for entry in entries:
        file_name = PurePosixPath(entry.filename).name
        if entry.filename.startswith("__MACOSX/") or file_name.startswith("."):
            others[entry.filename] = "a file of the operating system"
        elif entry.file_size == 0:
            others[entry.filename] = "empty"
        else:
            tables.append(Entry(entry.filename, entry.file_size))
    if not tables:
        raise FileRefused(
            "The archive holds no table; export it again.", kind="empty", seems_to_be="an empty archive"
        )
    for table in tables:
        _prove(path, table)
    return tables, others


def _prove(path: Path, entry: Entry) -> None:
    """Refuse nested archives, and read small members once: their checksum must hold."""
    with open_member(path, entry.name) as file:
        refuse_nested(file.read(8), entry.name)
        if entry.size <= limits.ZIP_PROVED_BYTES:
            while file.read(_STEP):
                pass


class Member(io.RawIOBase):
    """A ZIP member as plain bytes; a damaged one is refused in words."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__()
        try:
            self._archive = zipfile.ZipFile(path)
            self._file = self._archive.open(name)
        except _ZIP_ERRORS as error:
            raise broken(str(error)) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # typeshed's Buffer is newer than 3.11
        try:
            part = self._file.read(min(len(view), _STEP))
        except _ZIP_ERRORS as error:
            raise broken(str(error)) from error
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._archive.close()
        super().close()


_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
    struct.error,
)


def open_member(path: Path, name: str) -> io.BufferedReader:
    """The plain bytes of one ZIP member."""
    return io.BufferedReader(Member(path, name), _STEP)

"""The files of the evidence as a whole: which are there, which have had their time, are they sound.

A file is known by its name, `2026-11/linkstead-20261122101500-NAME-00000.warc.gz`; whatever else lies in
the folder is never read, counted or removed.
"""

from __future__ import annotations

import calendar
import contextlib
import mmap
import re
import time
import zlib
from typing import TYPE_CHECKING, Final

from linkstead.errors import StoreError
from linkstead.monitor.warc import MAX_BODY, MAX_HEAD
from linkstead.monitor.warc_reading import raw_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

#: The records of a file are from one day, counted from its beginning.
SPAN_SECONDS: Final = 86_400
#: A revisit refers to a record that is at most so many days older.
REVISIT_DAYS: Final = 30

_DAY: Final = 86_400
_NAME: Final = re.compile(r"[0-9]{4}-[0-9]{2}/linkstead-([0-9]{14})-[A-Za-z0-9_]{1,64}-[0-9]{5,}\.warc\.gz")
_PATTERN: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9]/linkstead-*.warc.gz"
_STEP: Final = 65_536
_GZIP: Final = 31  # zlib: a gzip wrapper with the largest window
_MEMBER: Final = b"\x1f\x8b\x08"
_MAX_RECORD: Final = MAX_BODY + 8 * MAX_HEAD
_BEGINNING: Final = b"WARC/1."


def is_archive_name(file: str) -> bool:
    """Whether this can be a file of ours: a month's folder and a name, nothing that leads elsewhere."""
    return _NAME.fullmatch(file) is not None


def archive_files(folder: Path) -> list[str]:
    """The evidence files in a folder, oldest first, relative to it and with slashes."""
    names = (path.relative_to(folder).as_posix() for path in folder.glob(_PATTERN) if path.is_file())
    return sorted(filter(is_archive_name, names), key=lambda file: (_begun_at(file), file))


def used_bytes(folder: Path) -> int:
    """The size of all evidence files."""
    return sum(_size(folder / file) for file in archive_files(folder))


def expired_files(folder: Path, keep_days: int, now: int) -> list[str]:
    """The files that no look of the last `keep_days` days needs any more, oldest first; 0 keeps all.

    A file is kept for a day and a month longer than that, since it goes on for a day, and a revisit may
    lean on a record that is 30 days older.
    """
    if keep_days <= 0:
        return []
    oldest = now - (keep_days + REVISIT_DAYS) * _DAY - SPAN_SECONDS
    return [file for file in archive_files(folder) if _begun_at(file) < oldest]


def remove(folder: Path, files: Iterable[str]) -> int:
    """Remove whole files, and folders that are empty then; how many bytes are free now.

    Take away the rows that point to a file before the file: a row without its file is a broken promise.
    Names that are no evidence files are left alone, as are files that are gone already. Raises
    `StoreError` when one cannot be removed.
    """
    freed = 0
    for file in filter(is_archive_name, files):
        path = folder / file
        size = _size(path)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"The evidence file {file} could not be removed ({error.strerror}); see who may write there."
            ) from error
        freed += size
        with contextlib.suppress(OSError):  # not empty
            path.parent.rmdir()
    return freed


def newest_files(folder: Path, most: int, most_bytes: int) -> list[str]:
    """The newest `most` evidence files, as far as they are not larger than `most_bytes` together."""
    chosen: list[str] = []
    for file in reversed(archive_files(folder)[-most:]):
        most_bytes -= _size(folder / file)
        if most_bytes < 0:
            break
        chosen.append(file)
    return chosen


def verify_files(
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    files: Iterable[str] | None = None,
    unfinished: bool = True,
) -> list[str]:
    """Read everything, and say in a sentence each what is damaged; an empty list when all is well.

    Of every record the gzip checksum and the block digest are verified. `progress(done, total)` is called
    in bytes after each file. A file that a process was killed over ends in a torn record: that is told,
    too, unless `unfinished` is False, as for files that may be written to just now. `files` are those that
    are read. Whether rows point to records that are there is for `read_kept` to say.
    """
    chosen = archive_files(folder) if files is None else filter(is_archive_name, files)
    sizes = {file: _size(folder / file) for file in chosen}
    total, done = sum(sizes.values()), 0
    complaints: list[str] = []
    for file, size in sizes.items():
        troubles = (each for each in _troubles(folder / file) if unfinished or not each.startswith(_BEGUN))
        complaints += (f"The evidence file {file} {trouble}" for trouble in troubles)
        done += size
        if progress is not None:
            progress(done, total)
    return complaints


def _begun_at(file: str) -> int:
    """When a file was begun, in epoch seconds, by its name; 0 for a date that does not exist."""
    found = _NAME.fullmatch(file)
    try:
        return calendar.timegm(time.strptime(found[1], "%Y%m%d%H%M%S")) if found else 0
    except ValueError:
        return 0


def _size(path: Path) -> int:
    """The size of a file, 0 for one that has just been removed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _troubles(path: Path) -> Iterator[str]:
    """What is wrong with a file, as the rest of a sentence each."""
    try:
        with path.open("rb") as source:
            if not path.stat().st_size:
                yield f"{_EMPTY}: a process ended when it had just begun it."
                return
            with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as packed:
                yield from _troubles_within(packed)
    except FileNotFoundError:
        return  # removed while we read
    except OSError as error:
        yield f"could not be read ({error.strerror})."


def _troubles_within(packed: mmap.mmap) -> Iterator[str]:
    at = 0
    while at < len(packed):
        try:
            at = _verified_to(packed, at)
        except StoreError as error:
            follows = _next_member(packed, at + 1)
            if follows is None and str(error) == _CUT:
                yield f"{_CUT} (at byte {at}), as when a process is killed; all before it is whole."
            else:
                yield f"is damaged at byte {at}: {error}."
            at = len(packed) if follows is None else follows


_CUT: Final = "ends in the middle of a record"
_EMPTY: Final = "is empty"
#: How a file ends that is being written to, or whose writer was killed.
_BEGUN: Final = (_CUT, _EMPTY)


def _verified_to(packed: mmap.mmap, at: int) -> int:
    """The end of the member at `at`, its record verified. Raises `StoreError` in a few words."""
    unpacked, end = _unpacked(packed, at)
    try:
        records = sum(1 for _ in raw_records(unpacked))
    except (OSError, ValueError) as error:
        raise StoreError(str(error)) from None
    if records != 1:
        raise StoreError(f"a member with {records} records")
    return end


def _unpacked(packed: mmap.mmap, at: int) -> tuple[bytes, int]:
    """The content of the member at `at`, and its end."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    content = bytearray()
    while not unpacker.eof:
        piece = packed[at : at + _STEP]  # 64 KiB grow to 64 MiB at most
        if not piece:
            raise StoreError(_CUT)
        try:
            content += unpacker.decompress(piece)
        except zlib.error as error:
            raise StoreError(str(error)) from None
        if len(content) > _MAX_RECORD:
            raise StoreError("a record larger than any that is written here")
        at += len(piece)
    return bytes(content), at - len(unpacker.unused_data)


def _next_member(packed: mmap.mmap, at: int) -> int | None:
    """Where the next member begins that holds a record."""
    while (at := packed.find(_MEMBER, at)) >= 0:
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(wbits=_GZIP).decompress(packed[at : at + 512], 64).startswith(_BEGINNING):
                return at
        at += 1
    return None

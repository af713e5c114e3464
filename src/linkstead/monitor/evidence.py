"""The evidence of looks: what was seen, kept as WARC records, and read back with proof.

`EvidenceBox` writes, one for each monitor process; `read_kept` reads. Files lie in folders of a month,
`2026-11/linkstead-20261122101500-NAME-00000.warc.gz`, and a record is found by file, place and length
(`Kept`), which the rows of the profile hold together with its SHA-256. `archive` looks after whole files.

A box writes only to files that it began itself. A process that is killed leaves at most a torn last
member, which no row points to: rows are committed after `sync`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from uuid import uuid4

from linkstead import __version__
from linkstead.errors import StoreError, UsageError
from linkstead.monitor.archive import (
    REVISIT_DAYS,
    SPAN_SECONDS,
    expired_files,
    is_archive_name,
    remove,
    used_bytes,
    verify_files,
)
from linkstead.monitor.warc import MAX_BODY, REVISIT, WITH_BODY, Record, info_member, members
from linkstead.monitor.warc_reading import read_members

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from linkstead.monitor.fetched import Fetched
    from linkstead.monitor.warc import NewId

__all__ = [
    "EvidenceBox",
    "Kept",
    "Record",
    "expired_files",
    "kept_bytes",
    "read_kept",
    "remove",
    "used_bytes",
    "verify_files",
]

_ROTATE_BYTES: Final = 256 * 1024 * 1024
_DAY: Final = 86_400
#: Bytes of the members of one look: a body that cannot be packed any smaller, and what stands around it.
_MAX_LENGTH: Final = MAX_BODY + 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,64}")


class Kept(NamedTuple):
    """Where the records of a look are.

    `kind` is `response`, `revisit`, `resource` or `metadata`; `file` is relative to the folder, with
    slashes; `place` and `length` are in bytes. `sha256` is the hex digest of these very bytes, `payload`
    that of the body as WARC writes it (`sha1:` and Base32), empty where there is no body.
    """

    kind: str
    file: str
    place: int
    length: int
    sha256: str
    payload: str


class _Begun:
    """A file of our own, open for writing, and how far it is written."""

    __slots__ = ("begun_at", "descriptor", "file", "info_id", "path", "size")

    def __init__(self, path: Path, file: str, begun_at: int, info_id: str) -> None:
        self.path = path
        self.file = file
        self.begun_at = begun_at
        self.info_id = info_id
        self.size = 0
        # O_EXCL: a file that somebody else began is never touched
        self.descriptor = os.open(_draft(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)

    def publish(self) -> None:
        """Give the file its name, now that its first record is whole: none that is empty is ever seen.

        Nobody else can take that name meanwhile, since he would need the same draft.
        """
        _draft(self.path).rename(self.path)

    def drop(self) -> None:
        """Take back a file that could not be begun."""
        os.close(self.descriptor)
        _draft(self.path).unlink(missing_ok=True)

    def append(self, packed: bytes) -> int:
        """Write all of it and give its place, or nothing of it and raise the OSError."""
        place = self.size
        view = memoryview(packed)
        try:
            while view:
                view = view[os.write(self.descriptor, view) :]
        except OSError:
            os.ftruncate(self.descriptor, place)
            os.lseek(self.descriptor, place, os.SEEK_SET)
            raise
        self.size += len(packed)
        return place


class EvidenceBox:
    """Keeps the evidence of one process. To be used by one thread at a time.

    `name` (letters, digits and `_`) belongs to this start of this process alone. A file ends at
    `rotate_bytes` or after a day. `agent` is the User-Agent that pages were asked with. The clock is that
    of the fetches.

    Call `sync` before committing rows that point to what was kept: what `keep` gave is safe only then.
    When the disk is full, `keep` and `sync` raise `StoreError`; the box can be used again once there is
    room, and records of before the last good `sync` are never harmed.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        rotate_bytes: int = _ROTATE_BYTES,
        software: str = f"Linkstead/{__version__}",
        agent: str = "",
        new_id: NewId = lambda: uuid4().urn,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(f"“{name}” cannot name an evidence box; use up to 64 letters, digits and _.")
        self._folder = folder
        self._name = name
        self._rotate_bytes = rotate_bytes
        self._fields = [("software", software)] + ([("http-header-user-agent", agent)] if agent else [])
        self._new_id = new_id
        self._begun: _Begun | None = None
        self._serial = 0
        self._folders_changed: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def keep(self, fetched: Fetched, *, earlier: Kept | None = None, rendered: bool = False) -> Kept:
        """Write what one fetch brought home, and say where.

        `earlier` is the record that holds the body that this page had before: when the body is still the
        same, only a revisit is written. It is read and verified first; when it is gone, damaged or more
        than 30 days old, the body is kept anew, so that nothing leans on a record that may go.
        `rendered`: a browser made the body. A fetch that got no answer is kept too, as metadata: why
        there was none, and the way there. Raises `StoreError`.
        """
        same_as = self._usable(fetched, earlier)
        begun = self._open(fetched.fetched_at)
        made = members(
            fetched, same_as=same_as, rendered=rendered, info_id=begun.info_id, new_id=self._new_id
        )
        place = self._append(begun, made.members)
        sha256 = hashlib.sha256(made.members).hexdigest()
        return Kept(made.kind, begun.file, place, len(made.members), sha256, made.payload)

    def sync(self) -> None:
        """See to it that everything kept so far survives a loss of power. Raises `StoreError`."""
        begun = self._begun
        try:
            if begun is not None:
                os.fsync(begun.descriptor)
            for folder in sorted(self._folders_changed):
                _sync_folder(folder)
        except OSError as error:
            # after a failed fsync nobody knows what of the file is on the disk
            self._abandon()
            raise self._trouble(error) from error
        self._folders_changed.clear()

    def close(self) -> None:
        """Sync, and end the file. The box begins another one when it is used again."""
        try:
            self.sync()
        finally:
            self._abandon()

    def _usable(self, fetched: Fetched, earlier: Kept | None) -> Record | None:
        """The earlier record, if this look may refer to it."""
        if earlier is None or earlier.kind not in WITH_BODY:
            return None
        try:
            record = read_kept(self._folder, earlier)
        except StoreError:
            return None
        return record if fetched.fetched_at - record.date <= REVISIT_DAYS * _DAY else None

    def _open(self, at: int) -> _Begun:
        """The file that the next record goes to."""
        begun = self._begun
        if begun is not None and (
            begun.size >= self._rotate_bytes or abs(at - begun.begun_at) >= SPAN_SECONDS
        ):
            self.close()
            begun = None
        if begun is None:
            begun = self._begun = self._begin(at)
        return begun

    def _begin(self, at: int) -> _Begun:
        """A new file with its `warcinfo`."""
        try:
            begun = self._create(at)
        except OSError as error:
            raise self._trouble(error) from error
        info = info_member(begun.path.name, at, self._fields, begun.info_id)
        try:
            begun.append(info)
            begun.publish()
        except OSError as error:
            begun.drop()
            raise self._trouble(error) from error
        return begun

    def _create(self, at: int) -> _Begun:
        when = datetime.fromtimestamp(at, UTC)
        month = self._folder / f"{when:%Y-%m}"
        new = [path for path in (month, *month.parents) if not path.exists()]
        month.mkdir(parents=True, exist_ok=True)
        self._folders_changed |= {month, *(path.parent for path in new)}
        while True:
            name = f"linkstead-{when:%Y%m%d%H%M%S}-{self._name}-{self._serial:05}.warc.gz"
            self._serial += 1
            with contextlib.suppress(FileExistsError):
                begun = _Begun(month / name, f"{month.name}/{name}", at, self._new_id())
                if not begun.path.exists():
                    return begun
                begun.drop()

    def _append(self, begun: _Begun, packed: bytes) -> int:
        try:
            return begun.append(packed)
        except OSError as error:
            if os.fstat(begun.descriptor).st_size != begun.size:
                self._abandon()  # the torn member could not be taken back: end the file with it
            raise self._trouble(error) from error

    def _abandon(self) -> None:
        begun, self._begun = self._begun, None
        if begun is not None:
            os.close(begun.descriptor)

    def _trouble(self, error: OSError) -> StoreError:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return StoreError(
                f"The disk of {self._folder} is full, so no evidence can be kept; "
                "free some space, or keep evidence for fewer days."
            )
        return StoreError(
            f"The evidence could not be written to {self._folder} ({error.strerror}); "
            "check the disk and who may write there."
        )


def read_kept(folder: Path, kept: Kept, *, referred: Kept | None = None) -> Record:
    """What was kept, proven by its SHA-256 and by the digests within.

    A revisit has the body of `referred`, the record with the same payload; without it the body is empty.
    Raises `StoreError` when the file is gone or outside the folder, and when anything is damaged.
    """
    record = _verified(folder, kept)
    if kept.kind != REVISIT or referred is None:
        return record
    if referred.kind not in WITH_BODY or referred.payload != kept.payload:
        raise _damaged(kept, "it does not belong to the record that it refers to")
    return replace(record, body=_verified(folder, referred).body)


def kept_bytes(folder: Path, kept: Kept) -> bytes:
    """The very bytes of the records of a look: gzip members, a WARC file by themselves.

    Proven by their SHA-256; raises `StoreError` like `read_kept`.
    """
    packed = _read_bytes(folder, kept)
    if hashlib.sha256(packed).hexdigest() != kept.sha256:
        raise _damaged(kept, "its checksum does not match")
    return packed


def _verified(folder: Path, kept: Kept) -> Record:
    packed = kept_bytes(folder, kept)
    try:
        record = read_members(packed)
    except StoreError as error:
        raise _damaged(kept, str(error)) from None
    if (record.kind, record.payload) != (kept.kind, kept.payload):
        raise _damaged(kept, "it is another record than the one that was kept")
    return record


def _read_bytes(folder: Path, kept: Kept) -> bytes:
    if not 0 < kept.length <= _MAX_LENGTH or kept.place < 0:
        raise _damaged(kept, "its place cannot be right")
    try:
        with _path_of(folder, kept.file).open("rb") as source:
            source.seek(kept.place)
            return source.read(kept.length)
    except FileNotFoundError:
        raise StoreError(
            f"The evidence file {kept.file} is gone: its time was over, or it was removed by hand."
        ) from None
    except OSError as error:
        raise StoreError(f"The evidence file {kept.file} could not be read ({error.strerror}).") from error


def _path_of(folder: Path, file: str) -> Path:
    """The path of a file that a row names; the row may come from a backup that somebody else made."""
    path = folder / file
    if not is_archive_name(file) or not path.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"“{file[:120]}” is no evidence file, so it is not read.")
    if not path.is_file():  # nor is a pipe, which would keep its reader waiting
        raise FileNotFoundError
    return path


def _damaged(kept: Kept, why: str) -> StoreError:
    return StoreError(
        f"The evidence in {kept.file} at byte {kept.place} is damaged ({why}), so it is not shown; "
        "if there is a backup, restore that file from it."
    )


def _draft(path: Path) -> Path:
    """What a file is called until its first record is whole; `archive` does not know such names."""
    return path.with_name(f"{path.name}.draft")


def _sync_folder(folder: Path) -> None:
    """Write down which files a folder has."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

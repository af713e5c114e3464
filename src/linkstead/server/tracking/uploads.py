"""Uploaded files: streamed to the data folder under names of our own.

Nothing of the user's file name becomes part of a path. A request larger than LINKSTEAD_MAX_UPLOAD_MB,
larger than the free disk, or from somebody who is not signed in is refused before it is written.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from linkstead.server.refusals import Refused

if TYPE_CHECKING:
    BytesFile = UploadedFile[bytes]
else:
    BytesFile = UploadedFile  # generic for type checkers alone

PART = ".part"
#: bytes of the disk that uploads leave free, for the database to grow
LEAVE_FREE = 256 * 1024 * 1024
_STALE_SECONDS = 86_400


class DiskFile(BytesFile):
    """An upload that lies in the uploads folder; deleted when closed, unless it was kept."""

    def __init__(
        self, name: str | None, content_type: str | None, charset: str | None, extra: dict[str, Any] | None
    ) -> None:
        folder = _folder()
        # the file outlives this call: Django closes it at the end of the request
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=PART)  # noqa: SIM115
        super().__init__(file, name, content_type, 0, charset, extra)

    @property
    def path(self) -> Path:
        return Path(str(self.file.name)) if self.file else Path()

    def close(self) -> None:
        try:
            super().close()
        except FileNotFoundError:
            return  # it was kept under another name


class StreamToDisk(FileUploadHandler):
    """Write uploads to disk as they arrive, whatever their size."""

    def __init__(self, request: Any = None) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(request)
        self._received = 0
        self._file: DiskFile | None = None

    def handle_raw_input(
        self,
        input_data: object,
        META: dict[str, str],  # noqa: N803 - Django's own name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse what will not be taken before reading it."""
        del input_data, META, boundary, encoding
        if content_length > _most():
            _too_large()
        if shutil.disk_usage(_folder()).free < content_length + LEAVE_FREE:
            raise Refused("The server's disk is too full for this upload; free some space first.", status=507)

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise Refused("Sign in before you upload a file.", status=403)
        self._file = DiskFile(self.file_name, self.content_type, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A request without a length is counted as it comes."""
        del start
        self._received += len(raw_data)
        if self._received > _most():
            self.upload_interrupted()
            _too_large()
        if self._file is not None:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if self._file is not None:
            self._file.seek(0)
            self._file.size = file_size
        return self._file

    def upload_interrupted(self) -> None:
        if self._file is not None:
            self._file.close()


def _most() -> int:
    return int(settings.LINKSTEAD.max_upload_mb) * 1_000_000


def _too_large() -> NoReturn:
    raise Refused(
        f"An upload may have {settings.LINKSTEAD.max_upload_mb:,} MB at most; split the file, or have "
        "LINKSTEAD_MAX_UPLOAD_MB raised.",
        status=413,
    )


def _folder() -> Path:
    folder: Path = settings.LINKSTEAD.uploads
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(file: UploadedFile[bytes]) -> tuple[str, int]:
    """Keep an upload; its random name and its size in bytes. It is on disk before anybody is told so."""
    name = secrets.token_hex(16)
    if not isinstance(file, DiskFile) or file.file is None:
        raise TypeError("uploads come from StreamToDisk")
    file.flush()
    os.fsync(file.fileno())
    file.path.rename(_folder() / name)
    return name, int(file.size or 0)


def stored_path(stored_name: str) -> Path:
    """Where a kept upload lies."""
    if not (len(stored_name) == 32 and stored_name.isascii() and stored_name.isalnum()):
        raise ValueError("no name of a kept upload")
    return _folder() / stored_name


def has_stored(stored_name: str) -> bool:
    """Whether a kept upload is still there."""
    return stored_path(stored_name).exists()


def remove_stored(stored_name: str) -> None:
    """Delete a kept upload; that it is gone already is fine."""
    stored_path(stored_name).unlink(missing_ok=True)


def remove_stale_parts(*, now: float | None = None) -> int:
    """Delete what uploads that broke off left behind; how many."""
    moment = time.time() if now is None else now
    stale = [path for path in _folder().glob(f"*{PART}") if moment - path.stat().st_mtime > _STALE_SECONDS]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def remove_orphans(*, now: float | None = None) -> int:
    """Delete kept uploads that no import needs, as killed processes leave them behind; how many."""
    # this module is read before there are models
    from linkstead.server.tracking.models import ImportRun, RunState

    moment = time.time() if now is None else now
    old = [
        path
        for path in _folder().iterdir()
        if path.suffix != PART and moment - path.stat().st_mtime > _STALE_SECONDS
    ]
    open_or_again = ImportRun.objects.exclude(state__in=(RunState.DONE, RunState.REFUSED))
    needed = set(open_or_again.values_list("stored_name", flat=True))
    orphans = [path for path in old if path.name not in needed]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)

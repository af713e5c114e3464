"""A file of the web that is read like one of this machine: forward, and here and there.

Parts are asked for one after another, the next while the last is being read. The reader sees one version of
the file: a part with another size or entity tag ends it.
"""

from __future__ import annotations

import asyncio
import io
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self, TypeVar

from linkstead.monitor.download import Downloader, DownloadFailed, Part

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

    from typing_extensions import Buffer

    from linkstead.monitor.download import Signer
    from linkstead.monitor.fetch_settings import FetchSettings

_T = TypeVar("_T")
#: Bytes of one request: large enough that its round trip does not count.
PART_BYTES: Final = 8 << 20
#: Seconds for one part; slow lines bring a part of 8 MiB in it at 140 KB/s.
_PART_SECONDS: Final = 60.0


class Loop:
    """An event loop in a thread of its own, for callers that are not asynchronous themselves."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="linkstead-download", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[object, object, _T]) -> Future[_T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[object, object, _T]) -> _T:
        return self.start(work).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class SyncDownloader:
    """A `Downloader` for callers that are not asynchronous; a context manager."""

    def __init__(self, settings: FetchSettings, *, sign: Signer | None = None) -> None:
        self._loop = Loop()
        self._downloader = Downloader(replace(settings, total_seconds=_PART_SECONDS), sign=sign)

    def __enter__(self) -> Self:
        self._loop.run(self._downloader.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._downloader.__aexit__())
        self._loop.close()

    @property
    def requests(self) -> int:
        return self._downloader.requests

    @property
    def wire_bytes(self) -> int:
        return self._downloader.wire_bytes

    def whole(self, url: str, most: int) -> bytes:
        """See `Downloader.whole`."""
        return self._loop.run(self._downloader.whole(url, most))

    def part(self, url: str, first: int, count: int) -> Part:
        """See `Downloader.part`."""
        return self._loop.run(self._downloader.part(url, first, count))

    def part_soon(self, url: str, first: int, count: int) -> Future[Part]:
        """Ask for a part that will be wanted."""
        return self._loop.start(self._downloader.part(url, first, count))


class RemoteFile(io.RawIOBase):
    """Seekable, for reading, over a client that the caller keeps open.

    Raises `DownloadFailed` where a local file would raise `OSError`.
    """

    def __init__(self, url: str, web: SyncDownloader, *, part_bytes: int = PART_BYTES) -> None:
        super().__init__()
        self.url = url
        self._part_bytes = part_bytes
        self._at = 0
        self._soon: tuple[int, Future[Part]] | None = None
        self._web = web
        self._held = web.part(url, 0, part_bytes)
        self.size = self._held.total

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self.size or not len(view):
            return 0
        inside = self._at - self._held.first
        if not 0 <= inside < len(self._held.body):
            self._held, inside = self._next(self._at), 0
        piece = self._held.body[inside : inside + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        soon, self._soon = self._soon, None
        if soon is not None:
            soon[1].cancel()
        super().close()

    def _next(self, first: int) -> Part:
        """The part that begins at `first`, and a request for the one behind it when reading goes forward."""
        forward = first == self._held.first + len(self._held.body)
        soon, self._soon = self._soon, None
        if soon is not None and soon[0] == first:
            part = soon[1].result()
        else:
            part = self._web.part(self.url, first, self._part_bytes)
        if (part.total, part.version) != (self.size, self._held.version) or not part.body:
            raise DownloadFailed(f"{self.url} changed while it was read; try again.", passing=True)
        behind = first + len(part.body)
        if forward and behind < self.size:
            self._soon = (behind, self._web.part_soon(self.url, behind, self._part_bytes))
        return part

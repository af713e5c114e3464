"""Files of the web that somebody asked for by name, whole or in parts: archives, an index's answers.

    async with Downloader(fetch_settings) as downloader:
        part = await downloader.get("https://data.example.org/a.warc.gz", first=0, count=1 << 20)

Every request passes the guard; a redirect is judged anew and never carries a signature on. What passes by
itself (429, 5xx, a connection that broke) is tried again with growing pauses or as `Retry-After` says; what
does not raises `DownloadFailed`. One request to a host at a time, in its pace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from linkstead.errors import InputError
from linkstead.link import Reason
from linkstead.monitor.exchange import REDIRECTS, Exchange, Wanted
from linkstead.monitor.guard import RefusedUrl, WebAddress, read_address
from linkstead.monitor.inflate import BodyLimits
from linkstead.monitor.lookup import GuardedLookup
from linkstead.monitor.pacing import retry_after
from linkstead.monitor.trail import Answer, Failure

if TYPE_CHECKING:
    from linkstead.monitor.fetch_settings import FetchSettings

#: Adds what a private store wants to see: the address and the headers so far to all headers.
Signer = Callable[[str, Mapping[str, str]], Mapping[str, str]]

_REDIRECTS: Final = 5
_TRIES: Final = 5
_PAUSES: Final = (1.0, 2.0, 5.0, 15.0)
#: A server that asks for a longer pause is left for another day.
_LONGEST_PAUSE: Final = 120.0
_SAID: Final = 2_000
_PARTIAL: Final = 206
_NO_SUCH_PART: Final = 416
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LASTING: Final = frozenset(
    {Reason.ADDRESS_REFUSED, Reason.DNS, Reason.TLS, Reason.TOO_LARGE, Reason.TOO_MANY_REDIRECTS}
)
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class DownloadFailed(InputError):
    """A file could not be had. `passing`: it may work at another time.

    `status` is the last answer's, `said` the beginning of its body.
    """

    def __init__(
        self, message: str, *, status: int | None = None, passing: bool = False, said: bytes = b""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.passing = passing
        self.said = said[:_SAID]


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from `first` on; `total` is the file's size, `version` its entity tag if it has one."""

    first: int
    body: bytes
    total: int
    version: str


class Downloader:
    """An async context manager; one for a process."""

    def __init__(self, settings: FetchSettings, *, sign: Signer | None = None) -> None:
        self._settings = settings
        self._exchange = Exchange(settings)
        self._lookup = GuardedLookup(self._exchange, settings)
        self._sign = sign
        self._next: dict[str, float] = {}
        self.requests = 0
        self.wire_bytes = 0

    async def __aenter__(self) -> Self:
        await self._exchange.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exchange.close()
        self._lookup.close()

    async def whole(self, url: str, most: int) -> bytes:
        """A file of at most `most` bytes. Raises `DownloadFailed`."""
        return (await self._tried(url, {}, most)).body

    async def part(self, url: str, first: int, count: int) -> Part:
        """Up to `count` bytes from `first` on. Raises `DownloadFailed`, also where parts are not served."""
        asked = {"Range": f"bytes={first}-{first + count - 1}"}
        for pause in (*_PAUSES[:2], None):
            answer = await self._tried(url, asked, count)
            part = _part(url, answer, first, count)
            if part is not None:
                return part
            if pause is not None:
                await self._settings.clock.sleep(pause)
        raise DownloadFailed(f"{url} came cut short again and again; try later.", passing=True)

    async def _tried(self, url: str, headers: Mapping[str, str], most: int) -> Answer:
        """An answer with 200, 206 or 416, however many tries it took."""
        for attempt in range(_TRIES):
            answer = await self._followed(url, headers, most)
            trouble = _trouble(url, answer)
            if trouble is None:
                return answer
            pause = self._pause(answer, attempt)
            if not trouble.passing or pause is None:
                raise trouble
            await self._settings.clock.sleep(pause)
        raise AssertionError("the last try raises")  # pragma: no cover

    def _pause(self, answer: Answer, attempt: int) -> float | None:
        """How long to wait before the next try; None when there is none."""
        if attempt + 1 >= _TRIES:
            return None
        asked = retry_after(answer.values("retry-after"), self._settings.clock.now())
        if asked is None:
            return _PAUSES[attempt]
        return asked if asked <= _LONGEST_PAUSE else None

    async def _followed(self, url: str, headers: Mapping[str, str], most: int) -> Answer:
        step = read_address(url)
        for hop in range(_REDIRECTS + 1):
            if isinstance(step, RefusedUrl):
                return Answer(failure=Failure(Reason.ADDRESS_REFUSED, step.why))
            signed = headers if self._sign is None or hop else self._sign(step.url, headers)
            answer = await self._asked(step, signed, most)
            if answer.status not in REDIRECTS:
                return answer
            step = read_address("".join(answer.values("location")[:1]), step.url)
        return Answer(failure=Failure(Reason.TOO_MANY_REDIRECTS, f"more than {_REDIRECTS} redirects"))

    async def _asked(self, address: WebAddress, headers: Mapping[str, str], most: int) -> Answer:
        await self._in_pace(address.host)
        seconds = self._settings.total_seconds
        found = await self._lookup.addresses(address, seconds)
        if isinstance(found, Failure):
            return Answer(failure=found)
        sent = {"Accept": "*/*", "Accept-Encoding": "identity", **headers}
        wanted = Wanted(False, BodyLimits(most, most), sent, exact=True)
        answer = await self._exchange.get(address, seconds, wanted)
        self.requests += answer.requests
        self.wire_bytes += answer.wire_bytes
        return answer

    async def _in_pace(self, host: str) -> None:
        clock = self._settings.clock
        wait = self._next.get(host, 0.0) - clock.monotonic()
        if wait > 0:
            await clock.sleep(wait)
        self._next[host] = clock.monotonic() + self._settings.delay_seconds


def _trouble(url: str, answer: Answer) -> DownloadFailed | None:
    """What is wrong with an answer, as an error to raise."""
    failure, status = answer.failure, answer.status
    if failure is None and status in (200, _PARTIAL, _NO_SUCH_PART):
        return None
    if failure is not None:
        if failure.reason is Reason.TOO_LARGE:
            return DownloadFailed(
                f"{url} gives more bytes than were asked for; download it and hand in the file."
            )
        passing = failure.reason not in _LASTING
        return DownloadFailed(
            f"{url} cannot be had ({failure.reason.value}: {failure.detail}).", status=status, passing=passing
        )
    hint = {401: "; it wants a key", 403: "; it wants a key or is not public", 404: "; check the name"}
    return DownloadFailed(
        f"{url} answers {status}{hint.get(status or 0, '')}.",
        status=status,
        passing=status in _PASSING,
        said=answer.body,
    )


def _part(url: str, answer: Answer, first: int, count: int) -> Part | None:
    """An answer as a part; None when it is cut short. Raises `DownloadFailed` for a whole file instead."""
    version = "".join(answer.values("etag")[:1])
    if answer.status == _NO_SUCH_PART:
        return Part(first, b"", first, version)
    if answer.status == _PARTIAL:
        said = _CONTENT_RANGE.fullmatch("".join(answer.values("content-range")[:1]).strip())
        if said is None or int(said[1]) != first:
            raise DownloadFailed(f"{url} gives other parts than were asked for; download it whole.")
        total = int(said[3])
        whole = len(answer.body) == min(count, total - first)
        return Part(first, answer.body, total, version) if whole else None
    # a server without parts gives everything: a small file came whole, a larger one ended at the limit
    return Part(first, answer.body[first : first + count], len(answer.body), version)

"""One request and its answer over aiohttp, with every limit; nothing is followed here.

Failures are values: each kind of trouble that the client reports has a row in `_TROUBLE`.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import aiohttp
from yarl import URL

from linkstead.errors import UsageError
from linkstead.link import Reason
from linkstead.monitor.connection import (
    AddressRefused,
    GuardedConnector,
    PinnedResolver,
    lenient_context,
    own_addresses,
    tls_fault,
    verifying_context,
)
from linkstead.monitor.content import VAGUE_TYPES, is_page, media_type
from linkstead.monitor.inflate import HEAD_BYTES, Body, BodyLimits
from linkstead.monitor.trail import Answer, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkstead.monitor.fetch_settings import FetchSettings
    from linkstead.monitor.guard import WebAddress

_PAGE_ACCEPT: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED: Final = 304
#: Of an answer that is no page (404, 403, 503) only so much is read: enough to see a challenge.
_ERROR_BODY: Final = 262_144

#: Told apart from a page that is slow: nobody took the connection, or finished the handshake.
NO_CONNECTION_IN_TIME: Final = "no connection in time"

#: What the client may report, and what it means for the page. First match wins.
_TROUBLE: Final[tuple[tuple[type[BaseException], Reason, str], ...]] = (
    (aiohttp.ConnectionTimeoutError, Reason.TIMEOUT, NO_CONNECTION_IN_TIME),
    (TimeoutError, Reason.TIMEOUT, "no answer in time"),
    (aiohttp.ClientSSLError, Reason.TLS, "no secure connection"),
    (ssl.SSLError, Reason.TLS, "no secure connection"),
    (aiohttp.ClientConnectorError, Reason.CONNECTION, "no connection"),
    (aiohttp.ServerDisconnectedError, Reason.CONNECTION, "closed without an answer"),
    (aiohttp.ClientOSError, Reason.CONNECTION, "connection broken"),
    (aiohttp.ClientPayloadError, Reason.BAD_ANSWER, "cut short"),
    (aiohttp.ClientResponseError, Reason.BAD_ANSWER, "not HTTP, or beyond its limits"),
    (aiohttp.ClientError, Reason.BAD_ANSWER, "not HTTP"),
    (ValueError, Reason.BAD_ANSWER, "not HTTP"),
    (OSError, Reason.CONNECTION, "connection broken"),
)
_EXPECTED: Final = tuple(kind for kind, _, _ in _TROUBLE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request is for: a page (then other types are not read) or any text, and how much of it.

    `headers` are sent beside those that every request has. `exact` takes the bytes as they are stored, no
    coding undone, and over a connection that can be trusted or not at all.
    """

    pages_only: bool
    limits: BodyLimits
    headers: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False


class Exchange:
    """The client: one session, guarded, without cookies and without proxies from the environment."""

    def __init__(self, settings: FetchSettings) -> None:
        self._settings = settings
        self._verifying = verifying_context(settings.ca_file)
        self._lenient = lenient_context()
        self.page = Wanted(settings.pages_only, BodyLimits(settings.max_wire, settings.max_body))
        self._error_page = BodyLimits(_ERROR_BODY, _ERROR_BODY)
        self.own = own_addresses()
        self.pinned = PinnedResolver()
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        settings = self._settings
        self._session = aiohttp.ClientSession(
            connector=GuardedConnector(self.pinned, settings.allowed_private_networks, self.own),
            headers={
                "User-Agent": settings.agent,
                "Accept": _PAGE_ACCEPT,
                "Accept-Encoding": "gzip, identity",
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_seconds),
            auto_decompress=False,
            trust_env=False,
            max_line_size=settings.max_header_bytes,
            max_field_size=settings.max_header_bytes,
            max_headers=settings.max_headers,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, address: WebAddress, seconds: float, wanted: Wanted | None = None) -> Answer:
        """One GET within so many seconds; a certificate that fails is noted, and the page still read."""
        answer = Answer()
        try:
            async with asyncio.timeout(seconds):
                await self._ask_both_ways(address, wanted or self.page, answer)
        except _EXPECTED as error:
            answer.failure = _failure(error, answered=answer.status is not None)
        return answer

    async def _ask_both_ways(self, address: WebAddress, wanted: Wanted, answer: Answer) -> None:
        try:
            await self._ask(address, self._verifying, wanted, answer)
        except (aiohttp.ClientError, ssl.SSLError) as error:
            if wanted.exact or answer.status is not None or not _is_tls_trouble(error, address):
                raise
            answer.tls_invalid = tls_fault(error)
            await self._ask(address, self._lenient, wanted, answer)

    async def _ask(self, address: WebAddress, tls: ssl.SSLContext, wanted: Wanted, answer: Answer) -> None:
        if self._session is None:
            raise UsageError("The fetcher is closed; use it as `async with Fetcher(settings)`.")
        url = URL(address.url, encoded=True)
        if url.raw_host != address.host or url.port != address.port:
            raise AddressRefused("read in two ways")  # the client would go where the guard did not look
        answer.requests += 1
        async with self._session.get(url, ssl=tls, allow_redirects=False, headers=wanted.headers) as response:
            answer.status = response.status
            answer.headers = tuple(_text(name, value) for name, value in response.raw_headers)
            answer.wire_bytes += _head_bytes(response)
            if response.status not in REDIRECTS:
                await self._read(response, wanted, answer)

    async def _read(self, response: aiohttp.ClientResponse, wanted: Wanted, answer: Answer) -> None:
        good = 200 <= response.status < 300
        declared = media_type(answer.values("content-type")) if wanted.pages_only else None
        coding = "" if wanted.exact else ",".join(answer.values("content-encoding")).strip().lower()
        body = Body(coding, wanted.limits if good else self._error_page)
        complete = fits = False
        try:
            fits = await _collect(response, body, declared)
            complete = True
        finally:
            body.close(complete=complete)
            answer.wire_bytes += body.wire
            answer.body = body.content if fits or not complete else b""
        answer.failure = _body_failure(body, declared, fits=fits) if good else None


async def _collect(response: aiohttp.ClientResponse, body: Body, declared: str | None) -> bool:
    """Read to the end, or until it is clear that it is no page; whether it is what was wanted."""
    undecided = declared is not None
    async for raw in response.content.iter_any():
        wanted = body.feed(raw)
        if undecided and declared is not None and (declared not in VAGUE_TYPES or len(body) >= HEAD_BYTES):
            if not is_page(declared, body.head):
                return False
            undecided = False
        if not wanted:
            break
    return not undecided or declared is None or not len(body) or is_page(declared, body.head)


def _body_failure(body: Body, declared: str | None, *, fits: bool) -> Failure | None:
    if not fits:
        return Failure(Reason.NOT_HTML, declared or "no content type")
    if body.failure is not None:
        return Failure(body.failure, _BODY_WORDS[body.failure])
    if declared is not None and not len(body):
        return Failure(Reason.EMPTY, "an empty body")
    return None


_BODY_WORDS: Final[dict[Reason, str]] = {
    Reason.ENCODING: "a content coding that was not asked for, or damaged",
    Reason.TOO_LARGE: "more bytes than a page has",
    Reason.BOMB: "a compressed bomb",
    Reason.BAD_ANSWER: "cut short",
}


def _failure(error: BaseException, *, answered: bool) -> Failure:
    refused = _refused(error)
    if refused is not None:
        return Failure(Reason.ADDRESS_REFUSED, refused.word)
    reason, words = next((reason, words) for kind, reason, words in _TROUBLE if isinstance(error, kind))
    if answered and reason is Reason.CONNECTION:
        return Failure(Reason.BAD_ANSWER, "cut short")
    return Failure(reason, words)


def _is_tls_trouble(error: BaseException, address: WebAddress) -> bool:
    """Also a connection reset in the handshake: that is how some old servers take leave of new ones."""
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return True
    reset = isinstance(error, aiohttp.ClientConnectorError) and isinstance(
        error.os_error, ConnectionResetError
    )
    return reset and address.scheme == "https"


def _refused(error: BaseException) -> AddressRefused | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, AddressRefused):
        cause = getattr(cause, "os_error", None) or cause.__cause__
    return cause


def _head_bytes(response: aiohttp.ClientResponse) -> int:
    """The length of an answer's head as it is usually written."""
    first = len("HTTP/1.1 200 \r\n\r\n") + len(response.reason or "")
    return first + sum(len(name) + len(value) + len(": \r\n") for name, value in response.raw_headers)


def _text(name: bytes, value: bytes) -> tuple[str, str]:
    """Header names and values as text: UTF-8 where it is, else Latin-1 (RFC 9110, section 5.5)."""
    try:
        return name.decode("latin-1"), value.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("latin-1"), value.decode("latin-1")

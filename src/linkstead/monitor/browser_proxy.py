"""The browser's only way out: a forward proxy on loopback that keeps the guard's rules.

Chromium would resolve names and open sockets by itself. Here it may only ask this proxy, which treats
every request as the crawler treats its own: the address is taken apart once, all answers of one look-up
are judged together, the connection goes to a judged address, and its peer is judged again. Refusals
close the connection without an answer, so that scripts learn nothing about the inside.

* plain HTTP (https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2): one request a connection; methods
  that change nothing;
* CONNECT (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6): the tunnel is for TLS alone.

Each page has a secret of its own: what is left of an earlier page, the browser's own errands and other
users of the machine are turned away with 407.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from linkstead.link import Reason
from linkstead.monitor.connection import SystemResolver, own_addresses
from linkstead.monitor.guard import (
    RefusedUrl,
    WebAddress,
    judge_address,
    judge_answer,
    judge_port,
    read_address,
)
from linkstead.monitor.trail import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.monitor.fetch_settings import FetchSettings

#: The name beside a page's secret.
USER: Final = "page"
_HOST: Final = "127.0.0.1"
_HEAD: Final = 65_536
_PART: Final = 65_536
#: Seconds within which a client has to say what it wants.
_ASK_SECONDS: Final = 10.0
#: Interim answers (1xx) before the real one.
_INTERIM: Final = 20
#: Methods that change nothing on the other side (RFC 9110, section 9.2.1).
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: Headers for one hop only (RFC 9110, section 7.6.1), those of a body, and the host, which is written anew.
_NOT_SENT: Final = frozenset(
    {"connection", "content-length", "host", "keep-alive", "proxy-authorization", "proxy-connection",
     "te", "trailer", "transfer-encoding", "upgrade"}
)  # fmt: skip
_NOT_RETURNED: Final = frozenset({"connection", "keep-alive", "proxy-connection", "upgrade"})
#: A TLS record of the type handshake (RFC 8446, section 5.1).
_HANDSHAKE: Final = b"\x16"

_WHO_ARE_YOU: Final = (
    b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="page"\r\n'
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
_TUNNEL: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Refused(Exception):
    """A request that goes no further; `word` is counted, `failure` is told of the page's own host."""

    def __init__(self, word: str, failure: Failure | None = None) -> None:
        super().__init__(word)
        self.word = word
        self.failure = failure


@dataclass(slots=True)
class Ledger:
    """What one page may still use and what happened. `troubles` are by host and port."""

    secret: str
    traffic_left: int
    connections_left: int
    exceeded: str | None = None
    troubles: dict[tuple[str, int], Failure] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    traffic: int = 0
    pins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{USER}:{self.secret}".encode()).decode()

    def take(self, size: int) -> None:
        """Count bytes of either direction."""
        self.traffic += size
        self.traffic_left -= size
        if self.traffic_left < 0:
            self.exceeded = "more bytes than a page may load"
            raise _Refused("traffic")

    def connect(self) -> None:
        if self.exceeded is not None:
            raise _Refused("traffic")
        self.connections_left -= 1
        if self.connections_left < 0:
            self.exceeded = "more connections than a page may open"
            raise _Refused("connections")


class GuardedProxy:
    """The proxy; open it within a running loop. `port` is where it listens on 127.0.0.1."""

    def __init__(self, settings: FetchSettings) -> None:
        self._settings = settings
        self._allowed = settings.allowed_private_networks
        self._own = own_addresses()
        self._system_resolver = SystemResolver()  # starts no thread before it is asked
        self._resolver = settings.resolver or self._system_resolver
        self._server: asyncio.Server | None = None
        self._ledgers: dict[str, Ledger] = {}
        self.port = 0
        #: Clients without a page's secret, by what they were.
        self.strangers: Counter[str] = Counter()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, _HOST, 0, limit=_HEAD)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._system_resolver.close()

    @contextmanager
    def page(self, traffic: int, connections: int) -> Iterator[Ledger]:
        """Let one page in, and cut whatever it has open when it ends."""
        ledger = Ledger(secrets.token_urlsafe(24), traffic, connections)
        self._ledgers[ledger.authorization] = ledger
        try:
            yield ledger
        finally:
            del self._ledgers[ledger.authorization]
            for task in ledger.tasks:
                task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client. Whatever goes wrong ends its connection and nothing else."""
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_ASK_SECONDS):
                    head = await _head(reader)
                await self._asked(head, reader, writer)
        except (asyncio.CancelledError, ValueError):  # the page has ended; or that was no HTTP
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()

    async def _asked(
        self, head: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        ledger = self._ledgers.get(_value(head, "proxy-authorization"))
        if ledger is None:
            self.strangers[head[0].partition(" ")[0][:10]] += 1
            writer.write(_WHO_ARE_YOU)
            await writer.drain()
            return
        task = asyncio.current_task()
        if task is not None:
            ledger.tasks.add(task)
            task.add_done_callback(ledger.tasks.discard)
        try:
            await self._served(head, reader, writer, ledger)
        except _Refused as refused:
            ledger.counts[refused.word] += 1

    async def _served(
        self, head: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ledger: Ledger
    ) -> None:
        method, target, _ = head[0].split(" ", 2)
        tunnel = method == "CONNECT"
        address = read_address(f"https://{target}/" if tunnel else target)
        if isinstance(address, RefusedUrl):
            raise _Refused("address")
        if not tunnel and (address.scheme != "http" or method not in METHODS):
            raise _Refused("method")
        ledger.connect()
        try:
            far = await self._open(address, ledger)
            try:
                near = reader, writer
                await (_tunnel(near, far, ledger) if tunnel else _forward(head, address, near, far, ledger))
            finally:
                far[1].transport.abort()
        except _Refused as refused:
            if refused.failure is not None:
                ledger.troubles.setdefault((address.host, address.port), refused.failure)
            raise

    async def _open(self, address: WebAddress, ledger: Ledger) -> _Ends:
        """A connection to the first judged address that takes it."""
        found = await self._addresses(address, ledger)
        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                reader, writer = await _first(found, address.port)
        except TimeoutError as error:
            raise _Refused("timeout", Failure(Reason.TIMEOUT, "no connection in time")) from error
        except OSError as error:
            raise _Refused("connection", Failure(Reason.CONNECTION, "no connection")) from error
        refusal = judge_address(str(writer.get_extra_info("peername")[0]), self._allowed, self._own)
        if refusal is not None:
            writer.transport.abort()
            raise _Refused("address", Failure(Reason.ADDRESS_REFUSED, refusal))
        return reader, writer

    async def _addresses(self, address: WebAddress, ledger: Ledger) -> tuple[str, ...]:
        """Resolve once for a page, and judge all answers as one."""
        found = (address.host,) if address.literal else ledger.pins.get(address.host)
        if found is None:
            found = ledger.pins[address.host] = await self._resolved(address)
        refusal = (
            judge_answer(found, self._allowed, self._own)
            or judge_port(address.port, found, self._allowed)
            or self._judge_door(address.port, found)
        )
        if refusal is not None:
            raise _Refused("address", Failure(Reason.ADDRESS_REFUSED, refusal))
        return found

    async def _resolved(self, address: WebAddress) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                found = tuple(await self._resolver(address.host, address.port))
        except (OSError, UnicodeError):  # TimeoutError is an OSError
            found = ()
        if not found:
            raise _Refused("name", Failure(Reason.DNS, "the name was not found"))
        return found

    def _judge_door(self, port: int, found: tuple[str, ...]) -> str | None:
        """This proxy itself is no target, not even where loopback was opened."""
        inside = (ip_address(text) for text in found)
        return "our own door" if port == self.port and any(a.is_loopback for a in inside) else None


async def _first(found: tuple[str, ...], port: int) -> _Ends:
    trouble: OSError = OSError("no address")
    for address in found:
        try:
            return await asyncio.open_connection(address, port, limit=_HEAD)
        except OSError as error:
            trouble = error
    raise trouble


async def _head(reader: asyncio.StreamReader) -> list[str]:
    """The lines of a message's head, the empty one left out."""
    return (await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1").split("\r\n")


async def _answer_head(reader: asyncio.StreamReader) -> list[str]:
    try:
        return await _head(reader)
    except (asyncio.IncompleteReadError, OSError) as error:
        raise _Refused("answer", Failure(Reason.CONNECTION, "closed without an answer")) from error
    except asyncio.LimitOverrunError as error:
        raise _Refused("answer", Failure(Reason.BAD_ANSWER, "beyond HTTP's limits")) from error


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def _value(head: list[str], name: str) -> str:
    return next((line.partition(":")[2].strip() for line in head[1:] if _name(line) == name), "")


async def _tunnel(near: _Ends, far: _Ends, ledger: Ledger) -> None:
    """Bytes both ways, if they begin as TLS does: a WebSocket without it or any other talk ends here."""
    near[1].write(_TUNNEL)
    first = await near[0].read(_PART)
    if not first.startswith(_HANDSHAKE):
        raise _Refused("tunnel without TLS")
    ledger.take(len(first))
    far[1].write(first)
    await _until_one_ends(_copied(near[0], far[1], ledger), _copied(far[0], near[1], ledger))


async def _forward(head: list[str], address: WebAddress, near: _Ends, far: _Ends, ledger: Ledger) -> None:
    """One request and its answer; the connection ends with it, so that no second request slips by."""
    method = head[0].partition(" ")[0]
    authority = address.url.split("/", 3)[2]
    kept = [line for line in head[1:] if _name(line) not in _NOT_SENT]
    asked = [f"{method} {address.path} HTTP/1.1", f"Host: {authority}", *kept, "Connection: close"]
    await _send(far[1], asked, ledger)
    for _ in range(_INTERIM):
        answer = await _answer_head(far[0])
        version, _, status = answer[0].partition(" ")
        if not version.startswith("HTTP/1."):
            raise _Refused("answer", Failure(Reason.BAD_ANSWER, "not HTTP"))
        if not status.startswith("1"):
            break
    else:
        raise _Refused("answer", Failure(Reason.BAD_ANSWER, "answers without end"))
    returned = [answer[0], *(line for line in answer[1:] if _name(line) not in _NOT_RETURNED)]
    await _send(near[1], [*returned, "Connection: close"], ledger)
    length = _length(method, status, answer)
    await _until_one_ends(_ended(near[0]), _copied(far[0], near[1], ledger, length))


async def _send(writer: asyncio.StreamWriter, lines: list[str], ledger: Ledger) -> None:
    message = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    ledger.take(len(message))
    writer.write(message)
    await writer.drain()


def _length(method: str, status: str, answer: list[str]) -> int | None:
    """Bytes of an answer's body, None until its end (RFC 9112, section 6.3): not every server hangs up."""
    if method == "HEAD" or status[:3] in ("204", "304"):
        return 0
    told = _value(answer, "content-length")
    chunked = _value(answer, "transfer-encoding")
    return int(told) if told.isascii() and told.isdigit() and not chunked else None


async def _copied(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ledger: Ledger, length: int | None = None
) -> None:
    """Copy so many bytes, or all until the end."""
    left = length
    while left != 0 and (part := await reader.read(_PART if left is None else min(left, _PART))):
        ledger.take(len(part))
        writer.write(part)
        await writer.drain()
        left = None if left is None else left - len(part)


async def _ended(reader: asyncio.StreamReader) -> None:
    """Wait until a client goes away; what else it says is not heard."""
    while await reader.read(_PART):
        pass


async def _until_one_ends(*parts: Any) -> None:  # noqa: ANN401 (coroutines)
    """Both directions, until the first ends; its trouble is the connection's."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""A web of our own on loopback addresses: many hosts, each on its own address, all on one port.

    pages = {("blog.example", "/a"): Answer.html("<a href=https://example.com/>x</a>")}
    with LoopbackWeb(pages) as web:
        async with Fetcher(web.settings()) as fetcher:
            fetched = await fetcher.fetch(web.url("blog.example", "/a"))
        assert [hit.path for hit in web.hits] == ["/robots.txt", "/a"]

Each host name gets an address 127.77.x.y, and `web.resolve` is the name look-up that knows them, so no
DNS is needed. A path that is not in the table answers 404; `robots.txt` too, unless it is given. Pages
may be changed while the web runs (`web.pages[...] = ...`). One thread serves everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any, Self

from linkstead.monitor.fetch import FetchSettings

LOOPBACK = (ip_network("127.0.0.0/8"),)
Header = tuple[str, str]
Writer = Callable[[asyncio.StreamWriter, "Hit"], Awaitable[None]]
Page = "Answer | Callable[[Hit], Answer]"

_REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 404: "Not Found", 503: "Unavailable"}


@dataclass(frozen=True)
class Hit:
    """One request as it arrived; `at` is in monotonic seconds."""

    host: str
    path: str
    at: float
    headers: dict[str, str]
    address: str
    method: str = "GET"

    def __str__(self) -> str:
        return f"{self.host}{self.path}"


@dataclass(frozen=True)
class Answer:
    """What a page answers, and how it misbehaves.

    `wait` seconds pass before the first byte; with `drip` the body comes in parts of so many bytes, one
    in `pause` seconds; `drop_after` closes the connection after so many bytes of the body; `length`
    overrides Content-Length (None: none is sent); `raw` is sent as it is instead of all that; `write`
    takes over the connection.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    wait: float = 0.0
    drip: int = 0
    pause: float = 0.0
    drop_after: int | None = None
    length: int | None = -1
    raw: bytes | None = None
    write: Writer | None = None

    @classmethod
    def html(cls, body: str | bytes, *headers: Header, status: int = 200, charset: str = "utf-8") -> Answer:
        content = body.encode(charset) if isinstance(body, str) else body
        typed = any(name.lower() == "content-type" for name, _ in headers)
        kind: tuple[Header, ...] = () if typed else (("Content-Type", f"text/html; charset={charset}"),)
        return cls(status, content, (*kind, *headers))

    @classmethod
    def text(cls, body: str | bytes, *headers: Header, status: int = 200) -> Answer:
        content = body.encode() if isinstance(body, str) else body
        return cls(status, content, (("Content-Type", "text/plain"), *headers))

    @classmethod
    def redirect(cls, location: str, status: int = 301) -> Answer:
        return cls(status, b"", (("Location", location),))

    def but(self, **changes: Any) -> Answer:
        return replace(self, **changes)


@dataclass
class LoopbackWeb:
    """The web; a context manager. `names` are further hosts without pages (they answer 404)."""

    pages: dict[tuple[str, str], Any] = field(default_factory=dict)
    names: Sequence[str] = ()
    tls: Mapping[str, ssl.SSLContext] = field(default_factory=dict)
    #: Hosts that live at another host's address: {alias: host}.
    aliases: Mapping[str, str] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)  # addresses of connections, with or without a request
    addresses: dict[str, str] = field(default_factory=dict)
    port: int = 0
    tls_port: int = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        stop, loop = self._stop, self._loop
        if stop is not None:
            loop.call_soon_threadsafe(stop.set)
        self._thread.join(20)

    def url(self, host: str, path: str = "/", *, scheme: str = "http") -> str:
        port = self.tls_port if scheme == "https" else self.port
        return f"{scheme}://{host}:{port}{path}"

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The name look-up of this web, for `FetchSettings.resolver`."""
        name = self.aliases.get(host, host)
        if name not in self.addresses:
            raise OSError(f"{host} is not in this web")
        return (self.addresses[name],)

    def settings(self, **changes: Any) -> FetchSettings:
        """Settings that reach this web and nothing else, without pauses."""
        given: dict[str, Any] = {
            "allowed_private_networks": LOOPBACK,
            "resolver": self.resolve,
            "delay_seconds": 0.0,
            "total_seconds": 10.0,
        }
        return FetchSettings(**(given | changes))

    def paths(self, host: str | None = None) -> list[str]:
        """What was asked for, robots.txt left out."""
        asked = [hit for hit in self.hits if hit.path != "/robots.txt"]
        return [hit.path for hit in asked if host in (None, hit.host)]

    def _hosts(self) -> list[str]:
        named = {host for host, _ in self.pages} | set(self.names) | set(self.tls)
        return sorted(named - set(self.aliases))

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        servers = []
        for number, host in enumerate(self._hosts()):
            address = f"127.77.{number // 250}.{number % 250 + 1}"
            self.addresses[host] = address
            servers.append(await self._listen(address, "port", None))
            if host in self.tls:
                servers.append(await self._listen(address, "tls_port", self.tls[host]))
        ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, address: str, port: str, tls: ssl.SSLContext | None) -> asyncio.Server:
        opened = _bound(address, getattr(self, port))
        setattr(self, port, opened.getsockname()[1])
        return await asyncio.start_server(self._connected, sock=opened, ssl=tls, limit=1 << 20)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        address = str(writer.get_extra_info("sockname")[0])
        self.accepted.append(address)
        # the other side may be gone at any time, which is often the point of a test
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            while await self._answered(reader, writer, address):
                pass
        with contextlib.suppress(Exception):
            writer.transport.abort()

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> bool:
        """One request and its answer; whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        hit = Hit(host, path, time.monotonic(), headers, address, method)
        self.hits.append(hit)
        page = self.pages.get((host, path)) or self.pages.get((host, path.partition("?")[0]))
        answer = page(hit) if callable(page) else page
        return await _send(writer, hit, answer or Answer.text("no such page", status=404))


def _bound(address: str, port: int) -> socket.socket:
    # with the protocol named, asyncio switches Nagle's algorithm off for what is accepted here
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((address, port))
    opened.listen(256)
    return opened


async def _send(writer: asyncio.StreamWriter, hit: Hit, answer: Answer) -> bool:
    if answer.wait:
        await asyncio.sleep(answer.wait)
    if answer.write is not None:
        await answer.write(writer, hit)
        return False
    if answer.raw is not None:
        writer.write(answer.raw)
        await writer.drain()
        return False
    writer.write(_head(answer))
    body = answer.body if answer.drop_after is None else answer.body[: answer.drop_after]
    async for part in _parts(body, answer):
        writer.write(part)
        await writer.drain()
    await writer.drain()
    if answer.drop_after is not None or answer.length is None:
        writer.close()
        await writer.wait_closed()
        return False
    return True


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    length = len(answer.body) if answer.length == -1 else answer.length
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


async def _parts(body: bytes, answer: Answer) -> AsyncIterator[bytes]:
    size = answer.drip or max(len(body), 1)
    for start in range(0, len(body), size):
        yield body[start : start + size]
        if answer.drip:
            await asyncio.sleep(answer.pause)

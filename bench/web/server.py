"""The load web's process: answers made once, sent for every request; as little work as can be.

    python -m bench.web.server HOSTS [FOLDER]

Listens on a port for http on every address of 127.0.0.0/8 (the kernel hands all of them to one socket),
with a FOLDER of `certificates.make` on another for https. Prints both ports as one line of JSON, then serves
until its standard input ends. `GET /counts` says what was asked for since the last time.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import sys
from pathlib import Path

import uvloop

from bench.web import names, pages
from bench.web.certificates import HOSTS_A_CERTIFICATE

_BACKLOG = 4096
_KEEP_ALIVE_SECONDS = 30.0


class Answers:
    """All answers as bytes, by path's second part and coding."""

    def __init__(self) -> None:
        self.pages = [(_answer(body, "text/html"), _zipped(body, "text/html")) for body in pages.bodies()]
        self.robots = [_answer(text, "text/plain") for text in pages.robots_texts()]
        self.counts = {"pages": 0, "robots": 0}

    def of(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/articles/"):
            self.counts["pages"] += 1
            plain, zipped = self.pages[int(path.split(b"/")[2])]
            return zipped if b"gzip" in head else plain
        if path == b"/robots.txt":
            self.counts["robots"] += 1
            return self.robots[self.counts["robots"] % len(self.robots)]
        if path == b"/counts":
            counts, self.counts = self.counts, {"pages": 0, "robots": 0}
            return _answer(json.dumps(counts).encode(), "application/json")
        return _answer(b"nothing here", "text/plain", "404 Not Found")


def _answer(body: bytes, kind: str, status: str = "200 OK", coding: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nServer: nginx\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
        f"Content-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        f'Vary: Accept-Encoding\r\nETag: "{len(body):x}"\r\nCache-Control: max-age=600\r\n'
        f"X-Content-Type-Options: nosniff\r\n{coding}\r\n"
    )
    return head.encode() + body


def _zipped(body: bytes, kind: str) -> bytes:
    return _answer(gzip.compress(body, 6, mtime=0), kind, coding="Content-Encoding: gzip\r\n")


class Connection(asyncio.Protocol):
    """One connection; requests have no bodies and are not pipelined."""

    answers: Answers

    def __init__(self) -> None:
        self._head = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.WriteTransport) -> None:  # type: ignore[override] # uvloop's
        self._transport = transport
        self._timer = asyncio.get_running_loop().call_later(_KEEP_ALIVE_SECONDS, transport.abort)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._head += data
        if self._head.endswith(b"\r\n\r\n") and self._transport is not None:
            head, self._head = self._head, b""
            self._transport.write(self.answers.of(head))


async def _serve(hosts: int, folder: Path | None) -> None:
    Connection.answers = Answers()
    loop = asyncio.get_running_loop()
    listening = _listen()
    server = await loop.create_server(Connection, sock=listening)
    ports = {"http": listening.getsockname()[1], "https": 0}
    accepting: asyncio.Task[None] | None = None
    if folder is not None:
        secure = _listen()
        ports["https"] = secure.getsockname()[1]
        accepting = asyncio.create_task(_accept(secure, _contexts(hosts, folder)))
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    if accepting is not None:
        accepting.cancel()


def _listen() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.bind(("0.0.0.0", 0))
    opened.listen(_BACKLOG)
    opened.setblocking(False)
    return opened


def _contexts(hosts: int, folder: Path) -> list[ssl.SSLContext]:
    found = []
    for chunk in range(-(-hosts // HOSTS_A_CERTIFICATE)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{chunk}.pem")
        found.append(context)
    return found


async def _accept(listening: socket.socket, contexts: list[ssl.SSLContext]) -> None:
    """The certificate is chosen by the address that was called: some racers give no server name."""
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[object]] = set()
    while True:
        opened, _ = await loop.sock_accept(listening)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = names.number_of_address(opened.getsockname()[0])
        context = contexts[number // HOSTS_A_CERTIFICATE]
        shaking: asyncio.Task[object] = asyncio.create_task(_shake(opened, context))
        running.add(shaking)
        shaking.add_done_callback(running.discard)


async def _shake(opened: socket.socket, context: ssl.SSLContext) -> None:
    try:
        await asyncio.get_running_loop().connect_accepted_socket(Connection, opened, ssl=context)
    except (OSError, ssl.SSLError):  # the racer says what it makes of it
        opened.close()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))

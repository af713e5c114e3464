"""The farm's web: a process that answers for every page of it, by the farm's clock.

    python -m bench.watch.web HITS

Listens on one port of every address of 127.0.0.0/8 and prints it. The first line of its standard input is the
farm's clock as JSON; it serves until its input ends. Every request for a page is written to the file HITS
before it is answered: number, moment, whether 304 was answered.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
import sys
from email.utils import formatdate
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvloop

from bench.watch.truth import (
    ELSEWHERE,
    ETAG,
    FACES,
    LAST_MODIFIED,
    NO_VALIDATOR,
    SAME_BODY,
    WEAK_ETAG,
    Clock,
    FarmPage,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

HIT: Final = struct.Struct("<Id?")
CANARY_TEXT: Final = "The harbour light is on"
_ROBOTS: Final = (
    b"User-agent: linkstead\nDisallow: /private/\n\nUser-agent: Googlebot\nDisallow: /nogoogle/\n\n"
    b"User-agent: *\nAllow: /\n"
)
_PAGE: Final = re.compile(r"/([a-z0-9/-]+)/p(\d{1,9})\.html")
_SLOW_SECONDS: Final = 0.7
_SENTENCES: Final = tuple(
    f"The {a} reached the {b} before {c}, and the crew wrote down what they had seen of it."
    for a in ("captain", "pilot", "schooner", "ketch", "ferry")
    for b in ("harbour", "lighthouse", "river mouth", "island")
    for c in ("noon", "the storm", "dusk")
)
_BOMB: Final = gzip.compress(b"<html><body>" + b" " * (24 << 20), 9)
_HOME: Final = (
    "<title>Harbour news</title><main><h1>Harbour news</h1><p>" + " ".join(_SENTENCES[:9]) + "</p></main>"
)
_ALIKE: Final = (
    "<title>Our shop</title><main><h1>Our shop</h1><p>" + " ".join(_SENTENCES[20:29]) + "</p></main>"
)
_STATUS_ONLY: Final = frozenset({"401", "403", "404", "410", "429", "451", "500", "502", "503", "999"})


def answer(
    status: int,
    body: bytes = b"",
    kind: str = "text/html; charset=utf-8",
    *more: str,
    length: int | None = None,
) -> bytes:
    head = [
        f"HTTP/1.1 {status} Answer",
        *([f"Content-Type: {kind}"] if kind else []),
        f"Content-Length: {len(body) if length is None else length}",
        *more,
    ]
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body


def redirect(location: str, status: int = 301) -> bytes:
    return answer(status, b"", "", f"Location: {location}")


def link_of(page: FarmPage, face: str) -> str:
    facts = FACES[face]
    rel = f' rel="{facts.rel}"' if facts.rel else ""
    return f'<a href="{escape(page.found_url(facts))}"{rel}>{escape(page.anchor(facts))}</a>'


#: What stands where the link was, on pages that no longer have it.
_INSTEAD: Final[dict[str, Callable[[str, FarmPage], str]]] = {
    "removed": lambda _link, _page: "",
    "alike": lambda _link, _page: "",
    "page 2": lambda _link, _page: "",
    "comment": lambda link, _page: f"<!-- {link} -->",
    "script": lambda link, _page: (
        "<script>var old = " + json.dumps(link).replace("</", "<\\/") + ";</script>"
    ),
    "template": lambda link, _page: f"<template>{link}</template>",
    "look-alike": lambda _link, page: (
        f'<a href="{page.target.replace("example.com", "example.com.shop.test")}">x</a>'
    ),
    "share": lambda _link, page: f'<a href="https://share.test/?u={page.target}">share</a>',
    "hidden": lambda link, _page: f'<div style="display:none">{link}</div>',
}


def text_of(page: FarmPage, face: str) -> str:
    """The whole page in one of its readable faces."""
    link = link_of(page, face)
    inside = _INSTEAD[face](link, page) if face in _INSTEAD else link
    first = (page.n * 7) % len(_SENTENCES)
    told = [_SENTENCES[(first + step * 11) % len(_SENTENCES)] for step in range(14)]
    foot = inside if face == "footer" else "Written by the crew"
    main = "" if face == "footer" else inside
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head_of(page, face)}</head><body>'
        '<header><nav><ul><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></nav>'
        "</header>"
        f"<main><article><h1>Log book {page.n}</h1><p>{' '.join(told[:5])}</p>"
        f"<p>{told[5]} {main} {told[6]}</p><p>{' '.join(told[7:])}</p></article></main>"
        f"<footer><p>{foot}</p></footer></body></html>"
    )


_META: Final = {
    "meta noindex": '<meta name="robots" content="noindex">',
    "meta nofollow": '<meta name="robots" content="nofollow">',
    "canonical": '<link rel="canonical" href="/about">',
}


def head_of(page: FarmPage, face: str) -> str:
    charset = page.script[0]
    declared = f'<meta charset="{charset}">' if charset != "utf-16" else ""
    more = _META.get(face, "")
    if face == "page 2":
        more = f'<link rel="next" href="/list/p{page.n}.html">'
    return f"{declared}<title>Log book {page.n}</title>{more}"


class Farm:
    """All answers, by path and moment."""

    def __init__(self, clock: Clock, port: int, hits: FileIO) -> None:
        self._clock = clock
        self._port = port
        self._hits = hits

    def of(self, path: str, headers: str) -> tuple[bytes | None, float, bool]:
        """(answer, or None for none at all; seconds to wait before it; whether the connection ends then)."""
        fixed = self._fixed(path)
        if fixed is not None:
            return fixed, 0.0, False
        match = _PAGE.fullmatch(path)
        if match is None:
            return (answer(200, _ALIKE.encode()) if path.startswith("/alike/") else _nothing()), 0.0, False
        page = FarmPage(int(match[2]))
        if page.path != path:
            return self._beside(page, match[1]), 0.0, False
        return self._page(page, headers)

    def _fixed(self, path: str) -> bytes | None:
        return {
            "/robots.txt": answer(200, _ROBOTS, "text/plain"),
            "/canary": answer(200, CANARY_TEXT.encode()),
            "/": answer(200, _HOME.encode()),
            "/login": answer(200, b"<title>Sign in</title><form><input type=password name=word></form>"),
        }.get(path)

    def _beside(self, page: FarmPage, folder: str) -> bytes:
        """Where pages lead, always the same."""
        if folder in ("new", "list"):
            return self._bytes(page, "plain", text_of(page, "plain"))
        if folder == "loop":
            return redirect(page.path, 302)
        if folder.startswith("hop/"):
            return redirect(f"/hop/{int(folder[4:]) + 1}/p{page.n}.html", 302)
        return _nothing()

    def _page(self, page: FarmPage, headers: str) -> tuple[bytes | None, float, bool]:
        at = self._clock.now()
        face = page.face(self._clock, at)
        made = self._special(page, face)
        if made is not None:
            sent, same = made, False
        else:
            same = self._is_known(page, face, at, headers)
            sent = self._unchanged(page, face, at) if same else self._readable(page, face, at)
        self._hits.write(HIT.pack(page.n, at, same))
        if face == "silent":
            return None, 0.0, False
        return sent, _SLOW_SECONDS if face == "slow" else 0.0, face in ("dropped", "cut")

    def _special(self, page: FarmPage, face: str) -> bytes | None:
        """Answers that are no readable page."""
        if face in _STATUS_ONLY:
            more = ("Retry-After: 2",) if face in ("429", "503") else ()
            return answer(int(face), f"<title>{face}</title><p>No.</p>".encode(), "text/html", *more)
        make = self._specials.get(face)
        return None if make is None else make(page)

    @property
    def _specials(self) -> dict[str, Callable[[FarmPage], bytes]]:
        body = "<title>{}</title><p>{}</p>"
        return {
            "silent": lambda _: b"",
            "dropped": lambda _: b"",
            "cut": lambda _: answer(200, b"<title>Log</title><p>The captain", length=4000),
            "soft 404": lambda _: answer(200, body.format("Page not found", "Nothing is here.").encode()),
            "parked": lambda _: answer(200, body.format("Harbour", "This domain is for sale.").encode()),
            "alike": lambda _: answer(200, _ALIKE.encode()),
            "challenge": lambda _: answer(200, body.format("Just a moment...", "Checking.").encode()),
            "home": lambda _: redirect("/"),
            "elsewhere": lambda _: redirect(f"http://{ELSEWHERE}:{self._port}/"),
            "sign-in": lambda _: redirect("/login", 302),
            "moved": lambda page: redirect(f"/new/p{page.n}.html"),
            "refreshed": lambda page: answer(
                200, f'<meta http-equiv="refresh" content="0; url=/new/p{page.n}.html"><p>Moved</p>'.encode()
            ),
            "loop": lambda page: redirect(f"/loop/p{page.n}.html", 302),
            "chain": lambda page: redirect(f"/hop/1/p{page.n}.html", 302),
            "pdf": lambda _: answer(200, b"%PDF-1.7\n" + bytes(2000), "application/pdf"),
            "bomb": lambda _: answer(200, _BOMB, "text/html", "Content-Encoding: gzip"),
            "empty": lambda _: answer(200),
            "brotli": lambda _: answer(200, b"\x0b\x02\x80hello\x03", "text/html", "Content-Encoding: br"),
        }

    def _readable(self, page: FarmPage, face: str, at: float) -> bytes:
        return self._bytes(page, face, text_of(page, face), *self._validators(page, face, at))

    def _bytes(self, page: FarmPage, face: str, text: str, *more: str) -> bytes:
        charset = page.script[0]
        body = text.encode(charset)
        kind = f"text/html; charset={charset}" if page.n % 2 else "text/html"
        headers = [*more, *(["X-Robots-Tag: noindex"] if face == "header noindex" else [])]
        if page.gzipped:
            return answer(200, gzip.compress(body, 1), kind, "Content-Encoding: gzip", *headers)
        return answer(200, body, kind, *headers)

    def _validators(self, page: FarmPage, face: str, at: float) -> list[str]:
        if page.validator == LAST_MODIFIED:
            since = formatdate(page.version_since(self._clock, at), usegmt=True)
            return [f"Last-Modified: {since}", f"Date: {formatdate(at, usegmt=True)}"]
        return [] if page.validator == NO_VALIDATOR else [f"ETag: {_etag(page, face)}"]

    def _is_known(self, page: FarmPage, face: str, at: float, headers: str) -> bool:
        if page.validator in (ETAG, WEAK_ETAG):
            return f"if-none-match: {_etag(page, face)}\r\n".lower() in headers.lower()
        if page.validator == LAST_MODIFIED:
            since = formatdate(page.version_since(self._clock, at), usegmt=True)
            return f"if-modified-since: {since}\r\n".lower() in headers.lower()
        return False

    def _unchanged(self, page: FarmPage, face: str, at: float) -> bytes:
        lines = ["HTTP/1.1 304 Not Modified", *self._validators(page, face, at)]
        lines += ["X-Robots-Tag: noindex"] if face == "header noindex" else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _etag(page: FarmPage, face: str) -> str:
    tag = f'"{page.n:x}-{SAME_BODY.get(face, face).replace(" ", "-")}"'
    return f"W/{tag}" if page.validator == WEAK_ETAG else tag


def _nothing() -> bytes:
    return answer(404, b"<title>404</title><p>No such page.</p>")


class Connection(asyncio.Protocol):
    """One connection; requests have no bodies and are not pipelined."""

    farm: Farm

    def __init__(self) -> None:
        self._head = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.WriteTransport) -> None:  # type: ignore[override] # uvloop's
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._head.endswith(b"\r\n\r\n"):
            return
        head, self._head = self._head.decode("latin-1"), b""
        sent, wait, ends = self.farm.of(head.split(" ", 2)[1], head)
        if sent is not None:
            asyncio.get_running_loop().call_later(wait, self._send, sent, ends)

    def _send(self, sent: bytes, ends: bool) -> None:
        if self._transport is not None:
            if sent:
                self._transport.write(sent)
            if ends:
                self._transport.close()


async def _serve(hits: Path) -> None:
    loop = asyncio.get_running_loop()
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("0.0.0.0", 0))
    listening.listen(4096)
    listening.setblocking(False)
    port = listening.getsockname()[1]
    print(port, flush=True)
    clock = Clock(**json.loads(await loop.run_in_executor(None, sys.stdin.readline)))
    with hits.open("ab", buffering=0) as written:
        Connection.farm = Farm(clock, port, written)
        server = await loop.create_server(Connection, sock=listening)
        await loop.run_in_executor(None, sys.stdin.read)
        server.close()


if __name__ == "__main__":
    uvloop.run(_serve(Path(sys.argv[1])))

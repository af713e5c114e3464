"""Web archives for tests: WAT, WARC and ARC files of a few invented pages."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

DATE = "2026-05-18T01:58:10Z"


def member(kind: str, url: str, content_type: str, body: bytes, *, date: str = DATE) -> bytes:
    """One WARC record, not packed."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"WARC-Record-ID: <urn:uuid:{abs(hash(url)) % 10**12:012}>\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def packed(members: Iterable[bytes]) -> bytes:
    """Records as Common Crawl packs them, one gzip member each."""
    return b"".join(map(gzip.compress, members))


def wat_body(
    url: str,
    links: list[dict[str, str]],
    *,
    kind: str = "response",
    metas: list[dict[str, str]] | None = None,
    headers: dict[str, Any] | None = None,
    base: str = "",
    status: str = "200",
    date: str = DATE,
) -> bytes:
    """The JSON of one WAT record."""
    head: dict[str, Any] = {"Title": "A page", "Metas": metas or []}
    if base:
        head["Base"] = base
    answer = {
        "Response-Message": {"Status": status, "Version": "HTTP/1.1", "Reason": "OK"},
        "Headers": {"Content-Type": "text/html", **(headers or {})},
        "HTML-Metadata": {"Head": head, "Links": links},
    }
    said = {"WARC-Type": kind, "WARC-Date": date, "WARC-Target-URI": url}
    envelope = {"WARC-Header-Metadata": said, "Payload-Metadata": {"HTTP-Response-Metadata": answer}}
    return json.dumps({"Container": {"Offset": "1"}, "Envelope": envelope}, separators=(",", ":")).encode()


def wat(url: str, links: list[dict[str, str]], **others: Any) -> bytes:
    """One WAT record of a page with these links."""
    return member("metadata", url, "application/json", wat_body(url, links, **others))


def a(url: str, text: str = "", **others: str) -> dict[str, str]:
    """An `A@/href` as WAT has it."""
    return {"path": "A@/href", "url": url, **({"text": text} if text else {}), **others}


def response(url: str, html: str, *, headers: str = "", status: str = "200 OK", date: str = DATE) -> bytes:
    """One WARC response record with a page."""
    body = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{headers}\r\n{html}".encode()
    return member("response", url, "application/http; msgtype=response", body, date=date)


def arc(url: str, html: str) -> bytes:
    """An ARC file (version 1) of one page."""
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}".encode()
    version = b"1 0 Tester\nURL IP-address Archive-date Content-type Archive-length\n"
    first = b"filedesc://test.arc 0.0.0.0 20260518015810 text/plain %d\n" % len(version)
    return (
        first
        + version
        + b"\n"
        + f"{url} 192.0.2.1 20260518015810 text/html {len(body)}\n".encode()
        + body
        + b"\n"
    )

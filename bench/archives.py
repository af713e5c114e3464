"""A WAT file of the shape of Common Crawl's, generated: the same for the same seed.

Per page a request, a response and a metadata record, one gzip member each. Links a page: log-normal, median
74, mean about 100. Paths as counted in one WAT file of 2017 (commoncrawl/ia-web-commons#8): 84 % `A@/href`,
13 % `IMG@/src`, the rest styles and forms. Of the anchors 16 % lead to another site, 29 % are absolute but
internal, 55 % relative. Words are drawn from 5,000 by Zipf's law, hosts from 20,000; two of five external
links have a `rel`. Real WAT files have longer titles and more metas; their text compresses a little better.
"""

from __future__ import annotations

import gzip
import json
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ENDINGS = ("com", "com", "com", "org", "net", "de", "co.uk", "ru", "com.br", "io")


class Web:
    """Words, hosts and pages of an invented web."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.words = [self._letters(2, 9) for _ in range(5_000)]
        weights = [1 / (rank + 2) for rank in range(len(self.words))]
        self._spoken = self.random.choices(self.words, weights, k=200_000)
        self.hosts = [self._host() for _ in range(20_000)]

    def page(self) -> tuple[str, dict[str, Any]]:
        """A page's address and what WAT says of its answer."""
        host = self.random.choice(self.hosts)
        links = [self._link(host) for _ in range(max(1, int(self.random.lognormvariate(4.3, 0.8))))]
        url = f"https://{host}{self._path()}"
        head = {
            "Title": self._text(3, 9),
            "Metas": [
                {"name": "viewport", "content": "width=device-width, initial-scale=1"},
                {"property": "og:url", "content": url},
                {"property": "og:title", "content": self._text(3, 9)},
                {"name": "description", "content": self._text(12, 30)},
                {"name": "robots", "content": "index, follow, max-image-preview:large"},
            ],
            "Link": [{"path": "LINK@/href", "url": self._path(), "rel": "stylesheet"} for _ in range(6)],
            "Scripts": [{"path": "SCRIPT@/src", "url": self._path()} for _ in range(9)],
        }
        headers = {
            "Date": "Mon, 18 May 2026 01:58:10 GMT",
            "Content-Type": "text/html; charset=UTF-8",
            "Server": "nginx",
            "Cache-Control": "max-age=600",
            "Set-Cookie": [f"a={self._letters(20, 30)}", f"b={self._letters(20, 30)}"],
        }
        answer = {
            "Response-Message": {"Status": "200", "Version": "HTTP/1.1", "Reason": "OK"},
            "Headers-Length": "513",
            "Headers": headers,
            "HTML-Metadata": {"Head": head, "Links": links},
        }
        return url, answer

    def _link(self, host: str) -> dict[str, str]:
        kind, text = self.random.random(), self._text(1, 5)
        if kind < 0.13:
            return {"path": "IMG@/src", "url": self._path(), "alt": text}
        if kind < 0.16:
            return {"path": "STYLE/#text" if kind < 0.145 else "FORM@/action", "url": self._path()}
        link, where = {"path": "A@/href"}, self.random.random()
        if where < 0.55:
            link["url"] = self._path()
        elif where < 0.84:
            link["url"] = f"https://{host}{self._path()}"
        else:
            query = f"?id={self.random.randrange(10_000)}" if self.random.random() < 0.2 else ""
            link["url"] = f"https://{self.random.choice(self.hosts)}{self._path()}{query}"
            if self.random.random() < 0.4:
                link["rel"] = self.random.choice(("nofollow", "noopener nofollow", "noopener"))
        if self.random.random() < 0.8:
            link["text"] = text
        return link

    def _host(self) -> str:
        name = self.random.choice(self.words) + self.random.choice(self.words)
        return f"{self.random.choice(('www.', '', 'blog.'))}{name}.{self.random.choice(_ENDINGS)}"

    def _path(self) -> str:
        parts = "/".join(self.random.choice(self.words) for _ in range(self.random.randint(1, 4)))
        return f"/{parts}{self.random.choice(('', '/', '.html'))}"

    def _text(self, least: int, most: int) -> str:
        start = self.random.randrange(len(self._spoken) - most)
        return " ".join(self._spoken[start : start + self.random.randint(least, most)])

    def _letters(self, least: int, most: int) -> str:
        return "".join(self.random.choices(_LETTERS, k=self.random.randint(least, most)))


def write_wat(path: Path, pages: int, seed: int = 7) -> None:
    """Write a WAT file of so many pages."""
    web = Web(seed)
    with path.open("wb") as file:
        for _ in range(pages):
            url, answer = web.page()
            for kind in ("request", "response", "metadata"):
                file.write(gzip.compress(_record(kind, url, answer), 6))


def _record(kind: str, url: str, answer: dict[str, Any]) -> bytes:
    payload: dict[str, Any] = {"Actual-Content-Type": f"application/http; msgtype={kind}"}
    if kind == "response":
        payload["HTTP-Response-Metadata"] = answer
    body = json.dumps(
        {
            "Container": {
                "Filename": "CC-MAIN-20260518000000-20260518030000-00000.warc.gz",
                "Compressed": True,
                "Offset": "80610308",
                "Gzip-Metadata": {"Deflate-Length": "18857", "Inflated-CRC": "1106529533"},
            },
            "Envelope": {
                "Payload-Metadata": payload,
                "Format": "WARC/1.0",
                "WARC-Header-Metadata": {
                    "WARC-Type": kind,
                    "WARC-Date": "2026-05-18T01:58:10Z",
                    "WARC-Record-ID": "<urn:uuid:292f457d-203c-42f2-a1b5-69a4dabefd4f>",
                    "WARC-Target-URI": url,
                    "WARC-IP-Address": "192.0.2.1",
                },
            },
        },
        separators=(",", ":"),
    ).encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: metadata\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-05-18T01:58:10Z\r\n"
        "WARC-Record-ID: <urn:uuid:3d3f4785-c69a-4f8c-968c-d23302c55ef4>\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"

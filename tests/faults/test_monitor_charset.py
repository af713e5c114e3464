"""Fault F42: whatever a page says of its charset, the link is found and its anchor text can be read."""

from __future__ import annotations

import pytest

from linkstead.link import Outcome
from linkstead.monitor.fetch import Fetched, Fetcher, run
from linkstead.monitor.verify import look
from tests.loopback.web import Answer, LoopbackWeb

HOST = "charset.example"
TARGET = "https://xn--mnchen-3ya.example/stra%C3%9Fe"
ANCHOR = "Größe: 北京"


def _page(charset: str, anchor: str, meta: str = "", href: str = TARGET) -> bytes:
    link = f'<a href="{href}">{anchor}</a>'
    text = f"<html><head>{meta}<title>{anchor}</title></head><p>{anchor} {link} {anchor}</p>"
    return text.encode(charset)


def _meta(charset: str) -> str:
    return f'<meta charset="{charset}">'


#: The body, the Content-Type, the anchor text that is meant (None: ASCII markup is all that is asked for).
LIES: dict[str, tuple[bytes, str, str | None]] = {
    "utf-8, honest": (_page("utf-8", ANCHOR), "text/html; charset=utf-8", ANCHOR),
    "utf-8, silent": (_page("utf-8", ANCHOR), "text/html", ANCHOR),
    "utf-8, header says latin1": (_page("utf-8", ANCHOR), "text/html; charset=iso-8859-1", ANCHOR),
    "utf-8, meta says gbk": (_page("utf-8", ANCHOR, _meta("gbk")), "text/html", ANCHOR),
    "utf-8 with a mark, header says gbk": (_page("utf-8-sig", ANCHOR), "text/html; charset=gbk", ANCHOR),
    "utf-8, header says utf-7": (_page("utf-8", ANCHOR), "text/html; charset=utf-7", ANCHOR),
    "utf-8, header says nonsense": (_page("utf-8", ANCHOR), 'text/html; charset="x-none"', ANCHOR),
    "latin1, header says utf-8": (_page("latin-1", "Größe"), "text/html; charset=utf-8", "Größe"),
    "latin1, header wins over meta": (
        _page("latin-1", "Größe", _meta("gbk")),
        "text/html; charset=latin1",
        "Größe",
    ),
    "gbk, header says utf-8": (_page("gbk", "北京大学的网站上有很多新闻"), "text/html; charset=utf-8", None),
    "gbk, honest meta": (_page("gbk", "北京大学", _meta("gb2312")), "text/html", "北京大学"),
    "shift_jis, honest meta": (_page("shift_jis", "日本語", _meta("shift_jis")), "text/html", "日本語"),
    "utf-16 with a mark": (_page("utf-16", ANCHOR), "text/html", ANCHOR),
    "utf-16 with a mark, header says utf-8": (_page("utf-16", ANCHOR), "text/html; charset=utf-8", ANCHOR),
    "utf-16le, honest header": (_page("utf-16-le", ANCHOR), "text/html; charset=utf-16le", ANCHOR),
    "utf-16be, silent": (_page("utf-16-be", "boats"), "text/html", "boats"),
    "ascii, header says utf-16": (_page("ascii", "boats"), "text/html; charset=utf-16", "boats"),
    "href in utf-8": (_page("utf-8", "x", href="https://münchen.example/straße"), "text/html", "x"),
    "href in latin1": (
        _page("latin-1", "x", _meta("latin1"), href="https://münchen.example/straße"),
        "text/html; charset=latin1",
        "x",
    ),
    "a broken byte": (
        _page("utf-8", ANCHOR * 9).replace(b"</p>", b"\xff</p>"),
        "text/html; charset=utf-8",
        ANCHOR * 9,
    ),
    "a NUL in the markup": (
        _page("utf-8", ANCHOR).replace(b"<p>", b"<p>\0"),
        "text/html; charset=utf-8",
        ANCHOR,
    ),
}


@pytest.fixture(scope="module")
def fetched() -> dict[str, Fetched]:
    names = list(LIES)
    pages = {
        (HOST, f"/{number}"): Answer(200, LIES[name][0], (("Content-Type", LIES[name][1]),))
        for number, name in enumerate(names)
    }

    async def fetch_all(web: LoopbackWeb) -> dict[str, Fetched]:
        async with Fetcher(web.settings()) as fetcher:
            return {
                name: await fetcher.fetch(web.url(HOST, f"/{number}")) for number, name in enumerate(names)
            }

    with LoopbackWeb(pages) as web:
        return run(fetch_all(web))


@pytest.mark.parametrize("name", LIES)
def test_f42_the_link_is_found_whatever_the_page_says_of_its_charset(
    name: str, fetched: dict[str, Fetched]
) -> None:
    verdict = look(fetched[name], target=TARGET, site="münchen.example", now=0)
    assert verdict.outcome is Outcome.FOUND, verdict.explanation
    anchor = LIES[name][2]
    if anchor is not None and verdict.speaks is not None:
        assert verdict.speaks.anchor_text == anchor

"""Sitemaps: what is read, what is refused, what is left out and counted."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.monitor import sitemap
from linkstead.monitor.fetch import Fetcher
from linkstead.monitor.sitemap import (
    DAMAGED,
    ENTITIES,
    MAX_URLS,
    NO_SITEMAP,
    NO_URL,
    OTHER_SITE,
    OVER_FILE,
    OVER_SITE,
    REPEATED,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY_FILES,
    SiteReading,
    read_file,
    read_site,
    sitemap_readers,
    sitemap_settings,
)
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.monitor.sitemap import SitemapFile
    from linkstead.page.bounded import BoundedCalls

SITE = "harborlight.example"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*urls: str) -> bytes:
    entries = "".join(f"<url><loc>{url}</loc><lastmod>2026-01-01</lastmod></url>" for url in urls)
    return f"{HEAD}<urlset {SPACE}>{entries}</urlset>".encode()


def index(*urls: str) -> bytes:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"{HEAD}<sitemapindex {SPACE}>{entries}</sitemapindex>".encode()


# -- one file -----------------------------------------------------------------------------------


TWO = urlset("https://e.example/a", "https://e.example/b?x=1&amp;y=2")
PREFIXED = (
    b'<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>https://e.example/a</s:loc>'
    b"</s:url><s:url><s:loc>https://e.example/b?x=1&#38;y=2</s:loc></s:url></s:urlset>"
)
TEXT = b"https://e.example/a\r\nhttps://e.example/b?x=1&y=2\n"


@pytest.mark.parametrize(
    "body",
    [
        TWO,
        gzip.compress(TWO),
        b"\xef\xbb\xbf" + TWO,
        TWO.replace(b"UTF-8", b"utf-16").decode().encode("utf-16"),
        urlset(" https://e.example/a\n", "<![CDATA[https://e.example/b?x=1&y=2]]>"),
        PREFIXED,
        TEXT,
        gzip.compress(b"\xef\xbb\xbf" + TEXT),
    ],
    ids=["plain", "gzip", "bom", "utf-16", "cdata", "prefix", "text", "text-gzip"],
)
def test_the_pages_of_a_file_are_read_however_it_is_written(body: bytes) -> None:
    file = read_file(body)
    assert file.pages == ("https://e.example/a", "https://e.example/b?x=1&y=2")
    assert (file.files, file.dropped, file.trouble) == ((), {}, None)


def test_images_videos_and_other_languages_are_no_pages() -> None:
    body = urlset("https://e.example/a").replace(
        b"</url>",
        b'<image:image xmlns:image="i"><image:loc>https://e.example/i.png</image:loc></image:image>'
        b'<xhtml:link xmlns:xhtml="x" rel="alternate" hreflang="de" href="https://e.example/de/a"/></url>',
    )
    assert read_file(body).pages == ("https://e.example/a",)


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset><note><loc>https://e.example/a</loc></note></urlset>",
        b"<urlset><sitemap><loc>https://e.example/a</loc></sitemap></urlset>",
        b"<urlset><loc>https://e.example/a</loc></urlset>",
        b"<urlset><url><more><loc>https://e.example/a</loc></more></url></urlset>",
    ],
)
def test_an_address_in_another_place_is_no_page(body: bytes) -> None:
    assert read_file(body) == sitemap.SitemapFile()


def test_an_index_names_files() -> None:
    file = read_file(index("https://e.example/1.xml", "https://e.example/2.xml.gz"))
    assert file.files == ("https://e.example/1.xml", "https://e.example/2.xml.gz")
    assert file.pages == ()


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
    )
    + b"]><urlset><url><loc>&j;</loc></url></urlset>"
)


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS,
        b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>',
        b'<!DOCTYPE u [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><urlset/>',
        b'<!DOCTYPE u [<!ENTITY x "harmless">]><urlset><url><loc>https://e.example/</loc></url></urlset>',
    ],
    ids=["billion-laughs", "external", "parameter", "unused"],
)
def test_a_file_that_declares_entities_is_refused(body: bytes) -> None:
    assert read_file(body) == sitemap.SitemapFile(trouble=ENTITIES)


def test_an_external_dtd_is_named_and_never_fetched() -> None:
    body = b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1:9/x.dtd">' + urlset(
        "https://e.example/a"
    ).removeprefix(HEAD.encode())
    assert read_file(body).pages == ("https://e.example/a",)


@pytest.mark.parametrize(
    ("body", "pages", "trouble"),
    [
        (urlset("https://e.example/a")[:-9], 1, f"{DAMAGED} in line 1"),
        (b"<urlset><url><loc>https://e.example/a</loc></url></sitemap>", 1, f"{DAMAGED} in line 1"),
        (b"<html><body>Not found</body></html>", 0, NO_SITEMAP),
        (b"<rss><channel><item><loc>https://e.example/a</loc></item></channel></rss>", 0, NO_SITEMAP),
        (b"nothing here", 0, NO_SITEMAP),
        (b"", 0, NO_SITEMAP),
        (b'<?xml version="1.0" encoding="klingon"?><urlset/>', 0, sitemap.UNKNOWN_CHARSET),
        (gzip.compress(urlset("https://e.example/a") * 2)[:-12], 1, "gzip: bad_answer"),
        (b"<urlset/>", 0, None),
    ],
)
def test_what_cannot_be_read_to_its_end_says_why_and_keeps_what_came_before(
    body: bytes, pages: int, trouble: str | None
) -> None:
    file = read_file(body)
    assert (len(file.pages), file.trouble) == (pages, trouble)


def test_urls_beyond_the_protocols_limits_are_counted() -> None:
    body = urlset(
        "https://e.example/" + "a" * 2_100, "", *(f"https://e.example/{n}" for n in range(MAX_URLS + 3))
    )
    file = read_file(body)
    assert len(file.pages) == MAX_URLS
    assert file.dropped == {TOO_LONG: 1, NO_URL: 1, OVER_FILE: 3}


def test_a_gzip_bomb_is_held_to_the_limit() -> None:
    file = read_file(gzip.compress(b"<urlset>" + b" " * (sitemap.MAX_BYTES + 10)))
    assert file.pages == ()
    assert file.trouble is not None
    assert file.trouble.startswith("gzip: ")


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"<urlset>{text}</urlset>".encode()))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    file = read_file(body)
    assert file.trouble is not None or file.pages or b"urlset" in body or b"sitemapindex" in body


# -- a site -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def readers() -> Iterator[BoundedCalls[SitemapFile]]:
    with sitemap_readers() as opened:
        yield opened


def xml(body: bytes) -> Answer:
    return Answer(200, body, (("Content-Type", "application/xml"),))


def read(web: LoopbackWeb, readers: BoundedCalls[SitemapFile], **more: Any) -> SiteReading:
    async def reading() -> SiteReading:
        async with Fetcher(sitemap_settings(web.settings())) as fetcher:
            return await read_site(fetcher, readers, home=web.url(SITE), site=SITE, **more)

    return asyncio.run(reading())


def site(pages: dict[str, Any], *, robots: str = "") -> LoopbackWeb:
    web = LoopbackWeb({(SITE, path): answer for path, answer in pages.items()}, names=(SITE,))
    web.pages[SITE, "/robots.txt"] = lambda _: Answer.text(robots.format(base=web.url(SITE, "")))
    return web


def test_without_a_named_one_the_usual_place_is_asked(readers: BoundedCalls[SitemapFile]) -> None:
    body = urlset("https://harborlight.example/a", "https://www.harborlight.example/b")
    with site({"/sitemap.xml": xml(body)}) as web:
        reading = read(web, readers)
    assert reading.urls == ("https://harborlight.example/a", "https://www.harborlight.example/b")
    assert (reading.files, reading.left_out, reading.troubles, reading.complete) == (1, {}, (), True)


def test_the_lines_of_robots_txt_come_first_and_an_index_is_followed(
    readers: BoundedCalls[SitemapFile],
) -> None:
    robots = "User-agent: *\nDisallow: /x\nSITEMAP : {base}/maps/index.xml # ours\nSitemap: /more.txt"
    with site({"/more.txt": Answer.text("https://harborlight.example/c")}, robots=robots) as web:
        web.pages[SITE, "/maps/index.xml"] = xml(index(web.url(SITE, "/1.xml.gz"), web.url(SITE, "/2.xml")))
        web.pages[SITE, "/1.xml.gz"] = Answer(
            200,
            gzip.compress(urlset("https://harborlight.example/a")),
            (("Content-Type", "application/gzip"),),
        )
        web.pages[SITE, "/2.xml"] = xml(urlset("https://harborlight.example/b"))
        reading = read(web, readers)
        assert "/sitemap.xml" not in web.paths()
    assert set(reading.urls) == {f"https://harborlight.example/{name}" for name in "abc"}
    assert (reading.files, reading.complete) == (4, True)


def test_urls_of_others_and_repeats_are_counted(readers: BoundedCalls[SitemapFile]) -> None:
    body = urlset(
        "https://harborlight.example/a",
        "https://HARBORLIGHT.example:443/a?utm_source=x",
        "https://notharborlight.example/a",
        "https://harborlight.example.evil.example/a",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "/relative",
    )
    with site({"/sitemap.xml": xml(body)}) as web:
        reading = read(web, readers)
    assert reading.urls == ("https://harborlight.example/a",)
    assert reading.left_out == {REPEATED: 1, OTHER_SITE: 2, NO_URL: 3}


def test_an_index_may_name_indexes_once_and_circles_end(readers: BoundedCalls[SitemapFile]) -> None:
    with site({}) as web:
        for level in range(4):
            web.pages[SITE, f"/{level}.xml"] = xml(
                index(web.url(SITE, f"/{level + 1}.xml"), web.url(SITE, "/sitemap.xml"))
            )
        web.pages[SITE, "/sitemap.xml"] = web.pages[SITE, "/0.xml"]
        reading = read(web, readers)
        assert web.paths() == ["/sitemap.xml", "/1.xml", "/2.xml"]
    assert [why for _, why in reading.troubles] == [TOO_DEEP]
    assert not reading.complete


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer.text("no", status=404), "status 404"),
        (Answer.text("no", status=503), "status 503"),
        (Answer.html("<html><p>Welcome"), f"{DAMAGED} in line 1"),
        (xml(LAUGHS), ENTITIES),
        (Answer.redirect("http://10.0.0.1/sitemap.xml"), "address_refused"),
        (Answer.redirect("file:///etc/passwd"), "bad_redirect"),
    ],
)
def test_a_site_without_a_readable_sitemap_says_why_and_is_not_complete(
    readers: BoundedCalls[SitemapFile], answer: Answer, why: str
) -> None:
    with site({"/sitemap.xml": answer}) as web:
        reading = read(web, readers)
    assert reading.urls == ()
    assert not reading.complete
    assert [told.partition(":")[0] for _, told in reading.troubles] == [why]


def test_a_sitemap_closed_by_robots_txt_is_not_fetched(readers: BoundedCalls[SitemapFile]) -> None:
    with site(
        {"/sitemap.xml": xml(urlset("https://harborlight.example/a"))},
        robots="User-agent: *\nDisallow: /sitemap",
    ) as web:
        reading = read(web, readers)
        assert web.paths() == []
    assert reading.troubles[0][1].startswith("robots")


def test_limits_of_a_site_are_told(
    readers: BoundedCalls[SitemapFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "MAX_FILES", 3)
    monkeypatch.setattr(sitemap, "MAX_KEPT", 2)
    with site({}) as web:
        web.pages[SITE, "/sitemap.xml"] = xml(index(*(web.url(SITE, f"/{n}.txt") for n in range(5))))
        for n in range(5):
            web.pages[SITE, f"/{n}.txt"] = Answer.text(f"https://{SITE}/{n}\nhttps://{SITE}/b{n}")
        reading = read(web, readers)
    assert len(reading.urls) == 2
    assert reading.left_out == {TOO_MANY_FILES: 3, OVER_SITE: 2}
    assert not reading.complete


def test_a_stop_ends_the_reading_and_leaves_it_incomplete(readers: BoundedCalls[SitemapFile]) -> None:
    with site({}) as web:
        web.pages[SITE, "/sitemap.xml"] = xml(index(*(web.url(SITE, f"/{n}.txt") for n in range(5))))
        web.pages[SITE, "/0.txt"] = Answer.text(f"https://{SITE}/0")
        reading = read(web, readers, should_stop=lambda: len(web.paths()) >= 2)
        assert web.paths() == ["/sitemap.xml", "/0.txt"]
    assert reading.urls == (f"https://{SITE}/0",)
    assert not reading.complete

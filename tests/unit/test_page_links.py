"""Which links a page has, where they lead, and what they say."""

from __future__ import annotations

import pytest

from linkstead.link import Link, LinkType
from linkstead.page import Page, read_page

URL = "https://site.example/dir/page.html"


def read(html: str, *headers: tuple[str, str], url: str = URL) -> Page:
    return read_page(html.encode(), url=url, headers=headers)


def only(html: str) -> Link:
    (link,) = read(html).links
    return link


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://other.example/", "https://other.example/"),
        ("x.html", "https://site.example/dir/x.html"),
        ("/x", "https://site.example/x"),
        ("../x", "https://site.example/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?q=1", "https://site.example/dir/page.html?q=1"),
        ("#part", "https://site.example/dir/page.html#part"),
        ("", "https://site.example/dir/page.html"),
        ("  \n\thttps://other.example/x \t", "https://other.example/x"),
        ("https://other.ex\nample/a\tb", "https://other.example/ab"),
        ("https:\\\\other.example\\x", "https://other.example/x"),
        ("HTTPS://OTHER.example", "https://other.example/"),
        ("/?a=1&amp;b=2", "https://site.example/?a=1&b=2"),
        ("/?a=1&copy=2", "https://site.example/?a=1&copy=2"),
        ("&#x68;ttps://other.example/&#47;x", "https://other.example//x"),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC"),
        ("http://[::1]/", "http://[::1]/"),
    ],
)
def test_addresses_are_absolute_by_the_url_standard(href: str, url: str) -> None:
    assert only(f'<a href="{href}">x</a>').url == url


@pytest.mark.parametrize(
    "html",
    [
        "<!-- <a href=/x>x</a> -->",
        "<script>document.write('<a href=/x>x</a>')</script>",
        "<style>/* <a href=/x>x</a> */</style>",
        "<textarea><a href=/x>x</a></textarea>",
        "<template><a href=/x>x</a></template>",
        "<title><a href=/x>x</a></title>",
        "<iframe><a href=/x>x</a></iframe>",
        "<noframes><a href=/x>x</a></noframes>",
        "<a data-href=/x>x</a>",
        "<a name=top>x</a>",
        "<span href=/x>x</span>",
        "<a href='javascript:go()'>x</a>",
        "<a href='mailto:a@b.example'>x</a>",
        "<a href='tel:+123'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<a href='ftp://host.example/'>x</a>",
        "<a href='http://'>x</a>",
        "<a href='https://exa mple/'>x</a>",
        "<div onclick=\"location='/x'\">x</div>",
        "<link rel=stylesheet href=/x>",
        "<link rel='alternate stylesheet' href=/x>",
        "<iframe src=about:blank></iframe>",
        "<form action=''></form>",
    ],
)
def test_what_is_no_link(html: str) -> None:
    assert read(html).links == ()


@pytest.mark.parametrize(
    ("html", "kind", "text"),
    [
        ("<a href=/x>words</a>", LinkType.ANCHOR, "words"),
        ("<a href=/x>two\n  <b>bold</b>\twords</a>", LinkType.ANCHOR, "two bold words"),
        ("<a href=/x>in<b>side</b></a>", LinkType.ANCHOR, "inside"),
        ("<a href=/x><h2>head</h2><p>text</p></a>", LinkType.ANCHOR, "head text"),
        ("<a href=/x>line<br>break</a>", LinkType.ANCHOR, "line break"),
        ("<a href=/x>&lt;tag&gt; &eacute;</a>", LinkType.ANCHOR, "<tag> é"),
        ("<a href=/x><img src=i alt='the alt'></a>", LinkType.IMAGE, "the alt"),
        ("<a href=/x><img alt=one> <img alt=two></a>", LinkType.IMAGE, "one two"),
        ("<a href=/x><img alt=logo> words</a>", LinkType.ANCHOR, "words"),
        ("<a href=/x title=told><img></a>", LinkType.IMAGE, "told"),
        ("<a href=/x title=told></a>", LinkType.ANCHOR, "told"),
        ("<a href=/x aria-label=said><svg><title>no</title></svg></a>", LinkType.ANCHOR, "said"),
        ("<a href=/x>x<script>no</script><style>no</style></a>", LinkType.ANCHOR, "x"),
        ("<map><area href=/x alt='a place'></map>", LinkType.AREA, "a place"),
        ("<iframe src=/x title=framed></iframe>", LinkType.IFRAME, "framed"),
        ("<form action=/x>find</form>", LinkType.FORM, ""),
        ("<link rel=canonical href=/x>", LinkType.CANONICAL, ""),
        ("<link rel=alternate hreflang=de href=/x>", LinkType.ALTERNATE, "de"),
        ("<meta http-equiv=refresh content='5; url=/x'>", LinkType.META_REFRESH, ""),
        ("<svg><a href=/x>drawn</a></svg>", LinkType.ANCHOR, "drawn"),
    ],
)
def test_type_and_anchor_text(html: str, kind: LinkType, text: str) -> None:
    link = only(html)
    assert (link.type, link.anchor_text, link.url) == (kind, text, "https://site.example/x")


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<table><a href=/1>in the table</a><tr><td><a href=/2>cell</table>", ["in the table", "cell"]),
        ("<a href=/1>never closed <a href=/2>second", ["never closed", "second"]),
        ("<p><a href=/1>one<p>two", ["one", "two"]),
        ("<ul><li><a href=/1>a<li><a href=/2>b</ul>", ["a", "b"]),
        ("<b><a href=/1>x</b>y</a>", ["x", "y"]),
        ("<a href=/1 <b>odd</a>", ["odd"]),
        ("<a href=/1 href=/2>first attribute</a>", ["first attribute"]),
        ("<A HREF=/1>capitals</A>", ["capitals"]),
        ("<select><option><a href=/1>in a list</a></select><a href=/2>after</a>", None),
        ("</a></div></p><a href=/1>after stray ends</a>", ["after stray ends"]),
        ("<head><a href=/1>in the head</a>", ["in the head"]),
    ],
)
def test_broken_markup_is_read_as_a_browser_does(html: str, texts: list[str] | None) -> None:
    found = [link.anchor_text for link in read(html).links]
    assert found == texts if texts is not None else "after" in found


@pytest.mark.parametrize(
    ("rel", "tokens", "followed"),
    [
        ("nofollow", ("nofollow",), False),
        ("NoFollow", ("nofollow",), False),
        ("noopener nofollow", ("noopener", "nofollow"), False),
        ("ugc,sponsored", ("ugc", "sponsored"), False),
        (" sponsored\n\tnoopener ", ("sponsored", "noopener"), False),
        ("nofollower", ("nofollower",), True),
        ("dofollow", ("dofollow",), True),
        ("no follow", ("no", "follow"), True),
        ("noopener noreferrer", ("noopener", "noreferrer"), True),
        ("", (), True),
    ],
)
def test_rel_is_whole_tokens(rel: str, tokens: tuple[str, ...], *, followed: bool) -> None:
    link = only(f'<a href=/x rel="{rel}">x</a>')
    assert link.rel == tokens
    assert link.attributes.followed is followed


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("<base href=https://base.example/a/>", "https://base.example/a/x"),
        ("<base href=/up/>", "https://site.example/up/x"),
        ("<base href=/one/><base href=/two/>", "https://site.example/one/x"),
        ("<base target=_blank><base href=/two/>", "https://site.example/two/x"),
        ("<base href='javascript:0'>", "https://site.example/dir/x"),
        ("<base href='http://'>", "https://site.example/dir/x"),
        ("<!-- <base href=/no/> -->", "https://site.example/dir/x"),
    ],
)
def test_the_first_base_counts(base: str, url: str) -> None:
    assert read(f"<head>{base}</head><a href=x>x</a>").links[0].url == url


def test_a_base_behind_a_link_holds_for_it_too() -> None:
    page = read("<a href=x>x</a><base href=/late/>")
    assert (page.links[0].url, page.base) == ("https://site.example/late/x", "https://site.example/late/")


def test_links_keep_document_order_and_their_words_around() -> None:
    page = read("<p>before <a href=/1>one</a> between <a href=mailto:x>no</a> <a href=/2>two</a> after</p>")
    assert [(link.position, link.anchor_text) for link in page.links] == [(0, "one"), (1, "two")]
    first = page.links[0]
    assert (first.left, first.right) == ("before", "between no two after")
    assert page.links[1].raw == "/2"


def test_surroundings_are_short_and_on_one_line() -> None:
    page = read(f"<p>{'left ' * 100}</p><a href=/1>x</a>\n\n<p>{'right ' * 100}</p>")
    assert len(page.links[0].left) <= 80
    assert page.links[0].left.endswith("left left")
    assert page.links[0].right.startswith("right right")


def test_facts_of_the_head() -> None:
    page = read(
        "<html lang=de-AT><head><title> A \n title </title><meta name=generator content='WordPress 6'>"
        "<link rel=canonical href=/canon><link rel=next href=/2><link rel=prev href=/0></head><body>Text."
    )
    assert (page.title, page.language, page.generator) == ("A title", "de-AT", "WordPress 6")
    assert (page.canonical, page.canonical_from) == ("https://site.example/canon", "link element")
    assert (page.next_page, page.previous_page) == ("https://site.example/2", "https://site.example/0")
    assert (page.text, page.words) == ("Text.", 1)


@pytest.mark.parametrize(
    ("html", "headers", "canonical", "source"),
    [
        ("<link rel=canonical href=/a>", (), "https://site.example/a", "link element"),
        ("", (("Link", '</b>; rel="canonical"'),), "https://site.example/b", "Link header"),
        ("", (("link", "<https://o.example/?a,b>; rel=canonical"),), "https://o.example/?a,b", "Link header"),
        (
            "",
            (("Link", '</1>; rel=preload; as=style, </b>; rel="next canonical"'),),
            "https://site.example/b",
            "Link header",
        ),
        (
            "<link rel=canonical href=/a>",
            (("Link", "</b>; rel=canonical"),),
            "https://site.example/a",
            "link element",
        ),
        ("<base href=/deep/><link rel=canonical href=a>", (), "https://site.example/deep/a", "link element"),
        ("<p>text<link rel=canonical href=/a>", (), None, None),
        (
            "<noscript><iframe src=/t></iframe></noscript><link rel=canonical href=/a>",
            (),
            "https://site.example/a",
            "link element",
        ),
        ("<noscript><link rel=canonical href=/a></noscript>", (), None, None),
        ("<link rel=canonical href='javascript:0'>", (), None, None),
        ("<link rel=canonical>", (("Link", "rel=canonical"),), None, None),
        ("", (("Link", "<" * 5000),), None, None),
    ],
)
def test_canonical(
    html: str, headers: tuple[tuple[str, str], ...], canonical: str | None, source: str | None
) -> None:
    page = read(html, *headers)
    assert (page.canonical, page.canonical_from) == (canonical, source)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("0; url=/x", (0.0, "https://site.example/x")),
        ("5;URL='/x'", (5.0, "https://site.example/x")),
        ('3 , url = "/x" and more', (3.0, "https://site.example/x")),
        ("0;/x", (0.0, "https://site.example/x")),
        ("1.9; url=/x", (1.0, "https://site.example/x")),
        (".5; url=/x", (0.0, "https://site.example/x")),
        ("0; url=https://o.example/?a=1;b", (0.0, "https://o.example/?a=1;b")),
        ("5", None),
        ("url=/x", None),
        ("0; url=javascript:0", None),
        ("0; url=file:///etc/passwd", None),
        ("soon; url=/x", None),
    ],
)
def test_meta_refresh(content: str, found: tuple[float, str] | None) -> None:
    html = f'<meta http-equiv=Refresh content="{content.replace(chr(34), "&quot;")}">'
    assert read(html).meta_refresh == found


def test_a_refresh_for_those_without_scripts_is_only_a_hidden_link() -> None:
    page = read("<head><noscript><meta http-equiv=refresh content='0;url=/no-js'></noscript></head>")
    assert page.meta_refresh is None
    assert page.links[0].hidden == "noscript"


def test_a_refresh_header_counts_like_the_meta() -> None:
    assert read("", ("Refresh", "2; url=/x")).meta_refresh == (2.0, "https://site.example/x")


@pytest.mark.parametrize(
    ("html", "built"),
    [
        ("<div id=root></div><script src=/app.js></script>", True),
        (
            "<noscript>Enable JavaScript to run it.</noscript><div id=app></div><script src=a.js></script>",
            True,
        ),
        ("<app-root></app-root><script src=/main.js></script>", True),
        ("<div id=root></div>", False),
        ("<p>A short page.</p><a href=/x>x</a>", False),
        (f"<div id=root><p>{'word ' * 200}</p></div><script src=a.js></script>", False),
        (f"<script src=a.js></script><p>{'word ' * 20}</p>", False),
    ],
)
def test_pages_built_by_script_are_told_apart(html: str, *, built: bool) -> None:
    assert read(html).script_built is built


def test_a_page_without_a_usable_address_still_gives_its_absolute_links() -> None:
    page = read("<a href=/x>x</a><a href=https://o.example/>y</a>", url="no address")
    assert [link.url for link in page.links] == ["https://o.example/"]


def test_a_title_inside_a_picture_is_not_the_pages() -> None:
    assert read("<body><svg><title>icon</title></svg><title>late</title>").title == "late"


def test_limits_are_named_by_truncated() -> None:
    assert not read("<a href=/x>x</a>").truncated
    assert read("x" * (3 * 1024 * 1024 + 1)).truncated
    assert read("<a href=/x>x</a>" * 20_001).truncated
    assert read(f"<a href='/{'x' * 20_000}'>x</a>").truncated
    assert not read(f"<a href='data:{'x' * 20_000}'>x</a>").truncated

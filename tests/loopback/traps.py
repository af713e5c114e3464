"""Pages that fool link checkers, each with the truth beside it.

The target is `TARGET`, the site `SITE`. A trap is a path on `trap.example`; what it answers stands in
`answer`, further pages that it needs in `others`.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field

from tests.loopback.web import Answer

HOST = "trap.example"
OTHER_HOST = "elsewhere.example"
SITE = "example.com"
TARGET = "https://example.com/page"

_FILLER = "<p>" + "Some honest sentences about sailing, boats and the weather on the coast. " * 12 + "</p>"


@dataclass(frozen=True)
class Trap:
    """`reason` decides the outcome too; `followed`, `nofollow`, `noindex`, `links` as in the verdict.

    `neighbours` are the paths that are looked at before the link is called gone (None: not asked), and
    `via` says in which way the link was found there, if it was.
    """

    path: str
    answer: Answer
    reason: str
    followed: bool | None = None
    nofollow: tuple[str, ...] = ()
    noindex: tuple[str, ...] = ()
    links: int | None = None
    hidden: str | None = None
    others: dict[tuple[str, str], Answer] = field(default_factory=dict)
    target: str | None = TARGET
    neighbours: tuple[str, ...] | None = None
    via: str | None = None

    def __str__(self) -> str:
        return self.path


def _page(body: str, head: str = "", title: str = "A page about boats") -> str:
    start = f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head>"
    return f"{start}<body>{_FILLER}{body}</body></html>"


def found(path: str, body: str, *headers: tuple[str, str], head: str = "", **truth: object) -> Trap:
    truth.setdefault("followed", True)
    return Trap(f"/found/{path}", Answer.html(_page(body, head), *headers), "link_present", **truth)  # type: ignore[arg-type]


def removed(path: str, body: str, head: str = "", **truth: object) -> Trap:
    return Trap(f"/removed/{path}", Answer.html(_page(body, head)), "removed", **truth)  # type: ignore[arg-type]


def answers(path: str, answer: Answer, reason: str, **truth: object) -> Trap:
    return Trap(f"/answers/{path}", answer, reason, **truth)  # type: ignore[arg-type]


_A = f'<a href="{TARGET}">a good page</a>'
_NOFOLLOW = f'<a rel="nofollow" href="{TARGET}">x</a>'

FOUND = [
    found("plain", _A, links=1),
    found("unquoted", "<a href=https://example.com/page>x</a>"),
    found("upper-case", '<A HREF="HTTPS://EXAMPLE.COM/page">x</A>'),
    found("entities", '<a href="https&#58;&#x2F;&#47;example&period;com&sol;page">x</a>'),
    found("blanks-and-newlines", '<a href="\n  https://exam\nple.com/pa\tge  ">x</a>'),
    found("backslashes", r'<a href="https:\\example.com\page">x</a>'),
    found("protocol-relative", '<base href="https://other.example/"><a href="//example.com/page">x</a>'),
    found("base", '<a href="page">x</a>', head='<base href="https://example.com/">'),
    found("default-port", '<a href="https://example.com:443/page">x</a>'),
    found("trailing-dot", '<a href="https://example.com./page">x</a>'),
    found("tracking", '<a href="https://example.com/page?utm_source=trap&amp;fbclid=1">x</a>'),
    found("fragment", '<a href="https://example.com/page#part">x</a>'),
    found("text-fragment", '<a href="https://example.com/page#:~:text=boats">x</a>'),
    found("dot-segments", '<a href="https://example.com/a/../page">x</a>'),
    found("escapes", '<a href="https://example.com/%70%61ge">x</a>'),
    found("user-info", '<a href="https://someone@example.com/page">x</a>'),
    found("area", f'<map name=m><area href="{TARGET}" alt="x"></map>'),
    found("image", f'<a href="{TARGET}"><img src=/i.png alt="boats"></a>'),
    found("noscript", f"<noscript>{_A}</noscript>", hidden="noscript"),
    found("hidden", f'<div style="display:none">{_A}</div>', hidden="display-none"),
    found("hidden-attribute", f"<div hidden>{_A}</div>", hidden="hidden-attribute"),
    found("unclosed", f"<table><tr><td><p><b>{_A}"),
    found("after-a-comment", f"<!-- <a href='x'> --> {_A}"),
    found("first-followed-speaks", f"{_NOFOLLOW}{_A}", links=2),
    found("all-nofollow", _NOFOLLOW * 2, followed=False, nofollow=("link",), links=2),
    found(
        "many-rel-tokens",
        f'<a rel="noopener NoFollow noreferrer" href="{TARGET}">x</a>',
        followed=False,
        nofollow=("link",),
    ),
    found(
        "rel-commas", f'<a rel="noopener,nofollow" href="{TARGET}">x</a>', followed=False, nofollow=("link",)
    ),
    found("rel-ugc", f'<a rel="ugc" href="{TARGET}">x</a>', followed=False, nofollow=("link",)),
    found("rel-sponsored", f'<a rel="sponsored" href="{TARGET}">x</a>', followed=False, nofollow=("link",)),
    found("rel-that-only-looks-so", f'<a rel="nofollowed dofollow" href="{TARGET}">x</a>'),
    found(
        "meta-nofollow",
        _A,
        head='<meta name="robots" content="index, nofollow">',
        followed=False,
        nofollow=("robots meta",),
    ),
    found(
        "meta-none",
        _A,
        head='<meta name="ROBOTS" content="NONE">',
        followed=False,
        nofollow=("robots meta",),
        noindex=("robots meta",),
    ),
    found(
        "meta-googlebot",
        _A,
        head='<meta name="googlebot" content="nofollow">',
        followed=False,
        nofollow=("robots meta",),
    ),
    found("meta-other-bot", _A, head='<meta name="somebot" content="none">'),
    found(
        "header-nofollow",
        _A,
        ("X-Robots-Tag", "nofollow"),
        followed=False,
        nofollow=("X-Robots-Tag",),
    ),
    found(
        "header-googlebot-noindex",
        _A,
        ("X-Robots-Tag", "otherbot: nofollow"),
        ("X-Robots-Tag", "googlebot: noindex"),
        noindex=("X-Robots-Tag",),
    ),
    found(
        "all-three",
        _NOFOLLOW,
        ("X-Robots-Tag", "none"),
        head='<meta name="robots" content="nofollow">',
        followed=False,
        nofollow=("link", "robots meta", "X-Robots-Tag"),
        noindex=("X-Robots-Tag",),
    ),
    found(
        "unavailable-after",
        _A,
        head='<meta name="robots" content="unavailable_after: 2001-01-01">',
        noindex=("robots meta",),
    ),
    found(
        "canonical-elsewhere",
        _A,
        head='<link rel="canonical" href="https://elsewhere.example/x">',
        noindex=("canonical elsewhere",),
    ),
    found(
        "canonical-header",
        _A,
        ("Link", '<https://elsewhere.example/x>; rel="canonical"'),
        noindex=("canonical elsewhere",),
    ),
    found("canonical-self", _A, head='<link rel="canonical" href="/found/canonical-self/">'),
    found("robots-for-google", _A, noindex=("robots.txt",)),
    found("speaks-of-captchas", f"<p>Please verify you are a human: captcha</p>{_A}"),
    found("title-not-found", f"<title>Page not found</title>{_A}"),
    found("any-page-of-the-site", '<a href="https://blog.example.com/x">x</a>', target=None, links=1),
    Trap(
        "/found/utf-16",
        Answer.html(_page(_A).encode("utf-16"), ("Content-Type", "text/html")),
        "link_present",
        True,
    ),
    Trap(
        "/found/sniffed",
        Answer(200, _page(_A).encode()),
        "link_present",
        True,
    ),
    Trap(
        "/found/xhtml",
        Answer.html(_page(_A), ("Content-Type", "application/xhtml+xml")),
        "link_present",
        True,
    ),
    Trap(
        "/found/gzip",
        Answer.html(gzip.compress(_page(_A).encode()), ("Content-Encoding", "gzip")),
        "link_present",
        True,
    ),
    Trap(
        "/found/cut-short-behind-the-link",
        Answer.html(_page(_A) + "x" * 5000).but(length=400_000, drop_after=3000),
        "link_present",
        True,
    ),
    Trap(
        "/found/over-two-redirects",
        Answer.redirect("/found/second", 302),
        "link_present",
        True,
        others={(HOST, "/found/second"): Answer.redirect("plain", 308)},
    ),
    Trap(
        "/found/meta-refresh",
        Answer.html('<meta http-equiv="refresh" content="0; url=plain">'),
        "link_present",
        True,
    ),
    Trap("/found/refresh-header", Answer.html("<p>x", ("Refresh", "0; url=plain")), "link_present", True),
    Trap(
        "/found/challenge-words-with-the-link",
        Answer.html(f"<title>Just a moment...</title>{_A}"),
        "link_present",
        True,
    ),
]

REMOVED = [
    removed("nothing", "<p>no link</p>"),
    removed("look-alike-host", '<a href="https://example.com.evil.example/page">x</a>'),
    removed("look-alike-prefix", '<a href="https://myexample.com/page">x</a>'),
    removed("look-alike-letters", '<a href="https://exаmple.com/page">x</a>'),  # a Cyrillic а
    removed("host-in-user-info", '<a href="https://example.com@evil.example/page">x</a>'),
    removed("share-link", '<a href="https://share.example/?u=https://example.com/page">x</a>'),
    removed(
        "share-link-encoded", '<a href="https://share.example/?url=https%3A%2F%2Fexample.com%2Fpage">x</a>'
    ),
    removed("path-of-an-archive", '<a href="https://archive.example/web/https://example.com/page">x</a>'),
    removed("comment", f"<!-- {_A} -->"),
    removed("script", f"<script>document.write('{_A}')</script>"),
    removed("json", f'<script type="application/json">{{"html": "{TARGET}"}}</script>'),
    removed("style", f"<style>a {{ background: url({TARGET}) }}</style>"),
    removed("template", f"<template>{_A}</template>"),
    removed("textarea", f"<textarea>{_A}</textarea>"),
    removed("escaped-markup", f'<pre>&lt;a href="{TARGET}"&gt;x&lt;/a&gt;</pre>'),
    removed("text-only", f"<p>{TARGET}</p>"),
    removed("data-attribute", f'<span data-href="{TARGET}">x</span>'),
    removed("onclick", f"<button onclick=\"location='{TARGET}'\">x</button>"),
    removed("link-element", "", head=f'<link rel="alternate" href="{TARGET}">'),
    removed("iframe", f'<iframe src="{TARGET}"></iframe>'),
    removed("form", f'<form action="{TARGET}"><button>x</button></form>'),
    removed("other-page", '<a href="https://example.com/other">x</a>'),
    removed("other-scheme", '<a href="http://example.com/page">x</a>'),
    removed("with-www", '<a href="https://www.example.com/page">x</a>'),
    removed("other-port", '<a href="https://example.com:8443/page">x</a>'),
    removed("other-case-of-path", '<a href="https://example.com/Page">x</a>'),
    removed("with-slash", '<a href="https://example.com/page/">x</a>'),
    removed("content-parameter", '<a href="https://example.com/page?id=1">x</a>'),
    removed("base-elsewhere", '<a href="/page">x</a>', head='<base href="https://other.example/">'),
    removed("attribute-in-attribute", f'<a href="#" title=\'<a href="{TARGET}">\'>x</a>'),
    removed("no-other-domain", '<a href="https://notexample.com/">x</a>', target=None),
    removed(
        "article-about-captchas",
        "<p>Just a moment... a captcha: Checking your browser. Access denied.</p>" * 30,
    ),
    removed("article-about-404", "<h1>How to write a good 404 page</h1><p>Page not found.</p>"),
    Trap(
        "/removed/new-slash",
        Answer.redirect("/removed/new-slash/"),
        "removed",
        others={(HOST, "/removed/new-slash/"): Answer.html(_page(""))},
    ),
    Trap(
        "/removed/new-folder",
        Answer.redirect("/archive/new-folder"),
        "removed",
        others={(HOST, "/archive/new-folder"): Answer.html(_page(""))},
    ),
]

_CHALLENGE = (
    "<title>Just a moment...</title><p>Checking if the site connection is secure"
    "<script>window._cf_chl_opt={cvId:'3'}</script>"
)
ANSWERS = [
    answers("404", Answer.html(_page(_A), status=404), "page_gone"),
    answers("410", Answer.html("gone", status=410), "page_gone"),
    answers("soft-404", Answer.html(_page("", title="Page not found | Boats")), "soft404"),
    answers("soft-404-german", Answer.html(_page("", title="Seite nicht gefunden – Boote")), "soft404"),
    answers(
        "soft-404-text",
        Answer.html("<title>Boats</title><h1>Oops! That page can’t be found.</h1>"),
        "soft404",
    ),
    Trap(
        "/answers/soft-404-place",
        Answer.redirect("/404.html"),
        "soft404",
        others={(HOST, "/404.html"): Answer.html(_page(""))},
    ),
    answers(
        "parked",
        Answer.html("<title>boats.example</title><p>This domain is for sale.</p>"),
        "parked",
    ),
    answers(
        "parked-lander",
        Answer.html('<script>window.onload=function(){window.location.href="/lander"}</script>'),
        "parked",
    ),
    answers(
        "suspended",
        Answer.html("<title>Account Suspended</title><p>Contact your hosting provider."),
        "parked",
    ),
    Trap(
        "/answers/to-home",
        Answer.redirect("/"),
        "page_redirected",
        others={(HOST, "/"): Answer.html(_page("", title="Home"))},
    ),
    Trap(
        "/answers/to-another-site",
        Answer.redirect("http://elsewhere.example:{port}/"),
        "page_redirected",
        others={(OTHER_HOST, "/"): Answer.html(_page(""))},
    ),
    Trap(
        "/answers/to-login",
        Answer.redirect("/login?next=/answers/to-login"),
        "login",
        others={(HOST, "/login"): Answer.html("<form><input type=password></form>")},
    ),
    answers("401", Answer.html("x", status=401), "login"),
    answers("403", Answer.html(_page(_A), status=403), "forbidden"),
    answers("403-challenge", Answer.html("x", ("cf-mitigated", "challenge"), status=403), "challenge"),
    answers("429", Answer.html("x", status=429), "rate_limited"),
    answers("451", Answer.html("x", status=451), "legal"),
    answers("999", Answer.html("x", status=999), "refused"),
    answers("418", Answer.html("x", status=418), "refused"),
    answers("500", Answer.html("x", status=500), "server_error"),
    answers("503", Answer.html("x", status=503), "server_error"),
    answers("503-challenge", Answer.html(_CHALLENGE, status=503), "challenge"),
    answers("520", Answer.html("x", status=520), "server_error"),
    answers("challenge-200", Answer.html(_CHALLENGE), "challenge"),
    answers("challenge-header-200", Answer.html(_page(""), ("CF-Mitigated", "challenge")), "challenge"),
    answers("captcha-200", Answer.html("<title>Robot check</title><p>Type the letters"), "challenge"),
    answers("loop", Answer.redirect("/answers/loop"), "redirect_loop"),
    answers("to-mail", Answer.redirect("mailto:a@b.example"), "bad_redirect"),
    answers("to-nowhere", Answer(302), "bad_redirect"),
    answers(
        "image", Answer(200, b"\x89PNG\r\n\x1a\n" + bytes(99), (("Content-Type", "image/png"),)), "not_html"
    ),
    answers("pdf", Answer(200, b"%PDF-1.7", (("Content-Type", "application/pdf"),)), "not_html"),
    answers("plain-text", Answer.text(_page(_A)), "not_html"),
    answers("json", Answer(200, b'{"a": 1}'), "not_html"),
    answers("empty", Answer.html(""), "empty"),
    answers("204", Answer(204), "empty"),
    answers("brotli", Answer.html(b"\x0b\x02\x80hi", ("Content-Encoding", "br")), "encoding"),
    answers("not-gzip", Answer.html(b"plain text", ("Content-Encoding", "gzip")), "encoding"),
    answers("cut-short", Answer.html(_page("")).but(length=400_000, drop_after=100), "bad_answer"),
    answers("not-http", Answer(raw=b"SSH-2.0-OpenSSH_9.6\r\n"), "bad_answer"),
    answers("too-long", Answer.html(_page("") + "<p>x</p>" * 600_000), "too_large"),
    answers("robots", Answer.html(_page(_A)), "robots"),
]

ROBOTS = """User-agent: *
Disallow: /answers/robots

User-agent: googlebot
Disallow: /found/robots-for-google
"""


def moved(
    name: str, body: str, neighbours: dict[str, str], *, head: str = "", via: str | None = None
) -> Trap:
    """A page without the link, and the pages beside it in the order in which they are looked at."""
    others = {(HOST, path): Answer.html(_page(there)) for path, there in neighbours.items()}
    return Trap(
        f"/moved/{name}",
        Answer.html(_page(body, head)),
        "removed",
        others=others,
        neighbours=tuple(neighbours),
        via=via,
    )


MOVED = [
    moved("list", '<a href="?page=2">2</a>', {"/moved/list?page=2": _A}, via="pagination"),
    moved(
        "folders",
        '<a href="/moved/folders/page/2/">older</a>',
        {"/moved/folders/page/2/": _A},
        via="pagination",
    ),
    moved("rel-next", "", {"/moved/b": _A}, head='<link rel="next" href="/moved/b">', via="pagination"),
    moved("rel-prev", "", {"/moved/z": _A}, head='<link rel="prev" href="/moved/z">', via="pagination"),
    moved(
        "comments",
        '<a href="/moved/comments/comment-page-2/#comments">newer</a>',
        {"/moved/comments/comment-page-2/": _A},
        via="pagination",
    ),
    moved(
        "canonical",
        "",
        {"/moved/the-article": _A},
        head='<link rel="canonical" href="/moved/the-article">',
        via="canonical",
    ),
    moved(
        "canonical-first",
        '<a href="/moved/canonical-first?page=2">2</a>',
        {"/moved/one": "", "/moved/canonical-first?page=2": _A},
        head='<link rel="canonical" href="/moved/one">',
        via="pagination",
    ),
    moved(
        "nowhere",
        '<a href="?page=2">2</a>',
        {"/moved/other": "", "/moved/nowhere?page=2": ""},
        head='<link rel="canonical" href="/moved/other">',
    ),
    moved("canonical-off-site", "", {}, head='<link rel="canonical" href="https://elsewhere.example/x">'),
    moved("canonical-self", "", {}, head='<link rel="canonical" href="/moved/canonical-self/">'),
    moved("far-pages", '<a href="?page=7">7</a><a href="?p=2">a post</a>', {}),
]

TRAPS = FOUND + REMOVED + ANSWERS + MOVED


def pages() -> dict[tuple[str, str], Answer]:
    """All pages of the trap web; `{port}` in a redirect is filled in by the test."""
    table: dict[tuple[str, str], Answer] = {(HOST, "/robots.txt"): Answer.text(ROBOTS)}
    for trap in TRAPS:
        table[(HOST, trap.path)] = trap.answer
        table.update(trap.others)
    return table

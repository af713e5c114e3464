"""Pages as the web has them: 22 to 56 KB of navigation, article, comments, sidebar, styles and scripts.

Made from a fixed seed, so that every run reads the same bytes. On nine of ten the expected link stands in
one of the usual places (the text, a list of sources, a comment, the footer); on the tenth it is gone.
"""

from __future__ import annotations

import random

#: The link that is looked for, and the site that it belongs to.
SITE = "example.com"
TARGET = "https://www.example.com/guides/sailing"
VARIANTS = 20

_VOCABULARY = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or "
    "had an they which one you were all her she there would their we him been has when who will no "
    "more if out so up said what its about than into them can only other time new some could these "
    "two may first then do any like my now over such our man me even most made after also did many "
    "off before must well back through years much where your way harbour weather sailing coast island "
    "mast canvas keel tide current lighthouse captain anchor voyage northern"
)
_WORDS = _VOCABULARY.split()
_ROBOTS = (
    """User-agent: *
Disallow: /wp-admin/
Allow: /wp-admin/admin-ajax.php

Sitemap: https://www.publisher.test/sitemap.xml
""",
    """User-agent: *
Disallow:
""",
    """# robots
User-agent: GPTBot
Disallow: /

User-agent: AhrefsBot
User-agent: SemrushBot
Disallow: /private/
Crawl-delay: 0

User-agent: *
Disallow: /cart
Disallow: /checkout
Disallow: /search
Disallow: /*?s=
Disallow: /*/feed/$
Allow: /
""",
    """User-agent: *
Disallow: /cgi-bin/
Disallow: /tmp/
Disallow: /login
Disallow: /account
Disallow: /*.pdf$

Sitemap: https://www.publisher.test/sitemap_index.xml
Sitemap: https://www.publisher.test/news.xml
""",
)


def bodies() -> list[bytes]:
    """The variants, in the order of their numbers."""
    return [_page(number).encode() for number in range(VARIANTS)]


def robots_texts() -> list[bytes]:
    return [text.encode() for text in _ROBOTS]


def expected(variant: int) -> bool:
    """Whether the link is there."""
    return variant % 10 != 9


def _page(number: int) -> str:
    rng = random.Random(number)
    places = ["text", "sources", "comment", "footer"]
    place = places[number % 4] if expected(number) else ""
    title = _sentence(rng, 6).rstrip(".")
    kilobytes = 20 + 40 * number // (VARIANTS - 1)
    head = _head(rng, title, style=kilobytes * 120, script=kilobytes * 180)
    parts = [_navigation(rng), _article(rng, title, place, kilobytes * 500), _sidebar(rng)]
    parts += [_comments(rng, place), _footer(rng, place)]
    body = f"<body class='single post-{number}'>{''.join(parts)}</body>"
    return f"<!DOCTYPE html>\n<html lang=en>\n{head}\n{body}</html>\n"


def _sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words)).capitalize() + "."


def _link(place: str, wanted: str) -> str:
    """The expected link, if this is its place."""
    rel = ' rel="ugc nofollow"' if place == "comment" else ""
    return f'<a href="{TARGET}"{rel}>a guide to sailing</a>' if place == wanted else ""


def _head(rng: random.Random, title: str, *, style: int, script: int) -> str:
    rules = "".join(
        f".{rng.choice(_WORDS)}-{n}{{margin:{n}px;color:#{n:06x};display:block}}\n"
        for n in range(style // 45)
    )
    code = "".join(
        f"window.q{n}=function(a){{return a&&a.length>{n}?'{n}':null}};\n" for n in range(script // 52)
    )
    return (
        f"<head>\n<meta charset=utf-8><title>{title} - The Publisher</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="index, follow, max-image-preview:large">\n'
        f'<meta name="description" content="{_sentence(rng, 20)}">\n'
        '<meta property="og:type" content="article"><meta name="generator" content="WordPress 6.8">\n'
        '<link rel="canonical" href="">\n'
        '<link rel="stylesheet" href="/theme/style.css?v=6"><link rel="icon" href="/favicon.ico">\n'
        '<link rel="alternate" type="application/rss+xml" href="/feed/">\n'
        f"<style>{rules}</style>\n<script>{code}</script>\n</head>"
    )


def _navigation(rng: random.Random) -> str:
    items = "".join(
        f'<li class="menu-item menu-item-{n}"><a href="/section/{n}/">{rng.choice(_WORDS).title()}</a></li>\n'
        for n in range(rng.randrange(12, 30))
    )
    return (
        '<header class="site-header" role="banner">'
        '<a class="logo" href="/"><img src="/logo.svg" alt="The Publisher">'
        f'</a>\n<nav class="main-menu"><ul>{items}</ul></nav></header>\n'
    )


def _article(rng: random.Random, title: str, place: str, size: int) -> str:
    parts = [f'<main id="content"><article class="post"><h1>{title}</h1>\n']
    length, number, linked = 0, 0, False
    while length < size:
        inner = " ".join(_sentence(rng, rng.randrange(8, 25)) for _ in range(rng.randrange(2, 6)))
        if number % 3 == 0:
            inner += f' <a href="/articles/{number}/{rng.choice(_WORDS)}.html">{_sentence(rng, 4)}</a>'
        if number % 5 == 4:
            elsewhere = f"https://other{number}.example.org/{rng.choice(_WORDS)}"
            inner += f' See <a href="{elsewhere}" rel="nofollow">there</a>.'
        if not linked and length >= size // 2:
            inner, linked = f"{inner} {_link(place, 'text')}", True
        number += 1
        parts.append(f'<p class="wp-block-paragraph">{inner} <em>{rng.choice(_WORDS)}</em></p>\n')
        length += len(parts[-1])
    sources = f"<ul class=sources><li>{_link(place, 'sources')} of {_sentence(rng, 12)}</li></ul>"
    return "".join(parts) + sources + "</article></main>\n"


def _sidebar(rng: random.Random) -> str:
    items = "".join(
        f'<li><a href="/recent/{n}.html" title="{rng.choice(_WORDS)}">{_sentence(rng, 5)}</a></li>\n'
        for n in range(rng.randrange(8, 25))
    )
    return f'<aside class="widget-area"><h2>Recent posts</h2><ul>{items}</ul></aside>\n'


def _comments(rng: random.Random, place: str) -> str:
    items = "".join(
        f'<li class="comment" id="comment-{n}"><cite>'
        f'<a href="https://blog{n}.example.net/" rel="external nofollow ugc">'
        f"{rng.choice(_WORDS).title()}</a></cite>"
        f"<p>{_sentence(rng, 30)} {_link(place, 'comment') if n == 1 else ''}</p></li>\n"
        for n in range(rng.randrange(4, 14))
    )
    return f'<section id="comments" class="comments-area"><ol class="comment-list">{items}</ol></section>\n'


def _footer(rng: random.Random, place: str) -> str:
    items = " | ".join(f'<a href="/about/{n}/">{rng.choice(_WORDS)}</a>' for n in range(rng.randrange(6, 15)))
    linked = f"<p>{items} {_link(place, 'footer')}</p>"
    return f'<footer class="site-footer">{linked}<script>q1([1])</script></footer>'

"""Where a link stands on its page."""

from __future__ import annotations

import pytest

from linkstead.link import Placement
from linkstead.page import read_page
from linkstead.page.zones import zone_of_names

PROSE = "A sentence that says something about the matter and goes on for a while. " * 6


def placed(html: str) -> dict[str, str]:
    """Anchor text to placement of every link."""
    page = read_page(html.encode(), url="https://site.example/")
    return {link.anchor_text: str(link.placement) for link in page.links}


A = "<a href=/x>x</a>"


@pytest.mark.parametrize(
    ("html", "placement"),
    [
        (A, "content"),
        (f"<p>Some words {A} and more.</p>", "content"),
        (f"<nav>{A}</nav>", "navigation"),
        (f"<header>{A}</header>", "header"),
        (f"<header><nav>{A}</nav></header>", "navigation"),
        (f"<footer>{A}</footer>", "footer"),
        (f"<footer><nav>{A}</nav></footer>", "footer"),
        (f"<aside>{A}</aside>", "sidebar"),
        (f"<main>{A}</main>", "content"),
        (f"<article><header>{A}</header></article>", "content"),
        (f"<article><aside>{A}</aside></article>", "sidebar"),
        (f"<aside><article>{A}</article></aside>", "sidebar"),
        (f"<div role=navigation>{A}</div>", "navigation"),
        (f"<div role=banner>{A}</div>", "header"),
        (f"<div role=contentinfo>{A}</div>", "footer"),
        (f"<div role=complementary>{A}</div>", "sidebar"),
        (f"<div class=site-footer>{A}</div>", "footer"),
        (f"<div id=footer>{A}</div>", "footer"),
        (f"<div class='col siteHeader'>{A}</div>", "header"),
        (f"<ul class=main-menu><li>{A}</ul>", "navigation"),
        (f"<div class=breadcrumbs>{A}</div>", "navigation"),
        (f"<div id=sidebar><p>{A}</p></div>", "sidebar"),
        (f"<div class='widget widget_recent_entries'>{A}</div>", "sidebar"),
        (f"<div class=has-sidebar>{A}</div>", "content"),
        (f"<div class=no-footer>{A}</div>", "content"),
        (f"<body class='sidebar footer nav'>{A}", "content"),
        (f"<div class=entry-content>{A}</div>", "content"),
        (f"<div class=entry-header>{A}</div>", "content"),
        (f"<span class=footer>{A}</span>", "content"),
        # comments are a class of their own, whatever stands in them
        (f"<div id=comments>{A}</div>", "comment"),
        (f"<ol class=commentlist><li class=comment><div class=comment-body>{A}</div></ol>", "comment"),
        (f"<section id=comments><article>{A}<footer>{A}</footer></article></section>", "comment"),
        (f"<article>text<div class=comments-area>{A}</div></article>", "comment"),
        (f"<div id=disqus_thread>{A}</div>", "comment"),
        (f"<div class=comment-respond><nav>{A}</nav></div>", "comment"),
        (f"<div id=respond>{A}</div>", "comment"),
        (f"<div itemprop=comment>{A}</div>", "comment"),
        (f"<ul class=trackbacks><li>{A}</ul>", "comment"),
        (f"<aside><div class=recent-comments>{A}</div></aside>", "sidebar"),
        (f"<div class=recent-comments>{A}</div>", "sidebar"),
        (f"<div class=comments-count>{A}</div>", "content"),
    ],
)
def test_markup_names_the_place(html: str, placement: str) -> None:
    assert set(placed(html).values()) == {placement}


def test_without_any_landmark_text_decides() -> None:
    links = "".join(f"<li><a href=/{n}>topic {n}</a>" for n in range(12))
    prose = f"<p>{PROSE}</p><p>{PROSE} <a href=/in>inside</a></p><p>{PROSE}</p>"
    html = f"<table><tr><td><ul>{links}</ul><td>{prose}</table>"
    found = placed(html)
    assert found["inside"] == "content"
    assert {found[f"topic {n}"] for n in range(12)} == {"navigation"}


def test_links_behind_the_text_are_footer_or_sidebar() -> None:
    html = f"<div><p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p></div><p><a href=/1>imprint</a></p>"
    assert placed(html)["imprint"] == "footer"


def test_a_class_name_around_most_of_the_page_is_a_wrapper() -> None:
    html = f"<div class=footer-push><p>{PROSE}</p><p>{PROSE} <a href=/1>inside</a></p><p>{PROSE}</p></div>"
    assert placed(html)["inside"] == "content"


def test_a_list_of_links_inside_the_text_is_navigation_but_its_own_contents_are_not() -> None:
    more = "".join(f"<li><a href=/more/{n}>Another story number {n}</a>" for n in range(6))
    toc = "".join(f"<li><a href='#p{n}'>Part {n}</a>" for n in range(6))
    html = f"<div><ul>{toc}</ul><p>{PROSE}</p><p>{PROSE}</p><ul>{more}</ul><p>{PROSE}</p></div>"
    found = placed(html)
    assert found["Part 3"] == "content"
    assert found["Another story number 3"] == "navigation"


@pytest.mark.parametrize(
    ("names", "placement"),
    [
        ("post-comments", Placement.COMMENT),
        ("CommentList", Placement.COMMENT),
        ("js-comments", None),
        ("comment-link", None),
        ("TopNav", Placement.NAVIGATION),
        ("footer__links", Placement.FOOTER),
        ("related-posts", Placement.SIDEBAR),
        ("article__body", Placement.CONTENT),
        ("navy", None),
        ("commented", None),
        ("", None),
    ],
)
def test_words_of_class_names(names: str, placement: Placement | None) -> None:
    assert zone_of_names(names) is placement

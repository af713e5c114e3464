"""Which part of a page an element opens, judged by its tag, role, class and id alone.

A *zone* is a landmark (https://www.w3.org/TR/html-aria/#docconformance) or what sites call one in
their class names. `opened` says which zone an element opens, `nested` what becomes of it inside
another; `placement.py` later weighs this against the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import Placement
from linkstead.page.limits import MAX_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTENT: Final = Placement.CONTENT
_NAVIGATION: Final = Placement.NAVIGATION
_HEADER: Final = Placement.HEADER
_FOOTER: Final = Placement.FOOTER
_SIDEBAR: Final = Placement.SIDEBAR
_COMMENT: Final = Placement.COMMENT


class Opening(NamedTuple):
    """The zone that an element opens; `sure` when its tag or role says so, not a class name."""

    placement: Placement
    sure: bool


#: HTML's sectioning elements and the landmark roles they imply.
ZONE_OF_TAG: Final[dict[str, Placement]] = {
    "nav": _NAVIGATION,
    "menu": _NAVIGATION,
    "header": _HEADER,
    "footer": _FOOTER,
    "aside": _SIDEBAR,
    "main": _CONTENT,
    "article": _CONTENT,
}

#: Landmark and widget roles, https://www.w3.org/TR/wai-aria-1.2/#role_definitions.
ZONE_OF_ROLE: Final[dict[str, Placement]] = {
    "navigation": _NAVIGATION,
    "menu": _NAVIGATION,
    "menubar": _NAVIGATION,
    "toolbar": _NAVIGATION,
    "tablist": _NAVIGATION,
    "banner": _HEADER,
    "contentinfo": _FOOTER,
    "complementary": _SIDEBAR,
    "search": _HEADER,
    "dialog": _SIDEBAR,
    "alertdialog": _SIDEBAR,
    "main": _CONTENT,
    "article": _CONTENT,
    "comment": _COMMENT,
}

#: schema.org properties (https://schema.org/articleBody, https://schema.org/comment).
ZONE_OF_ITEMPROP: Final[dict[str, Placement]] = {
    "articlebody": _CONTENT,
    "comment": _COMMENT,
}


def _table(placement: Placement, words: str) -> dict[str, Placement]:
    return dict.fromkeys(words.split(), placement)


#: Words of class names and ids. From the themes that ship with WordPress, Drupal, Joomla, Discourse,
#: phpBB, Blogger, Ghost and Shopify, from Bootstrap, and from the commenting and widget services.
ZONE_OF_WORD: Final[dict[str, Placement]] = {
    **_table(
        _NAVIGATION,
        "nav navbar navigation subnav topnav sidenav navlinks navbox menu menus submenu menubar "
        "megamenu dropdown breadcrumb breadcrumbs pagination pager paging pagenav paginator "
        "tabbar toolbar topbar hamburger offcanvas sitenav mainnav globalnav skiplink skiplinks "
        "prevnext wayfinding",
    ),
    **_table(_HEADER, "header masthead banner branding logo siteheader pageheader topheader"),
    **_table(_FOOTER, "footer foot colophon copyright sitefooter pagefooter footerlinks legal"),
    **_table(
        _SIDEBAR,
        "sidebar sidebars rail aside widget widgets related relatedposts recommended "
        "recommendations recommendation popular trending mostread mostpopular promo promos "
        "promotion promoted sponsor sponsored sponsors share sharing sharebar sharedaddy social "
        "socials newsletter newsletters subscribe subscription signup ad ads adslot advert "
        "adverts advertisement advertising adsense dfp outbrain taboola zergnet tagcloud blogroll "
        "login cookie cookies gdpr consent modal popup lightbox overlay tooltip rightcol "
        "rightcolumn leftcol leftcolumn recirc recirculation upsell paywall readmore morefrom",
    ),
    **_table(
        _COMMENT,
        "comment comments commentlist commentarea commentform commentbody commenttext "
        "commentlinks disqus respond replies reply discussion responses livefyre fbcomments "
        "guestbook trackback trackbacks pingback pingbacks",
    ),
}
#: Words that mark the body of an article when both halves stand in one name (`entry-content`).
_ARTICLE: Final = frozenset({"article", "entry", "post", "story", "blog", "news"})
_BODY: Final = frozenset({"body", "content", "contents", "text", "copy"})
#: A name with one of these says that a part is there or not, it is not the part (`has-sidebar`).
_ABOUT: Final = frozenset(
    {"has", "no", "with", "without", "is", "js", "hide", "hidden", "not", "wide", "layout"}
)
#: Beside `comment` these make a counter or a link to the comments, not the comments.
_COMMENT_TRIFLES: Final = frozenset(
    {
        "count",
        "counts",
        "counter",
        "number",
        "link",
        "icon",
        "button",
        "btn",
        "toggle",
        "jump",
        "off",
        "closed",
    }
)
#: Beside `comment` these make a widget in a side column.
_COMMENT_WIDGETS: Final = frozenset({"recent", "latest", "widget", "top"})
#: Where a title's or text's own markup stands: `article-header` is part of the article.
_INNER_HEADER: Final = frozenset(
    {"article", "entry", "post", "story", "section", "card", "content", "headline"}
)

_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


_SURE: Final = {placement: Opening(placement, sure=True) for placement in Placement}
_LIKELY: Final = {placement: Opening(placement, sure=False) for placement in Placement}


def opened(tag: str, attributes: Mapping[str, str | None]) -> Opening | None:
    """The zone that this element opens, or None."""
    role = attributes.get("role")
    placement = ZONE_OF_ROLE.get(role.strip().lower()) if role else None
    placement = placement or ZONE_OF_TAG.get(tag)
    if placement is None and "itemprop" in attributes:
        placement = ZONE_OF_ITEMPROP.get((attributes["itemprop"] or "").strip().lower())
    if placement is not None:
        return _SURE[placement]
    for name in ("id", "class"):
        value = attributes.get(name)
        if value and (found := zone_of_names(value[:MAX_ATTRIBUTE])) is not None:
            return _LIKELY[found]
    return None


@lru_cache(maxsize=16_384)
def zone_of_names(names: str) -> Placement | None:
    """The zone that a class attribute or an id speaks of, or None."""
    for name in names.split():
        found = _zone_of_name(frozenset(part.lower() for part in _NAME_PART.findall(name)), name.lower())
        if found is not None:
            return found
    return None


def _zone_of_name(words: frozenset[str], whole: str) -> Placement | None:
    if words & _ABOUT:
        return None
    if words & _ARTICLE and words & _BODY:
        return _CONTENT
    found = {placement for word in words if (placement := ZONE_OF_WORD.get(word)) is not None}
    if not found and (placement := ZONE_OF_WORD.get(whole)) is not None:
        found = {placement}
    return _strongest(found, words) if found else None


def _strongest(found: set[Placement], words: frozenset[str]) -> Placement | None:
    if _COMMENT in found:
        if words & _COMMENT_WIDGETS:
            return _SIDEBAR
        return None if words & _COMMENT_TRIFLES else _COMMENT
    if _HEADER in found and words & _INNER_HEADER and len(found) == 1:
        return None
    for placement in (_FOOTER, _SIDEBAR, _NAVIGATION, _HEADER):
        if placement in found:
            return placement
    return None


#: What stays when a zone (second) opens inside another (first). A pair that is not here: the inner
#: one. A side column's article is still the side column; an article's header is still the article.
_OUTER_STAYS: Final = frozenset(
    {
        *((_COMMENT, inner) for inner in Placement),
        *((_FOOTER, inner) for inner in Placement),
        *((_NAVIGATION, inner) for inner in (_HEADER, _CONTENT, _SIDEBAR, _COMMENT, _FOOTER)),
        *((_SIDEBAR, inner) for inner in (_HEADER, _CONTENT, _NAVIGATION, _COMMENT, _FOOTER)),
        *((_HEADER, inner) for inner in (_COMMENT, _FOOTER)),
        (_CONTENT, _HEADER),
    }
)


@lru_cache(maxsize=64)
def nested(outer: Placement | None, inner: Placement) -> Placement:
    """The placement inside `inner` when that stands inside `outer`."""
    return outer if outer is not None and (outer, inner) in _OUTER_STAYS else inner

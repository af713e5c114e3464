"""Signals of the link: its words, its place, and what it says of itself."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from linkstead.quality.rule import quoted
from linkstead.quality.signals.page_signals import own_trade, primary
from linkstead.quality.signals.signal import Direction, Sign, Signal, ramp, sign
from linkstead.quality.vocabulary import AnchorKind, anchor_kind, folded, risky_trade

if TYPE_CHECKING:
    from linkstead.quality.facts import Facts

_POLICY: Final = (
    "Google spam policies (link spam), developers.google.com/search/docs/essentials/spam-policies"
)
_QUALIFY: Final = "developers.google.com/search/docs/crawling-indexing/qualify-outbound-links"

#: Scripts of languages that are not written in Latin letters (Unicode character names begin with these).
_SCRIPTS: Final[dict[str, tuple[str, ...]]] = {
    "ru": ("CYRILLIC",), "uk": ("CYRILLIC",), "bg": ("CYRILLIC",), "be": ("CYRILLIC",), "mk": ("CYRILLIC",),
    "kk": ("CYRILLIC", "LATIN"), "sr": ("CYRILLIC", "LATIN"), "el": ("GREEK",), "he": ("HEBREW",),
    "ar": ("ARABIC",), "fa": ("ARABIC",), "ur": ("ARABIC",), "th": ("THAI",), "ko": ("HANGUL", "CJK"),
    "ja": ("HIRAGANA", "KATAKANA", "CJK"), "zh": ("CJK",), "hi": ("DEVANAGARI",), "mr": ("DEVANAGARI",),
    "bn": ("BENGALI",), "ta": ("TAMIL",), "te": ("TELUGU",), "ka": ("GEORGIAN",), "hy": ("ARMENIAN",),
}  # fmt: skip
_PHRASES = re.compile(r"\s*[,;|•·]\s*")
_KEYWORDS: Final = frozenset((AnchorKind.COMMERCIAL, AnchorKind.RISKY))
_POSTED: Final = frozenset(("comment",))


def _kind(facts: Facts) -> AnchorKind:
    text = facts.link.anchor_text or ""
    words = folded(text)
    kind = anchor_kind(text, facts.site.site or "")
    named = any(folded(word) in words for word in facts.site.brand_words if len(folded(word)) > 3)
    return AnchorKind.BRAND if named and kind not in (AnchorKind.ADDRESS, AnchorKind.EMPTY) else kind


def _anchor(facts: Facts) -> dict[str, str | float | None]:
    return {"anchor_text": (facts.link.anchor_text or "")[:200]}


def brand_anchor(facts: Facts) -> Sign | None:
    said = f"The link says your name: {quoted(facts.link.anchor_text or '')}."
    return sign(float(_kind(facts) is AnchorKind.BRAND), said, **_anchor(facts))


def address_anchor(facts: Facts) -> Sign | None:
    return sign(float(_kind(facts) is AnchorKind.ADDRESS), "The link's text is an address.", **_anchor(facts))


def generic_anchor(facts: Facts) -> Sign | None:
    said = f"The link says {quoted(facts.link.anchor_text or '')}, as people write it."
    return sign(float(_kind(facts) is AnchorKind.GENERIC), said, **_anchor(facts))


def topical_anchor(facts: Facts) -> Sign | None:
    words = (facts.link.anchor_text or "").split()
    if _kind(facts) is not AnchorKind.OTHER or not 2 <= len(words) <= 12 or facts.link.placement != "content":
        return None
    return sign(1.0, "The link's text describes something and sells nothing.", **_anchor(facts))


def money_anchor(facts: Facts) -> Sign | None:
    said = f"The link's text sells: {quoted(facts.link.anchor_text or '')}."
    return sign(float(_kind(facts) is AnchorKind.COMMERCIAL), said, **_anchor(facts))


def risky_anchor(facts: Facts) -> Sign | None:
    trade = risky_trade(facts.link.anchor_text or "")
    if trade is None or own_trade(facts) == trade:
        return None
    return sign(1.0, f"The link's text has words of {trade}.", trade=trade, **_anchor(facts))


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def foreign_anchor(facts: Facts) -> Sign | None:
    ours = {
        script
        for language in facts.site.languages or ()
        for script in _SCRIPTS.get(primary(language), ("LATIN",))
    } | {"LATIN"}
    letters = [char for char in folded(facts.link.anchor_text or "") if char.isalpha()]
    foreign = sum(not _script(char).startswith(tuple(ours)) for char in letters)
    if len(letters) < 3 or foreign * 2 <= len(letters):
        return None
    return sign(1.0, "The link's text is in a script that your site does not use.", **_anchor(facts))


def stuffed_anchor(facts: Facts) -> Sign | None:
    phrases = [part for part in _PHRASES.split(folded(facts.link.anchor_text or "")) if part]
    if len(phrases) < 4:
        return None
    return sign(
        1.0, f"The link's text is a list of {len(phrases)} phrases.", phrases=len(phrases), **_anchor(facts)
    )


def qualified(facts: Facts) -> Sign | None:
    said = "The link is qualified (nofollow, ugc or sponsored): it asks for no vote."
    return sign(float(facts.link.followed is False), said)


def posted_keyword(facts: Facts) -> Sign | None:
    if facts.link.placement not in _POSTED or _kind(facts) not in _KEYWORDS | {AnchorKind.OTHER}:
        return None
    strength = 1.0 if _kind(facts) in _KEYWORDS else 0.5
    return sign(
        strength, "Somebody posted the link in a comment, with words of their choice.", **_anchor(facts)
    )


def hidden(facts: Facts) -> Sign | None:
    return sign(float(bool(facts.link.hidden)), "A person would not see the link on the page.")


def sitewide(facts: Facts) -> Sign | None:
    pages = facts.link.pages or 0
    said = f"{pages:,} pages of the domain carry the link."
    return sign(ramp(pages, 50, 1_000), said, pages=pages) if _kind(facts) in _KEYWORDS else None


def footer_keyword(facts: Facts) -> Sign | None:
    if facts.link.placement not in ("footer", "sidebar") or _kind(facts) not in _KEYWORDS:
        return None
    if facts.link.followed is False:
        return None
    return sign(
        1.0, f"A selling link stands in the {facts.link.placement}, and is not qualified.", **_anchor(facts)
    )


def in_sentence(facts: Facts) -> Sign | None:
    around = min(len((facts.link.left or "").strip()), len((facts.link.right or "").strip()))
    if facts.link.placement != "content" or around < 30:
        return None
    return sign(1.0, "The link stands within running text.", left=facts.link.left, right=facts.link.right)


def bare_image(facts: Facts) -> Sign | None:
    empty = _kind(facts) is AnchorKind.EMPTY
    return sign(float(bool(facts.link.image) and empty), "The link is an image without a text.")


_AGAINST, _FOR = Direction.AGAINST, Direction.FOR
_TEXT: Final = ("link.anchor_text",)

LINK_SIGNALS: Final = (
    Signal(
        "link.brand-anchor", "your name as anchor text", _FOR,
        "The anchor text is the name of your site or one of its brand words: what people write by "
        "themselves.",
        "Natural profiles are mostly names and addresses; our choice of weight.", _TEXT, 0.6, brand_anchor,
    ),
    Signal(
        "link.address-anchor", "an address as anchor text", _FOR,
        "The anchor text is an address. People paste addresses; machines do too, so it weighs little.",
        "Our choice; no published measurement.", _TEXT, 0.3, address_anchor,
    ),
    Signal(
        "link.generic-anchor", "a phrase like “click here”", _FOR,
        "The anchor text is one of the phrases that people use for any link.",
        "Our choice; no published measurement.", _TEXT, 0.2, generic_anchor,
    ),
    Signal(
        "link.topical-anchor", "words about the matter", _FOR,
        "The anchor text has two to twelve words that sell nothing, and stands in the content.",
        "Google on anchor text, developers.google.com/search/docs/crawling-indexing/links-crawlable.",
        (*_TEXT, "link.placement"), 0.3, topical_anchor,
    ),
    Signal(
        "link.money-anchor", "a selling anchor text", _AGAINST,
        "The anchor text has selling words (buy, cheap, kaufen, pas cher…). Shops are linked to like that "
        "by their "
        "customers, too.",
        f"{_POLICY}: optimised anchors in articles; Semrush marker “money anchors”.", _TEXT, 0.5,
        money_anchor,
    ),
    Signal(
        "link.risky-anchor", "a risky trade in the anchor text", _AGAINST,
        "The anchor text has words of gambling, pharmacy or adult trades, and your own domain does not name "
        "the trade.",
        f"{_POLICY}; hacked pages carry such links.", _TEXT, 1.0, risky_anchor,
    ),
    Signal(
        "link.foreign-anchor", "a script that your site does not use", _AGAINST,
        "Most letters of the anchor text belong to a script that no language of your site uses; Latin "
        "letters never count.",
        "Published attack profiles; our choice of weight.", (*_TEXT, "site.languages"), 0.4, foreign_anchor,
    ),
    Signal(
        "link.stuffed-anchor", "a list as anchor text", _AGAINST,
        "The anchor text strings four phrases or more together.",
        "Google on keyword stuffing, developers.google.com/search/docs/essentials/spam-policies.", _TEXT,
        0.5, stuffed_anchor,
    ),
    Signal(
        "link.qualified", "qualified link", _FOR,
        "The link says nofollow, ugc or sponsored. What asks for no vote was hardly made to get one.",
        f"Google: {_QUALIFY}.", ("link.nofollow",), 0.4, qualified,
    ),
    Signal(
        "link.posted-keyword", "keywords in a comment", _AGAINST,
        "The link stands in a comment, and its text is neither a name nor an address.",
        f"{_POLICY}: forum comments with optimised links.", (*_TEXT, "link.placement"), 0.5, posted_keyword,
    ),
    Signal(
        "link.hidden", "hidden link", _AGAINST,
        "A person would not see the link: it is hidden by an attribute or style, of zero size, or off the "
        "screen.",
        "Google spam policies (hidden text and links).", ("link.hidden",), 0.7, hidden,
    ),
    Signal(
        "link.sitewide-keyword", "the same selling link on every page", _AGAINST,
        "A link with selling words stands on 50 pages of the domain or more.",
        f"{_POLICY}: widely distributed links in footers or templates.", (*_TEXT, "link.pages"), 0.5,
        sitewide,
    ),
    Signal(
        "link.template-keyword", "a selling link in footer or sidebar", _AGAINST,
        "A link with selling words stands in the footer or the sidebar and is not qualified.",
        f"{_POLICY}: widely distributed links in footers or templates.", (*_TEXT, "link.placement"), 0.5,
        footer_keyword,
    ),
    Signal(
        "link.in-sentence", "within running text", _FOR,
        "The link stands in the content, with text on both sides.",
        "Boilerplate detection, Kohlschütter et al., WSDM 2010; our choice of weight.",
        ("link.placement", "link.left", "link.right"), 0.4, in_sentence,
    ),
    Signal(
        "link.bare-image", "an image without a text", _AGAINST,
        "The link is an image without an alternative text. Banners are like that, and so is careless markup.",
        "Google on images as links, developers.google.com/search/docs/crawling-indexing/links-crawlable.",
        (*_TEXT, "link.type"), 0.2, bare_image,
    ),
)  # fmt: skip

"""Why a person would not see an element, as far as its own markup tells.

Only attributes are read: style sheets and scripts are not run, so a link that a class hides counts
as visible. The words are those of `linkstead.link.Link.hidden`. The thresholds follow what Google's
spam policies call hidden text and links: text off the screen, font size or opacity zero
(developers.google.com/search/docs/essentials/spam-policies#hidden-text-and-links).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from linkstead.page.limits import MAX_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HIDDEN_ATTRIBUTE: Final = "hidden-attribute"
DISPLAY_NONE: Final = "display-none"
VISIBILITY_HIDDEN: Final = "visibility-hidden"
ZERO_SIZE: Final = "zero-size"
OFF_SCREEN: Final = "off-screen"
NOSCRIPT: Final = "noscript"

#: Opacity is told apart inside the walk, since no descendant can undo it; links say
#: `visibility-hidden` for both.
TRANSPARENT: Final = "transparent"
#: What a style says that brings `visibility: hidden` content back.
VISIBLE: Final = "visible"

#: Pixels beyond which a box is off every screen. Sites use -999px, -9999px and -100vw.
_FAR: Final = -900.0
#: The same in units of the font size, and of the window's width.
_FAR_EM: Final = -50.0
_FAR_PERCENT: Final = -100.0

_LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))\s*(px|r?em|ex|ch|vw|vh|%|pt)?")
_CLIP_RECT = re.compile(r"rect\(([^()]*)\)")
_CLIP_SEPARATORS = re.compile(r"[\s,]+")
_CLIP_PATH = re.compile(r"inset\(\s*(?:50|100)%|circle\(\s*0")
_MOVED = re.compile(r"translate(?:x|y|3d)?\(\s*(-[\d.]+\s*(?:px|r?em|vw|vh|%)?)")
_SCALED_AWAY = re.compile(r"scale(?:x|y|3d)?\(\s*0(?:\.0*)?\s*[,)]")


def hidden_by(attributes: Mapping[str, str | None], tag: str) -> str | None:
    """The word for why an element's own attributes hide it; `visible` if they undo an ancestor's."""
    if "hidden" in attributes:
        return HIDDEN_ATTRIBUTE
    style = attributes.get("style")
    word = hidden_by_style(style[:MAX_ATTRIBUTE]) if style else None
    if word is None and tag == "iframe":
        return _hidden_by_size(attributes)
    return word


def _hidden_by_size(attributes: Mapping[str, str | None]) -> str | None:
    """Frames of no or one pixel, as trackers use them."""
    sizes = (attributes.get("width"), attributes.get("height"))
    return (
        ZERO_SIZE if all(size is not None and size.strip() in {"0", "1", "0px"} for size in sizes) else None
    )


@lru_cache(maxsize=4096)
def hidden_by_style(style: str) -> str | None:
    """The word for what an inline style does to its element, `visible` included, or None."""
    rules = _declarations(style)
    for word, test in _STYLE_TESTS:
        if test(rules):
            return word
    return None


def _declarations(style: str) -> dict[str, str]:
    """Property to value, lower case, without `!important`; the last one wins as in CSS."""
    rules: dict[str, str] = {}
    for declaration in style.lower().split(";"):
        name, mark, value = declaration.partition(":")
        if mark:
            rules[name.strip()] = value.partition("!")[0].strip()
    return rules


def _is_zero(value: str | None) -> bool:
    found = _LENGTH.fullmatch(value) if value else None
    return found is not None and float(found[1]) == 0


def _is_tiny(value: str | None) -> bool:
    """Zero or one pixel, the size that visually-hidden recipes use."""
    return value == "1px" or _is_zero(value)


def _is_far(value: str | None) -> bool:
    """Whether a length pushes a box off every screen."""
    found = _LENGTH.match(value) if value else None
    if found is None:
        return False
    unit = found[2] or "px"
    far = _FAR_PERCENT if unit in {"%", "vw", "vh"} else _FAR if unit in {"px", "pt"} else _FAR_EM
    return float(found[1]) <= far


def _no_room(rules: Mapping[str, str]) -> bool:
    """A box without area: nothing of its content shows when it cuts what overflows."""
    if _is_zero(rules.get("font-size")) or _SCALED_AWAY.search(rules.get("transform", "")):
        return True
    heights = _is_tiny(rules.get("height")) or _is_zero(rules.get("max-height"))
    widths = _is_tiny(rules.get("width")) or _is_zero(rules.get("max-width"))
    cuts = rules.get("overflow", "") in {"hidden", "clip"}
    if heights and widths:
        return True
    flat = _is_zero(rules.get("height")) or _is_zero(rules.get("max-height")) or _is_zero(rules.get("width"))
    return cuts and flat


def _clipped_away(value: str | None) -> bool:
    """`clip: rect(0, 0, 0, 0)` and the one-pixel form of visually-hidden recipes."""
    found = _CLIP_RECT.search(value) if value else None
    if found is None:
        return False
    return all(map(_is_tiny, filter(None, _CLIP_SEPARATORS.split(found[1]))))


def _off_screen(rules: Mapping[str, str]) -> bool:
    moved = _MOVED.search(rules.get("transform", ""))
    if _is_far(rules.get("text-indent")) or (moved is not None and _is_far(moved[1])):
        return True
    margins = (rules.get("margin-left"), rules.get("margin-top"), rules.get("margin-right"))
    if any(map(_is_far, margins)) or _CLIP_PATH.search(rules.get("clip-path", "")):
        return True
    if rules.get("position") not in {"absolute", "fixed", "relative"}:
        return False
    sides = (rules.get(side) for side in ("left", "top", "right", "bottom"))
    return any(map(_is_far, sides)) or _clipped_away(rules.get("clip"))


#: Word to test, the strongest first: what hides the whole box before what only moves it.
_STYLE_TESTS: Final[tuple[tuple[str, Callable[[Mapping[str, str]], object]], ...]] = (
    (DISPLAY_NONE, lambda rules: rules.get("display") == "none"),
    (VISIBILITY_HIDDEN, lambda rules: rules.get("visibility") in {"hidden", "collapse"}),
    (TRANSPARENT, lambda rules: _is_zero(rules.get("opacity"))),
    (ZERO_SIZE, _no_room),
    (OFF_SCREEN, _off_screen),
    (VISIBLE, lambda rules: rules.get("visibility") == "visible"),
)


def inherited(outer: str | None, own: str | None) -> str | None:
    """What an element inside `outer` is hidden by; the outermost reason speaks."""
    if own == VISIBLE:
        return None if outer == VISIBILITY_HIDDEN else outer
    return outer if outer is not None else own


def word_of(state: str | None) -> str | None:
    """The word that a link reports for a state of the walk."""
    return VISIBILITY_HIDDEN if state == TRANSPARENT else state

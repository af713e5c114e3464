"""What is changed in a page's text before the tree is built. Two things, for two reasons.

*Formatting tags that a hostile page would multiply are taken out.* The standard repeats every
formatting element that is still open in each new paragraph
(https://html.spec.whatwg.org/#reconstruct-the-active-formatting-elements), so 100 KB of
`<b id=1><b id=2>...` followed by `<p>x` grow to millions of nodes. Equal elements are repeated three
times at most, so only tags with attributes can do it, and `<a>` cannot, since a second one closes the
first. Links lose nothing without these tags; a style on one that hides a link goes unnoticed.

*A noscript becomes a marked template.* With scripts off, the tree builder ends the head at the first
`<iframe>` or `<img>` inside a `<noscript>` of the head, and a canonical behind it seems to stand in
the body; with scripts on, it hides the links inside. As a template both stay where they are
written, and the walk knows them by the mark.
"""

from __future__ import annotations

import re
from typing import Final

#: The attribute of a template that was a noscript.
NOSCRIPT_MARK: Final = "linkstead-noscript"

_NOSCRIPT = re.compile(r"<(/?)noscript(?=[\s/>])", re.IGNORECASE)

#: Formatting elements but for `a` (https://html.spec.whatwg.org/#formatting), with attributes. Their
#: first letters come first, since most tags fail there.
_TAGS: Final = r"<(?=[bcefinstu])(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])"
_OPENING = re.compile(_TAGS, re.IGNORECASE)
_WHOLE = re.compile(_TAGS + r"[^>]*>?", re.IGNORECASE)
#: Tree builders keep no more open elements than this (Blink's limit too).
_MOST_OPEN: Final = 512
#: Nodes that such a page may grow to: about 100 bytes each.
_MAX_NODES: Final = 1_500_000
#: Pages with fewer tags cannot reach that, whatever the tags are.
_FEW_TAGS: Final = _MAX_NODES // _MOST_OPEN


def prepared(text: str) -> str:
    """The text as the tree builder gets it."""
    return _without_multipliers(_NOSCRIPT.sub(rf"<\1template {NOSCRIPT_MARK}", text))


def _without_multipliers(text: str) -> str:
    tags = text.count("<")
    if tags < _FEW_TAGS:
        return text
    formatting = len(_OPENING.findall(text))
    if min(formatting, _MOST_OPEN) * tags <= _MAX_NODES:
        return text
    return _WHOLE.sub("", text)

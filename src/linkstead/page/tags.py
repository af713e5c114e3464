"""Which elements do what in a text; the tables of the walk."""

from __future__ import annotations

from typing import Final


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Elements inside a line of text (https://html.spec.whatwg.org/#phrasing-content): they do not part
#: words. Every other element does.
INLINE: Final = _tags(
    "a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd label mark nobr q rp "
    "rt ruby s samp small span strike strong sub sup time tt u var wbr"
)
#: Elements that hold text together; their share of linked text tells lists of links from prose.
BLOCKS: Final = _tags(
    "article aside blockquote body dd div dl fieldset footer form header main menu nav ol p pre section "
    "table td th ul"
)
#: Elements whose content is no text of the page and holds no links.
SKIPPED_TAGS: Final = _tags("script style template textarea iframe noframes noembed title")
#: Elements without content whose attributes hide nothing and name no zone.
VOID: Final = _tags("area base br embed frame hr img input link meta param source track wbr")
#: Tags that open a zone or hide their content without any attribute.
SPEAKING: Final = _tags("article aside footer header main menu nav noscript")
#: Classes of these tell about the page, not about a part of it (`has-sidebar`).
PAGE_TAGS: Final = _tags("html body head")
#: Where scripts build a page, by id: React, Next, Nuxt, Vue, Angular, Svelte, Gatsby, Ember.
MOUNT_POINTS: Final = _tags("root app __next __nuxt app-root svelte ___gatsby ember-app react-root main-app")

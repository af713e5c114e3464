"""Screaming Frog SEO Spider: All Inlinks and All Outlinks.

`Target` is the HTML attribute, the linked page is `Destination`, and `Status Code` is the destination's.
Rows that are resources of the page (images, scripts, styles) are no links. A list-mode crawl of the linking
pages tells rel, anchor and position of pages that we cannot fetch.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, column, counted, worded

#: The column Type of All Inlinks and All Outlinks; None: the row is no link.
_FROG_TYPES: Final[dict[str, str | None]] = {
    "hyperlink": "a",
    "canonical": "canonical",
    "hreflang": "alternate",
    "html redirect": "redirect",
    "http redirect": "redirect",
    "javascript redirect": "redirect",
    "meta refresh": "meta-refresh",
    "iframe": "iframe",
    "form": "form",
    "image": None,
    "css": None,
    "javascript": None,
    "swf": None,
    "flash": None,
    "media": None,
    "video": None,
    "font": None,
    "object": None,
    "xhr": None,
}

SCREAMING_FROG: Final = TableSource(
    slug="screaming-frog-links",
    vendor="Screaming Frog SEO Spider",
    report="Bulk Export > Links > All Outlinks (list mode over the linking pages)",
    prefix="screaming_frog",
    link_types=_FROG_TYPES,
    columns=(
        column("source_url", "Source"),
        column("target_url", "Destination"),
        column("anchor", "Anchor"),
        column("alt", "Alt Text"),
        column("follow", "Follow"),
        column("rel", "Rel"),
        column("link_type", "Type"),
        column("placement", "Link Position"),
        counted("screaming_frog.target_http_status", "Status Code"),
        worded("screaming_frog.target_status", "Status"),
        worded("screaming_frog.link_path", "Link Path"),
        worded("screaming_frog.link_origin", "Link Origin"),
    ),
    signatures=(Signature(16, "current", ("Type", "Source", "Destination", "Link Position")),),
)

SOURCES: Final = (SCREAMING_FROG,)

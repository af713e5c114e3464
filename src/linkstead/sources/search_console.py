"""Google Search Console: the tables of its Links report, in any language.

Files come one by one or as a ZIP with one CSV per table. Headers, dates and digit groups follow the
user's language, so a header that nobody knows is recognised by what its columns hold: see `by_content`
in `shapes.py`. The tables tell no target, anchor or rel; they are samples of at most 1,000 or 100,000 rows.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Refusal, Signature, TableSource, column, counted

LATEST: Final = TableSource(
    slug="search-console-latest-links",
    vendor="Google Search Console",
    report="Links > Export external links > Latest links",
    prefix="search_console",
    caps=(1_000, 100_000),
    columns=(column("source_url", "Linking page"), column("last_seen", "Last crawled")),
    signatures=(Signature(23, "English", ("Linking page", "Last crawled")),),
)

SAMPLE: Final = TableSource(
    slug="search-console-sample-links",
    vendor="Google Search Console",
    report="Links > Export external links > More sample links",
    prefix="search_console",
    caps=(1_000, 100_000),
    columns=(column("source_url", "Linking page"),),
    signatures=(Signature(24, "English", ("Linking page",), exact=1),),
)

LINKING_SITES: Final = TableSource(
    slug="search-console-top-linking-sites",
    vendor="Google Search Console",
    report="Links > Top linking sites",
    prefix="search_console",
    rows="domains",
    caps=(1_000,),
    columns=(
        column("source_domain", "Site"),
        column("links_count", "Linking pages"),
        counted("search_console.target_pages", "Target pages"),
    ),
    signatures=(Signature(25, "English", ("Site", "Linking pages")),),
)

SOURCES: Final = (LATEST, SAMPLE, LINKING_SITES)

_INSTEAD: Final = "in Search Console open Links and choose Export external links > Latest links."

OWN_PAGES: Final = Refusal(
    "own-pages",
    "Search Console's top linked pages, a list of your own pages",
    _INSTEAD,
    (Signature(26, "English", ("Target page", "Incoming links")),),
)

REFUSALS: Final = (
    OWN_PAGES,
    Refusal(
        "anchors",
        "Search Console's top linking text, which names no linking pages",
        _INSTEAD,
        (
            Signature(27, "English", ("Linking text",)),
            Signature(27.1, "English", ("Top linking text",)),
        ),
    ),
    Refusal(
        "search-performance",
        "Search Console's performance report (clicks and impressions)",
        _INSTEAD,
        (Signature(27.2, "English", ("Clicks", "Impressions"), absent=("Source url", "Linking page")),),
    ),
)

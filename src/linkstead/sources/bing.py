"""Bing Webmaster Tools: Backlinks > Download all.

Every field is quoted, but quotation marks inside fields are not doubled, and a TAB is written as `#TAB#`:
lines are split leniently. A domain cell holds a URL.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Header, Quoting, Refusal, Signature, TableSource, column


def quoting(header: Header) -> Quoting:
    """Bing's own files have commas; a `;` or TAB comes from a spreadsheet, which quotes properly."""
    return Quoting.LENIENT if header.delimiter == "," else Quoting.CSV


BACKLINKS: Final = TableSource(
    slug="bing-backlinks",
    vendor="Bing Webmaster Tools",
    report="Backlinks > Pages",
    prefix="bing",
    quotes=quoting,
    columns=(
        column("source_url", "Source Url"),
        column("anchor", "Anchor text"),
        column("target_url", "Target Url"),
    ),
    signatures=(
        Signature(20, "current", ("Source Url", "Anchor text", "Target Url"), exact=3, underscored=False),
    ),
)

REFERRING_DOMAINS: Final = TableSource(
    slug="bing-referring-domains",
    vendor="Bing Webmaster Tools",
    report="Backlinks > Domains",
    prefix="bing",
    rows="domains",
    quotes=quoting,
    columns=(column("source_domain", "Domain"), column("links_count", "Backlinks Count")),
    signatures=(Signature(21, "current", ("Domain", "Backlinks Count"), exact=2),),
)

SOURCES: Final = (BACKLINKS, REFERRING_DOMAINS)

REFUSALS: Final = (
    Refusal(
        "anchors",
        "Bing's anchor texts, which name no linking pages",
        "in Bing Webmaster Tools open Backlinks, choose Pages and download all.",
        (Signature(22, "current", ("Anchor", "Backlinks Count"), exact=2),),
    ),
)

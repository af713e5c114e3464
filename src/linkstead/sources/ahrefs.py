"""Ahrefs: Site Explorer's exports, three generations of names.

UTF-16 with TAB in files "for Excel", UTF-8 with commas otherwise; also XLSX and JSON. `Lost` is a date
and empty for live links; `Last seen` is when the link was last verified. One row may stand for a
group of similar links (`Links in group`). Names: docs/sources.md, "Ahrefs".
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import (
    COMMON_TYPES,
    Column,
    Refusal,
    Signature,
    TableSource,
    column,
    counted,
    raised,
    scored,
    worded,
)

_PAGE_COLUMNS: Final[tuple[Column, ...]] = (
    column("source_url", "Referring page URL", "Ref. page URL"),
    column("source_title", "Referring page title"),
    column("target_url", "Target URL", "Link URL", "Links To"),
    column("anchor_and_target", "Anchor and target URL"),
    column("anchor", "Anchor", "Link Anchor", "Anchor text"),
    column("language", "Language", "Languages"),
    column("http_code", "Referring page HTTP code", "Last HTTP Code", "HTTP status code"),
    column("nofollow", "Nofollow"),
    column("ugc", "UGC"),
    column("sponsored", "Sponsored"),
    column("rel_words", "Type", "Link Attributes"),
    column("link_type", "Type"),
    column("content", "Content"),
    column("redirect_chain", "Redirect Chain URLs"),
    column("first_seen", "First seen", "Found"),
    column("last_seen", "Last seen", "Last Check", "Ref. page checked"),
    column("lost_at", "Lost", "Day Lost"),
    column("lost_reason", "Lost status", "Drop reason"),
    scored("ahrefs.dr", "Domain rating", "DR"),
    scored("ahrefs.ur", "UR", "URL Rating", "URL Rating (desc)"),
    counted("ahrefs.domain_traffic", "Domain traffic"),
    counted("ahrefs.page_traffic", "Page traffic", "Traffic"),
    counted("ahrefs.keywords", "Keywords", "Kw.", "Total Keywords"),
    counted("ahrefs.referring_domains", "Referring domains"),
    counted("ahrefs.linked_domains", "Linked domains"),
    counted("ahrefs.external_links", "External links", "External Links Count"),
    counted("ahrefs.internal_links", "Internal Links Count"),
    counted("ahrefs.total_backlinks", "Total Backlinks"),
    counted("ahrefs.target_http_status", "Target page HTTP code"),
    counted("ahrefs.links_in_group", "Links in group"),
    raised("ahrefs.is_spam", "Is spam"),
    raised("ahrefs.rendered", "Rendered", "Js rendered"),
    raised("ahrefs.raw", "Raw"),
    worded("ahrefs.platform", "Platform"),
    worded("ahrefs.drop_reason", "Drop reason"),
    worded("ahrefs.discovered_status", "Discovered status"),
    worded("ahrefs.author", "Author"),
    worded("ahrefs.page_type", "Page type"),
    worded("ahrefs.page_category", "Page category", "Category"),
    worded("ahrefs.backlink_status", "Backlink Status"),
    worded("ahrefs.redirect_chain", "Redirect Chain URLs"),
    worded("ahrefs.target_checked", "Target checked"),
)

#: Ahrefs' words in `Type`; feeds are pages' own alternates.
_TYPES: Final = {**COMMON_TYPES, "rss": "alternate"}

BACKLINKS: Final = TableSource(
    slug="ahrefs-backlinks",
    vendor="Ahrefs",
    report="Site Explorer > Backlinks",
    prefix="ahrefs",
    columns=_PAGE_COLUMNS,
    page_metric="ahrefs.ur",
    domain_metric="ahrefs.dr",
    link_types=_TYPES,
    caps=(1_000, 2_500, 30_000, 50_000, 100_000),
    signatures=(
        Signature(
            3,
            "current",
            ("Referring page URL", "Anchor", "Lost status|Target URL"),
            absent=("Target page HTTP code", "Intersect"),
        ),
        Signature(4, "2019 to 2021", ("Referring Page URL", "Link URL", "Link Anchor")),
        # Tables trimmed by their owners or copied from the screen: the name is Ahrefs' own.
        Signature(
            4.5,
            "trimmed or copied",
            (
                "Referring page URL|Ref. page URL",
                "Links To|Anchor and target URL|Target URL|Anchor|Anchor text|Domain rating|DR",
            ),
            absent=("Target page HTTP code", "Intersect"),
        ),
    ),
)

BROKEN: Final = TableSource(
    slug="ahrefs-broken-backlinks",
    vendor="Ahrefs",
    report="Site Explorer > Broken backlinks",
    prefix="ahrefs",
    columns=tuple(one for one in _PAGE_COLUMNS if one.field not in ("lost_at", "lost_reason")),
    page_metric="ahrefs.ur",
    domain_metric="ahrefs.dr",
    link_types=_TYPES,
    signatures=(
        Signature(2, "current", ("Referring page URL", "Target page HTTP code"), absent=("Intersect",)),
    ),
)

REFERRING_DOMAINS: Final = TableSource(
    slug="ahrefs-referring-domains",
    vendor="Ahrefs",
    report="Site Explorer > Referring domains",
    prefix="ahrefs",
    rows="domains",
    domain_metric="ahrefs.dr",
    columns=(
        column("source_domain", "Domain", "Referring domain"),
        column("links_count", "Links to target"),
        column("followed_links", "Dofollow links"),
        column("first_seen", "First seen"),
        column("last_seen", "Last seen"),
        column("lost_at", "Lost"),
        scored("ahrefs.dr", "DR", "Domain Rating"),
        raised("ahrefs.is_spam", "Is spam"),
        counted("ahrefs.dofollow_ref_domains", "Dofollow ref. domains"),
        counted("ahrefs.dofollow_linked_domains", "Dofollow linked domains"),
        counted("ahrefs.domain_traffic", "Traffic"),
        counted("ahrefs.domain_keywords", "Keywords"),
        counted("ahrefs.new_links", "New links"),
        counted("ahrefs.lost_links", "Lost links"),
    ),
    signatures=(Signature(5, "current", ("Dofollow ref. domains", "Dofollow linked domains")),),
)

SOURCES: Final = (BACKLINKS, BROKEN, REFERRING_DOMAINS)

REFUSALS: Final = (
    Refusal(
        "link-intersect",
        "Ahrefs' link intersect (sites that link to others)",
        "in Ahrefs open Site Explorer > Backlinks and export that report.",
        (Signature(1, "current", ("Referring page URL", "Intersect")),),
    ),
    Refusal(
        "anchors",
        "Ahrefs' anchors report, which names no linking pages",
        "in Ahrefs open Site Explorer > Backlinks and export that report.",
        (Signature(6, "current", ("Anchor text", "Ref. domains")),),
    ),
    Refusal(
        "own-pages",
        "Ahrefs' best by links, a list of your own pages",
        "in Ahrefs open Site Explorer > Backlinks and export that report.",
        (Signature(7, "current", ("Page URL", "Top DR", "Referring domains")),),
    ),
    Refusal(
        "internal-links",
        "Ahrefs' internal most linked pages, a list of your own pages",
        "in Ahrefs open Site Explorer > Backlinks and export that report.",
        (Signature(8, "current", ("Page URL", "Links to target", "Canonical"), absent=("Top DR",)),),
    ),
)

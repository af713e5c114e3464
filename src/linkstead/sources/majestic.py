"""Majestic: the backlinks download (often gzip) and the referring domains as far as known.

A flag is raised by any text and lowered by an empty cell. Some rows of real files are invalid CSV: they
go to quarantine. Redirects, mentions and alt texts are no plain links, so nothing is claimed about
following them.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import (
    Column,
    Form,
    Signature,
    TableSource,
    TypeFlag,
    column,
    counted,
    scored,
    worded,
)


def _mark(metric: str, name: str) -> Column:
    return Column(metric, (name.lower(),), Form.MARK)


BACKLINKS: Final = TableSource(
    slug="majestic-backlinks",
    vendor="Majestic",
    report="Site Explorer > Backlinks, advanced report download",
    prefix="majestic",
    page_metric="majestic.source_tf",
    domain_metric=None,
    columns=(
        column("source_url", "Source URL", "SourceURL"),
        column("target_url", "Target URL", "TargetURL"),
        column("anchor", "Anchor Text", "AnchorText"),
        column("nofollow_mark", "FlagNoFollow"),
        column("first_seen", "Source First Found Date", "FirstIndexedDate"),
        column("last_seen", "Source Crawl Date", "LastSeenDate"),
        column("lost_at", "DateLost", "Date Lost"),
        column("lost_reason", "ReasonLost"),
        scored("majestic.source_cf", "SourceCitationFlow"),
        scored("majestic.source_tf", "SourceTrustFlow"),
        scored("majestic.target_cf", "TargetCitationFlow"),
        scored("majestic.target_tf", "TargetTrustFlow"),
        worded("majestic.topic", "SourceTopicalTrustFlow_Topic_0"),
        scored("majestic.topic_tf", "SourceTopicalTrustFlow_Value_0"),
        worded("majestic.domain_topic", "RefDomainTopicalTrustFlow_Topic_0"),
        scored("majestic.domain_topic_tf", "RefDomainTopicalTrustFlow_Value_0"),
        _mark("majestic.image", "FlagImageLink"),
        _mark("majestic.redirect", "FlagRedirect"),
        _mark("majestic.frame", "FlagFrame"),
        _mark("majestic.old_crawl", "FlagOldCrawl"),
        _mark("majestic.alt_text", "FlagAltText"),
        _mark("majestic.mention", "FlagMention"),
    ),
    # No flag raised means a plain link: the last entry has no metric.
    type_flags=(
        TypeFlag("majestic.redirect", "redirect", plain=False),
        TypeFlag("majestic.mention", "mention", plain=False),
        TypeFlag("majestic.frame", "frame"),
        TypeFlag("majestic.alt_text", "image", plain=False),
        TypeFlag("majestic.image", "image"),
        TypeFlag("", "a"),
    ),
    signatures=(Signature(14, "current", ("Target URL", "Source URL", "FlagNoFollow")),),
)

REFERRING_DOMAINS: Final = TableSource(
    slug="majestic-referring-domains",
    vendor="Majestic",
    report="Site Explorer > Ref Domains",
    prefix="majestic",
    rows="domains",
    domain_metric="majestic.tf",
    columns=(
        column("source_domain", "Domain"),
        column("links_count", "MatchedLinks", "Matched Links", "Backlinks"),
        column("first_seen", "FirstCrawled", "First Crawled"),
        column("last_seen", "LastSuccessfulCrawl", "Last Successful Crawl"),
        scored("majestic.tf", "TrustFlow", "Trust Flow"),
        scored("majestic.cf", "CitationFlow", "Citation Flow"),
        counted("majestic.external_backlinks", "ExtBackLinks"),
        counted("majestic.ref_domains", "RefDomains"),
        counted("majestic.alexa_rank", "AlexaRank"),
        worded("majestic.ip", "IP"),
        worded("majestic.country", "CountryCode"),
        worded("majestic.topic", "TopicalTrustFlow_Topic_0"),
    ),
    # Recalled names, no real file seen: only with both of Majestic's own scores.
    signatures=(
        Signature(
            14.5,
            "current",
            ("Domain", "TrustFlow|Trust Flow", "CitationFlow|Citation Flow"),
            absent=("Source URL",),
        ),
    ),
)

SOURCES: Final = (BACKLINKS, REFERRING_DOMAINS)

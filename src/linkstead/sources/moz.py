"""Moz: Inbound Links of Open Site Explorer and, as far as its names are known, of Link Explorer.

`URL` is the linking page, written without a scheme. Lines of text stand before the header. The same
page may come several times in a row, once per link: all are kept.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, TypeFlag, column, counted, raised, scored, worded

INBOUND_LINKS: Final = TableSource(
    slug="moz-inbound-links",
    vendor="Moz",
    report="Link Explorer > Inbound Links",
    prefix="moz",
    page_metric="moz.pa",
    domain_metric="moz.da",
    columns=(
        column("source_url", "URL", "Source URL"),
        column("source_title", "Title"),
        column("target_url", "Target URL"),
        column("anchor", "Anchor Text"),
        column("nofollow", "Only rel=nofollow"),
        column("rel_words", "Link Type", "Link Flags"),
        column("link_type", "Link Type"),
        column("first_seen", "First Seen", "Date First Seen", "Discovered"),
        column("last_seen", "Last Seen", "Date Last Seen"),
        column("lost_at", "Date Lost"),
        scored("moz.pa", "Page Authority", "PA"),
        scored("moz.da", "Domain Authority", "DA"),
        scored("moz.spam_score", "Spam Score"),
        counted("moz.domains_linking_to_page", "Number of Domains Linking to this Page", "Linking Domains"),
        counted("moz.domains_linking_to_domain", "Number of Domains Linking to Domain"),
        raised("moz.link_equity", "Link Equity"),
        raised("moz.no_link_equity", "No Link Equity"),
        raised("moz.only_follow", "Only follow"),
        raised("moz.redirect", "301"),
        worded("moz.origin", "Origin"),
        worded("moz.link_state", "Link State"),
    ),
    type_flags=(TypeFlag("moz.redirect", "redirect"),),
    signatures=(
        Signature(15, "Open Site Explorer", ("URL", "Target URL", "Only rel=nofollow")),
        # Recalled names, no real file seen: only together with Moz's own scores.
        Signature(
            15.5,
            "Link Explorer",
            ("URL", "Target URL", "PA|Page Authority", "DA|Domain Authority", "Spam Score"),
        ),
    ),
)

SOURCES: Final = (INBOUND_LINKS,)

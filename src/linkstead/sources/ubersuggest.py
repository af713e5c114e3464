"""Ubersuggest: names from one public importer, and recalled labels of the interface."""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, column, scored

UBERSUGGEST: Final = TableSource(
    slug="ubersuggest",
    vendor="Ubersuggest",
    report="Backlinks",
    prefix="ubersuggest",
    page_metric="ubersuggest.page_score",
    domain_metric="ubersuggest.domain_score",
    columns=(
        column("source_url", "source_url", "source", "from_url", "referring_url"),
        column("title_and_url", "Source Page Title & URL"),
        column("target_url", "target_url", "target", "to_url", "Target Page"),
        column("anchor", "anchor_text", "anchor"),
        column("rel_words", "link_type", "type"),
        column("link_type", "link_type", "type"),
        column("first_seen", "first_seen"),
        column("last_seen", "last_seen"),
        scored("ubersuggest.domain_score", "domain_score", "authority", "da", "Domain Authority"),
        scored("ubersuggest.page_score", "page_score", "pa", "Page Authority"),
        scored("ubersuggest.spam_score", "Spam Score"),
    ),
    signatures=(
        Signature(
            18.5,
            "snake case",
            (
                "source_url|source|from_url|referring_url",
                "target_url|target|to_url",
                "domain_score|page_score",
            ),
            absent=("page_ascore", "page_trust_score"),
        ),
        Signature(
            18.6,
            "interface labels",
            ("Source Page Title & URL", "Target Page"),
        ),
    ),
)

SOURCES: Final = (UBERSUGGEST,)

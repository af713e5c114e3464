"""TraceLinker: its import format.

Vendor documentation: tracelinker.com/docs/reference/csv-format.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, column, scored, worded

TRACELINKER: Final = TableSource(
    slug="tracelinker",
    vendor="TraceLinker",
    report="Import (the same table)",
    prefix="tracelinker",
    domain_metric="tracelinker.dr",
    ragged=True,
    columns=(
        column("source_url", "source_url"),
        column("target_url", "target_url"),
        column("anchor", "anchor_text"),
        column("rel", "rel"),
        column("first_seen", "first_seen"),
        column("last_seen", "last_seen"),
        scored("tracelinker.dr", "dr"),
        worded("tracelinker.note", "note"),
    ),
    signatures=(
        Signature(
            19,
            "current",
            ("source_url", "target_url", "anchor_text"),
            absent=("page_ascore", "domain_score", "page_score"),
            underscored=True,
        ),
    ),
)

SOURCES: Final = (TRACELINKER,)

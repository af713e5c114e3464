"""Linkody: its import format, also the model of what someone expects of a link.

Vendor documentation: linkody.com/helpcenter/en/articles/11070203. What is *expected* (landing page, follow,
anchor) is kept beside the link as `linkody.expected_*`, never as something seen.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, column, flagged, scored, worded

LINKODY: Final = TableSource(
    slug="linkody",
    vendor="Linkody",
    report="Links > Import links (the same table)",
    prefix="linkody",
    ragged=True,
    columns=(
        column("source_url", "URL FROM"),
        column("target_url", "EXPECTED LANDING PAGE URL"),
        column("first_seen", "ADDED"),
        worded("linkody.expected_landing_page", "EXPECTED LANDING PAGE URL"),
        flagged("linkody.expected_follow", "EXPECTED FOLLOW"),
        worded("linkody.expected_anchor", "EXPECTED ANCHOR"),
        worded("linkody.tags", "TAGS"),
        worded("linkody.notes", "NOTES"),
        worded("linkody.expires", "EXPIRES"),
        scored("linkody.cost", "COST"),
    ),
    signatures=(Signature(17, "current", ("URL FROM",), absent=("url to",)),),
)

SOURCES: Final = (LINKODY,)

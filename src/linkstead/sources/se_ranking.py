"""SE Ranking: rows of its API (one public client); the header of the interface's export is unknown."""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, TypeFlag, column, flagged, scored

SE_RANKING: Final = TableSource(
    slug="se-ranking-backlinks",
    vendor="SE Ranking",
    report="Backlink Checker, rows of the API",
    prefix="se_ranking",
    page_metric="se_ranking.inlink_rank",
    domain_metric="se_ranking.domain_inlink_rank",
    columns=(
        column("source_url", "url_from"),
        column("source_title", "title"),
        column("target_url", "url_to"),
        column("anchor", "anchor"),
        column("alt", "alt"),
        column("nofollow", "nofollow"),
        column("first_seen", "first_seen"),
        column("last_seen", "last_visited"),
        scored("se_ranking.inlink_rank", "inlink_rank"),
        scored("se_ranking.domain_inlink_rank", "domain_inlink_rank"),
        flagged("se_ranking.image", "image"),
    ),
    type_flags=(TypeFlag("se_ranking.image", "image"), TypeFlag("", "a")),
    signatures=(Signature(18.7, "API rows", ("url_from", "url_to", "inlink_rank|domain_inlink_rank")),),
)

SOURCES: Final = (SE_RANKING,)

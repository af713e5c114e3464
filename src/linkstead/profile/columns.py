"""The columns of backlink and sighting rows while they are worked on, and their places."""

from __future__ import annotations

from operator import itemgetter
from typing import Final

#: The target of a backlink whose target no source has named yet.
UNKNOWN_TARGET: Final = ""

# columns of a backlink row while it is merged, in the order of BACKLINK_COLUMNS
BACKLINK_COLUMNS: Final = (
    "id",
    "project_id",
    "page_id",
    "domain_id",
    "target_id",
    "anchor_id",
    "tld_id",
    "state",
    "followed",
    "rel",
    "placement",
    "link_type",
    "sources",
    "reported_lost",
    "first_seen",
    "last_seen",
    "lost_at",
    "last_checked",
    "metric",
)
(
    ID,
    PROJECT,
    PAGE,
    DOMAIN,
    TARGET,
    ANCHOR,
    TLD,
    STATE,
    FOLLOWED,
    REL,
    PLACEMENT,
    LINK_TYPE,
    SOURCES,
    REPORTED_LOST,
    FIRST_SEEN,
    LAST_SEEN,
    LOST_AT,
    LAST_CHECKED,
    METRIC,
) = range(len(BACKLINK_COLUMNS))

SIGHTING_COLUMNS: Final = (
    "backlink_id",
    "source_id",
    "anchor_id",
    "link_type",
    "rel",
    "placement",
    "first_file_id",
    "file_id",
    "row_number",
    "first_seen",
    "last_seen",
    "lost_at",
    "lost_reason",
    "http_status",
    "page_metric",
    "domain_metric",
    "metrics",
)

#: The part of a row that judging asks; velocity and traffic, which change with every file, may wait a week.
judged = itemgetter(
    DOMAIN, TARGET, ANCHOR, STATE, FOLLOWED, REL, PLACEMENT, LINK_TYPE, REPORTED_LOST, FIRST_SEEN, METRIC
)
#: The part of a merged row that figures depend on (tallies.COUNTED_COLUMNS).
counted = itemgetter(
    DOMAIN, TARGET, ANCHOR, TLD, STATE, FOLLOWED, PLACEMENT, SOURCES, REPORTED_LOST, FIRST_SEEN, LOST_AT
)

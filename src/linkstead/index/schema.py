"""What a row of the link index is: one referring page and one target URL of another site.

Of several links from a page to one target, the first followed one speaks, as in a verdict; `links` counts
them all. Names of domains are reversed (`com.example`), so that what belongs together stands together.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

#: Raised when a row means something else than before; a store says in its manifest what it was written with.
VERSION: Final = 1

#: Longer anchor texts are cut here, with an ellipsis; the link's page has the whole text.
MOST_ANCHOR: Final = 300
#: Longer addresses are counted as `url too long` and left out.
MOST_URL: Final = 2_048

ROWS: Final = pa.schema(
    [
        pa.field("target_domain", pa.string(), nullable=False),  # registrable, reversed: com.example
        pa.field("target_url", pa.string(), nullable=False),  # normal form (urls.normalise_url)
        pa.field("source_domain", pa.string(), nullable=False),  # registrable, reversed
        pa.field("source_url", pa.string(), nullable=False),  # normal form
        pa.field("authority", pa.uint8()),  # of the source domain, 0-100; null where no graph was given
        pa.field("anchor", pa.string(), nullable=False),  # anchor text, or the image's alt text; may be empty
        pa.field("type", pa.string(), nullable=False),  # a, area or image (link.LinkType)
        pa.field("rel", pa.string(), nullable=False),  # every token, lower case, blank between, as written
        pa.field(
            "robots", pa.string(), nullable=False
        ),  # the page: "", "noindex", "nofollow", "noindex nofollow"
        pa.field("followed", pa.bool_(), nullable=False),  # neither rel nor the page asks not to follow
        pa.field("placement", pa.string()),  # link.Placement where the source has it (WARC, ARC), else null
        pa.field("language", pa.string()),  # of the page, such as "en"; null: not said
        pa.field("crawled", pa.date32(), nullable=False),  # the day the page was fetched, UTC
        pa.field("links", pa.uint16(), nullable=False),  # how many links of the page lead to this target
    ]
)

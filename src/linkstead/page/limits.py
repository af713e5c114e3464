"""How much of a page is read. A page that hits one of these is `truncated`, never an error.

They hold a hostile page to two seconds and 256 MiB. The tree builder needs up to 50 bytes for each
byte of the worst markup (one parse error a byte), which is why the first limit is in bytes.
"""

from __future__ import annotations

from typing import Final

#: Bytes of the body. Googlebot reads the first 2 MB of an HTML file, uncompressed
#: (developers.google.com/search/docs/crawling-indexing/googlebot); half as much again is read here.
MAX_BYTES: Final = 3 * 1024 * 1024

#: Links kept, in document order. Real pages with more than 10,000 are link farms.
MAX_LINKS: Final = 20_000

#: Beginnings and ends of elements with a place, a style or a link of their own. A page of 3 MiB has
#: some 40,000.
MAX_MARKS: Final = 400_000

#: Characters of an href. Chromium refuses to show more than 2,083; servers refuse above 8,000.
MAX_URL: Final = 16_384

#: Characters of a class, id, style, rel or other attribute that are looked at.
MAX_ATTRIBUTE: Final = 2_000

#: Characters of an anchor text.
MAX_ANCHOR: Final = 1_000

#: Characters of a title.
MAX_TITLE: Final = 1_000

#: Characters of the visible text that a page keeps.
MAX_TEXT: Final = 20_000

#: Characters on each side of a link that are kept as its surroundings.
CONTEXT: Final = 80

#: Rules of robots metas and headers; more than this is noise.
MAX_DIRECTIVES: Final = 200

#: HTTP headers looked at, and characters of each.
MAX_HEADERS: Final = 500
MAX_HEADER: Final = 8_192

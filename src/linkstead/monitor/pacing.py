"""How often a host is visited: the rules of politeness, without a clock of their own.

* between two visits to one host: the greatest of our own delay, the site's `Crawl-delay` (at most a
  minute; it is no part of RFC 9309, kept as courtesy) and ten times what the last visit took;
* `Retry-After` (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3) holds for the whole host, to
  the second, for at most seven days;
* 429 and all of 5xx slow the whole host down, as Google's crawlers do with 429, 500 and 503
  (developers.google.com/search/docs/crawling-indexing/http-network-errors): 502, 504 and the 52x of
  Cloudflare (developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors)
  are the same trouble told by the machine in front.

A visit is one page with the redirects it takes on the same host, and the host's robots.txt where that
had to be read again.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CRAWL_DELAY: Final = 60.0
MAX_RETRY_AFTER: Final = 7 * 86_400.0
MAX_BACKOFF: Final = 600.0
#: A host that needs a second for an answer gets ten seconds of rest.
REST_FACTOR: Final = 10.0
#: Statuses by which a host says that it is too much.
SLOWING_STATUSES: Final = frozenset({429, *range(500, 600)})


def delay_between(base: float, crawl_delay: float | None, last_seconds: float) -> float:
    """Seconds from the end of one visit to the start of the next. A `base` of 0 turns resting off."""
    asked = min(max(crawl_delay or 0.0, 0.0), MAX_CRAWL_DELAY)
    rest = REST_FACTOR * last_seconds if base > 0 else 0.0
    return max(base, asked, rest)


def backoff(base: float, failures: int) -> float:
    """The delay after so many slowing answers in a row: doubled each time, at most ten minutes."""
    return min(base * 2.0 ** min(failures, 20), MAX_BACKOFF)


def retry_after(values: Sequence[str], now: float) -> float | None:
    """Seconds that `Retry-After` asks for (delay or HTTP date, the longest counts); None if unusable."""
    asked = [seconds for value in values if (seconds := _seconds(value.strip(), now)) is not None]
    return min(max(asked), MAX_RETRY_AFTER) if asked else None


def _seconds(value: str, now: float) -> float | None:
    if value.isascii() and value.isdigit():
        return float(value[:12]) or None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    left = aware.timestamp() - now
    return left if left > 0 else None

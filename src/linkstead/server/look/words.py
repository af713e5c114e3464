"""Words for numbers and names: how long ago, what a source is called."""

from __future__ import annotations

from linkstead.quality.thresholds import METRIC_NAMES

#: seconds below which a step holds, its length in seconds, its name
_STEPS: tuple[tuple[float, int, str], ...] = (
    (3600, 60, "min"),
    (86_400, 3600, "h"),
    (30 * 86_400, 86_400, "day"),
    (365 * 86_400, 30 * 86_400, "month"),
    (float("inf"), 365 * 86_400, "year"),
)
_ABBREVIATED = frozenset({"min", "h"})

#: slug of a source (without what kind of table it is) -> its maker's own spelling
_VENDORS: tuple[tuple[str, str], ...] = (
    ("ahrefs", "Ahrefs"),
    ("semrush", "Semrush"),
    ("majestic", "Majestic"),
    ("moz", "Moz"),
    ("search-console", "Search Console"),
    ("gsc", "Search Console"),
    ("bing", "Bing Webmaster"),
    ("yandex", "Yandex Webmaster"),
    ("seranking", "SE Ranking"),
    ("se-ranking", "SE Ranking"),
    ("sistrix", "SISTRIX"),
    ("ubersuggest", "Ubersuggest"),
    ("linkody", "Linkody"),
    ("common-crawl", "Common Crawl"),
    ("access-log", "Access log"),
    ("dataforseo", "DataForSEO"),
    ("mapped", "Mapped table"),
    ("generic", "Other table"),
    ("unknown", "Other table"),
)


def relative(seconds: float) -> str:
    """How long ago (or, below zero, in how long) in few words.

    >>> relative(7200), relative(-3 * 86400), relative(5)
    ('2 h ago', 'in 3 days', 'just now')
    """
    size = abs(seconds)
    if size < 45:
        return "just now"
    _, length, unit = next(step for step in _STEPS if size < step[0])
    count = max(1, round(size / length))
    word = unit if unit in _ABBREVIATED or count == 1 else f"{unit}s"
    return f"{count} {word} ago" if seconds > 0 else f"in {count} {word}"


def sources_in_words(slug: str) -> str:
    """A source's name for people; an unknown slug with its hyphens taken out."""
    low = slug.lower()
    for start, name in _VENDORS:
        if low.startswith(start):
            return name
    return slug.replace("-", " ").replace("_", " ").strip().capitalize() or "Unknown source"


def metric_in_words(key: str | None) -> str:
    """The vendor's own name of its number; vendors' numbers are never blended, so it is always said."""
    if not key:
        return "Authority"
    return METRIC_NAMES.get(key, key.replace(".", " ").replace("_", " "))

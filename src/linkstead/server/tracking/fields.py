"""What a column may be said to mean, in the words of the page. A test holds it to `LINK_FIELDS`."""

from __future__ import annotations

from typing import Final

#: Fields that only particular vendors' spellings make sense of; nobody chooses them by hand.
NOT_OFFERED: Final = frozenset(
    {
        "nofollow_mark",
        "rel_words",
        "lost_flag",
        "anchor_and_target",
        "title_and_url",
        "redirect_chain",
        "content",
    }
)

FIELD_LABELS: Final[tuple[tuple[str, str], ...]] = (
    ("source_url", "Referring page (URL)"),
    ("source_domain", "Referring domain"),
    ("source_title", "Title of the referring page"),
    ("target_url", "Target URL"),
    ("anchor", "Anchor text"),
    ("alt", "Alternative text of a linked image"),
    ("language", "Language of the referring page"),
    ("nofollow", "Nofollow (yes or no)"),
    ("follow", "Followed (yes or no)"),
    ("ugc", "UGC (yes or no)"),
    ("sponsored", "Sponsored (yes or no)"),
    ("rel", "rel attribute"),
    ("link_type", "Type of link (text, image…)"),
    ("placement", "Placement on the page"),
    ("first_seen", "First seen"),
    ("last_seen", "Last seen"),
    ("lost_at", "Lost on"),
    ("lost_reason", "Why it was lost"),
    ("http_code", "HTTP status of the referring page"),
    ("links_count", "Number of links"),
    ("followed_links", "Number of followed links"),
)

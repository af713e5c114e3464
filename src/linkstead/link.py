"""The vocabulary: what a link, a sighting and a verdict are.

Every stage speaks in these words and no stage owns them. Times are whole seconds since the Unix
epoch in UTC; unknown is `None`, never 0 or an empty text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Placement(StrEnum):
    """Where on the referring page a link stands."""

    CONTENT = "content"
    NAVIGATION = "navigation"
    HEADER = "header"
    FOOTER = "footer"
    SIDEBAR = "sidebar"
    COMMENT = "comment"


class LinkType(StrEnum):
    """Which kind of markup makes the link. Only `a` and `area` count as links for search engines."""

    ANCHOR = "a"
    AREA = "area"
    IMAGE = "image"  # an <a> whose content is an image; the anchor text is its alt text
    CANONICAL = "canonical"
    ALTERNATE = "alternate"
    IFRAME = "iframe"
    FORM = "form"
    META_REFRESH = "meta-refresh"


#: The link types that carry a vote: what search engines read as a link.
VOTING_TYPES = frozenset({LinkType.ANCHOR, LinkType.AREA, LinkType.IMAGE})

#: rel tokens that ask search engines not to count a link
#: (developers.google.com/search/docs/crawling-indexing/qualify-outbound-links).
QUALIFYING_TOKENS = frozenset({"nofollow", "ugc", "sponsored"})


@dataclass(frozen=True, slots=True)
class LinkAttributes:
    """The rel tokens of a link that qualify it; any of them makes it not followed."""

    nofollow: bool = False
    ugc: bool = False
    sponsored: bool = False

    @classmethod
    def from_rel(cls, rel: tuple[str, ...]) -> LinkAttributes:
        """Read lower-case rel tokens (whole tokens, never substrings)."""
        return cls("nofollow" in rel, "ugc" in rel, "sponsored" in rel)

    @property
    def followed(self) -> bool:
        return not (self.nofollow or self.ugc or self.sponsored)


@dataclass(frozen=True, slots=True)
class Link:
    """One link on a page, as the markup has it.

    `url` is absolute (WHATWG, after <base>), `raw` the attribute as written, `position` its rank
    among the page's links in document order (from 0), `left` and `right` the text around it.
    `hidden` names why a person would not see it (`hidden-attribute`, `display-none`,
    `visibility-hidden`, `zero-size`, `off-screen`, `noscript`, `template`), or is None.
    """

    url: str
    anchor_text: str
    rel: tuple[str, ...]
    type: LinkType
    placement: Placement
    position: int
    left: str = ""
    right: str = ""
    hidden: str | None = None
    raw: str = ""

    @property
    def attributes(self) -> LinkAttributes:
        return LinkAttributes.from_rel(self.rel)


class Outcome(StrEnum):
    """What one look at a referring page gave."""

    FOUND = "found"
    MISSING = "missing"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"


class LinkStatus(StrEnum):
    """The state of a tracked link; it follows from its verdicts."""

    UNVERIFIED = "unverified"
    LIVE = "live"
    IN_DOUBT = "in doubt"
    LOST = "lost"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"


class Decision(StrEnum):
    """What a person decided about a referring domain; it weighs more than any score of ours."""

    KEEP = "keep"
    WATCH = "watch"
    REMOVE = "remove"  # ask its owner to take the links away
    DISAVOW = "disavow"
    WHITELIST = "whitelist"  # never to be warned of, nor disavowed


class LostReason(StrEnum):
    """Why a link is called lost."""

    REMOVED = "removed"
    PAGE_GONE = "page_gone"
    PAGE_REDIRECTED = "page_redirected"
    PARKED = "parked"
    SOFT_404 = "soft404"


class Reason(StrEnum):
    """Why a look had its outcome; each belongs to exactly one outcome (see REASON_OUTCOME)."""

    LINK_PRESENT = "link_present"
    # missing: the same words as LostReason
    REMOVED = "removed"
    PAGE_GONE = "page_gone"
    PAGE_REDIRECTED = "page_redirected"
    PARKED = "parked"
    SOFT_404 = "soft404"
    # blocked: we were not let in, nothing is known about the link
    ROBOTS = "robots"
    LOGIN = "login"  # 401
    FORBIDDEN = "forbidden"  # 403
    RATE_LIMITED = "rate_limited"  # 429
    REFUSED = "refused"  # 999 and other private codes
    CHALLENGE = "challenge"  # a captcha or interstitial, even with status 200
    LEGAL = "legal"  # 451
    # unreachable: no answer that says anything about the link
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"  # 5xx
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"  # to something that is not http(s), or without an address
    ADDRESS_REFUSED = "address_refused"  # our own guard: the address is not a public one
    BAD_ANSWER = "bad_answer"  # not HTTP, cut short, or a status nobody defined
    SELF = "self"  # our own network was in doubt: the canary hosts did not answer either
    # unreadable: it answered, but not with a page that can be read
    NOT_HTML = "not_html"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    ENCODING = "encoding"
    EMPTY = "empty"


REASON_OUTCOME: dict[Reason, Outcome] = {
    Reason.LINK_PRESENT: Outcome.FOUND,
    **dict.fromkeys(
        (
            Reason.REMOVED,
            Reason.PAGE_GONE,
            Reason.PAGE_REDIRECTED,
            Reason.PARKED,
            Reason.SOFT_404,
        ),
        Outcome.MISSING,
    ),
    **dict.fromkeys(
        (
            Reason.ROBOTS,
            Reason.LOGIN,
            Reason.FORBIDDEN,
            Reason.RATE_LIMITED,
            Reason.REFUSED,
            Reason.CHALLENGE,
            Reason.LEGAL,
        ),
        Outcome.BLOCKED,
    ),
    **dict.fromkeys(
        (
            Reason.DNS,
            Reason.CONNECTION,
            Reason.TLS,
            Reason.TIMEOUT,
            Reason.SERVER_ERROR,
            Reason.REDIRECT_LOOP,
            Reason.TOO_MANY_REDIRECTS,
            Reason.BAD_REDIRECT,
            Reason.ADDRESS_REFUSED,
            Reason.BAD_ANSWER,
            Reason.SELF,
        ),
        Outcome.UNREACHABLE,
    ),
    **dict.fromkeys(
        (Reason.NOT_HTML, Reason.TOO_LARGE, Reason.BOMB, Reason.ENCODING, Reason.EMPTY),
        Outcome.UNREADABLE,
    ),
}

#: The words of `Verdict.nofollow_from` and `Verdict.noindex_from`.
FROM_LINK = "link"
FROM_META = "robots meta"
FROM_HEADER = "X-Robots-Tag"
FROM_ROBOTS_TXT = "robots.txt"
FROM_CANONICAL = "canonical elsewhere"

#: The words of `Verdict.via`: where a link was found that is not on the page itself.
VIA_CANONICAL = "canonical"
VIA_PAGINATION = "pagination"


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop: `url` answered with `status` and sent us on to `location` (absolute)."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look at a referring page says about one expected link, and why.

    `links` are the links to the target in document order; `speaks` is the one that counts: the
    first followed one, else the first. `followed` and `indexable` are None when nothing is known;
    `nofollow_from` and `noindex_from` list every source that says no (the FROM_ words).
    `explanation` is one sentence for a person. `via` names the neighbour on which a link was found that
    had moved from the page (the VIA_ words; `final_url` is that neighbour), else it is None. `rendered`
    says that a browser built the page; `unchanged` that the server called it the same as at the last
    look (304), so that what was seen then still holds. `fingerprint` is the 64-bit simhash of the text
    (signed) of a page that was read and has no such link, else None.
    """

    outcome: Outcome
    reason: Reason
    explanation: str
    page_url: str
    target_url: str
    checked_at: int
    links: tuple[Link, ...] = ()
    speaks: Link | None = None
    followed: bool | None = None
    nofollow_from: tuple[str, ...] = ()
    indexable: bool | None = None
    noindex_from: tuple[str, ...] = ()
    final_url: str | None = None
    redirects: tuple[Redirect, ...] = ()
    http_status: int | None = None
    rendered: bool = False
    tls_invalid: str | None = None
    page_title: str | None = None
    page_language: str | None = None
    via: str | None = None
    unchanged: bool = False
    fingerprint: int | None = None


class Sighting(NamedTuple):
    """One row of a source: it says that a page links to a URL. A tuple, since millions are made.

    URLs are in normal form; `page_domain` is the referring domain. `target_url` is None where the
    source does not name it (Search Console). `nofollow`, `ugc`, `sponsored` are None when unknown.
    `link_type` and `placement` are the words of LinkType and Placement, or None; `link_type` may
    also be `redirect`, `mention`, `frame` for rows that are no plain links. `metrics` is a JSON
    object text with the vendor's own numbers under their own names (`{"ahrefs.dr": 61}`), or None.
    `page_metric` and `domain_metric` repeat the vendor's two authority numbers for sorting.
    `lost_at` and `lost_reason` are the vendor's words; they are never our verdict.
    """

    row: int
    page_url: str
    page_domain: str
    target_url: str | None
    anchor_text: str | None
    title: str | None
    language: str | None
    nofollow: bool | None
    ugc: bool | None
    sponsored: bool | None
    link_type: str | None
    placement: str | None
    first_seen: int | None
    last_seen: int | None
    lost_at: int | None
    lost_reason: str | None
    http_status: int | None
    page_metric: float | None
    domain_metric: float | None
    metrics: str | None


class DomainSighting(NamedTuple):
    """One row of a referring-domains table: a domain links to us, so many times."""

    row: int
    domain: str
    links: int | None
    followed_links: int | None
    first_seen: int | None
    last_seen: int | None
    lost_at: int | None
    domain_metric: float | None
    metrics: str | None


class Quarantined(NamedTuple):
    """A row that could not be used: its number in the file, why, and the row as read (cut to 2,000)."""

    row: int
    reason: str
    raw: str


@dataclass(slots=True)
class Batch:
    """Some rows of a source in file order. `skipped` counts rows left out by a named reason.

    `last_row` is the number of the last file row that the batch covers: an import that was
    interrupted goes on behind it. `page_keys` are the identity keys of the sightings' pages, in their
    order, where the reader has made them already; else it is empty.
    """

    last_row: int
    sightings: list[Sighting] = field(default_factory=list)
    domains: list[DomainSighting] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    page_keys: list[int] = field(default_factory=list)

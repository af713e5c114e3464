"""The words that reports use for states, reasons and outcomes: one table for each.

Each says what is known and no more. Blocked, unreachable and unreadable mean "not known"; a broken
backlink is there, its target fails.
"""

from __future__ import annotations

from typing import Final

#: What each state of a link says, in the order in which reports list them.
STATE_MEANINGS: Final[dict[str, str]] = {
    "live": "We looked at the page and the link is there.",
    "in doubt": "Missing at the last look. Not lost: pages rotate and servers err, so we look again.",
    "lost": "Missing at several looks spaced in time, each of a page that could be read, or the page is "
    "gone.",
    "blocked": "The site did not let us look (robots.txt, 401, 403, 429, a challenge). Nothing is known.",
    "unreachable": "No answer (DNS, TLS, time-out, 5xx). Nothing is known.",
    "unreadable": "It answered, but not with a page that can be read. Nothing is known.",
    "unverified": "Known from a source; we have not looked yet.",
}

#: Why a look ended as it did, for people (the words of linkstead.link.Reason).
REASON_WORDS: Final[dict[str, str]] = {
    "link_present": "the link is there",
    "removed": "the page is there, the link is not",
    "page_gone": "the page is gone (404 or 410)",
    "page_redirected": "the page now redirects elsewhere",
    "parked": "the domain is parked",
    "soft404": "a “not found” page with status 200",
    "robots": "robots.txt asks us to stay away",
    "login": "a login is asked for (401)",
    "forbidden": "refused (403)",
    "rate_limited": "too many requests (429)",
    "refused": "refused with a private status",
    "challenge": "a challenge or captcha page",
    "legal": "withheld for legal reasons (451)",
    "dns": "the host name was not found",
    "connection": "no connection",
    "tls": "the encrypted connection failed",
    "timeout": "no answer in time",
    "server_error": "a server error (5xx)",
    "redirect_loop": "redirects in a circle",
    "too_many_redirects": "too many redirects",
    "bad_redirect": "a redirect to nowhere",
    "address_refused": "the address is not a public one",
    "bad_answer": "an answer that is not HTTP",
    "self": "our own network was in doubt",
    "not_html": "not a web page",
    "too_large": "too large to read",
    "bomb": "unpacks to an endless document",
    "encoding": "in an encoding nobody knows",
    "empty": "an empty page",
}

#: What our look at one of our own pages gave, for people (TargetRow.outcome).
TARGET_WORDS: Final[dict[str, str]] = {
    "ok": "answers",
    "redirected": "redirects",
    "broken": "fails",
    "in doubt": "failed once",
    "unknown": "not looked at",
}

#: How this report came about and what it cannot know, question by question.
METHOD: Final[dict[str, str]] = {
    "Where the links come from": (
        "From the files and sources listed above. Each sees a part of the web, none the whole: a link "
        "that is absent from a file is not lost, and totals are lower bounds."
    ),
    "First seen": (
        "The earliest date that a source or we ourselves met a link. It is not the day on which the "
        "link was made."
    ),
    "When a link is called lost": (
        "Only after several looks of our own, spaced in time, at a page that could be read, or when the "
        "page is gone. One missed look puts a link in doubt and nothing more. What a source reports as "
        "lost is counted apart."
    ),
    "Blocked is not lost": (
        "Where a site did not let us in, did not answer or could not be read, nothing is known about "
        "the link. No figure in this report adds these to the lost ones."
    ),
    "Broken backlinks": (
        "The link is in place, but the page of yours that it points at fails. That can be mended on "
        "your side."
    ),
    "Followed": (
        "A link without nofollow, ugc or sponsored: neither on the link, nor in the page's robots meta, "
        "nor in its X-Robots-Tag. Search engines take these attributes as hints."
    ),
    "Other people's metrics": (
        "A vendor's number is shown under the vendor's own name. Numbers of different vendors are never "
        "mixed."
    ),
}

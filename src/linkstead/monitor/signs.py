"""Pages that are not the page: challenges, sign-in walls, parked domains, soft 404s.

The tables are in `sign_tables`. A sign alone is weak: an article may print any of these words.
So every sign in the text or the markup also needs a page that is short, as such pages are, and titles
must match as a whole part (`Just a moment...`, `Page not found | Example`), never as words inside one.
They are asked only when the expected link is not on the page: a link that is there was found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linkstead.monitor.sign_tables import (
    CHALLENGE_HEADERS,
    CHALLENGE_MARKUP,
    CHALLENGE_PLACES,
    CHALLENGE_TITLES,
    LOGIN_PLACES,
    NOT_FOUND_PHRASES,
    NOT_FOUND_PLACES,
    PARKING_HOSTS,
    PARKING_MARKUP,
    PARKING_PHRASES,
    WIDGETS,
)
from linkstead.urls import host_of, parse_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.monitor.fetched import Fetched
    from linkstead.page import Page

_PARKING = re.compile(r"\b(?:" + "|".join(PARKING_PHRASES) + ")")
_NOT_FOUND = re.compile(
    r"(?:(?:http )?(?:error |fehler )?4(?:04|10)[ :,!.–-]*)?(?:oops[!.,]* )?(?:"
    + "|".join(pattern for _, pattern in NOT_FOUND_PHRASES)
    + ")[.!…]*"
)

#: Visible words up to which a page can be a challenge, a parked page, a page that says “not found”.
#: The last is long: such pages carry the site's whole navigation.
_CHALLENGE_WORDS: Final = 250
_WIDGET_WORDS: Final = 60
_PARKED_WORDS: Final = 300
_NOT_FOUND_WORDS: Final = 800
_NOT_FOUND_TEXT_WORDS: Final = 120
_SEARCHED: Final = 262_144
_TEXT_START: Final = 400
_TITLE_PARTS: Final = re.compile(r"\s+[|\-–—:·•»«/]+\s+|\s*[|»«·•]\s*|:\s+")
_SENTENCES: Final = re.compile(r"(?<=[.!?。])\s+|\s+[|\-–—·•]\s+")


@dataclass(frozen=True, slots=True)
class Look:
    """A page that was read, as the signs see it."""

    page: Page
    fetched: Fetched
    markup: bytes
    titles: tuple[str, ...]

    @property
    def moved(self) -> bool:
        return self.fetched.final_url != self.fetched.url


def look_at(fetched: Fetched, page: Page) -> Look:
    markup = fetched.body[:_SEARCHED].lower()
    title = (page.title or "").strip().lower()
    parts = (title, *(part.strip() for part in _TITLE_PARTS.split(title)))
    return Look(page, fetched, markup, tuple(part for part in dict.fromkeys(parts) if part))


def challenge_in_headers(headers: Sequence[tuple[str, str]]) -> str | None:
    """Who challenges us, by the headers alone; None if nobody."""
    for name, value in headers:
        for header, start, who in CHALLENGE_HEADERS:
            if name.lower() == header and value.strip().lower().startswith(start):
                return who
    return None


def challenge(look: Look) -> str | None:
    """Who stands before the page, or None when this is a page."""
    placed = _at_place(look.fetched.final_url)
    if placed is not None:
        return placed
    words = look.page.words
    if words > _CHALLENGE_WORDS:
        return None
    named = [CHALLENGE_TITLES[part] for part in look.titles if part in CHALLENGE_TITLES]
    named += [who for pieces, who in CHALLENGE_MARKUP if all(piece in look.markup for piece in pieces)]
    return next((who for who in named if who not in WIDGETS or words <= _WIDGET_WORDS), None)


def sign_in(look: Look) -> bool:
    """Whether a page sent us to a sign-in form."""
    return look.moved and _ends_in(look.fetched.final_url, LOGIN_PLACES)


def parked(look: Look) -> str | None:
    """What shows that a domain is parked, for sale or suspended; None when nothing does."""
    hosts = [look.fetched.final_url, *(redirect.location for redirect in look.fetched.redirects)]
    seller = next((host for url in hosts if (host := _parking_host(url)) is not None), None)
    if seller is not None and look.moved:
        return seller
    if look.page.words > _PARKED_WORDS:
        return None
    service = next((who for piece, who in PARKING_MARKUP if piece in look.markup), None)
    if service is not None:
        return service
    said = _PARKING.search(" | ".join((*look.titles, look.page.text[:_TEXT_START].lower())))
    return None if said is None else f"“{said[0]}”"


def not_found(look: Look) -> str | None:
    """The words by which a page with a good status says that there is no page; None when it does not."""
    if look.moved and _ends_in(look.fetched.final_url, NOT_FOUND_PLACES):
        return f"the address {look.fetched.final_url}"
    if look.page.words <= _NOT_FOUND_WORDS:
        said = next((part for part in look.titles if _NOT_FOUND.fullmatch(part)), None)
        if said is not None:
            return f"the title “{said}”"
    if look.page.words <= _NOT_FOUND_TEXT_WORDS:
        sentences = _SENTENCES.split(look.page.text[:_TEXT_START])
        said = next((part for part in sentences if _says_not_found(part)), None)
        return None if said is None else f"“{said.strip()}”"
    return None


def _says_not_found(sentence: str) -> bool:
    text = sentence.strip().rstrip("。 ").lower()
    return len(text) > 3 and _NOT_FOUND.fullmatch(text) is not None


def _at_place(url: str) -> str | None:
    parsed = parse_url(url)
    if parsed is None:
        return None
    host, path = str(parsed.hostname), str(parsed.pathname)
    return next(
        (who for at, start, who in CHALLENGE_PLACES if at in ("*", host) and path.startswith(start)), None
    )


def _parking_host(url: str) -> str | None:
    if not url.startswith(("http://", "https://")):
        return None
    labels = host_of(url).split(".")
    names = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((name for name in names if name in PARKING_HOSTS), None)


def _ends_in(url: str, places: frozenset[str]) -> bool:
    parsed = parse_url(url)
    parts = [] if parsed is None else [part for part in str(parsed.pathname).lower().split("/") if part]
    return bool(parts) and (parts[-1] in places or "/".join(parts[-2:]) in places)

"""One plain sentence for each verdict, with the fact in it that decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from linkstead.link import FROM_LINK, Outcome, Reason, Verdict

if TYPE_CHECKING:
    from linkstead.page import Page

_SHOWN: Final = 200

#: {status} is the HTTP status, {wanted} the target or the site, {detail} what the rule or the fetch saw,
#: {final} the last address, {hops} the number of redirects.
SENTENCES: Final[dict[Reason, str]] = {
    Reason.LINK_PRESENT: "The page links to {wanted}{how}.",
    Reason.REMOVED: "The page answers {status} and does not link to {wanted}{hint}.",
    Reason.PAGE_GONE: "The page is gone: it answers {status}.",
    Reason.PAGE_REDIRECTED: "The page now leads to {final}, which does not link to {wanted}{hint}.",
    Reason.PARKED: "The domain shows a placeholder instead of the page: {detail}.",
    Reason.SOFT_404: "The page answers {status} but says that it does not exist: {detail}.",
    Reason.ROBOTS: "The site's robots.txt keeps us from reading {final} ({detail}).",
    Reason.LOGIN: "The page wants a sign-in ({detail}).",
    Reason.FORBIDDEN: "The server refused us the page with status {status}.",
    Reason.RATE_LIMITED: "The site asks us to come back later ({detail}).",
    Reason.REFUSED: "The server would not serve us the page: status {status}.",
    Reason.CHALLENGE: "A check for robots stands before the page ({detail}).",
    Reason.LEGAL: "The page is withheld for legal reasons: status 451.",
    Reason.DNS: "The host of {final} was not found in the DNS ({detail}).",
    Reason.CONNECTION: "No connection to {final} was possible ({detail}).",
    Reason.TLS: "No secure connection to {final} was possible ({detail}).",
    Reason.TIMEOUT: "{final} did not answer in time.",
    Reason.SERVER_ERROR: "The server failed with status {status}.",
    Reason.REDIRECT_LOOP: "The page redirects in a circle after {hops} hops: {detail}.",
    Reason.TOO_MANY_REDIRECTS: "The page redirects more than {hops} times; the last hop was {final}.",
    Reason.BAD_REDIRECT: "{final} redirects to no page of the web ({detail}).",
    Reason.ADDRESS_REFUSED: "{final} is not an address that we contact ({detail}).",
    Reason.BAD_ANSWER: "The answer of {final} could not be used ({detail}).",
    Reason.SELF: "Our own network was in doubt at that moment, so this look says nothing ({detail}).",
    Reason.NOT_HTML: "The address does not serve a page but {detail}.",
    Reason.TOO_LARGE: "{wanted} is not linked in the part of the page that is read, and the page is longer.",
    Reason.BOMB: "The answer unpacks to far more than a page ({detail}).",
    Reason.ENCODING: "The answer could not be unpacked ({detail}).",
    Reason.EMPTY: "The page answers {status} with nothing in it.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence may mention: target or site, what decided, how many links to the site's other pages."""

    wanted: str
    detail: str
    other_links: int
    page: Page | None


def explained(verdict: Verdict, facts: Facts) -> Verdict:
    """The verdict with its explanation."""
    sentence = SENTENCES[verdict.reason].format(
        status=verdict.http_status,
        wanted=_short(facts.wanted),
        detail=_short(facts.detail or "no detail"),
        final=_short(verdict.final_url or verdict.page_url),
        hops=len(verdict.redirects),
        how=_how(verdict),
        hint=_hint(verdict, facts),
    )
    return replace(verdict, explanation=sentence)


def moved(verdict: Verdict, place: str) -> Verdict:
    """The verdict on a link that was found beside its page, at a place in a few words, explained."""
    address = _short(verdict.final_url or verdict.page_url)
    sentence = f"The link has moved to {place}, {address}, which has it{_how(verdict)}."
    return replace(verdict, explanation=sentence)


def _how(verdict: Verdict) -> str:
    """Whether the link is followed, and whether the page may be in the index."""
    parts = [] if verdict.followed else [f"not followed because of {_listed(verdict.nofollow_from)}"]
    if verdict.noindex_from:
        parts.append(f"on a page kept out of the index by {_listed(verdict.noindex_from)}")
    if verdict.speaks is not None and verdict.speaks.hidden is not None:
        parts.append(f"hidden from readers ({verdict.speaks.hidden})")
    return f", {', '.join(parts)}" if parts else " with a followed link"


def _listed(sources: tuple[str, ...]) -> str:
    return " and ".join("the link's rel" if source == FROM_LINK else source for source in sources)


def _hint(verdict: Verdict, facts: Facts) -> str:
    """What a person should know before believing that a link is gone."""
    if verdict.outcome is not Outcome.MISSING or facts.page is None:
        return ""
    if facts.page.script_built:
        return "; scripts build this page, so the link may still appear in a browser"
    if facts.other_links:
        count = "another link" if facts.other_links == 1 else f"{facts.other_links} other links"
        return f", though it has {count} to the same site"
    if facts.page.next_page is not None:
        return "; the text goes on at another address, which was not read"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

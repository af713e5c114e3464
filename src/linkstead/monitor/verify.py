"""What one look at a referring page says about an expected link, and why.

`judge` goes down a list of questions; the first that has an answer gives the verdict:

    was there an answer at all?            unreachable, blocked or unreadable, as the fetch says
    does its status let us read it?        404, 410: missing; other 4xx: blocked; 5xx: unreachable
    is the link on the page?               found, whatever else the page says
    was the whole page there to be read?   unreadable or unreachable: what is missing may be in the rest
    is it the page, or one before it?      blocked: a challenge, a sign-in form
    is it the page, or none?               missing: parked, soft 404, redirected away
    and so it is gone                      missing: removed

A link is an `<a>` or `<area>` whose address, in normal form, is the target's. Look-alike hosts, share
links that carry the target in their query, links in comments, scripts and inert templates are none.
Of several links to the target the first followed one speaks, as Google is understood to count them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from linkstead.link import (
    FROM_CANONICAL,
    FROM_LINK,
    FROM_ROBOTS_TXT,
    REASON_OUTCOME,
    VOTING_TYPES,
    Link,
    Reason,
    Verdict,
)
from linkstead.monitor import signs, wording
from linkstead.page import read_page
from linkstead.page.fingerprint import fingerprint_of_page
from linkstead.urls import domain_of, host_of, is_within, parse_url, try_normalise_url

if TYPE_CHECKING:
    from linkstead.monitor.fetched import Fetched
    from linkstead.page import Page

SameTarget = Callable[[str, str], bool]

#: Statuses with a meaning of their own (https://www.rfc-editor.org/rfc/rfc9110#section-15; 999 is
#: LinkedIn's). All other 4xx mean that the server would not serve us: nothing is known of the link.
STATUS_REASONS: Final[dict[int, Reason]] = {
    401: Reason.LOGIN,
    402: Reason.LOGIN,
    403: Reason.FORBIDDEN,
    404: Reason.PAGE_GONE,
    408: Reason.TIMEOUT,
    410: Reason.PAGE_GONE,
    429: Reason.RATE_LIMITED,
    451: Reason.LEGAL,
}

#: Failures beside which a body may stand: what was read of the page still counts.
_PARTIAL: Final = frozenset(
    {Reason.TIMEOUT, Reason.BAD_ANSWER, Reason.TOO_LARGE, Reason.ENCODING, Reason.CONNECTION}
)
#: Names of a folder's own page, in web servers' defaults.
_INDEX_PAGES: Final = ("index.html", "index.htm", "index.php", "default.aspx", "default.asp", "index.jsp")


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything that the questions look at."""

    fetched: Fetched
    page: Page | None
    target: str | None
    site: str
    now: int
    robots_allowed: bool
    links: tuple[Link, ...]
    site_links: int

    @property
    def wanted(self) -> str:
        return self.target or self.site


def look(
    fetched: Fetched, *, target: str | None, site: str, now: int, same_target: SameTarget | None = None
) -> Verdict:
    """Read the page that was fetched and judge it; arguments as in `judge`. Made for a child process."""
    page = None
    if fetched.body:
        page = read_page(fetched.body, url=fetched.final_url, headers=fetched.headers)
    allowed = fetched.robots.search_engines
    return judge(
        fetched, page, target=target, site=site, now=now, robots_allowed=allowed, same_target=same_target
    )


def judge(
    fetched: Fetched,
    page: Page | None,
    *,
    target: str | None,
    site: str,
    now: int,
    robots_allowed: bool = True,
    same_target: SameTarget | None = None,
) -> Verdict:
    """The verdict on one expected link.

    `page` is what `linkstead.page.read_page` made of the body, None without one. `target` is a URL in
    normal form, or None for any page of `site` (a host; its subdomains count). `now` is in epoch
    seconds. `robots_allowed` is what robots.txt says to search engines. `same_target(a, b)` tells whether
    two URLs in normal form are proven to be one page; without it only equal ones are.
    """
    near = [] if page is None else list(_near(page, target, site))
    links = tuple(link for link, normal in near if _is_wanted(normal, target, site, same_target))
    others = sum(is_within(normal, site) for _, normal in near)
    case = _Case(fetched, page, target, site, now, robots_allowed, links, others)
    reason, detail = next(answer for question in _QUESTIONS if (answer := question(case)) is not None)
    return _verdict(case, reason, detail)


def in_doubt_verdict(page_url: str, target_url: str, now: int, note: str) -> Verdict:
    """The verdict on a look that was made while our own network was in doubt.

    `note` is the sentence that says how that showed (`NetworkWatch.sound`).
    """
    verdict = Verdict(REASON_OUTCOME[Reason.SELF], Reason.SELF, "", page_url, target_url, now)
    detail = note[:1].lower() + note[1:].rstrip(".")
    return wording.explained(verdict, wording.Facts(target_url, detail, 0, None))


_Answer = tuple[Reason, str]


def _no_answer(case: _Case) -> _Answer | None:
    """A fetch that failed. A body that came in part is looked at first."""
    failure = case.fetched.failure
    if failure is None or (case.page is not None and _is_good(case.fetched.status) and failure in _PARTIAL):
        return None
    return failure, case.fetched.failure_detail


def _bad_status(case: _Case) -> _Answer | None:
    status = case.fetched.status
    if status is None or _is_good(status):
        return None if status is not None else (Reason.BAD_ANSWER, "no status")
    who = signs.challenge_in_headers(case.fetched.headers)
    if who is None and case.page is not None and status not in (404, 410):
        who = signs.challenge(signs.look_at(case.fetched, case.page))
    if who is not None:
        return Reason.CHALLENGE, who
    return _reason_of_status(status), f"status {status}"


def _reason_of_status(status: int) -> Reason:
    if status in STATUS_REASONS:
        return STATUS_REASONS[status]
    if 500 <= status < 600:
        return Reason.SERVER_ERROR
    return Reason.REFUSED if status >= 400 else Reason.BAD_ANSWER


def _present(case: _Case) -> _Answer | None:
    return (Reason.LINK_PRESENT, "") if case.links else None


def _unread(case: _Case) -> _Answer | None:
    """The link is not in what was read, but that is not the whole page."""
    if case.fetched.failure is not None:
        return case.fetched.failure, case.fetched.failure_detail
    if case.page is None:
        return Reason.EMPTY, "an empty body"
    return (Reason.TOO_LARGE, "more than is read of a page") if case.page.truncated else None


def _before_the_page(case: _Case) -> _Answer | None:
    who = signs.challenge_in_headers(case.fetched.headers)
    if who is None and case.page is not None:
        seen = signs.look_at(case.fetched, case.page)
        who = signs.challenge(seen)
        if who is None and signs.sign_in(seen):
            return Reason.LOGIN, "a redirect to a sign-in form"
    return None if who is None else (Reason.CHALLENGE, who)


def _no_page(case: _Case) -> _Answer | None:
    if case.page is None:
        return None
    seen = signs.look_at(case.fetched, case.page)
    for reason, sign in ((Reason.PARKED, signs.parked(seen)), (Reason.SOFT_404, signs.not_found(seen))):
        if sign is not None:
            return reason, sign
    final = case.fetched.final_url
    return (Reason.PAGE_REDIRECTED, final) if is_elsewhere(case.fetched.url, final) else None


def _gone(_: _Case) -> _Answer:
    return Reason.REMOVED, ""


_QUESTIONS: Final[tuple[Callable[[_Case], _Answer | None], ...]] = (
    _no_answer,
    _bad_status,
    _present,
    _unread,
    _before_the_page,
    _no_page,
    _gone,
)


def _is_good(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _near(page: Page, target: str | None, site: str) -> Iterator[tuple[Link, str]]:
    """The page's voting links to the site or the target's host, with their normal forms, in document order.

    Addresses on a page are serialised, so a host stands in them as it is: looking for its letters first
    spares the other links their normal form, which is most of the work on a page of many links.
    """
    host = "" if target is None else host_of(target).removeprefix("www.")
    for link in page.links:
        url = link.url
        if (
            link.type in VOTING_TYPES
            and link.hidden != "template"
            and (site in url or (host and host in url))
        ):
            normal = try_normalise_url(url)
            if normal is not None:
                yield link, normal


def _is_wanted(normal: str, target: str | None, site: str, same: SameTarget | None) -> bool:
    if target is None:
        return is_within(normal, site)
    return normal == target or (same is not None and same(normal, target))


def _speaker(links: tuple[Link, ...]) -> Link | None:
    return next((link for link in links if link.attributes.followed), links[0] if links else None)


def _verdict(case: _Case, reason: Reason, detail: str) -> Verdict:
    fetched, page = case.fetched, case.page
    known: dict[str, Any] = {}
    if page is not None and _is_good(fetched.status):
        known = _known_of_page(case, page)
    speaks = known.get("speaks")
    found = None if speaks is None else try_normalise_url(speaks.url)
    verdict = Verdict(
        outcome=REASON_OUTCOME[reason],
        reason=reason,
        explanation="",
        page_url=fetched.url,
        target_url=case.target or found or case.site,
        checked_at=case.now,
        final_url=fetched.final_url,
        redirects=fetched.redirects,
        http_status=fetched.status,
        tls_invalid=fetched.tls_invalid,
        **known,
    )
    return wording.explained(verdict, wording.Facts(case.wanted, detail, case.site_links, page))


def _known_of_page(case: _Case, page: Page) -> dict[str, Any]:
    """What a page that was read says of itself and of the link that speaks."""
    speaks = _speaker(case.links)
    nofollow = () if speaks is None else _nofollow_from(speaks, page)
    noindex = _noindex_from(case, page)
    return {
        "links": case.links,
        "speaks": speaks,
        "followed": None if speaks is None else not nofollow,
        "nofollow_from": nofollow,
        "indexable": not noindex,
        "noindex_from": noindex,
        "page_title": page.title,
        "page_language": page.language,
        # it costs as much as reading the page, and nobody compares a page that has the link
        "fingerprint": None if case.links else fingerprint_of_page(page),
    }


def _nofollow_from(speaks: Link, page: Page) -> tuple[str, ...]:
    own = () if speaks.attributes.followed else (FROM_LINK,)
    return own + page.robots.nofollow_from()


def _noindex_from(case: _Case, page: Page) -> tuple[str, ...]:
    sources = list(page.robots.noindex_from(case.now))
    if not case.robots_allowed:
        sources.append(FROM_ROBOTS_TXT)
    if page.canonical is not None and not is_own_address(page.canonical, case.fetched):
        sources.append(FROM_CANONICAL)
    return tuple(sources)


def is_own_address(url: str, fetched: Fetched) -> bool:
    """Whether a URL is this page's address in some spelling, or one that led here."""
    places = {fetched.url, fetched.final_url, *(redirect.url for redirect in fetched.redirects)}
    return spelling_key(url) in {spelling_key(place) for place in places}


def spelling_key(url: str) -> str:
    """Equal for the ways to write one page's address: scheme, www., final slash, index page, port 80."""
    normal = try_normalise_url(url) or url
    rest = normal.partition("://")[2].removeprefix("www.")
    place, mark, query = rest.partition("?")
    for name in _INDEX_PAGES:
        if place.lower().endswith(f"/{name}"):
            place = place[: -len(name)]
    return f"{place.rstrip('/')}{mark}{query}"


def is_elsewhere(asked: str, final: str) -> bool:
    """Whether a redirect left the page: another domain, the home page, or another name on the site.

    A new spelling of the address (https, www., a slash, a new folder with the same last part) is the
    same page.
    """
    if spelling_key(asked) == spelling_key(final):
        return False
    if domain_of(asked) != domain_of(final):
        return True
    return _last_part(asked) != _last_part(final)


def _last_part(url: str) -> str:
    parsed = parse_url(url)
    path = "" if parsed is None else str(parsed.pathname)
    parts = [part for part in path.lower().split("/") if part and part not in _INDEX_PAGES]
    name = parts[-1] if parts else ""
    return name.rpartition(".")[0] if name.endswith((".html", ".htm", ".php", ".aspx")) else name

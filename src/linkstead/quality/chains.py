"""What a redirect loses on its way: faults of the chain from a target URL to the page where it ends.

A search engine passes a link on through a permanent redirect to a page of the same matter. Each further
hop, a temporary status, an end that is about something else or that names another page as canonical
makes that less sure (Google: developers.google.com/search/docs/crawling-indexing/301-redirects and
.../site-move-with-url-changes).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from linkstead.page.slugs import Slugs, slugs_of
from linkstead.urls import domain_of, host_of, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Statuses that promise to change again (RFC 9110, section 15.4).
TEMPORARY: Final = frozenset({"302", "303", "307"})

TO_HOME: Final = "ends at the home page, which may be read as a soft 404"
TO_OTHER_SITE: Final = "ends on another site"
TO_OTHER_MATTER: Final = "ends at a page that shares no word with the address"
#: Faults of a chain whose end is not what was linked to.
ELSEWHERE: Final = frozenset({TO_HOME, TO_OTHER_SITE, TO_OTHER_MATTER})
BACK_TO_HTTP: Final = "goes back to http on the way"
SPELLING_APART: Final = "https and www. are put right in hops of their own"
CANONICAL_ELSEWHERE: Final = "the page where it ends names another as canonical"
#: Words with the same first letters are taken for one.
_STEM: Final = 4


def chain_faults(
    url: str, hops: Sequence[str], final_url: str | None, canonical: str | None, status: int | None
) -> tuple[str, ...]:
    """The faults in words, in the order of the way; empty for a page that answers directly.

    `hops` are `"301 https://..."` in their order, `canonical` is what the last page says of itself and
    `status` its HTTP status. A chain that ends in an error is told as that, not by where it ended.
    """
    places = [url, *(hop.partition(" ")[2] for hop in hops)]
    found = [f"{len(hops)} redirects in a row"] if len(hops) > 1 else []
    temporary = dict.fromkeys(hop.partition(" ")[0] for hop in hops if hop.partition(" ")[0] in TEMPORARY)
    found += [f"a temporary redirect ({code})" for code in temporary]
    if _any_hop(places, _back_to_http):
        found.append(BACK_TO_HTTP)
    if _any_hop(places, _scheme_alone) and _any_hop(places, _www_alone):
        found.append(SPELLING_APART)
    if status is not None and status >= 400:
        return (*found, f"ends in an error ({status})") if hops else ()
    end = final_url or places[-1]
    if hops and (elsewhere := _elsewhere(url, end)) is not None:
        found.append(elsewhere)
    if canonical is not None and _same_page(canonical, end) is False:
        found.append(CANONICAL_ELSEWHERE)
    return tuple(found)


def _any_hop(places: Sequence[str], says: Callable[[str, str], bool]) -> bool:
    return any(says(one, other) for one, other in pairwise(places))


def _back_to_http(one: str, other: str) -> bool:
    return one.startswith("https:") and other.startswith("http:")


def _scheme_alone(one: str, other: str) -> bool:
    return one.startswith("http:") and other == f"https:{one.removeprefix('http:')}"


def _www_alone(one: str, other: str) -> bool:
    return one != other and one.replace("://www.", "://", 1) == other.replace("://www.", "://", 1)


def _elsewhere(url: str, end: str) -> str | None:
    if try_normalise_url(end) is None or try_normalise_url(url) is None:
        return None
    if domain_of(url) != domain_of(end):
        return TO_OTHER_SITE
    ours, theirs = slugs_of(url), slugs_of(end)
    if theirs.is_home:
        # from one host's front page to another's, or to that of a language, is no loss
        return None if ours.is_home else TO_HOME
    words, others = _stems(ours), _stems(theirs)
    # joined, since light-house and lighthouse are one
    joined = "".join(ours.slug) == "".join(theirs.slug)
    return TO_OTHER_MATTER if words and others and not joined and words.isdisjoint(others) else None


def _stems(slugs: Slugs) -> set[str]:
    """What the words of an address begin with; a letter alone (`/p/48213`) is no word."""
    return {word[:_STEM] for word in slugs.words if len(word) > 1}


def _same_page(one: str, other: str) -> bool | None:
    """Whether two URLs are one page but for scheme, `www.` and a slash at the end; None when unreadable."""
    normal, second = try_normalise_url(one), try_normalise_url(other)
    if normal is None or second is None:
        return None
    return _bare(normal) == _bare(second)


def _bare(url: str) -> str:
    return host_of(url).removeprefix("www.") + url.partition("://")[2].partition("/")[2].rstrip("/")

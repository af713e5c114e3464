"""Robots rules of a page: `<meta name=robots>` and the `X-Robots-Tag` header.

Follows https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag: names and values
without regard to case, comma-separated, every rule from every place counts and the most restrictive
wins. A rule for one named crawler counts when that crawler feeds a search engine's web results: a
link that Google may not follow is not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from linkstead.link import FROM_HEADER, FROM_META
from linkstead.page.limits import MAX_ATTRIBUTE, MAX_DIRECTIVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: The agent of a rule that is for everybody.
EVERYONE: Final = "*"

#: Names that mean every crawler: `robots` in a meta, nothing or `*` in a header.
_EVERYONE_NAMES: Final = frozenset({"robots", "*", "all", ""})

#: Crawlers whose rules decide about web search, in lower case, and who documents the name.
#: Left out on purpose: googlebot-news, googlebot-image and googlebot-video, whose rules leave web
#: search alone, and crawlers that serve no search engine.
SEARCH_ENGINE_AGENTS: Final[dict[str, str]] = {
    "googlebot": "developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
    "bingbot": "bing.com/webmasters/help (robots meta tags)",
    "msnbot": "Bing's older name, still on old pages",
    "slurp": "Yahoo, help.yahoo.com (Slurp)",
    "duckduckbot": "duckduckgo.com/duckduckgo-help-pages/results/duckduckbot",
    "yandex": "yandex.com/support/webmaster/controlling-robot/meta-robots.html",
    "yandexbot": "the user agent's own name, which sites use for Yandex too",
    "baiduspider": "help.baidu.com (robots)",
    "applebot": "support.apple.com/en-us/119829",
    "yeti": "Naver, searchadvisor.naver.com",
    "naverbot": "Naver's older name",
    "seznambot": "o-seznam.cz/napoveda (SeznamBot)",
    "qwantbot": "help.qwant.com/bot",
    "petalbot": "Huawei's Petal Search, webmaster.petalsearch.com",
    "teoma": "Ask, older pages",
}

#: Rules whose own syntax has a colon: `name: value` is then no agent.
_VALUED: Final = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_NOFOLLOW: Final = frozenset({"nofollow", "none"})
_NOINDEX: Final = frozenset({"noindex", "none"})
_UNAVAILABLE_AFTER: Final = "unavailable_after"
_AGENT = re.compile(r"\s*([A-Za-z0-9_.*-]+)\s*:(.*)", re.DOTALL)
_WEEKDAY = re.compile(r"unavailable_after\s*:\s*[a-z]+\.?\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RobotsRule:
    """One directive for one agent (`*` for everybody); both in lower case, dates as written.

    `origin` is FROM_META or FROM_HEADER of `linkstead.link`; `until` is the moment of an
    `unavailable_after` in epoch seconds, None for other rules and for dates that cannot be read.
    """

    agent: str
    directive: str
    origin: str
    until: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it is for everybody or for a search engine."""
        return self.agent == EVERYONE or self.agent in SEARCH_ENGINE_AGENTS


@dataclass(frozen=True, slots=True)
class RobotsDirectives:
    """Every robots rule of one page, metas first, each in the order written."""

    rules: tuple[RobotsRule, ...] = ()

    def nofollow_from(self) -> tuple[str, ...]:
        """Which places forbid following: FROM_META, FROM_HEADER, both or none."""
        return self._origins(lambda rule: rule.directive in _NOFOLLOW)

    def noindex_from(self, now: int | None) -> tuple[str, ...]:
        """Which places forbid indexing at `now` (epoch seconds).

        Without `now` an `unavailable_after` date is left out of the judgement.
        """
        return self._origins(lambda rule: rule.directive in _NOINDEX or _expired(rule, now))

    def _origins(self, forbids: Callable[[RobotsRule], bool]) -> tuple[str, ...]:
        found = {rule.origin for rule in self.rules if rule.counts and forbids(rule)}
        return tuple(origin for origin in (FROM_META, FROM_HEADER) if origin in found)


def read_robots(metas: Iterable[tuple[str, str]], headers: Iterable[str]) -> RobotsDirectives:
    """The rules of a page's `(name, content)` metas and of its X-Robots-Tag header values."""
    rules: list[RobotsRule] = []
    for name, content in metas:
        rules.extend(_rules_of_meta(name, content))
    for value in headers:
        rules.extend(_rules_of_header(value))
    return RobotsDirectives(tuple(rules[:MAX_DIRECTIVES]))


def is_robots_meta(name: str) -> bool:
    """Whether a meta of that name may hold robots rules: `robots` or a crawler's name."""
    lower = name.strip().lower()
    return lower == "robots" or lower in SEARCH_ENGINE_AGENTS


def _rules_of_meta(name: str, content: str) -> Iterator[RobotsRule]:
    agent = _agent(name)
    for part in _parts(content):
        yield _rule(agent, part, FROM_META)


def _rules_of_header(value: str) -> Iterator[RobotsRule]:
    """A name before a colon holds for what follows, up to the next name."""
    agent = EVERYONE
    for part in _parts(value):
        directive = part
        named = _AGENT.match(part)
        if named is not None and named[1].lower() not in _VALUED:
            agent, directive = _agent(named[1]), named[2]
        if directive.strip():
            yield _rule(agent, directive, FROM_HEADER)


def _agent(name: str) -> str:
    lower = name.strip().lower()
    return EVERYONE if lower in _EVERYONE_NAMES else lower


def _parts(value: str) -> Iterator[str]:
    """The comma-separated parts; the comma behind a weekday belongs to the date."""
    held = ""
    for part in value[:MAX_ATTRIBUTE].split(","):
        whole = f"{held},{part}" if held else part
        held = whole if _WEEKDAY.search(whole) else ""
        if not held and whole.strip():
            yield whole
    if held:
        yield held


def _rule(agent: str, text: str, origin: str) -> RobotsRule:
    name, _, value = text.strip().partition(":")
    name = name.strip().lower()
    if name == _UNAVAILABLE_AFTER:
        return RobotsRule(agent, f"{name}: {value.strip()}", origin, _moment(value.strip()))
    return RobotsRule(agent, f"{name}: {value.strip().lower()}" if value else name, origin)


def _moment(text: str) -> int | None:
    """Epoch seconds of a date in the forms that Google names: RFC 822, RFC 850 and ISO 8601."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            return int(aware.timestamp())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _expired(rule: RobotsRule, now: int | None) -> bool:
    return now is not None and rule.until is not None and rule.until <= now

"""What every page of the farm shows at every moment, and what a correct look at it must say.

A page shows one of `FACES` at a time. `FACES` is written by hand from the rules of the product and not from
its code: the reason, the sources of nofollow and noindex, what of the link is to be seen. `KINDS` says which
face a page has at first, which one it takes on at its moment, and whether it goes back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from linkstead.link import REASON_OUTCOME, Outcome, Reason

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
SITE: Final = "example.com"
PAGES_A_HOST: Final = 20
CANARY: Final = "127.0.0.8"
#: A host without pages of its own, to which pages are redirected.
ELSEWHERE: Final = "127.0.0.9"


class Facts(NamedTuple):
    """What a look must say. `reasons` has more than one only where the order of looks decides."""

    reasons: tuple[Reason, ...]
    status: int | None = 200
    rel: str = ""
    nofollow_from: str | None = None
    noindex_from: str | None = None
    hidden: str | None = None
    via: str | None = None
    placement: str = "content"
    other_anchor: bool = False
    tagged: bool = False

    @property
    def outcome(self) -> Outcome:
        return REASON_OUTCOME[self.reasons[0]]

    @property
    def found(self) -> bool:
        return self.reasons[0] is Reason.LINK_PRESENT


_PRESENT: Final = Facts((Reason.LINK_PRESENT,))
_REMOVED: Final = Facts((Reason.REMOVED,))


def _no(reason: Reason, status: int | None = 200) -> Facts:
    return Facts((reason,), status)


FACES: Final[dict[str, Facts]] = {
    # the link is there
    "plain": _PRESENT,
    "slow": _PRESENT,
    "moved": _PRESENT,  # 301 to a new address that has the link
    "refreshed": _PRESENT,  # the same by a meta refresh
    "nofollow": _PRESENT._replace(rel="nofollow", nofollow_from="link"),
    "ugc": _PRESENT._replace(rel="ugc nofollow", nofollow_from="link"),
    "sponsored": _PRESENT._replace(rel="sponsored", nofollow_from="link"),
    "opener": _PRESENT._replace(rel="noopener noreferrer"),
    "anchor": _PRESENT._replace(other_anchor=True),
    "tagged": _PRESENT._replace(tagged=True),
    "footer": _PRESENT._replace(placement="footer"),
    "meta noindex": _PRESENT._replace(noindex_from="robots meta"),
    "meta nofollow": _PRESENT._replace(nofollow_from="robots meta"),
    "header noindex": _PRESENT._replace(noindex_from="X-Robots-Tag"),
    "canonical": _PRESENT._replace(noindex_from="canonical elsewhere"),
    "nogoogle": _PRESENT._replace(noindex_from="robots.txt"),
    "hidden": _PRESENT._replace(hidden="display-none"),
    "page 2": _PRESENT._replace(via="pagination"),
    # the page can be read, and the link is not there
    "removed": _REMOVED,
    "comment": _REMOVED,
    "script": _REMOVED,
    "template": _REMOVED,
    "look-alike": _REMOVED,
    "share": _REMOVED,
    # only the look that would make it lost asks for an address beside it
    "alike": Facts((Reason.REMOVED, Reason.SOFT_404)),
    "404": _no(Reason.PAGE_GONE, 404),
    "410": _no(Reason.PAGE_GONE, 410),
    "soft 404": _no(Reason.SOFT_404),
    "parked": _no(Reason.PARKED),
    "home": _no(Reason.PAGE_REDIRECTED),
    "elsewhere": _no(Reason.PAGE_REDIRECTED),
    # nothing is known of the link
    "401": _no(Reason.LOGIN, 401),
    "403": _no(Reason.FORBIDDEN, 403),
    "429": _no(Reason.RATE_LIMITED, 429),
    "451": _no(Reason.LEGAL, 451),
    "999": _no(Reason.REFUSED, 999),
    "challenge": _no(Reason.CHALLENGE),
    "sign-in": _no(Reason.LOGIN),
    "robots": _no(Reason.ROBOTS, None),
    "500": _no(Reason.SERVER_ERROR, 500),
    "502": _no(Reason.SERVER_ERROR, 502),
    "503": _no(Reason.SERVER_ERROR, 503),
    "silent": _no(Reason.TIMEOUT, None),
    "dropped": _no(Reason.CONNECTION, None),
    "cut": _no(Reason.BAD_ANSWER),
    "loop": _no(Reason.REDIRECT_LOOP, 302),
    "chain": _no(Reason.TOO_MANY_REDIRECTS, 302),
    "pdf": _no(Reason.NOT_HTML),
    "bomb": _no(Reason.BOMB),
    "empty": _no(Reason.EMPTY),
    "brotli": _no(Reason.ENCODING),
}

#: Faces that differ in a header only, so that the server calls the body unchanged (304).
SAME_BODY: Final = {"header noindex": "plain"}


class Kind(NamedTuple):
    """Pages that show `before`, from their moment on `after`, and after `lasts` seconds `before` again."""

    share: int
    before: str
    after: str
    lasts: int | None = None


#: Shares of a thousand; the rest is steady.
KINDS: Final[tuple[Kind, ...]] = (
    Kind(15, "plain", "removed"), Kind(6, "plain", "removed", 4 * DAY),
    Kind(6, "plain", "removed", 6 * HOUR), Kind(15, "plain", "404"), Kind(3, "plain", "404", 3 * HOUR),
    Kind(4, "plain", "404", 3 * DAY), Kind(4, "plain", "410"), Kind(4, "plain", "soft 404"),
    Kind(4, "plain", "parked"), Kind(4, "plain", "alike"), Kind(4, "plain", "home"),
    Kind(3, "plain", "elsewhere"), Kind(3, "plain", "comment"), Kind(3, "plain", "script"),
    Kind(2, "plain", "template"), Kind(3, "plain", "look-alike"), Kind(2, "plain", "share"),
    Kind(6, "removed", "removed"), Kind(6, "404", "404"), Kind(4, "removed", "plain"),
    Kind(3, "nofollow", "removed"), Kind(20, "nofollow", "nofollow"), Kind(10, "ugc", "ugc"),
    Kind(10, "plain", "nofollow"), Kind(5, "plain", "ugc"), Kind(3, "plain", "sponsored"),
    Kind(4, "nofollow", "plain"), Kind(4, "plain", "nofollow", 5 * DAY), Kind(4, "plain", "opener"),
    Kind(10, "plain", "anchor"), Kind(4, "plain", "tagged"), Kind(4, "plain", "footer"),
    Kind(6, "plain", "meta noindex"), Kind(4, "meta noindex", "plain"), Kind(4, "plain", "meta nofollow"),
    Kind(6, "plain", "header noindex"), Kind(4, "header noindex", "plain"), Kind(4, "plain", "canonical"),
    Kind(4, "nogoogle", "nogoogle"), Kind(5, "plain", "hidden"), Kind(8, "plain", "moved"),
    Kind(3, "plain", "refreshed"), Kind(6, "plain", "page 2"), Kind(3, "slow", "slow"),
    Kind(5, "plain", "403", 2 * DAY), Kind(3, "403", "403"), Kind(3, "plain", "429", 2 * DAY),
    Kind(1, "plain", "401"), Kind(1, "plain", "451"), Kind(2, "plain", "999", DAY),
    Kind(4, "plain", "challenge", 3 * DAY), Kind(3, "plain", "sign-in"), Kind(4, "robots", "robots"),
    Kind(5, "plain", "500", DAY), Kind(3, "plain", "502"), Kind(4, "plain", "503", 12 * HOUR),
    Kind(1, "plain", "silent", 12 * HOUR), Kind(3, "plain", "dropped", DAY), Kind(2, "plain", "cut", DAY),
    Kind(2, "plain", "loop"), Kind(2, "plain", "chain", 2 * DAY), Kind(3, "plain", "pdf"),
    Kind(1, "plain", "bomb"), Kind(2, "plain", "empty", 3 * DAY), Kind(2, "plain", "brotli"),
)  # fmt: skip
STEADY: Final = Kind(1000 - sum(kind.share for kind in KINDS), "plain", "plain")
_STEPS: Final = tuple(accumulate(kind.share for kind in KINDS))
#: Pages whose address tells that robots.txt, or the whole folder, has its own rules.
_FOLDERS: Final = {"robots": "private", "nogoogle": "nogoogle", "alike": "alike"}

#: How a page is written: charset, and what its anchor text begins with.
SCRIPTS: Final = (
    ("windows-1252", "Führer für Segler"),
    ("shift_jis", "航海の案内"),
    ("koi8-r", "Путь моряка"),
    ("utf-16", "Guía del navegante"),
    ("gb18030", "水手指南"),
    ("utf-8", "Příručka námořníka"),
)
ETAG, WEAK_ETAG, LAST_MODIFIED, NO_VALIDATOR = range(4)
_VALIDATORS: Final = (ETAG, ETAG, ETAG, ETAG, WEAK_ETAG, LAST_MODIFIED, *(4 * (NO_VALIDATOR,)))


@dataclass(frozen=True, slots=True)
class Clock:
    """The farm's time: `begin` (epoch seconds) at `zero` of the machine's monotonic clock, then faster.

    That clock is one for all processes of a machine (clock_gettime(2), CLOCK_MONOTONIC on Linux). `speed` is
    farm seconds a second, `seconds` how many of them there are.
    """

    begin: int
    zero: float
    speed: float
    seconds: float

    def now(self) -> float:
        return self.begin + (time.monotonic() - self.zero) * self.speed

    @property
    def end(self) -> float:
        return self.begin + self.seconds


@dataclass(frozen=True)
class FarmPage:
    """Page number `n` of the farm."""

    n: int

    @cached_property
    def _lot(self) -> int:
        mixed = (self.n * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & (2**64 - 1)
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        return mixed ^ (mixed >> 27)

    @cached_property
    def kind(self) -> Kind:
        lot = self._lot % 1000
        return next((kind for kind, step in zip(KINDS, _STEPS, strict=True) if lot < step), STEADY)

    @property
    def host(self) -> str:
        number = self.n // PAGES_A_HOST
        return f"127.{10 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"

    @property
    def path(self) -> str:
        folder = _FOLDERS.get(self.kind.before) or _FOLDERS.get(self.kind.after) or "notes"
        return f"/{folder}/p{self.n}.html"

    @property
    def target(self) -> str:
        return f"https://{SITE}/guides/{self.n % 200}"

    @property
    def is_new(self) -> bool:
        """Whether its source has known the link for two days only."""
        return self.n % 50 == 7

    @cached_property
    def script(self) -> tuple[str, str]:
        return SCRIPTS[self.n % 40] if self.n % 40 < len(SCRIPTS) else ("utf-8", "a guide for sailors")

    @property
    def gzipped(self) -> bool:
        return self.n % 3 == 0

    @property
    def validator(self) -> int:
        return ETAG if "header" in self.kind.before + self.kind.after else _VALIDATORS[self.n % 10]

    def anchor(self, facts: Facts) -> str:
        words = f"{self.script[1]} {self.n % 50}"
        return f"{words} renewed" if facts.other_anchor else words

    def found_url(self, facts: Facts) -> str:
        return f"{self.target}?utm_source=notes" if facts.tagged else self.target

    def moment(self, clock: Clock) -> float:
        """When it changes: after the first twentieth and before the last quarter of the time."""
        return clock.begin + clock.seconds * (0.05 + 0.70 * (self._lot // 1000 % 10_007) / 10_007)

    def face(self, clock: Clock, at: float) -> str:
        kind, moment = self.kind, self.moment(clock)
        over = kind.lasts is not None and at >= moment + kind.lasts
        return kind.before if at < moment or over else kind.after

    def version_since(self, clock: Clock, at: float) -> int:
        """Since when the body is as it is."""
        kind, moment = self.kind, self.moment(clock)
        if at < moment or SAME_BODY.get(kind.before, kind.before) == SAME_BODY.get(kind.after, kind.after):
            return clock.begin - DAY
        over = kind.lasts is not None and at >= moment + kind.lasts
        return int(moment + (kind.lasts or 0)) if over else int(moment)

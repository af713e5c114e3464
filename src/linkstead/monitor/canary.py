"""Is it the web that fails, or our own way to it? Canary pages tell.

When the name server is down, the line is cut or a sign-in page of the network answers for everybody,
every look fails alike, and none of that says anything about a link. A few pages that are known to be
there are asked in such a moment; when most of them do not answer as they always do, the looks of that
time are put aside.

    watch = NetworkWatch([read_canary("https://example.com/ Example Domain")], settings)
    doubt = await watch.sound()   # None, or one sentence

A canary is a yardstick that the operator names, asked only when something seems wrong, and
not crawled: its robots.txt and its pace are not asked, and nothing is remembered from one asking to the
next, lest what a false network answered (a robots.txt that fails, a `Retry-After` of a week) should
outlive it. The address guard holds as for every fetch.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.errors import UsageError
from linkstead.monitor.fetch import Fetcher
from linkstead.monitor.guard import RefusedUrl, read_address
from linkstead.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.monitor.fetch_settings import FetchSettings
    from linkstead.monitor.fetched import Fetched

#: Seconds for which it is believed that all is well.
FRESH_SECONDS: Final = 60.0
#: Seconds until a network in doubt is tried again: doubled from the first to the last.
FIRST_RETRY_SECONDS: Final = 15.0
LAST_RETRY_SECONDS: Final = 300.0
#: One canary may take so long; a look takes longer, but a yardstick should not.
ANSWER_SECONDS: Final = 10.0
_NAMED: Final = 3


class Canary(NamedTuple):
    """A page that is always there, and a text that stands in it (None: any answer with a 2xx status)."""

    url: str
    expects: str | None = None


class Sounding(NamedTuple):
    """One asking: when it began (monotonic seconds), and what was wrong with each canary (None: nothing)."""

    at: float
    troubles: tuple[tuple[Canary, str | None], ...]

    @property
    def good(self) -> int:
        return sum(trouble is None for _, trouble in self.troubles)

    @property
    def sound(self) -> bool:
        """At least half of the canaries, rounded up, answered as they should."""
        return 2 * self.good >= len(self.troubles)


def read_canary(text: str) -> Canary:
    """Read `https://example.com/ Example Domain`: an address, a blank, a text that its page holds.

    Raises `UsageError` for anything else. Without https the text is needed, since everybody on the way
    can answer in the page's place.
    """
    url, _, expects = text.strip().partition(" ")
    address = read_address(url)
    if isinstance(address, RefusedUrl):
        raise UsageError(f"“{url}” is no address of a canary page ({address.why}); give an https URL.")
    wanted = expects.strip() or None
    if wanted is None and address.scheme != "https":
        raise UsageError(f"The canary {url} proves nothing; use https, or add a text that its page holds.")
    return Canary(address.url, wanted)


class NetworkWatch:
    """Asks the canaries when somebody wants to know, and answers from memory in between.

    `settings` are those of the crawler, its clock included. Meant for one event loop.
    """

    def __init__(
        self, canaries: Sequence[Canary], settings: FetchSettings, *, fresh_seconds: float = FRESH_SECONDS
    ) -> None:
        self._canaries = tuple(canaries)
        self._fresh_seconds = fresh_seconds
        self._clock = settings.clock
        self._settings = replace(
            settings,
            delay_seconds=0.0,
            obey_robots=False,
            pages_only=False,
            address_door=None,
            total_seconds=min(settings.total_seconds, ANSWER_SECONDS),
        )
        self._asking = asyncio.Lock()
        self._doubts = 0  # askings in a row that ended in doubt
        self.last: Sounding | None = None

    def monotonic(self) -> float:
        """The time by which soundings are dated."""
        return self._clock.monotonic()

    async def sound(self, *, since: float | None = None) -> str | None:
        """None when our network is well, else one sentence that says why it is in doubt.

        Everybody who asks at the same time shares one asking. With `since` a good answer must be younger
        than that moment (of `monotonic`), for what was well before it says nothing of what came after.
        Without canaries nothing is ever in doubt.
        """
        if not self._canaries:
            return None
        async with self._asking:
            last = self.last
            if last is None or self._is_stale(last, since):
                last = self.last = await self._sounding()
                self._doubts = 0 if last.sound else self._doubts + 1
            return None if last.sound else _sentence(last)

    def _is_stale(self, last: Sounding, since: float | None) -> bool:
        if self._clock.monotonic() >= last.at + self._believed_for():
            return True
        return last.sound and since is not None and last.at < since

    def _believed_for(self) -> float:
        if not self._doubts:
            return self._fresh_seconds
        return min(FIRST_RETRY_SECONDS * 2.0 ** min(self._doubts - 1, 10), LAST_RETRY_SECONDS)

    async def _sounding(self) -> Sounding:
        began = self._clock.monotonic()
        # a new fetcher looks up this machine's own name, which takes long when the name server is down
        fetcher = await asyncio.to_thread(Fetcher, self._settings)
        async with fetcher:
            fetched = await asyncio.gather(*(fetcher.fetch(canary.url) for canary in self._canaries))
        troubles = map(_trouble, self._canaries, fetched)
        return Sounding(began, tuple(zip(self._canaries, troubles, strict=True)))


def _trouble(canary: Canary, fetched: Fetched) -> str | None:
    """What is wrong with a canary's answer, in a few words; None when it is as it should be."""
    if fetched.failure is not None:
        return fetched.failure_detail
    if host_of(fetched.final_url) != host_of(canary.url):
        return "it leads to another host"
    if fetched.tls_invalid is not None:
        return fetched.tls_invalid
    if fetched.status is None or not 200 <= fetched.status < 300:
        return f"status {fetched.status}"
    if canary.expects is not None and canary.expects not in fetched.body.decode("utf-8", "replace"):
        return "its text is another one"
    return None


def _sentence(sounding: Sounding) -> str:
    bad = [
        f"{host_of(canary.url)}, {trouble}" for canary, trouble in sounding.troubles if trouble is not None
    ]
    more = f"; and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    count = f"{sounding.good} of {len(sounding.troubles)} canary pages answered as they should"
    return f"Only {count}: {'; '.join(bad[:_NAMED])}{more}."

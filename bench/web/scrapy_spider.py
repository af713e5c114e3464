"""Scrapy's racer: robots.txt and page of each host. `python -m bench.web.scrapy_spider PLAN full|css`.

As fast as its settings make it: uvloop, names known beforehand, no delay, log, cookies, retries or filter
of duplicates; everything else is Scrapy's default. `full` extracts what we extract of every link, by the
functions that `bench.page` races as "lxml.html", and spares Scrapy its own parse; `css` takes address,
anchor text and rel by selectors, as a spider usually does, which is less than we do.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from bench.page import lxml_answer
from bench.web import names, pages
from bench.web.measuring import Result, cpu_by_process, peak_megabytes
from bench.web.names import Plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response


def settings(plan: Plan) -> dict[str, Any]:
    return {
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": plan.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": 30,
        "DOWNLOAD_VERIFY_CERTIFICATES": bool(plan.tls),
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "COOKIES_ENABLED": False,
        "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "USER_AGENT": "Linkstead-bench (+https://github.com/linkstead/linkstead)",
    }


class KnownNames:
    """Names without a look-up, as our racer has them."""

    def getHostByName(self, name: str, timeout: object = ()) -> Any:  # noqa: ANN401, ARG002, N802 (Twisted's)
        from twisted.internet import defer

        return defer.succeed(names.address(names.number_of_host(name)))


class Looker(scrapy.Spider):
    name = "looker"

    def __init__(self, urls: list[str], counts: Counter[str], *, full: bool, **named: Any) -> None:  # noqa: ANN401
        super().__init__(**named)
        self._urls = urls
        self._counts = counts
        self._full = full

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self._urls:
            yield scrapy.Request(url)

    def parse(self, response: Response) -> None:
        links = _every_fact(response) if self._full else _css_facts(response)
        found = sum(url == pages.TARGET for url in links)
        self._counts["pages"] += 1
        self._counts["found"] += bool(found)
        self._counts["links"] += found


def _every_fact(response: Response) -> list[object]:
    answer = lxml_answer(response.body)
    return [] if answer is None else [link[0] for link in answer[0]]


def _css_facts(response: Response) -> list[object]:
    _page = (
        response.css("title::text").get(""),
        response.css("meta[name=robots]::attr(content)").getall(),
        response.css("link[rel=canonical]::attr(href)").get(),
        response.css("html::attr(lang)").get(),
    )
    links = [
        (
            response.urljoin(link.attrib["href"]),
            " ".join(link.xpath("string()").get("").split()),
            link.attrib.get("rel", "").lower().split(),
        )
        for link in response.css("a[href], area[href]")
    ]
    return [link[0] for link in links]


async def race(plan: Plan, *, full: bool) -> Result:
    runner = AsyncCrawlerRunner(settings(plan))
    counts: Counter[str] = Counter()
    middle = plan.first + plan.warm
    await runner.crawl(Looker, urls=plan.urls(plan.first, middle), counts=counts, full=full)
    counts.clear()
    before, start = cpu_by_process(), time.perf_counter()
    await runner.crawl(Looker, urls=plan.urls(middle, plan.last), counts=counts, full=full)
    wall = time.perf_counter() - start
    cpu = sum(cpu_by_process()) - sum(before)
    return Result(counts["pages"], counts["found"], counts["links"], cpu, wall, peak_megabytes(), {})


def main() -> None:
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor", "uvloop.Loop")
    from twisted.internet import defer, reactor, task
    from twisted.internet.interfaces import IResolverSimple
    from zope.interface import implementer

    reactor.installResolver(implementer(IResolverSimple)(KnownNames)())
    plan, full = Plan(*json.loads(sys.argv[1])), "full" in sys.argv[2:]

    def run(_reactor: object) -> defer.Deferred[None]:
        return defer.Deferred.fromCoroutine(tell())

    async def tell() -> None:
        (await defer.Deferred.fromFuture(_future(race(plan, full=full)))).tell()

    task.react(run, (), reactor)


def _future(work: Any) -> Any:  # noqa: ANN401
    import asyncio

    return asyncio.ensure_future(work)


if __name__ == "__main__":
    main()

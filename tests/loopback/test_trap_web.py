from __future__ import annotations

import pickle

import pytest

from linkstead.link import REASON_OUTCOME, Outcome, Reason, Verdict
from linkstead.monitor.fetch import Fetched, Fetcher, run
from linkstead.monitor.neighbours import moved_verdict, neighbours
from linkstead.monitor.verify import look
from linkstead.page import read_page
from tests.loopback import traps
from tests.loopback.web import Answer, LoopbackWeb

NOW = 1_750_000_000


async def _fetch_all(web: LoopbackWeb) -> dict[str, Fetched]:
    async with Fetcher(web.settings()) as fetcher:
        return {trap.path: await fetcher.fetch(web.url(traps.HOST, trap.path)) for trap in traps.TRAPS}


@pytest.fixture(scope="module")
def fetched() -> dict[str, Fetched]:
    with LoopbackWeb(traps.pages()) as web:
        key = (traps.HOST, "/answers/to-another-site")
        web.pages[key] = Answer.redirect(web.url(traps.OTHER_HOST, "/"))
        return run(_fetch_all(web))


@pytest.mark.parametrize("trap", traps.TRAPS, ids=str)
def test_the_verdict_is_the_truth(trap: traps.Trap, fetched: dict[str, Fetched]) -> None:
    verdict = look(fetched[trap.path], target=trap.target, site=traps.SITE, now=NOW)
    assert verdict.reason == trap.reason, verdict.explanation
    assert verdict.outcome is REASON_OUTCOME[Reason(trap.reason)]
    assert verdict.followed is trap.followed
    assert verdict.nofollow_from == trap.nofollow
    if trap.reason == "link_present":
        assert verdict.noindex_from == trap.noindex
        assert verdict.indexable is (not trap.noindex)
        assert verdict.speaks is not None
        assert verdict.speaks.hidden == trap.hidden
    if trap.links is not None:
        assert len(verdict.links) == trap.links


@pytest.mark.parametrize("trap", traps.TRAPS, ids=str)
def test_the_explanation_is_one_sentence(trap: traps.Trap, fetched: dict[str, Fetched]) -> None:
    text = look(fetched[trap.path], target=trap.target, site=traps.SITE, now=NOW).explanation
    assert text.endswith(".")
    assert "None" not in text
    assert "{" not in text
    assert "127." not in text


async def _looked_beside(web: LoopbackWeb, trap: traps.Trap) -> tuple[list[str], Verdict]:
    """The paths of the neighbours, and the verdict after looking at them until the link is found."""
    async with Fetcher(web.settings()) as fetcher:

        async def judged(url: str) -> tuple[Fetched, Verdict]:
            fetched = await fetcher.fetch(url)
            return fetched, look(fetched, target=trap.target, site=traps.SITE, now=NOW)

        fetched, verdict = await judged(web.url(traps.HOST, trap.path))
        page = read_page(fetched.body, url=fetched.final_url, headers=fetched.headers)
        beside = neighbours(page, fetched)
        for neighbour in beside:
            if verdict.outcome is Outcome.MISSING:
                verdict = moved_verdict(verdict, (await judged(neighbour.url))[1], neighbour)
        site = web.url(traps.HOST, "")
        return [neighbour.url.removeprefix(site).partition("#")[0] for neighbour in beside], verdict


@pytest.mark.parametrize("trap", traps.MOVED, ids=str)
def test_a_link_that_moved_is_looked_for_beside_its_page(trap: traps.Trap) -> None:
    with LoopbackWeb(traps.pages()) as web:
        paths, verdict = run(_looked_beside(web, trap))
    assert tuple(paths) == trap.neighbours
    assert verdict.via == trap.via
    assert verdict.outcome is (Outcome.MISSING if trap.via is None else Outcome.FOUND)
    assert verdict.page_url.endswith(trap.path)
    if trap.via is not None:
        assert verdict.explanation.startswith("The link has moved to the ")
        assert verdict.final_url is not None
        assert verdict.final_url.endswith(paths[-1])


def test_a_look_travels_to_a_child_process_and_back(fetched: dict[str, Fetched]) -> None:
    there = pickle.loads(pickle.dumps(fetched["/found/plain"]))
    verdict = look(there, target=traps.TARGET, site=traps.SITE, now=NOW)
    assert pickle.loads(pickle.dumps(verdict)) == verdict


def test_the_whole_way_is_recorded(fetched: dict[str, Fetched]) -> None:
    verdict = look(fetched["/found/over-two-redirects"], target=traps.TARGET, site=traps.SITE, now=NOW)
    assert [redirect.status for redirect in verdict.redirects] == [302, 308]
    assert verdict.final_url is not None
    assert verdict.final_url.endswith("/found/plain")
    assert verdict.page_url.endswith("/found/over-two-redirects")

"""What a look reads of the page itself: kept once, read anew in time, never of a page that was not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linkstead.journey.page_facts import networks_of, page_of, renew_traits, traits_of
from linkstead.journey.patrol import Hooks, Orders, Patrol
from linkstead.monitor.fetch import run
from linkstead.profile import appointments, page_facts
from linkstead.profile.page_facts import MOST_PAGES, PageFactsRow
from tests.loopback.web import Answer, LoopbackWeb
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

NOW = 1_800_000_000
DAY = 86_400
HOST = "127.77.0.1"  # the web's first address, so that page and robots.txt need no name
BODY = """<html lang=de><head><title>Rosen schneiden</title><script>gtag('config', 'G-ABCDEF1234')</script>
<meta name=generator content="WordPress 6"></head><body><main><p>Ein Wort. <a href='https://example.com/'>wir</a>
und <a href='https://other.org/x'>andere</a></p></main></body></html>"""
PARKED = (
    "<title>page.example is for sale</title><p>Buy this domain. The domain is parked free at a registrar.</p>"
)
CHALLENGE = "<title>Just a moment...</title><p>Checking your browser before accessing. cf-chl-bypass</p>"


def look(store: Store, web: LoopbackWeb, project: int, at: int) -> dict[str, Any] | None:
    """Look at the page at a moment; what is kept of it afterwards."""
    appointments.ask_all(store, project, run_id=None, now=at, before=at)
    orders = Orders(web.settings(), f"test{at}", idle_seconds=0.05, until_idle=True)
    run(Patrol(store, orders, None, Hooks(now=lambda: at)).run())
    page_id = store.query("SELECT id FROM page")[0][0]
    return page_facts.of_pages(store, [page_id]).get(page_id)


@pytest.fixture
def web() -> Any:
    with LoopbackWeb({(HOST, "/a"): Answer.html(BODY)}) as running:
        yield running


@pytest.fixture
def project(store: Store, web: LoopbackWeb) -> int:
    project_id = new_project(store)
    merge(store, project_id, sighting(page_url=web.url(HOST, "/a"), page_domain=HOST))
    return project_id


def test_a_look_keeps_what_the_page_is_like(store: Store, web: LoopbackWeb, project: int) -> None:
    facts = look(store, web, project, NOW)
    assert facts is not None
    assert (facts["title"], facts["language"], facts["ids"]) == ("Rosen schneiden", "de", ["G-ABCDEF1234"])
    assert (facts["outlinks"], facts["outlinked_domains"], len(facts["outlinked"])) == (2, 2, 2)
    assert (facts["parked"], facts["soft_404"]) == (False, False)
    assert store.query("SELECT at, block FROM page_facts") == [(NOW, "127.77.0.0/24")]
    ((domain_id,),) = store.query("SELECT id FROM domain")
    rows = page_facts.of_domains(store, [domain_id])[domain_id]
    assert traits_of(rows).block == "127.77.0.0/24"
    renew_traits(store, project, [domain_id])
    network = networks_of(store, project, None).of(domain_id, traits_of(rows), key=1)
    assert (network.same_ids, network.same_block, network.reciprocal) == (0, 0, None)


def test_facts_are_read_anew_after_a_month_and_not_at_each_look(
    store: Store, web: LoopbackWeb, project: int
) -> None:
    look(store, web, project, NOW)
    web.pages[HOST, "/a"] = Answer.html(BODY.replace("Rosen", "Tulpen"))
    early = look(store, web, project, NOW + 7 * DAY)
    assert early is not None
    assert early["title"] == "Rosen schneiden"
    late = look(store, web, project, NOW + 40 * DAY)
    assert late is not None
    assert late["title"] == "Tulpen schneiden"


def test_a_page_without_facts_is_asked_for_as_a_whole(store: Store, web: LoopbackWeb, project: int) -> None:
    """As in a store that an earlier release kept: its pages were read, and never counted."""
    web.pages[HOST, "/a"] = lambda hit: (
        Answer.html(BODY, ("ETag", '"1"')) if "if-none-match" not in hit.headers else Answer(status=304)
    )
    look(store, web, project, NOW)
    store.execute("DELETE FROM page_facts")
    assert look(store, web, project, NOW + DAY) is not None


def test_a_page_that_parks_is_told_at_once_and_forgiven_when_it_is_back(
    store: Store, web: LoopbackWeb, project: int
) -> None:
    look(store, web, project, NOW)
    web.pages[HOST, "/a"] = Answer.html(PARKED)
    look(store, web, project, NOW + DAY)  # in doubt now, so that the next look counts the page again
    parked = look(store, web, project, NOW + 3 * DAY)
    assert parked is not None
    assert parked["parked"] is True
    web.pages[HOST, "/a"] = Answer.html(BODY)
    back = look(store, web, project, NOW + 5 * DAY)
    assert back is not None
    assert back["parked"] is False


def test_a_challenge_says_nothing_of_the_page(store: Store, web: LoopbackWeb, project: int) -> None:
    web.pages[HOST, "/a"] = Answer.html(CHALLENGE).but(status=403)
    assert look(store, web, project, NOW) is None


def row(page_id: int, **facts: Any) -> PageFactsRow:
    return PageFactsRow(page_id, 7, 1, None, {"url": f"https://d.example/{page_id}"} | facts)


def test_a_domain_is_judged_by_its_middle_page() -> None:
    page = page_of([row(1, outlinked_domains=900), row(2, outlinked_domains=3), row(3, outlinked_domains=10)])
    assert page.outlinked_domains == 10


def test_one_parked_page_of_three_does_not_park_a_domain() -> None:
    assert page_of([row(1, parked=True), row(2, parked=False), row(3, parked=False)]).parked is False
    assert page_of([row(1, parked=True), row(2, parked=True), row(3, parked=False)]).parked is True


def test_names_of_other_releases_are_left_out() -> None:
    assert page_of([row(1, words=5, weather="fine")]).words == 5


def test_of_a_large_domain_some_pages_are_read(store: Store, project: int) -> None:
    rows = [PageFactsRow(1_000 + n, 7, 1, None, {"words": n}) for n in range(MOST_PAGES + 30)]
    with store.transaction():
        page_facts.keep(store, project, rows)
    assert len(page_facts.of_domains(store, [7])[7]) == MOST_PAGES
    assert page_facts.of_domains(store, [8]) == {}


def test_a_title_with_a_nul_can_be_kept(store: Store, project: int) -> None:
    with store.transaction():
        page_facts.keep(store, project, [PageFactsRow(5, 7, 1, None, {"title": "a\0b", "words": None})])
    assert page_facts.of_pages(store, [5]) == {5: {"title": "ab"}}

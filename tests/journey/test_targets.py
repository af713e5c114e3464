"""The target side on a web of our own: what fails, what redirects, what could replace it, who is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.journey.replacements import SITEMAP_AGAIN, refresh_site_pages
from linkstead.journey.targets import (
    Seen,
    TargetFacts,
    TargetSitting,
    look_at_targets,
    outcome_after,
    seen_in,
    target_readers,
)
from linkstead.link import Reason, Redirect
from linkstead.monitor.canary import Canary, NetworkWatch
from linkstead.monitor.fetch import Fetched, Fetcher
from linkstead.profile import events, targets
from linkstead.profile.figures import summary
from linkstead.profile.targets import CONFIRM_AFTER, CONFIRM_SILENCE_AFTER, DueTarget
from linkstead.quality import audit
from tests.loopback.web import Answer, LoopbackWeb
from tests.profile import conftest as stores
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.page.bounded import BoundedCalls
    from linkstead.profile.store import Store
    from linkstead.summary import TargetRow

store = stores.store
postgresql_store = stores.postgresql_store
if stores.new_database is not None:
    postgresql_server = stores.postgresql_server

SITE = "harborlight.example"
NOW = 1_800_000_000
DAY = 86_400


@dataclass
class World:
    """A site of ours on loopback, a project about it, and a clock that is set by hand."""

    web: LoopbackWeb
    store: Store
    project: int
    readers: BoundedCalls[TargetFacts]
    now: int = NOW

    def url(self, path: str) -> str:
        return self.web.url(SITE, path)

    def page(self, path: str, answer: Answer | str) -> None:
        html = f"<title>{answer}</title><p>{'Words of a page. ' * 60}</p>"
        self.web.pages[SITE, path] = Answer.html(html) if isinstance(answer, str) else answer

    def linked(self, *paths: str, **told: Any) -> None:
        """One backlink to each path, two to a path that is given twice."""
        found = [
            sighting(n, **({"target_url": self.url(path), "anchor_text": "read"} | told))
            for n, path in enumerate(paths, start=1)
        ]
        merge(self.store, self.project, *found)

    def look(self, *, before: int | None = None, **more: Any) -> int:
        """Look at everything that was not looked at for a day, and at what is in doubt."""
        own = {name: more.pop(name) for name in ("network", "sitemaps") if name in more}

        async def looking() -> int:
            sitting = TargetSitting(self.store, self.project, lambda: self.now, readers=self.readers, **own)
            async with Fetcher(self.web.settings()) as fetcher:
                return await sitting.run(fetcher, before=self.now - DAY if before is None else before, **more)

        return asyncio.run(looking())

    def rows(self) -> dict[str, TargetRow]:
        found = summary(self.store, self.project, now=self.now).targets
        return {row.url.removeprefix(self.url("")): row for row in found}

    def outcome(self, path: str) -> str:
        return self.rows()[path].outcome

    def told(self) -> list[str]:
        """The kinds of events, the oldest first."""
        return [str(event.kind) for event in reversed(events.of_project(self.store, self.project))]


@pytest.fixture(scope="module")
def readers() -> Iterator[BoundedCalls[TargetFacts]]:
    with target_readers() as opened:
        yield opened


@pytest.fixture
def world(store: Store, readers: BoundedCalls[TargetFacts]) -> Iterator[World]:
    with LoopbackWeb(names=(SITE, f"www.{SITE}", "canary.example")) as web:
        yield World(web, store, new_project(store, SITE), readers)


# -- what is seen -------------------------------------------------------------------------------


def test_each_kind_of_target_is_told_apart(world: World) -> None:
    world.page("/fine", "The tide tables")
    world.page("/moved", Answer.redirect("/fine", 301))
    world.page("/failing", Answer.html("<p>Sorry", status=500))
    world.page("/closed", Answer.html("<p>No", status=403))
    world.page("/chart.pdf", Answer(200, b"%PDF-1.7 ...", (("Content-Type", "application/pdf"),)))
    world.page("/loop", Answer.redirect("/loop", 301))
    world.linked("/fine", "/moved", "/failing", "/closed", "/chart.pdf", "/loop", "/missing")
    assert world.look() == 7
    assert {path: row.outcome for path, row in world.rows().items()} == {
        "/fine": "ok",
        "/moved": "redirected",
        "/failing": "in doubt",
        "/closed": "unknown",
        "/chart.pdf": "ok",
        "/loop": "in doubt",
        "/missing": "broken",
    }


def test_the_end_of_a_chain_is_kept_with_its_hops_title_and_canonical(world: World) -> None:
    page = f'<title>Tides &amp; lamps</title><link rel=canonical href="{world.url("/tides?utm_source=x")}">'
    world.page("/tides-2", Answer.html(page + "<p>" + "Words. " * 80))
    world.page("/a", Answer.redirect("/b", 301))
    world.page("/b", Answer.redirect("/tides-2", 302))
    world.linked("/a")
    world.look()
    row = world.rows()["/a"]
    assert row.chain == (f"301 {world.url('/b')}", f"302 {world.url('/tides-2')}")
    assert (row.final_url, row.canonical) == (world.url("/tides-2"), world.url("/tides"))
    assert world.store.query("SELECT title FROM target WHERE url = ?", (world.url("/a"),)) == [
        ("Tides & lamps",)
    ]
    rules = {
        finding.rule for finding in audit(summary(world.store, world.project, now=NOW), now=NOW).findings
    }
    assert {"LS004", "LS005", "LS029"} <= rules


def test_a_chain_that_ends_in_a_404_is_broken(world: World) -> None:
    world.page("/a", Answer.redirect("/gone", 301))
    world.linked("/a")
    world.look()
    assert (world.outcome("/a"), world.rows()["/a"].http_status) == ("broken", 404)


def test_a_page_that_says_not_found_with_a_200_fails(world: World) -> None:
    world.page("/soft", Answer.html("<title>Page not found</title><p>Sorry, it is not here."))
    world.page("/about-404", "How to write a page not found message")
    world.linked("/soft", "/about-404")
    world.look()
    assert (world.outcome("/soft"), world.outcome("/about-404")) == ("in doubt", "ok")


def test_a_challenge_says_nothing_of_the_page(world: World) -> None:
    world.page("/a", Answer.html("<title>Just a moment...</title><p>Wait", status=503))
    world.page("/b", Answer.html("<p>x", ("cf-mitigated", "challenge"), status=404))
    world.linked("/a", "/b")
    world.look()
    assert {row.outcome for row in world.rows().values()} == {"unknown"}


def test_a_host_that_asks_us_to_come_back_was_not_looked_at(world: World) -> None:
    busy = Answer.html("<p>Later", ("Retry-After", "600"), status=503)
    world.page("/a", busy)
    world.page("/b", busy)
    world.linked("/a", "/b")
    assert world.look() == 1
    assert sorted(row.outcome for row in world.rows().values()) == ["in doubt", "unknown"]
    assert len(targets.due_targets(world.store, world.project, before=NOW)) == 1


# -- confirmation -------------------------------------------------------------------------------


def before(outcome: str | None, checked_at: int | None = NOW) -> DueTarget:
    return DueTarget(1, "https://example.com/a", outcome, None, checked_at)


@pytest.mark.parametrize(
    ("was", "seen", "after", "expected"),
    [
        (None, Seen.ANSWERS, 0, "ok"),
        (None, Seen.MOVED, 0, "redirected"),
        (None, Seen.FAILS, 0, "in doubt"),
        (None, Seen.SILENT, 0, "in doubt"),
        (None, Seen.NOTHING, 0, "unknown"),
        ("ok", Seen.FAILS, DAY, "in doubt"),
        ("redirected", Seen.FAILS, DAY, "in doubt"),
        ("unknown", Seen.FAILS, DAY, "in doubt"),
        ("ok", Seen.NOTHING, DAY, "unknown"),
        ("in doubt", Seen.FAILS, CONFIRM_AFTER - 1, "in doubt"),
        ("in doubt", Seen.FAILS, CONFIRM_AFTER, "broken"),
        ("in doubt", Seen.SILENT, CONFIRM_AFTER, "in doubt"),
        ("in doubt", Seen.SILENT, CONFIRM_SILENCE_AFTER, "broken"),
        ("in doubt", Seen.ANSWERS, 1, "ok"),
        ("in doubt", Seen.NOTHING, DAY, "unknown"),
        ("broken", Seen.FAILS, 1, "broken"),
        ("broken", Seen.SILENT, 1, "broken"),
        ("broken", Seen.NOTHING, DAY, "broken"),
        ("broken", Seen.ANSWERS, 1, "ok"),
        ("broken", Seen.MOVED, 1, "redirected"),
    ],
)
def test_the_outcome_follows_from_the_look_and_the_one_before(
    was: str | None, seen: Seen, after: int, expected: str
) -> None:
    assert outcome_after(before(was), seen, NOW + after).outcome == expected


def test_a_second_look_at_the_same_moment_leaves_the_time_of_the_first() -> None:
    assert outcome_after(before("in doubt"), Seen.FAILS, NOW + 60).checked_at == NOW
    assert outcome_after(before("in doubt"), Seen.FAILS, NOW + DAY).checked_at == NOW + DAY


A = "https://example.com/a"


def fetched(status: int | None, failure: Reason | None = None, *, final: str = A) -> Fetched:
    hops = () if final == A else (Redirect(A, 301, final),)
    return Fetched(A, final, hops, status, failure=failure)


@pytest.mark.parametrize(
    ("answer", "facts", "expected"),
    [
        (fetched(200), TargetFacts(), Seen.ANSWERS),
        (fetched(200, final="https://example.com/b"), TargetFacts(), Seen.MOVED),
        (fetched(200, Reason.NOT_HTML), TargetFacts(), Seen.ANSWERS),
        (fetched(200, Reason.BOMB), TargetFacts(), Seen.ANSWERS),
        (fetched(200, Reason.TIMEOUT), TargetFacts(), Seen.NOTHING),
        (fetched(200), TargetFacts(sign="gone"), Seen.FAILS),
        (fetched(200), TargetFacts(sign="challenge"), Seen.NOTHING),
        (fetched(503), TargetFacts(sign="challenge"), Seen.NOTHING),
        (fetched(404), TargetFacts(), Seen.FAILS),
        (fetched(410), TargetFacts(), Seen.FAILS),
        (fetched(500), TargetFacts(), Seen.FAILS),
        (fetched(401), TargetFacts(), Seen.NOTHING),
        (fetched(429), TargetFacts(), Seen.NOTHING),
        (fetched(999), TargetFacts(), Seen.FAILS),
        (fetched(301, Reason.REDIRECT_LOOP), TargetFacts(), Seen.FAILS),
        (fetched(301, Reason.BAD_REDIRECT), TargetFacts(), Seen.FAILS),
        (fetched(301, Reason.DNS), TargetFacts(), Seen.SILENT),
        (fetched(None, Reason.DNS), TargetFacts(), Seen.SILENT),
        (fetched(None, Reason.TIMEOUT), TargetFacts(), Seen.SILENT),
        (fetched(None, Reason.ROBOTS), TargetFacts(), Seen.NOTHING),
        (fetched(None, Reason.ADDRESS_REFUSED), TargetFacts(), Seen.NOTHING),
        (fetched(None, Reason.SELF), TargetFacts(), Seen.NOTHING),
    ],
)
def test_what_a_fetch_says_of_a_target(answer: Fetched, facts: TargetFacts, expected: Seen) -> None:
    assert seen_in(A, answer, facts) is expected


def test_a_page_is_called_broken_and_told_after_the_second_look_alone(world: World) -> None:
    world.linked("/missing")
    world.look()
    assert (world.outcome("/missing"), world.told()) == ("broken", [])  # shown at once, told to nobody
    world.now += CONFIRM_AFTER - 1
    assert world.look() == 0
    world.now += 1
    assert world.look() == 1
    assert world.told() == ["target_broken"]
    world.now += 2 * DAY
    assert world.look() == 1
    assert world.told() == ["target_broken"]


def test_a_server_that_erred_once_is_told_to_nobody(world: World) -> None:
    world.page("/a", Answer.html("<p>Sorry", status=502))
    world.linked("/a")
    world.look()
    assert world.outcome("/a") == "in doubt"
    world.page("/a", "Here again")
    world.now += CONFIRM_AFTER
    world.look()
    assert (world.outcome("/a"), world.told()) == ("ok", [])


def test_a_repair_is_told_even_when_a_look_in_between_was_blocked(world: World) -> None:
    world.linked("/a")
    for answer in (None, None, Answer.html("<p>No", status=403), "Here again"):
        if answer is not None:
            world.page("/a", answer)
        world.look()
        world.now += 2 * DAY
    assert world.told() == ["target_broken", "target_repaired"]
    repaired = events.of_project(world.store, world.project)[0]
    assert repaired.target_url == world.url("/a")
    assert repaired.before is not None
    assert repaired.after is not None
    assert (repaired.before["outcome"], repaired.after["outcome"]) == ("broken", "ok")


def test_a_target_whose_links_are_all_lost_is_told_to_nobody(world: World) -> None:
    world.linked("/a")
    world.store.execute("UPDATE backlink SET state = 3 WHERE project_id = ?", (world.project,))
    for _ in range(2):
        world.look()
        world.now += 2 * DAY
    assert (world.outcome("/a"), world.told()) == ("broken", [])


def test_silence_is_not_held_against_a_target_while_our_own_network_is_in_doubt(world: World) -> None:
    merge(world.store, world.project, sighting(1, target_url=f"http://gone.{SITE}/"))
    canary = Canary(world.web.url("canary.example"), "the canary")
    watch = NetworkWatch([canary], world.web.settings(), fresh_seconds=0)
    assert world.look(network=watch) == 0
    assert len(targets.due_targets(world.store, world.project, before=NOW)) == 1
    world.web.pages["canary.example", "/"] = Answer.html("<p>the canary sings")
    sound = NetworkWatch([canary], world.web.settings(), fresh_seconds=0)
    assert world.look(network=sound) == 1
    assert [row.outcome for row in world.rows().values()] == ["in doubt"]


# -- a sitting ----------------------------------------------------------------------------------


def test_a_stop_loses_nothing_that_was_seen(world: World) -> None:
    paths = [f"/{n}" for n in range(6)]
    for path in paths:
        world.page(path, f"Page {path}")
    world.linked(*paths)
    looked = world.look(should_stop=lambda: len(world.web.paths()) >= 3)
    assert looked in (3, 4)  # the one on its way is waited for
    assert sum(row.outcome == "ok" for row in world.rows().values()) == looked
    assert world.look() == 6 - looked


def test_the_most_linked_come_first_and_progress_is_told(world: World) -> None:
    for path in ("/a", "/b"):
        world.page(path, path)
    world.linked("/a", "/b", "/b")
    steps: list[tuple[int, int | None]] = []
    assert world.look(limit=1, progress=lambda step: steps.append((step.done, step.total))) == 1
    assert steps == [(1, 1)]
    assert (world.outcome("/b"), world.outcome("/a")) == ("ok", "unknown")


def test_what_was_seen_before_an_error_is_written(world: World) -> None:
    for path in ("/a", "/b"):
        world.page(path, path)
    world.linked("/a", "/b", "/b")

    def stumble(_: object) -> None:
        raise OSError("the terminal is gone")

    with pytest.raises(ExceptionGroup):
        world.look(progress=stumble)
    assert "ok" in {row.outcome for row in world.rows().values()}


def test_the_plain_call_does_the_same(world: World) -> None:
    world.page("/a", "A page")
    world.linked("/a")

    async def looking() -> int:
        async with Fetcher(world.web.settings()) as fetcher:
            return await look_at_targets(
                world.store, world.project, fetcher, now=lambda: world.now, before=NOW
            )

    assert asyncio.run(looking()) == 1
    assert world.outcome("/a") == "ok"


# -- replacements -------------------------------------------------------------------------------


def sitemap(world: World, *paths: str) -> Answer:
    entries = "".join(f"<url><loc>{world.url(path)}</loc></url>" for path in paths)
    return Answer(200, f"<urlset>{entries}</urlset>".encode(), (("Content-Type", "text/xml"),))


def test_a_failing_page_gets_a_suggestion_from_the_sitemap(world: World) -> None:
    world.page("/sitemap.xml", sitemap(world, "/", "/guides/tide-tables", "/guides/fog-signals"))
    world.linked("/old/tide-tables.html", "/old/tide-tables.html", "/recipes/fish-soup")
    world.look(sitemaps=world.web.settings())
    row = world.rows()["/old/tide-tables.html"]
    assert row.suggested_url == world.url("/guides/tide-tables")
    assert (row.suggested_score or 0) > 80
    assert row.suggested_why == "The same name in another place: tide tables."
    assert world.rows()["/recipes/fish-soup"].suggested_url == world.url("/")
    judged = audit(summary(world.store, world.project, now=NOW), now=NOW)
    evidence = next(finding.evidence for finding in judged.findings if finding.rule == "LS003")
    assert evidence[0]["suggested_page"] == world.url("/guides/tide-tables")


def test_known_targets_anchor_texts_and_the_former_title_lead_to_a_suggestion(world: World) -> None:
    world.page("/guides/fresnel", "The history of the Fresnel lens")
    world.page("/p/48213", "Night navigation")
    world.page("/beam-range", "Beam range calculator")
    world.linked("/guides/fresnel", "/p/48213", "/beam-range")
    merge(
        world.store,
        world.project,
        sighting(9, target_url=world.url("/p/7"), anchor_text="history of the fresnel lens"),
    )
    world.look()
    world.web.pages.pop((SITE, "/p/48213"))
    world.page("/basics/night-navigation", "Night navigation basics")
    merge(world.store, world.project, sighting(10, target_url=world.url("/basics/night-navigation")))
    world.now += 2 * DAY
    world.look()
    rows = world.rows()
    assert rows["/p/7"].suggested_url == world.url("/guides/fresnel")
    assert rows["/p/48213"].suggested_url == world.url("/basics/night-navigation")


def test_a_page_that_answers_again_loses_its_suggestion(world: World) -> None:
    world.page("/guides/tide-tables", "Tide tables")
    world.linked("/tide-tables", "/guides/tide-tables")
    world.look()
    assert world.rows()["/tide-tables"].suggested_url == world.url("/guides/tide-tables")
    world.page("/tide-tables", "Back")
    world.now += DAY
    world.look()
    assert world.rows()["/tide-tables"].suggested_url is None


def refresh(world: World) -> Any:
    return asyncio.run(
        refresh_site_pages(world.store, world.project, world.web.settings(), now=lambda: world.now)
    )


def test_sitemaps_are_read_when_a_page_fails_and_again_after_a_week(world: World) -> None:
    world.page("/sitemap.xml", sitemap(world, "/a", "/b"))
    world.page("/fine", "Fine")
    world.linked("/fine")
    world.look()
    assert refresh(world) is None  # nothing fails, so nothing is asked
    merge(world.store, world.project, sighting(5, target_url=world.url("/missing")))
    world.look()
    assert len(refresh(world).urls) == 2
    assert refresh(world) is None
    world.page("/sitemap.xml", sitemap(world, "/b", "/c"))
    world.now += SITEMAP_AGAIN
    assert refresh(world).complete
    urls = [url for url, _ in targets.replacements(world.store, world.project)]
    assert urls == [world.url(path) for path in ("/fine", "/b", "/c")]


def test_a_site_without_a_sitemap_keeps_what_was_known(world: World) -> None:
    world.page("/sitemap.xml", sitemap(world, "/a"))
    world.page("/fine", "Fine")
    world.linked("/fine", "/missing")
    world.look(sitemaps=world.web.settings())
    world.web.pages.pop((SITE, "/sitemap.xml"))
    world.now += SITEMAP_AGAIN
    reading = refresh(world)
    assert (reading.urls, reading.complete) == ((), False)
    assert targets.site_pages_read_at(world.store, world.project) == NOW

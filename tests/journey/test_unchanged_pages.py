"""A server calls a page unchanged (304), though what a header or robots.txt says of it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.journey.patrol import Hooks, Orders, Patrol
from linkstead.monitor.fetch import run
from linkstead.profile import appointments
from linkstead.profile.store import open_workspace
from tests.loopback.web import Answer, Hit, LoopbackWeb
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.profile.store import Store

NOW = 1_800_000_000
WEEK = 7 * 86_400
HOST = "127.77.0.1"  # the web's first address, so that page and robots.txt need no name
NO_INDEX = ("X-Robots-Tag", "noindex")
NO_GOOGLE = "User-agent: Googlebot\nDisallow: /\n"
BODY = "<title>Log</title><main><p>See <a href='https://example.com/'>us</a>.</p></main>"


def unchanged_page(*headers: tuple[str, str]) -> object:
    """A page whose body never changes, with these headers beside it."""

    def answer(hit: Hit) -> Answer:
        more = (("ETag", '"1"'), *headers)
        if hit.headers.get("if-none-match") == '"1"':
            return Answer(raw=_not_modified(more))
        return Answer.html(BODY, *more)

    return answer


def _not_modified(headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = ["HTTP/1.1 304 Not Modified", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode()


def look(store: Store, web: LoopbackWeb, project: int, at: int) -> tuple[object, ...]:
    """Look at the page at a moment; (unchanged, indexable, noindex_from) of that look."""
    appointments.ask_all(store, project, run_id=None, now=at, before=at)
    orders = Orders(web.settings(), f"test{at}", idle_seconds=0.05, until_idle=True)
    run(Patrol(store, orders, None, Hooks(now=lambda: at)).run())
    (row,) = store.query(
        "SELECT unchanged, indexable, noindex_from FROM look ORDER BY checked_at DESC LIMIT 1"
    )
    return row


@pytest.mark.parametrize(
    ("before", "after", "first", "second"),
    [
        (((), ""), ((), ""), (0, 1, None), (1, 1, None)),
        (((NO_INDEX,), ""), ((), ""), (0, 0, "X-Robots-Tag"), (0, 1, None)),
        (((), ""), ((NO_INDEX,), ""), (0, 1, None), (0, 0, "X-Robots-Tag")),
        (((), ""), ((), NO_GOOGLE), (0, 1, None), (0, 0, "robots.txt")),
        (((), NO_GOOGLE), ((), ""), (0, 0, "robots.txt"), (0, 1, None)),
    ],
    ids=["nothing changes", "header goes", "header comes", "robots.txt forbids", "robots.txt allows"],
)
def test_an_unchanged_body_is_read_again_when_what_stands_beside_it_could_tell_otherwise(
    tmp_path: Path,
    before: tuple[tuple[tuple[str, str], ...], str],
    after: tuple[tuple[tuple[str, str], ...], str],
    first: tuple[object, ...],
    second: tuple[object, ...],
) -> None:
    with (
        LoopbackWeb({(HOST, "/a"): unchanged_page(*before[0])}) as web,
        open_workspace(tmp_path / "profile.sqlite3") as store,
    ):
        project = new_project(store)
        merge(store, project, sighting(page_url=web.url(HOST, "/a"), page_domain=HOST))
        web.pages[HOST, "/robots.txt"] = Answer.text(before[1])
        assert look(store, web, project, NOW) == first
        web.pages[HOST, "/a"] = unchanged_page(*after[0])
        web.pages[HOST, "/robots.txt"] = Answer.text(after[1])
        assert look(store, web, project, NOW + WEEK) == second

"""Looking at links: asked for on a page, done by the monitor, on a web of our own on loopback."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from linkstead.server.projects.models import Project


class _Pages(BaseHTTPRequestHandler):
    """/link... has a link to our site, /none... has none, robots.txt allows everything."""

    def do_GET(self) -> None:
        if self.path.startswith("/robots"):
            body, status = b"", 404
        else:
            link = b"<a href='https://example.com/'>example</a>" if self.path.startswith("/link") else b""
            body, status = b"<!doctype html><title>t</title><body><p>words and words " + link + b"</p>", 200
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def owner(database: str, person: Callable[..., Any]) -> Any:
    return person("owner")


@pytest.fixture
def owners(owner: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in(owner)


@pytest.fixture
def project(web: str, owner: Any, owners: Client, project_of: Callable[..., Project]) -> Project:
    """A project with four links: three are there, one is not. Its target is not looked at from here."""
    from linkstead.server.jobs.working import work

    made = project_of(owner)
    lines = ["Fundort;Ziel"] + [
        f"{web}/{name};https://example.com/" for name in ("link1", "link2", "link3", "none1")
    ]
    owners.post(f"/p/{made.pk}/imports/", {"file": SimpleUploadedFile("a.csv", "\n".join(lines).encode())})
    work(until_idle=True)
    from linkstead.server.tracking.services import imports_of

    run = imports_of(made)[0]
    owners.post(
        f"/p/{made.pk}/imports/{run.pk}/mapping/", {"column-0": "source_url", "column-1": "target_url"}
    )
    work(until_idle=True)
    run.refresh_from_db()
    assert (run.state, run.new_links) == ("done", 4)
    return made


@pytest.fixture(autouse=True)
def _targets_stay_unvisited(monkeypatch: pytest.MonkeyPatch) -> None:
    """example.com is out there; these tests do not leave the machine."""
    from linkstead.profile import targets

    monkeypatch.setattr(targets, "due_targets", lambda *_, **__: [])


def _open() -> None:
    """Begin the checks that wait, as if the targets had been looked at."""
    from linkstead.server.tracking.stores import profile_store
    from linkstead.server.tracking.verifying import open_waiting

    with profile_store() as store:
        store.execute("UPDATE target SET checked_at = 1")
    assert open_waiting() == 1


def _status(owners: Client, project: Project) -> Any:
    return owners.get(f"/p/{project.pk}/check/status/", headers={"accept": "application/json"}).json()


def _monitor() -> int:
    from linkstead.server.jobs.monitoring import monitor

    return monitor(until_idle=True)


def test_a_check_that_somebody_asked_for_is_done_by_the_monitor(owners: Client, project: Project) -> None:
    assert _status(owners, project) == {"state": None}
    assert owners.post(f"/p/{project.pk}/check/").status_code == 302
    assert _status(owners, project)["state"] == "waiting"
    assert "delay:1s" in owners.get(f"/p/{project.pk}/check/status/").content.decode()
    assert _monitor() == 4
    told = _status(owners, project)
    assert (told["state"], told["pages"], told["links"]) == ("done", 4, 4)
    assert told["outcomes"] == {"found": 3, "missing": 1}
    assert "delay:1s" not in owners.get(f"/p/{project.pk}/check/status/").content.decode()


def test_chosen_links_are_looked_at_and_no_others(owners: Client, project: Project) -> None:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        ids = [
            row[0]
            for row in store.query("SELECT id FROM backlink WHERE project_id = ? ORDER BY id", (project.pk,))
        ]
    owners.post(f"/p/{project.pk}/check/", {"backlink": ids[:2]})
    _monitor()
    assert _status(owners, project)["links"] == 2


def test_asking_twice_gives_one_check(owners: Client, project: Project) -> None:
    from linkstead.server.tracking.models import VerifyRun

    for _ in range(2):
        owners.post(f"/p/{project.pk}/check/")
    assert VerifyRun.objects.filter(project=project).count() == 1


def test_a_check_can_be_cancelled_before_it_starts_and_asked_for_again(
    owners: Client, project: Project
) -> None:
    owners.post(f"/p/{project.pk}/check/")
    owners.post(f"/p/{project.pk}/check/cancel/")
    assert _status(owners, project)["state"] == "cancelled"
    assert _monitor() == 0
    owners.post(f"/p/{project.pk}/check/")
    assert _monitor() == 4
    assert _status(owners, project)["state"] == "done"


def test_a_monitor_that_is_asked_to_end_leaves_the_rest_to_the_next(
    owners: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.journey.patrol import Patrol
    from linkstead.server import stopping

    owners.post(f"/p/{project.pk}/check/")
    with monkeypatch.context() as patched:
        patched.setattr(Patrol, "_tell", lambda patrol: stopping.ASKED.set())
        patched.setenv("LINKSTEAD_FETCH_CONCURRENCY", "1")
        _monitor()
    first = _status(owners, project)
    assert first["state"] == "running"
    assert 0 < first["pages"] < 4
    stopping.ASKED.clear()
    _monitor()
    told = _status(owners, project)
    assert (told["state"], told["links"]) == ("done", 4), "nothing is looked at twice in one check"


def test_a_check_whose_monitor_died_is_taken_up_by_another(owners: Client, project: Project) -> None:
    from linkstead.profile import hosts
    from linkstead.server.jobs.reaper import reap
    from linkstead.server.tracking.stores import profile_store

    owners.post(f"/p/{project.pk}/check/")
    _open()
    with profile_store() as store:
        held = hosts.claim(store, "monitor-that-is-dead", now=int(time.time()), limit=10)
    assert len(held) == 1
    assert reap() == 1
    assert _monitor() == 4
    assert _status(owners, project)["state"] == "done"


def test_a_monitor_whose_hosts_were_taken_over_writes_nothing_more(owners: Client, project: Project) -> None:
    from linkstead.journey.looking import Looked
    from linkstead.journey.rota import Held
    from linkstead.journey.writing import Writer
    from linkstead.link import Outcome, Reason, Verdict
    from linkstead.monitor.fetched import Fetched
    from linkstead.profile import hosts, looks
    from linkstead.server.tracking.stores import work_store

    owners.post(f"/p/{project.pk}/check/")
    _open()
    now = int(time.time())
    with work_store() as store:
        (lease,) = hosts.claim(store, "zombie", now=now, limit=10)
        page = looks.due_on_host(store, lease.key, now=now, limit=1)[0]
        hosts.let_go(store, ["zombie"])
        assert hosts.claim(store, "other", now=now, limit=10)
        verdict = Verdict(Outcome.FOUND, Reason.LINK_PRESENT, "", page.url, "https://example.com/", now)
        look = Looked(page, Fetched(page.url, page.url, status=200), (verdict,), now)
        written = Writer(store, "zombie").write([(Held(lease), look)], {})
        assert (written.fenced, written.pages) == (1, 0)
        assert store.query("SELECT count(*) FROM look") == [(0,)]


def test_a_project_s_row_may_ask_for_a_check(owners: Client, project: Project) -> None:
    from linkstead.server.projects.models import Project as Row

    Row.objects.filter(pk=project.pk).update(verify_requested_at=1_700_000_000)
    assert _monitor() == 4
    assert _status(owners, project)["state"] == "done"
    assert Row.objects.get(pk=project.pk).verify_requested_at is None


def test_links_are_looked_at_on_schedule_where_somebody_once_asked(owners: Client, project: Project) -> None:
    from linkstead.server.tracking.stores import profile_store

    def appointments() -> list[tuple[str, int]]:
        with profile_store() as store:
            return [
                (str(url).rpartition("/")[2], int(at) - int(time.time()))
                for url, at in store.query(
                    "SELECT url, due_at FROM page WHERE due_at IS NOT NULL ORDER BY url"
                )
            ]

    assert _monitor() == 0
    assert appointments() == [], "nobody has asked yet"
    owners.post(f"/p/{project.pk}/check/")
    _monitor()
    due = dict(appointments())
    assert list(due) == ["link1", "link2", "link3", "none1"]
    assert 10 * 60 < due["none1"] < 30 * 60, "a miss is looked at again soon"
    assert all(3_600 < due[name] < 8 * 86_400 for name in ("link1", "link2", "link3"))


def test_a_person_s_no_to_watching_is_not_overruled_by_a_check(owners: Client, project: Project) -> None:
    from linkstead.profile import appointments
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        appointments.watch(store, project.pk, on=False, now=int(time.time()))
    owners.post(f"/p/{project.pk}/check/")
    assert _monitor() == 4
    with profile_store() as store:
        assert store.query("SELECT count(*) FROM page WHERE due_at IS NOT NULL") == [(0,)]

"""Looking at links: asked for on a page, done by the monitor, on a web of our own on loopback."""

from __future__ import annotations

import threading
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
    from linkstead.profile import looks

    monkeypatch.setattr(looks, "due_targets", lambda store, project_id, *, before: [])


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
    assert _monitor() == 1
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
    assert _monitor() == 1
    assert _status(owners, project)["state"] == "done"


def test_a_monitor_that_is_asked_to_end_hands_its_check_on(
    owners: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server import stopping
    from linkstead.server.tracking.watching import Watch

    owners.post(f"/p/{project.pk}/check/")
    monkeypatch.setattr(Watch, "tell", lambda watch, progress: stopping.ASKED.set())
    _monitor()
    first = _status(owners, project)
    assert first["state"] == "waiting"
    assert 0 < first["pages"] <= 4
    stopping.ASKED.clear()
    monkeypatch.undo()
    monkeypatch.setattr("linkstead.profile.looks.due_targets", lambda store, project_id, *, before: [])
    _monitor()
    told = _status(owners, project)
    assert (told["state"], told["links"]) == ("done", 4), "nothing is looked at twice in one check"


def test_a_check_whose_monitor_died_is_taken_up_again(owners: Client, project: Project) -> None:
    from linkstead.server.tracking.models import VerifyRun

    owners.post(f"/p/{project.pk}/check/")
    VerifyRun.objects.update(state="running", worker="monitor-that-is-dead", attempt=1)
    assert _monitor() == 1
    assert _status(owners, project)["state"] == "done"


def test_a_check_that_another_monitor_has_taken_over_writes_nothing_more(
    owners: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.tracking.models import VerifyRun
    from linkstead.server.tracking.stores import profile_store
    from linkstead.server.tracking.watching import Watch

    owners.post(f"/p/{project.pk}/check/")

    def taken_over(watch: Watch, progress: object) -> None:
        watch._store.execute("UPDATE tracking_verifyrun SET attempt = 99, worker = 'other'")

    monkeypatch.setattr(Watch, "tell", taken_over)
    from linkstead.server.tracking.verifying import run_slice

    assert run_slice(VerifyRun.objects.get().pk, "first") is None
    run = VerifyRun.objects.get()
    assert (run.state, run.worker, run.pages) == ("running", "other", 0)
    with profile_store() as store:
        assert store.query("SELECT count(*) FROM look") == [(0,)]


def test_a_project_s_row_may_ask_for_a_check(owners: Client, project: Project) -> None:
    from linkstead.server.projects.models import Project as Row

    Row.objects.filter(pk=project.pk).update(verify_requested_at=1_700_000_000)
    assert _monitor() == 1
    assert _status(owners, project)["state"] == "done"
    assert Row.objects.get(pk=project.pk).verify_requested_at is None


@pytest.mark.parametrize(("days", "opened"), [(6, 0), (8, 1)])
def test_links_are_looked_at_again_after_a_week_where_somebody_once_asked(
    owners: Client, project: Project, days: int, opened: int
) -> None:
    import datetime as dt

    from django.utils import timezone

    from linkstead.profile.codes import STATE_CODE
    from linkstead.server.jobs.monitoring import open_due_checks
    from linkstead.server.tracking.models import VerifyRun
    from linkstead.server.tracking.stores import profile_store

    assert open_due_checks() == 0, "nobody has asked yet"
    owners.post(f"/p/{project.pk}/check/")
    _monitor()
    with profile_store() as store:
        store.execute("UPDATE backlink SET state = ?", (STATE_CODE["live"],))
    VerifyRun.objects.update(finished_at=timezone.now() - dt.timedelta(days=days))
    assert open_due_checks() == opened
    assert open_due_checks() == 0, "one check at a time"


def test_links_in_doubt_are_looked_at_again_the_next_day(owners: Client, project: Project) -> None:
    import datetime as dt

    from django.utils import timezone

    from linkstead.server.jobs.monitoring import open_due_checks
    from linkstead.server.tracking.models import VerifyRun

    owners.post(f"/p/{project.pk}/check/")
    _monitor()
    assert open_due_checks() == 0
    VerifyRun.objects.update(finished_at=timezone.now() - dt.timedelta(hours=21))
    assert open_due_checks() == 1

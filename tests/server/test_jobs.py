"""Workers, their signs of life, and what happens to the work of those that died."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def _running_task(worker: str, attempts: int = 1) -> Any:
    from django_tasks_db.models import DBTaskResult

    from linkstead.server.tracking.tasks import audit_project

    audit_project.enqueue(1)
    task = DBTaskResult.objects.get()
    DBTaskResult.objects.filter(pk=task.pk).update(status="RUNNING", worker_ids=[worker] * attempts)
    return task


def _silent(worker: str, seconds: int) -> None:
    from django.db.models.functions import Now

    from linkstead.server.jobs.beats import beat
    from linkstead.server.jobs.models import Beat

    beat(worker, "work")
    Beat.objects.filter(worker=worker).update(
        beat_at=Now() - dt.timedelta(seconds=seconds), host="another machine"
    )


@pytest.mark.parametrize(("seconds", "reaped"), [(50, 0), (70, 1)])
def test_work_is_handed_out_again_when_its_worker_is_silent_for_a_minute(
    database: str, seconds: int, reaped: int
) -> None:
    from linkstead.server.jobs.reaper import reap

    task = _running_task("w1")
    _silent("w1", seconds)
    assert reap() == reaped
    task.refresh_from_db()
    assert task.status == ("READY" if reaped else "RUNNING")


def test_a_dead_worker_of_this_machine_is_noticed_at_once(database: str) -> None:
    from linkstead.server.jobs.beats import beat
    from linkstead.server.jobs.models import Beat
    from linkstead.server.jobs.reaper import reap

    task = _running_task("w1")
    beat("w1", "work")
    assert reap() == 0
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    Beat.objects.filter(worker="w1").update(process=process.pid)
    assert reap() == 1
    task.refresh_from_db()
    assert task.status == "READY"


def test_what_has_expired_is_deleted_and_nothing_else(database: str, person: Callable[..., Any]) -> None:
    from django.contrib.sessions.models import Session
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from linkstead.server.accounts.models import SignInLink
    from linkstead.server.accounts.services import new_link
    from linkstead.server.jobs.housekeeping import tidy

    now, day = timezone.now(), dt.timedelta(days=1)
    for number, age in enumerate((-1, 1)):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=now - age * day)
        new_link(person(f"p{number}"), now=now - (age + 1) * day)
    old = _running_task("w1")
    DBTaskResult.objects.filter(pk=old.pk).update(status="FAILED", finished_at=now - 15 * day)
    assert tidy() == 3
    assert Session.objects.get().session_key == "s0"
    assert SignInLink.objects.get().user.email == "p0@example.com"
    assert not DBTaskResult.objects.exists()


def test_work_that_kills_its_workers_is_given_up(
    database: str, person: Callable[..., Any], project_of: Any
) -> None:
    from linkstead.server.jobs.reaper import MOST_ATTEMPTS, reap
    from linkstead.server.tracking.models import ImportRun

    run = ImportRun.objects.create(
        project=project_of(person("ada")),
        shown_name="a",
        stored_name="0" * 32,
        size=1,
        state="running",
        worker="w1",
    )
    task = _running_task("w1", attempts=MOST_ATTEMPTS)
    assert reap() == 1
    task.refresh_from_db()
    run.refresh_from_db()
    assert (task.status, run.state) == ("FAILED", "failed")
    assert "started 5 times" in run.message
    assert reap() == 0


def test_a_worker_beats_while_it_works_and_leaves_no_sign_behind(database: str) -> None:
    from linkstead.server.jobs.beats import alive, beating

    with beating("work", every=0.05) as worker:
        _age(worker)
        heard = threading.Event()
        for _ in range(200):
            if alive("work").exists():
                heard.set()
                break
            heard.wait(0.02)
        assert heard.is_set()
        assert not alive("monitor").exists()
    assert not alive().exists()


def _age(worker: str) -> None:
    from django.db.models.functions import Now

    from linkstead.server.jobs.models import Beat

    Beat.objects.filter(worker=worker).update(beat_at=Now() - dt.timedelta(hours=1))


def test_two_workers_never_get_the_same_task(database: str) -> None:
    from django.db import connections

    from linkstead.server.jobs.duties import patiently
    from linkstead.server.jobs.working import _claim
    from linkstead.server.tracking.tasks import audit_project

    for _ in range(30):
        audit_project.enqueue(1)
    taken: list[Any] = []
    errors: list[Exception] = []
    start = threading.Barrier(4)

    def take(name: str) -> None:
        try:
            start.wait(10)
            misses = 0
            while misses < 3:  # a locked database gives None too
                task = patiently(lambda: _claim(name))
                misses = misses + 1 if task is None else 0
                if task is not None:
                    taken.append(task.pk)
        except Exception as error:  # noqa: BLE001 - the test tells which
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(taken) == len(set(taken)) == 30


def test_a_task_that_fails_is_kept_with_its_error_and_the_worker_goes_on(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django_tasks_db.models import DBTaskResult

    from linkstead.server.jobs.working import work
    from linkstead.server.projects.models import Project
    from linkstead.server.tracking.tasks import audit_project

    Project.objects.create(name="p", site="example.com", created_at=1)
    monkeypatch.setattr("linkstead.server.tracking.importing.audit_profile", lambda *a, **k: 1 / 0)
    audit_project.enqueue(1)
    audit_project.enqueue(999)
    assert work(until_idle=True) == 2
    states = sorted(DBTaskResult.objects.values_list("status", flat=True))
    assert states == ["FAILED", "SUCCESSFUL"]
    assert "ZeroDivisionError" in DBTaskResult.objects.get(status="FAILED").traceback

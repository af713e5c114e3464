"""The processes of the import's fault tests; those that import can be killed at any moment.

    python -m tests.faults.importing_process web           `linkstead web`
    python -m tests.faults.importing_process installation  who uploads and asks; JSON lines
    python -m tests.faults.importing_process nursery       starts `linkstead work` and `linkstead audit ...`

The nursery loads the product's modules once and forks for every process that is to be killed: what the
forked process runs is the product's own entry point. Two things differ: an import commits every STEP rows
and rests a little on the way, so that a small file has as many places to die at as a large one; and nobody
draws charts here, so nobody unpacks the chart scripts.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


#: rows in one transaction, and what an import rests within it and after it, in seconds
STEP = 50
REST = 0.005
P = ParamSpec("P")
T = TypeVar("T")


def main(arguments: list[str]) -> int:
    if arguments[0] == "nursery":
        _serve_nursery()
        return 0
    _no_chart_scripts()
    if arguments[0] == "installation":
        _serve_installation()
        return 0
    from linkstead.server.__main__ import main as server

    return server(arguments)


def _no_chart_scripts() -> None:
    from linkstead.server import bootstrap

    bootstrap._make_chart_scripts = lambda settings: None


# -- who starts what is killed ----------------------------------------------------------------------


def _serve_nursery() -> None:
    _small_steps()
    if "LINKSTEAD_DATA" in os.environ:
        _load_server()
    alive: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            answer = _born(asked["start"], asked["log"], asked.get("dies_after", ""))
            alive.add(answer)
        else:
            answer = _buried(asked["wait"])
            alive.discard(asked["wait"])
        print(answer, flush=True)
    for process in alive:  # a test that failed asks no more
        os.kill(process, signal.SIGKILL)


def _load_server() -> None:
    from linkstead.server.boot import start_django
    from linkstead.settings import read_settings

    _no_chart_scripts()
    start_django(read_settings(os.environ))  # the models, and no connection yet
    importlib.import_module("linkstead.server.jobs.working")
    importlib.import_module("linkstead.server.tracking.importing")


def _born(arguments: list[str], log: str, dies_after: str) -> int:
    """A process of its own, what it says in `log`; its number. It kills itself after a step that is named."""
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        os.setsid()
        with open(log, "ab", buffering=0) as written:  # noqa: PTH123 - a descriptor is wanted
            os.dup2(written.fileno(), 1)
            os.dup2(written.fileno(), 2)
        os.close(0)
        if dies_after:
            _deadly(dies_after)
        status = _run(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _deadly(step: str) -> None:
    """Let `module:function` be the last thing that this process does."""
    module, _, name = step.partition(":")
    owner = importlib.import_module(module)
    real = getattr(owner, name)

    def last(*given: Any, **named: Any) -> None:
        real(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, last)


def _run(arguments: list[str]) -> int:
    if arguments[0] == "audit":
        from linkstead.cli import main as command_line

        return command_line(arguments)
    from linkstead.server.__main__ import main as server

    return server(arguments)


def _buried(process: int) -> int:
    """Wait for the end of a process: its status, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _small_steps() -> None:
    importlib.import_module("linkstead.cli")
    from linkstead.journey import importing
    from linkstead.profile import files

    importing.ROWS_A_BATCH = STEP  # type: ignore[misc]
    importing.BATCHES_A_COMMIT = 1  # type: ignore[misc]
    # within the transaction: between the rows and the account of them, and before all of it is committed
    files.advance = _restful(files.advance, before=REST)
    # and between two transactions
    importing._commit = _restful(importing._commit)


def _restful(real: Callable[P, T], before: float = 0.0) -> Callable[P, T]:
    def call(*given: P.args, **named: P.kwargs) -> T:
        time.sleep(before)
        done = real(*given, **named)
        time.sleep(REST)
        return done

    return call


# -- who uploads and asks -------------------------------------------------------------------------


def _serve_installation() -> None:
    from linkstead.server.bootstrap import prepare
    from linkstead.settings import read_settings

    prepare(read_settings(os.environ))
    for line in sys.stdin:
        asked = json.loads(line)
        answer = COMMANDS[asked.pop("do")](**asked)
        print(json.dumps(answer), flush=True)


def _project() -> int:
    from linkstead.server.accounts.models import User
    from linkstead.server.projects.services import create_project

    user = User.objects.get()
    user.set_password("a long and unlikely sentence")
    user.save()
    return create_project(user, site="example.com").pk


def _signed_in() -> str:
    """The cookie of somebody who is signed in."""
    from django.conf import settings
    from django.test import Client

    from linkstead.server.accounts.models import User

    client = Client()
    client.force_login(User.objects.get())
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def _upload(project: int, path: str) -> int:
    """Keep a file as the web does, and have it imported; the number of the run."""
    from pathlib import Path

    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project
    from linkstead.server.tracking import services
    from linkstead.server.tracking.uploads import DiskFile

    file = DiskFile(Path(path).name, "text/csv", None, {})
    file.write(Path(path).read_bytes())
    file.size = file.tell()
    with file:
        return services.receive(Project.objects.get(pk=project), User.objects.get(), file).pk


def _again(run: int) -> None:
    from linkstead.server.tracking import services
    from linkstead.server.tracking.models import ImportRun

    services.run_again(ImportRun.objects.get(pk=run))


def _runs(project: int) -> list[dict[str, Any]]:
    """Every import of a project, oldest first, with the size of what is kept of it (None: nothing)."""
    from linkstead.server.tracking.models import ImportRun
    from linkstead.server.tracking.uploads import stored_path

    def size(path: Path) -> int | None:
        return path.stat().st_size if path.exists() else None

    return [
        {name: getattr(run, name) for name in ("state", "message", "attempt", "rows", "new_links", "already")}
        | {"name": run.shown_name, "size": run.size, "kept": size(stored_path(run.stored_name))}
        for run in ImportRun.objects.filter(project=project).order_by("pk")
    ]


def _tasks() -> int:
    """How many pieces of work were given out."""
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.count()


def _open_tasks() -> int:
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING)).count()


def _audits() -> int:
    """How often the project was judged."""
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.filter(task_path__endswith="audit_project", status="SUCCESSFUL").count()


def _ready() -> None:
    """Answered once the tables are there."""


COMMANDS: dict[str, Any] = {
    "project": _project, "signed_in": _signed_in, "upload": _upload, "again": _again, "runs": _runs,
    "tasks": _tasks, "ready": _ready, "open_tasks": _open_tasks, "audits": _audits,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

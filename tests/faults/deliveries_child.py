"""An installation with alerts in a process of its own, which can be killed: `python deliveries_child.py`.

Reads one JSON command a line and answers each with one line. It imports Django once and forks for every
`work`, so that a kill costs milliseconds and takes nothing else along. Waiting times are taken away.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from typing import Any

from linkstead.events import EventKind
from linkstead.server.bootstrap import prepare
from linkstead.settings import read_settings
from tests.alert_samples import happen


def main() -> None:
    prepare(read_settings(os.environ))
    _hurry()
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = COMMANDS[asked.pop("do")](**asked)
        print(json.dumps(answer), flush=True)


def _hurry() -> None:
    from dataclasses import replace

    from linkstead.alerts import channels
    from linkstead.server.alerts import sending

    channels.CHANNELS["mail"] = replace(channels.CHANNELS["mail"], settle=0, gap=0)
    channels.PAUSES = (0,) * 5  # type: ignore[misc, assignment]
    sending.LEASE = dt.timedelta(seconds=0.05)
    sending.MOST_LEASES = 10_000  # in this test, deaths are not the message's fault
    sending.REST = 0.0


def _project(name: str, addresses: list[str]) -> int:
    from linkstead.server.accounts.models import User
    from linkstead.server.alerts import services
    from linkstead.server.projects.services import create_project

    user = User.objects.get()
    project = create_project(user, site="example.com", name="x")
    type(project).objects.filter(pk=project.pk).update(name=name)  # also names that no form lets in
    for address in addresses:
        channel = services.add_mail(project, user, address)
        services.change(channel, immediate=[str(kind) for kind in EventKind], digest=False, digest_hour=0)
    return project.pk


def _happen(project: int, numbers: list[int], anchor: str = "") -> None:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        for number in numbers:
            happen(store, project, EventKind.ANCHOR_CHANGED, number, after={"anchor_text": anchor})


def _turn() -> None:
    from linkstead.server.alerts.services import turn

    while turn():
        pass


def _patience(seconds: float) -> None:
    """How long a mail server may be silent."""
    from django.conf import settings

    settings.EMAIL_TIMEOUT = seconds


def _work() -> int:
    """A process that takes turns until nothing is left; its number."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        while _open():
            _turn()
    finally:
        os._exit(0)


def _wait(process: int) -> int:
    """How the process ended: 0, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _open() -> int:
    from django.db import connection

    from linkstead.server.alerts.models import Delivery

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM event WHERE handed_on = 0")
        waiting = int(cursor.fetchone()[0])
    return waiting + Delivery.objects.filter(state__in=("waiting", "sending")).count()


def _finish() -> None:
    while _open():
        _turn()
        time.sleep(0.01)


def _deliveries() -> list[dict[str, Any]]:
    from linkstead.server.alerts.models import Delivery

    return [
        {
            "state": one.state,
            "reason": one.reason,
            "attempt": one.attempt,
            "address": one.channel.address,
            "message_id": f"<{one.message_id}>",
            "events": sorted(one.contents.values_list("event_id", flat=True)),
        }
        for one in Delivery.objects.select_related("channel").order_by("pk")
    ]


COMMANDS: dict[str, Any] = {
    "project": _project, "happen": _happen, "turn": _turn, "work": _work, "wait": _wait, "finish": _finish,
    "deliveries": _deliveries, "patience": _patience,
}  # fmt: skip

if __name__ == "__main__":
    main()

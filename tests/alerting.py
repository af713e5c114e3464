"""What the tests of alerts share: a project, a mail server, and the steps from an event to a message.

Times are given: START is when things happen, and nothing waits for a real clock.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.events import EventKind
from tests.alert_samples import happen
from tests.smtp_sink import Sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkstead.server.projects.models import Project

LOST, NEW, CHANGED = EventKind.LOST, EventKind.NEW, EventKind.ANCHOR_CHANGED
START = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server, and Django set to use it."""
    from django.test import override_settings

    from linkstead.server.alerts import sending

    sending._Rest.until = float("-inf")
    with (
        Sink() as started,
        override_settings(
            EMAIL_HOST="127.0.0.1", EMAIL_PORT=started.port, EMAIL_USE_TLS=False, EMAIL_TIMEOUT=2
        ),
    ):
        yield started
    sending._Rest.until = float("-inf")


#: where the engines differ in what matters: locks, dates, keyset pages, cascades
BOTH = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """SQLite, or with BOTH also PostgreSQL."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite")))


@pytest.fixture
def project(engine: str, person: Callable[..., Any], project_of: Callable[..., Project]) -> Project:
    return project_of(person("ada"), editor=person("ed"), viewer=person("vi"))


def events_happen(project: Project, kind: EventKind, *numbers: int, **more: Any) -> None:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        for number in numbers:
            happen(store, project.pk, kind, number, **more)


def mail_channel(project: Project, address: str = "ada@example.com") -> Any:
    from linkstead.server.accounts.models import User
    from linkstead.server.alerts import services

    return services.add_mail(project, User.objects.get(email="ada@example.com"), address)


def handed_on(now: dt.datetime = START) -> int:
    from linkstead.server.alerts.handing import hand_on

    return hand_on(now=now)


def delivered(now: dt.datetime) -> int:
    from linkstead.server.alerts import sending

    sending._Rest.until = float("-inf")
    return sending.deliver_due(now=now)


def states() -> list[tuple[str, str, int]]:
    from linkstead.server.alerts.models import Delivery

    return list(Delivery.objects.order_by("pk").values_list("kind", "state", "events"))

"""The outbox: events that wait become deliveries, each in one transaction with the mark that it was done.

Any number of processes may do this at once. A crash before the commit leaves the events waiting; after
it, they are in their deliveries. Times are the database's: clocks of two machines are never compared.
"""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from linkstead.alerts.channels import MAIL
from linkstead.alerts.digest import next_digest
from linkstead.server.alerts.models import Channel, Delivery, DeliveryEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

#: events of one transaction: short enough for SQLite's one writer
BATCH = 500

_NOW = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp()",
}


class Waiting(NamedTuple):
    """An event that nobody has handed on."""

    id: int
    project_id: int
    kind: str


def database_now() -> dt.datetime:
    """The moment by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW[connection.vendor])
        value = cursor.fetchone()[0]
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def hand_on(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Put up to `limit` waiting events into deliveries; how many. `now` is for tests."""
    if not _anything_waits():
        return 0  # without taking SQLite's write lock
    with transaction.atomic():
        events = _take(limit)
        by_project = defaultdict(list)
        for event in events:
            by_project[event.project_id].append(event)
        moment = now or database_now()
        # locked in one order: two processes neither open two deliveries for a channel nor wait for each other
        channels = Channel.objects.select_for_update().filter(project_id__in=by_project, active=True)
        for channel in channels.order_by("pk"):
            _into(channel, by_project[channel.project_id], moment)
        _mark([event.id for event in events])
    return len(events)


def _anything_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM event WHERE handed_on = 0 LIMIT 1")
        return cursor.fetchone() is not None


def _take(limit: int) -> list[Waiting]:
    """The oldest waiting events that no other process holds."""
    skip = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, project_id, kind FROM event WHERE handed_on = 0 ORDER BY id LIMIT %s{skip}",  # noqa: S608 - words of our own
            [limit],
        )
        return [Waiting(*row) for row in cursor.fetchall()]


def _mark(event_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE event SET handed_on = 1 WHERE id = %s", [(one,) for one in event_ids])


def _into(channel: Channel, events: Sequence[Waiting], now: dt.datetime) -> None:
    at_once = [event.id for event in events if event.kind in channel.immediate]
    most = channel.traits.most_events
    while at_once:
        delivery = _open_message(channel, now)
        room = len(at_once) if most is None else most - delivery.events
        _add(delivery, at_once[:room])
        at_once = at_once[room:]
    if channel.digest:
        _add(_open_digest(channel, now), [event.id for event in events])


def _open_message(channel: Channel, now: dt.datetime) -> Delivery:
    """The immediate delivery that still gathers, or a new one that keeps its distance from the last."""
    traits = channel.traits
    gathering = _gathering(channel, Delivery.Kind.IMMEDIATE)
    if traits.most_events is not None:
        gathering = gathering.filter(events__lt=traits.most_events)
    if (found := gathering.first()) is not None:
        return found
    settled = now + dt.timedelta(seconds=traits.settle)
    last = channel.opened_at
    due = settled if last is None else max(settled, last + dt.timedelta(seconds=traits.gap))
    channel.opened_at = due
    channel.save(update_fields=["opened_at"])
    return new_delivery(channel, Delivery.Kind.IMMEDIATE, due)


def _open_digest(channel: Channel, now: dt.datetime) -> Delivery:
    """The digest that still gathers: one that is overdue (no mail server, no process) simply grows."""
    found = _gathering(channel, Delivery.Kind.DIGEST).first()
    if found is not None:
        return found
    moment = now
    while True:
        day, due = next_digest(moment, channel.digest_hour, zoneinfo.ZoneInfo(settings.TIME_ZONE))
        if not Delivery.objects.filter(channel=channel, kind=Delivery.Kind.DIGEST, day=day).exists():
            return new_delivery(channel, Delivery.Kind.DIGEST, due, day=day)
        # that day's digest has left already, since somebody chose a later hour after it
        moment = due


def _gathering(channel: Channel, kind: Delivery.Kind) -> QuerySet[Delivery]:
    # the lock waits for whoever claims it at this moment, and then finds it claimed
    open_ones = Delivery.objects.select_for_update().filter(
        channel=channel, kind=kind, state=Delivery.State.WAITING, attempt=0
    )
    return open_ones.order_by("-pk")


def new_delivery(
    channel: Channel, kind: Delivery.Kind, due: dt.datetime, *, day: dt.date | None = None
) -> Delivery:
    """A delivery with a Message-ID of its own, which it keeps over all attempts."""
    name = uuid.uuid4().hex
    domain = settings.LINKSTEAD.mail_sender.rpartition("@")[2]
    return Delivery.objects.create(
        channel=channel,
        kind=kind,
        due_at=due,
        day=day,
        message_id=f"{name}@{domain}" if channel.kind == MAIL else name,
    )


def _add(delivery: Delivery, event_ids: Iterable[int]) -> None:
    rows = [
        DeliveryEvent(
            delivery=delivery, channel_id=delivery.channel_id, kind=delivery.kind, event_id=event_id
        )
        for event_id in event_ids
    ]
    if rows:
        DeliveryEvent.objects.bulk_create(rows, ignore_conflicts=True)
        delivery.events += len(rows)
        Delivery.objects.filter(pk=delivery.pk).update(events=F("events") + len(rows))

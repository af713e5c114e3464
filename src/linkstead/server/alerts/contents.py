"""What a delivery says: its events, as a mail's words or as a webhook's bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.http import urlencode

from linkstead.alerts import digest as digests
from linkstead.alerts.letters import Envelope, letter, trial_letter
from linkstead.alerts.post import body_of
from linkstead.events import EventKind
from linkstead.profile import events
from linkstead.server.alerts.models import Channel, Delivery
from linkstead.server.look.rail import address
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from linkstead.alerts.letters import Letter
    from linkstead.profile.events import EventRow

#: events that are read for one mail: enough to fold a sitewide change into its line
MOST_READ = 5_000


def page_of(
    project_id: int, backlink_id: int | None, target_url: str | None, incident: str | None = None
) -> str:
    """The path of the page that shows an event's backlink, the backlinks of its target, or its incident."""
    if incident is not None:
        report = address("incidents:report", project_id) or ""
        return f"{report}#incident-{incident}"
    if backlink_id is not None:
        return address("explorer:backlink", project_id, backlink_id) or ""
    links = address("explorer:backlinks", project_id) or ""
    return f"{links}?{urlencode({'target': target_url})}" if target_url else links


def page_of_event(event: EventRow) -> str:
    """The path of the page that shows an event."""
    return page_of(event.project_id, event.backlink_id, event.target_url, digests.incident_of(event))


def letter_of(delivery: Delivery) -> Letter | None:
    """The mail of a delivery; None when nothing is left to tell."""
    channel = delivery.channel
    around = _around(channel, delivery)
    if delivery.kind == Delivery.Kind.TEST:
        return trial_letter(around)
    built = digests.build(_events(delivery, MOST_READ), _counts(delivery))
    if not built.total:
        return None
    return letter(built, around, daily=delivery.kind == Delivery.Kind.DIGEST)


def _around(channel: Channel, delivery: Delivery) -> Envelope:
    project = channel.project
    base = settings.LINKSTEAD.address
    daily = delivery.kind == Delivery.Kind.DIGEST
    return Envelope(
        project=project.name,
        opening="what happened to its backlinks since the last digest." if daily else "this just happened.",
        inbox_url=base + (address("alerts:inbox", project.pk) or ""),
        channels_url=base + (address("alerts:channels", project.pk) or ""),
        why=f"You get this since {channel.address} is an alert address of this project"
        + (f"; {channel.created_by.email} added it." if channel.created_by else "."),
        address_of=lambda item: base + page_of(project.pk, item.backlink_id, item.target_url, item.incident),
    )


def body_of_delivery(delivery: Delivery) -> bytes | None:
    """The webhook body of a delivery; None when nothing is left to tell."""
    project = delivery.channel.project
    about: dict[str, Any] = {"id": project.pk, "name": project.name, "site": project.site}
    is_test = delivery.kind == Delivery.Kind.TEST
    found = [] if is_test else _events(delivery, delivery.channel.traits.most_events or MOST_READ)
    if not found and not is_test:
        return None
    base = settings.LINKSTEAD.address
    told = [(event, base + page_of_event(event)) for event in found]
    return body_of(delivery.message_id, "test" if is_test else "events", about, told)


def _events(delivery: Delivery, most: int) -> list[EventRow]:
    ids = delivery.contents.order_by("-event_id").values_list("event_id", flat=True)[:most]
    with profile_store() as store:
        return events.rows(store, list(ids))


def _counts(delivery: Delivery) -> dict[EventKind, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.kind, count(*) FROM alerts_deliveryevent d JOIN event e ON e.id = d.event_id"
            " WHERE d.delivery_id = %s GROUP BY e.kind",
            [delivery.pk],
        )
        return {EventKind(kind): int(count) for kind, count in cursor.fetchall()}

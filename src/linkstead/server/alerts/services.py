"""What people ask for on the pages of alerts, and the turn that keeps everything going."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from linkstead.alerts.channels import CHANNELS, MAIL, WEBHOOK
from linkstead.alerts.digest import next_digest
from linkstead.errors import UsageError
from linkstead.events import EventKind
from linkstead.monitor.guard import RefusedUrl, judge_address, read_address
from linkstead.server.alerts.handing import BATCH, database_now, hand_on, new_delivery
from linkstead.server.alerts.mailing import NOT_SET, mail_is_set
from linkstead.server.alerts.models import Channel, Delivery, DeliveryEvent
from linkstead.server.alerts.sealing import new_secret, seal
from linkstead.server.alerts.sending import deliver_due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project

#: batches of events that one turn hands on at most
MOST_BATCHES = 20
#: channels of one project: each gets every message
MOST_CHANNELS = 20
#: what is kept of messages that went out: their lines, and that they went out at all
KEEP_CONTENTS = dt.timedelta(days=30)
KEEP_DELIVERIES = dt.timedelta(days=180)


def turn() -> int:
    """Hand waiting events on and send what is due; how many of both. Bounded; safe in many processes at once.

    Call it every few seconds. A mail server that hangs holds it up for EMAIL_TIMEOUT once a minute, so a
    loop that has other things to do calls it in a thread of its own.
    """
    handed = 0
    for _ in range(MOST_BATCHES):
        done = hand_on()
        handed += done
        if done < BATCH:
            break
    return handed + deliver_due()


def channels_of(project: Project) -> QuerySet[Channel]:
    """The channels of a project, in the order in which they were made."""
    return Channel.objects.filter(project=project).select_related("created_by").order_by("pk")


def deliveries_of(project: Project) -> QuerySet[Delivery]:
    """The messages of a project, newest first."""
    return Delivery.objects.filter(channel__project=project).select_related("channel").order_by("-pk")


def add_mail(project: Project, user: User, address: str) -> Channel:
    """Send a project's alerts to an e-mail address: the urgent ones at once, all in a daily digest.

    Raises `UsageError`.
    """
    kinds = [str(kind) for kind in CHANNELS[MAIL].default_kinds]
    return _add(Channel(
        project=project, kind=MAIL, address=address, created_by=user, immediate=kinds, digest=True
    ))  # fmt: skip


def add_webhook(project: Project, user: User, url: str) -> tuple[Channel, str]:
    """Send a project's events to a URL; the channel and its secret, which nobody is told again.

    Raises `UsageError`, also for an address that would be refused at the socket anyway.
    """
    secret = new_secret()
    channel = Channel(
        project=project,
        kind=WEBHOOK,
        address=webhook_url(url),
        created_by=user,
        immediate=[str(kind) for kind in CHANNELS[WEBHOOK].default_kinds],
        secret=seal(secret),
    )
    return _add(channel), secret


def webhook_url(text: str) -> str:
    """A receiver's address in its one spelling. Raises `UsageError`."""
    address = read_address(text.strip())
    if isinstance(address, RefusedUrl):
        raise UsageError(
            f"This cannot be posted to ({address.why}); write an address that begins with https://."
        )
    if address.literal:
        refusal = judge_address(address.host, settings.LINKSTEAD.allowed_private_networks)
        if refusal is not None:
            raise UsageError(
                f"This address is not posted to ({refusal}); the operator may open a private network with"
                " LINKSTEAD_ALLOWED_PRIVATE_NETWORKS."
            )
    return address.url


def _add(channel: Channel) -> Channel:
    if Channel.objects.filter(project=channel.project_id).count() >= MOST_CHANNELS:
        raise UsageError(f"A project has at most {MOST_CHANNELS} channels; delete one first.")
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise UsageError("Alerts of this project go to this address already.") from None
    return channel


def change(channel: Channel, *, immediate: Iterable[str], digest: bool, digest_hour: int) -> None:
    """Say what goes at once, whether there is a digest, and when. A digest that gathers moves along."""
    kinds = set(immediate)
    channel.immediate = [str(kind) for kind in EventKind if str(kind) in kinds]
    channel.digest = digest and channel.traits.has_digest
    channel.digest_hour = digest_hour
    with transaction.atomic():
        channel.save(update_fields=["immediate", "digest", "digest_hour"])
        _move_digest(channel)


def _move_digest(channel: Channel) -> None:
    gathering = Delivery.objects.filter(
        channel=channel, kind=Delivery.Kind.DIGEST, state=Delivery.State.WAITING, attempt=0
    )
    if not channel.digest:
        gathering.delete()
        return
    zone = zoneinfo.ZoneInfo(settings.TIME_ZONE)
    hour = dt.time(channel.digest_hour)
    for delivery in gathering:
        if delivery.day is not None:
            delivery.due_at = dt.datetime.combine(delivery.day, hour, tzinfo=zone)
            delivery.save(update_fields=["due_at"])


def set_active(channel: Channel, *, active: bool) -> None:
    """Pause a channel or let it go on. While it pauses nothing gathers for it; the inbox has everything."""
    Channel.objects.filter(pk=channel.pk).update(active=active)


def renew_secret(channel: Channel) -> str:
    """A new secret, told once; what is sent from now on is signed with it."""
    if channel.kind != WEBHOOK:
        raise UsageError("Only webhooks have a secret.")
    secret = new_secret()
    Channel.objects.filter(pk=channel.pk).update(secret=seal(secret))
    return secret


def delete(channel: Channel) -> None:
    """Forget a channel with its messages; those that wait are not sent."""
    channel.delete()


def send_test(channel: Channel) -> None:
    """Put a test message on its way. Raises `UsageError` when one is, or when nothing could be sent."""
    if not channel.active:
        raise UsageError("This channel is paused; let it go on first.")
    if channel.kind == MAIL and not mail_is_set():
        raise UsageError(NOT_SET)
    try:
        with transaction.atomic():
            new_delivery(channel, Delivery.Kind.TEST, database_now())
    except IntegrityError:
        raise UsageError("A test is on its way already; its line below says what became of it.") from None


def retry(delivery: Delivery) -> None:
    """Send a parked message after all, now. Raises `UsageError`."""
    parked = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PARKED)
    try:
        with transaction.atomic():
            asked = parked.update(
                state=Delivery.State.WAITING, due_at=database_now(), forgiven=F("attempt"), reason=""
            )
    except IntegrityError:
        raise UsageError("A test is on its way already; its line below says what became of it.") from None
    if not asked:
        raise UsageError("Only a parked message can be sent again.")


def forget_old(*, now: dt.datetime) -> int:
    """Forget what old messages held, and very old messages; how many rows. The inbox keeps every event."""
    sent = Delivery.objects.filter(state=Delivery.State.SENT)
    lines = DeliveryEvent.objects.filter(delivery__in=sent.filter(sent_at__lt=now - KEEP_CONTENTS))
    parked = Delivery.objects.filter(state=Delivery.State.PARKED, created_at__lt=now - KEEP_DELIVERIES)
    rows = lines.delete()[0]
    return rows + sent.filter(sent_at__lt=now - KEEP_DELIVERIES).delete()[0] + parked.delete()[0]


def next_digest_of(channel: Channel, now: dt.datetime) -> dt.datetime | None:
    """When the next digest of a channel is due, should anything happen until then."""
    if not channel.digest:
        return None
    return next_digest(now, channel.digest_hour, zoneinfo.ZoneInfo(settings.TIME_ZONE))[1]

"""Deliveries that are due: claimed with a guarded update and a lease, sent, and written down at once.

Nothing is lost: a delivery whose process dies is due again when its lease ends. Nothing is doubled but
in one window, which no protocol closes: the mail server has said 250 (or the receiver 2xx) and the
process is killed before the row says so. Then the same message goes again, with the same Message-ID
(delivery id), by which receivers fold it.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from linkstead import __version__
from linkstead.alerts.channels import MAIL, Attempt, Outcome, pause_after
from linkstead.alerts.post import parcel
from linkstead.journey.posting import post
from linkstead.server import stopping
from linkstead.server.alerts.contents import body_of_delivery, letter_of
from linkstead.server.alerts.handing import database_now
from linkstead.server.alerts.mailing import mail_is_set, mailed
from linkstead.server.alerts.models import Channel, Delivery
from linkstead.server.alerts.sealing import unseal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

#: longer than any attempt: a conversation with a mail server has about ten steps of EMAIL_TIMEOUT at most
LEASE = dt.timedelta(seconds=300)
#: a delivery that took this many processes with it is not given to another one
MOST_LEASES = 10
#: seconds for which a mail server that does not answer is left alone by this process
REST = 60.0

State = Delivery.State


class _Rest:
    """When this process may knock at the mail server again (monotonic seconds)."""

    until = float("-inf")


def deliver_due(*, now: dt.datetime | None = None, most: int = 50, seconds: float = 30.0) -> int:
    """Try the deliveries that are due; how many were tried.

    Begins none after `seconds` or when the process is asked to stop. `now` is for tests.
    """
    begun = time.monotonic()
    tried: list[int] = []
    while len(tried) < most and time.monotonic() - begun < seconds and not stopping.ASKED.is_set():
        found = _due(now or database_now(), tried).first()
        if found is None:
            break
        tried.append(found.pk)
        if _claim(found, now):
            _try(found, now)
    return len(tried)


def _due(now: dt.datetime, tried: Sequence[int]) -> QuerySet[Delivery]:
    """What may be sent at this moment, the longest due first.

    While a channel has a message that failed once, its later ones wait behind it: a receiver that was
    away is not met by everything at once, and what gathers meanwhile is one message.
    """
    mine = Delivery.objects.filter(channel=OuterRef("channel"), state__in=(State.WAITING, State.SENDING))
    stuck = mine.filter(attempt__gt=0).exclude(kind=Delivery.Kind.TEST)
    found = Delivery.objects.filter(
        Q(state=State.WAITING, due_at__lte=now) | Q(state=State.SENDING, lease_until__lt=now),
        Q(attempt__gt=0) | Q(kind=Delivery.Kind.TEST) | ~Exists(stuck),
        channel__active=True,
    ).exclude(pk__in=tried)
    if not mail_is_set() or time.monotonic() < _Rest.until:
        found = found.exclude(channel__kind=MAIL)
    return found.select_related("channel__project", "channel__created_by").order_by("due_at", "pk")


def _claim(delivery: Delivery, now: dt.datetime | None) -> bool:
    """Take it for this process, unless somebody else did; from here on its contents are closed."""
    moment = now or database_now()
    taken = Delivery.objects.filter(pk=delivery.pk, state=delivery.state, attempt=delivery.attempt).update(
        state=State.SENDING, attempt=F("attempt") + 1, lease_until=moment + LEASE
    )
    was_left = delivery.state == State.SENDING
    delivery.attempt += 1
    if taken and was_left and delivery.attempt - delivery.forgiven > MOST_LEASES:
        gone = "The process that sent this ended each time before it was done; the server's log has more."
        _settle(delivery, Attempt(Outcome.REFUSED, gone), moment)
        return False
    return bool(taken)


def _try(delivery: Delivery, now: dt.datetime | None) -> None:
    with ExitStack() as stack:
        try:
            attempt = _send(delivery, stack)
        except Exception as error:  # one message that cannot be made must not stop the others
            logger.exception("delivery %s failed", delivery.pk)
            words = f"This message could not be made ({type(error).__name__}); the server's log has more."
            attempt = Attempt(Outcome.AGAIN, words)
        _settle(delivery, attempt, now or database_now())
    if attempt.is_down and delivery.channel.kind == MAIL:
        _Rest.until = time.monotonic() + REST


def _send(delivery: Delivery, stack: ExitStack) -> Attempt:
    channel = delivery.channel
    if channel.kind == MAIL:
        letter = letter_of(delivery)
        if letter is None:
            return _NOTHING
        return stack.enter_context(mailed(letter, channel.address, delivery.message_id))
    body = body_of_delivery(delivery)
    if body is None:
        return _NOTHING
    secret = unseal(channel.secret)
    if secret is None:
        return Attempt(
            Outcome.REFUSED, "The server's secret key has changed; make a new secret for this webhook."
        )
    request = parcel(channel.address, secret, delivery.message_id, body, at=int(time.time()))
    allowed = settings.LINKSTEAD.allowed_private_networks
    return post(request, allowed, agent=f"Linkstead/{__version__}")


_NOTHING = Attempt(Outcome.SENT, "Nothing was left to tell; no message went out.")


def _settle(delivery: Delivery, attempt: Attempt, now: dt.datetime) -> None:
    """Write down what came of an attempt, unless the lease was lost to somebody else."""
    facts = _facts(delivery, attempt, now)
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempt=delivery.attempt)
        if mine.update(lease_until=None, **facts):
            _note(delivery.channel_id, attempt, now)
        else:
            logger.warning("delivery %s was taken over by another process", delivery.pk)


def _facts(delivery: Delivery, attempt: Attempt, now: dt.datetime) -> dict[str, object]:
    if attempt.outcome is Outcome.SENT:
        return {"state": State.SENT, "sent_at": now, "reason": attempt.reason}
    pause = pause_after(delivery.attempt - delivery.forgiven) if attempt.outcome is Outcome.AGAIN else None
    if pause is not None:
        return {
            "state": State.WAITING,
            "due_at": now + dt.timedelta(seconds=pause),
            "reason": attempt.reason,
        }
    many = f" Given up after {delivery.attempt} attempts." if attempt.outcome is Outcome.AGAIN else ""
    return {"state": State.PARKED, "reason": attempt.reason + many}


def _note(channel_id: int, attempt: Attempt, now: dt.datetime) -> None:
    channel = Channel.objects.filter(pk=channel_id)
    if attempt.outcome is Outcome.SENT:
        channel.exclude(failures=0, problem="").update(failures=0, problem="", problem_at=None)
    else:
        channel.update(failures=F("failures") + 1, problem=attempt.reason, problem_at=now)

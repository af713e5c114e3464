"""Channels, deliveries and how far somebody has read. The events themselves are the profile's.

No foreign key leads to an event: the profile's tables are written without Django, and a project's
deletion takes both away in one transaction.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from linkstead.alerts.channels import CHANNELS, ChannelKind
from linkstead.server.projects.models import Project


class Channel(models.Model):
    """One place where a project's alerts go: an e-mail address or a webhook's URL.

    `secret` is encrypted (see `sealing`) and shown once, when it is made. `immediate` lists the kinds of
    events that go at once. `failures` counts attempts that failed since the last one that did not.
    """

    class Kind(models.TextChoices):
        MAIL = "mail", "E-mail"
        WEBHOOK = "webhook", "Webhook"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    address = models.CharField(max_length=2_000)
    secret = models.TextField(blank=True)
    immediate = models.JSONField(default=list)
    digest = models.BooleanField(default=False)
    digest_hour = models.PositiveSmallIntegerField(default=7)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    #: when the last immediate message was opened; the next one keeps its distance
    opened_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)  # one sentence about the last failure, empty when all is well
    problem_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            # so that nobody gets the same event twice at the same address
            models.UniqueConstraint(
                "project", "kind", Lower("address"), name="alerts_one_channel_per_address"
            ),
            models.CheckConstraint(condition=models.Q(digest_hour__lte=23), name="alerts_an_hour_of_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of project {self.project_id}"

    @property
    def traits(self) -> ChannelKind:
        """How channels of this kind behave."""
        return CHANNELS[self.kind]


class Delivery(models.Model):
    """One message to one channel: it gathers events while it waits, and is closed by its first attempt.

    `attempt` is the fencing token: whoever holds an older number may write nothing any more. From the
    first attempt on nothing is added, so that one Message-ID always means one text. Events that come
    meanwhile gather in the next delivery, which waits until this one is sent or parked.
    """

    class Kind(models.TextChoices):
        IMMEDIATE = "immediate", "at once"
        DIGEST = "digest", "daily digest"
        TEST = "test", "test"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENDING = "sending", "being sent"
        SENT = "sent", "sent"
        PARKED = "parked", "parked"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    day = models.DateField(null=True)  # of a digest: the day on which it is due, in the server's time zone
    events = models.PositiveIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    #: attempts before somebody asked for it again; pauses and patience count from there
    forgiven = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=300, unique=True)
    reason = models.TextField(blank=True)  # one sentence: why it waits longer, or is parked
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "day"),
                condition=models.Q(kind="digest"),
                name="alerts_one_digest_per_day",
            ),
            models.UniqueConstraint(
                fields=("channel",),
                condition=models.Q(kind="test", state__in=("waiting", "sending")),
                name="alerts_one_open_test",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(state__in=("waiting", "sending")),
                name="alerts_open_deliveries",
            ),
            models.Index(fields=("channel", "-id"), name="alerts_deliveries_of_channel"),
        )

    def __str__(self) -> str:
        return f"{self.kind} delivery {self.pk}, {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.SENDING}


class DeliveryEvent(models.Model):
    """One event in one message. The constraint makes handing on repeatable: no event twice to one channel."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="contents")
    channel_id = models.BigIntegerField()
    kind = models.CharField(max_length=9)  # the delivery's
    event_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel_id", "event_id", "kind"), name="alerts_no_event_twice"),
        )

    def __str__(self) -> str:
        return f"event {self.event_id} in delivery {self.delivery_id}"


class InboxMark(models.Model):
    """How far somebody has read the alerts of a project."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    last_event_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "project"), name="alerts_one_mark_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} has read project {self.project_id} up to {self.last_event_id}"

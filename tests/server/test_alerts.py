"""Events become messages: who gets what, when, once."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.errors import UsageError
from tests.alerting import (
    BOTH,
    CHANGED,
    LOST,
    MINUTE,
    NEW,
    START,
    delivered,
    engine,
    events_happen,
    handed_on,
    mail_channel,
    project,
    sink,
    states,
)
from tests.smtp_sink import Manner, Sink

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project

__all__ = ["engine", "project", "sink"]


@BOTH
def test_what_happens_together_is_one_mail_and_urgent_ones_go_at_once(project: Project, sink: Sink) -> None:
    mail_channel(project)
    events_happen(project, LOST, 1, 2, 3)
    events_happen(project, NEW, 4)
    assert handed_on() == 4
    assert delivered(START) == 0, "it waits a moment for its neighbours"
    delivered(START + MINUTE)
    (mail,) = sink.taken
    assert mail.parsed["Subject"] == "example.com: 3 lost"
    assert mail.to == ("ada@example.com",)
    for text in (mail.part("plain"), mail.part("html")):
        assert "site1.example/page" in text
        assert "site4.example" not in text
        assert "/alerts/" in text
    assert mail.parsed["Auto-Submitted"] == "auto-generated"
    assert states() == [("immediate", "sent", 3), ("digest", "waiting", 4)]
    assert handed_on() == 0
    assert delivered(START + MINUTE) == 0


def test_a_burst_is_no_storm(project: Project, sink: Sink) -> None:
    mail_channel(project)
    for number in range(1, 21):
        events_happen(project, LOST, number)
        moment = START + number * MINUTE
        handed_on(moment)
        delivered(moment)
    delivered(START + 60 * MINUTE)
    assert len(sink.taken) == 5, "one every five minutes"
    assert sum(state[2] for state in states() if state[0] == "immediate") == 20


@BOTH
def test_the_digest_comes_once_a_day_and_not_on_empty_days(project: Project, sink: Sink) -> None:
    channel = mail_channel(project)
    assert channel.digest_hour == 7
    events_happen(project, NEW, 1, 2)
    events_happen(project, CHANGED, 3, before={"anchor_text": "a"}, after={"anchor_text": "b"})
    handed_on()
    delivered(START + 18 * 60 * MINUTE)  # 06:00
    assert sink.taken == []
    delivered(START + 19 * 60 * MINUTE)  # 07:00
    events_happen(project, NEW, 4)
    handed_on(START + 19 * 60 * MINUTE + MINUTE)
    delivered(START + 40 * 60 * MINUTE)
    assert [mail.parsed["Subject"] for mail in sink.taken] == ["example.com: daily digest, 2 new, 1 changed"]
    assert "is now “b”, it was “a”" in sink.taken[0].part("plain")
    delivered(START + 43 * 60 * MINUTE)
    delivered(START + 100 * 60 * MINUTE)
    assert [mail.parsed["Subject"] for mail in sink.taken[1:]] == ["example.com: daily digest, 1 new"]


def test_without_a_mail_server_mails_gather_and_go_as_one(project: Project) -> None:
    mail_channel(project)
    for day in range(4):
        moment = START + day * 24 * 60 * MINUTE
        events_happen(project, LOST, 1 + day)
        handed_on(moment)
        assert delivered(moment + MINUTE) == 0
    assert states() == [("immediate", "waiting", 4), ("digest", "waiting", 4)]


@BOTH
def test_a_server_that_is_down_for_a_day_is_met_by_two_mails(project: Project, sink: Sink) -> None:
    channel = mail_channel(project)
    channel.digest = False
    channel.save()
    sink.plan = [Manner.LATER]
    for hour in range(24):
        moment = START + hour * 60 * MINUTE
        events_happen(project, LOST, 1 + hour)
        handed_on(moment)
        delivered(moment + MINUTE)
    sink.plan = [Manner.FINE]
    for later in range(3):
        delivered(START + (48 + later) * 60 * MINUTE)
    assert states() == [("immediate", "sent", 1), ("immediate", "sent", 23)]
    assert len({mail.message_id for mail in sink.taken}) == len(sink.taken) == 2
    channel.refresh_from_db()
    assert (channel.failures, channel.problem) == (0, "")


@BOTH
def test_a_refusal_parks_the_message_with_its_reason_and_a_person_can_send_it_again(
    project: Project, sink: Sink, signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.accounts.models import User
    from linkstead.server.alerts.models import Delivery

    channel = mail_channel(project)
    channel.digest = False  # sending again is due by the clock on the wall, days after START
    channel.save()
    events_happen(project, LOST, 1)
    handed_on()
    sink.plan = [Manner.NEVER]
    delivered(START + MINUTE)
    delivered(START + 60 * MINUTE)
    parked = Delivery.objects.get(kind="immediate")
    assert (parked.state, sink.tries) == ("parked", 1)
    assert parked.reason == "The mail server said: 550 nobody of that name."
    channel.refresh_from_db()
    assert channel.problem == parked.reason
    client = signed_in(User.objects.get(email="ed@example.com"))
    assert "550 nobody of that name" in client.get(f"/p/{project.pk}/alerts/channels/").content.decode()
    sink.plan = [Manner.FINE]
    assert client.post(f"/p/{project.pk}/alerts/deliveries/{parked.pk}/retry/").status_code == 302
    delivered(dt.datetime.now(dt.UTC) + MINUTE)
    assert [mail.message_id for mail in sink.taken] == [f"<{parked.message_id}>"]


def test_a_message_that_is_put_off_too_often_is_parked(project: Project, sink: Sink) -> None:
    from linkstead.alerts.channels import PAUSES
    from linkstead.server.alerts import services
    from linkstead.server.alerts.models import Delivery

    services.change(mail_channel(project), immediate=["lost"], digest=False, digest_hour=7)
    events_happen(project, LOST, 1)
    handed_on()
    sink.plan = [Manner.DATA_LATER]
    moment = START + MINUTE
    for pause in (*PAUSES, 0):
        delivered(moment)
        assert delivered(moment) == 0, "not before its pause is over"
        moment += dt.timedelta(seconds=pause)
    parked = Delivery.objects.get(kind="immediate")
    assert parked.state == "parked"
    assert parked.attempt == sink.tries == len(PAUSES) + 1
    assert "Given up" in parked.reason


def test_after_a_250_the_message_is_sent_however_the_conversation_ends(project: Project, sink: Sink) -> None:
    mail_channel(project)
    events_happen(project, LOST, 1)
    handed_on()
    sink.plan = [Manner.DROP_AFTER]
    delivered(START + MINUTE)
    delivered(START + 600 * MINUTE)
    assert len(sink.seen) == 1
    assert states()[0] == ("immediate", "sent", 1)


@BOTH
def test_a_lost_lease_is_taken_over_and_the_late_writer_is_fenced_off(project: Project, sink: Sink) -> None:
    from linkstead.alerts.channels import Attempt, Outcome
    from linkstead.server.alerts import sending
    from linkstead.server.alerts.models import Delivery

    mail_channel(project)
    events_happen(project, LOST, 1)
    handed_on()
    late = Delivery.objects.get(kind="immediate")
    assert sending._claim(late, START + MINUTE)
    stranger = Delivery.objects.get(pk=late.pk)
    stranger.attempt = 0
    stranger.state = "waiting"
    assert not sending._claim(stranger, START + MINUTE), "it is claimed"
    assert delivered(START + 2 * MINUTE) == 0, "its lease holds"
    delivered(START + 10 * MINUTE)
    assert len(sink.taken) == 1
    sending._settle(late, Attempt(Outcome.REFUSED, "late"), START + 11 * MINUTE)
    late.refresh_from_db()
    assert (late.state, late.attempt, late.reason) == ("sent", 2, "")


def test_a_message_that_takes_its_process_with_it_is_given_up(project: Project, sink: Sink) -> None:
    from linkstead.server.alerts import sending
    from linkstead.server.alerts.models import Delivery

    mail_channel(project)
    events_happen(project, LOST, 1)
    handed_on()
    Delivery.objects.filter(kind="immediate").update(
        state="sending", attempt=sending.MOST_LEASES, lease_until=START
    )
    delivered(START + MINUTE)
    assert sink.tries == 0
    assert states()[0] == ("immediate", "parked", 1)


@BOTH
def test_many_processes_hand_on_and_send_everything_once(project: Project, sink: Sink) -> None:
    from django.db import connections

    from linkstead.server.alerts.handing import hand_on
    from linkstead.server.alerts.models import DeliveryEvent
    from linkstead.server.alerts.sending import deliver_due

    for address in ("a@example.com", "b@example.com", "c@example.com"):
        mail_channel(project, address)
    events_happen(project, LOST, *range(1, 61))
    failed: list[BaseException] = []

    def process() -> None:
        try:
            while hand_on(now=START, limit=7):
                pass
            deliver_due(now=START + MINUTE)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall see it
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    delivered(START + 10 * MINUTE)
    assert DeliveryEvent.objects.filter(kind="immediate").count() == 180
    assert DeliveryEvent.objects.filter(kind="digest").count() == 180
    told = [(mail.to, mail.message_id) for mail in sink.taken]
    assert len(told) == len(set(told))
    assert {mail.to[0] for mail in sink.taken} == {"a@example.com", "b@example.com", "c@example.com"}
    sent = [events for kind, state, events in states() if (kind, state) == ("immediate", "sent")]
    assert sum(sent) == 180


@BOTH
def test_a_crash_before_the_commit_hands_on_nothing(project: Project, monkeypatch: Any) -> None:
    from linkstead.server.alerts import handing

    mail_channel(project)
    events_happen(project, LOST, 1, 2)

    def crash(ids: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(handing, "_mark", crash)
        with pytest.raises(KeyboardInterrupt):
            handed_on()
    assert states() == []
    assert handed_on() == 2
    assert states()[0] == ("immediate", "waiting", 2)


def test_a_paused_channel_is_left_alone(project: Project, sink: Sink) -> None:
    from linkstead.server.alerts import services

    channel = mail_channel(project)
    services.set_active(channel, active=False)
    events_happen(project, LOST, 1)
    assert handed_on() == 1
    assert states() == []
    with pytest.raises(UsageError, match="paused"):
        services.send_test(type(channel).objects.get())


@BOTH
def test_nobody_is_written_to_twice_at_one_address(project: Project) -> None:
    mail_channel(project)
    with pytest.raises(UsageError, match="already"):
        mail_channel(project, "ADA@example.com")


@BOTH
def test_the_hour_of_a_digest_can_be_changed_while_it_gathers(project: Project, sink: Sink) -> None:
    from linkstead.server.alerts import services
    from linkstead.server.alerts.models import Delivery

    channel = mail_channel(project)
    events_happen(project, NEW, 1)
    handed_on()
    services.change(channel, immediate=["new", "nonsense"], digest=True, digest_hour=22)
    assert channel.immediate == ["new"]
    assert Delivery.objects.get().due_at.astimezone(dt.UTC).hour == 22
    services.change(channel, immediate=[], digest=False, digest_hour=22)
    assert states() == []


def test_after_todays_digest_a_later_hour_means_tomorrow(project: Project, sink: Sink) -> None:
    from linkstead.server.alerts import services
    from linkstead.server.alerts.models import Delivery

    channel = mail_channel(project)
    services.change(channel, immediate=[], digest=True, digest_hour=13)
    events_happen(project, NEW, 1)
    handed_on()
    delivered(START + 61 * MINUTE)
    services.change(channel, immediate=[], digest=True, digest_hour=20)
    events_happen(project, NEW, 2)
    handed_on(START + 62 * MINUTE)
    days = Delivery.objects.order_by("pk").values_list("day", flat=True)
    assert list(days) == [dt.date(2026, 11, 22), dt.date(2026, 11, 23)]

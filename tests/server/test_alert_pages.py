"""The pages of alerts: inbox, channels, what became of each message; and what is forgotten."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

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
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project
    from tests.smtp_sink import Sink

__all__ = ["engine", "project", "sink"]


def _client(signed_in: Callable[..., Client], name: str) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email=f"{name}@example.com"))


@BOTH
def test_the_inbox_pages_through_everything_in_both_directions(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    events_happen(project, NEW, *range(1, 121))
    events_happen(project, LOST, *range(121, 131))
    client, address = _client(signed_in, "vi"), f"/p/{project.pk}/alerts/"
    pages, page = [], client.get(address).context["page"]
    assert page.newer is None
    pages.append(page)
    while page.older:
        page = client.get(address, {"before": page.older}).context["page"]
        pages.append(page)
    ids = [line.id for one in pages for line in one.lines]
    assert len(ids) == 130
    assert ids == sorted(ids, reverse=True)
    back = client.get(address, {"after": pages[2].newer}).context["page"]
    assert [line.id for line in back.lines] == [line.id for line in pages[1].lines]
    lost = client.get(address, {"show": "lost"}).context["page"]
    assert {line.group for line in lost.lines} == {"lost"}
    assert (len(lost.lines), lost.older) == (10, None)
    assert client.get(address, {"show": "changed"}).context["page"].lines == ()
    for odd in ({"before": "x"}, {"after": "-1"}, {"before": "9" * 30}, {"show": "' OR 1"}):
        assert client.get(address, odd).status_code == 200


@BOTH
def test_what_is_unread_is_counted_in_the_rail_and_marked_read(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    events_happen(project, NEW, *range(1, 4))
    client, address = _client(signed_in, "vi"), f"/p/{project.pk}/alerts/"
    answer = client.get(address)
    assert ">3<span" in answer.content.decode()
    newest = answer.context["newest"]
    events_happen(project, NEW, 4)
    client.post(f"{address}read/", {"up_to": newest})
    lines = client.get(address).context["page"].lines
    assert [line.is_unread for line in lines] == [True, False, False, False], (
        "what came meanwhile stays unread"
    )
    client.post(f"{address}read/", {"up_to": 10**17})
    client.post(f"{address}read/", {"up_to": "nonsense"})
    events_happen(project, NEW, 5)
    lines = client.get(address).context["page"].lines
    assert [line.is_unread for line in lines][:2] == [True, False], "never beyond what there is"
    assert all(line.is_unread for line in _client(signed_in, "ed").get(address).context["page"].lines)


def test_a_stranger_s_words_stay_words_in_the_inbox(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    events_happen(project, CHANGED, 1, before={"anchor_text": "x"}, after={"anchor_text": hostile})
    page = _client(signed_in, "vi").get(f"/p/{project.pk}/alerts/").content.decode()
    assert "<img" not in page
    assert "&lt;img" in page


@BOTH
def test_channels_are_added_changed_tested_paused_and_deleted_on_the_pages(
    project: Project, sink: Sink, signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.alerts.models import Channel, Delivery

    client, address = _client(signed_in, "ed"), f"/p/{project.pk}/alerts/channels/"
    assert "Nobody is told yet" in client.get(address).content.decode()
    assert client.post(f"{address}mail/", {"email": "nobody"}).status_code == 422
    assert client.post(f"{address}mail/", {"email": "team@example.com"}).status_code == 302
    assert client.post(f"{address}mail/", {"email": "Team@example.com"}).status_code == 422
    channel = Channel.objects.get()
    one = f"{address}{channel.pk}/"
    client.post(one, {"immediate": ["lost", "new"], "digest": "on", "digest_hour": "9"})
    channel.refresh_from_db()
    assert (channel.immediate, channel.digest, channel.digest_hour) == (["new", "lost"], True, 9)
    assert client.post(one, {"immediate": ["nonsense"]}).status_code == 422
    client.post(f"{one}test/")
    client.post(f"{one}test/")
    assert Delivery.objects.count() == 1, "one test at a time"
    delivered(dt.datetime.now(dt.UTC) + MINUTE)
    assert sink.taken[0].parsed["Subject"] == "example.com: test"
    assert "sent" in client.get(one).content.decode()
    client.post(f"{one}pause/", {"active": "no"})
    assert "paused" in client.get(address).content.decode()
    client.post(f"{one}pause/", {"active": "yes"})
    assert client.post(f"{one}secret/").status_code == 404, "a mail address has none"
    client.post(f"{one}delete/")
    assert (Channel.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_webhook_s_secret_is_shown_once(project: Project, signed_in: Callable[..., Client]) -> None:
    from linkstead.server.alerts.models import Channel
    from linkstead.server.alerts.sealing import unseal

    client, address = _client(signed_in, "ed"), f"/p/{project.pk}/alerts/channels/"
    answer = client.post(f"{address}webhook/", {"url": "https://hooks.example/x"})
    channel = Channel.objects.get()
    secret = unseal(channel.secret)
    assert secret is not None
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in client.get(f"{address}{channel.pk}/").content.decode()
    renewed = client.post(f"{address}{channel.pk}/secret/").content.decode()
    channel.refresh_from_db()
    assert unseal(channel.secret) in renewed
    assert unseal(channel.secret) != secret
    assert client.post(f"{address}webhook/", {"url": "http://10.0.0.1/"}).status_code == 422


def test_pages_say_what_to_set_when_there_is_no_mail_server(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.alerts import services

    channel = mail_channel(project)
    client = _client(signed_in, "ed")
    for page in ("", f"{channel.pk}/"):
        assert "LINKSTEAD_MAIL_HOST" in client.get(f"/p/{project.pk}/alerts/channels/{page}").content.decode()
    with pytest.raises(UsageError, match="LINKSTEAD_MAIL_HOST"):
        services.send_test(channel)


@BOTH
def test_deleting_a_project_takes_its_channels_messages_and_marks(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.alerts import inbox
    from linkstead.server.alerts.models import Channel, Delivery, DeliveryEvent, InboxMark
    from linkstead.server.projects.services import delete_project
    from linkstead.server.tracking.stores import profile_store

    mail_channel(project)
    events_happen(project, LOST, 1)
    handed_on()
    inbox.mark_read(project.memberships.first().user, project, 1)
    delete_project(project)
    assert not any(one.objects.exists() for one in (Channel, Delivery, DeliveryEvent, InboxMark))
    with profile_store() as store:
        assert store.one("SELECT count(*) FROM event") == (0,)


@BOTH
def test_old_messages_are_forgotten_and_the_inbox_is_not(project: Project, sink: Sink) -> None:
    from linkstead.server.alerts import services
    from linkstead.server.alerts.models import Delivery, DeliveryEvent

    channel = mail_channel(project)
    services.change(channel, immediate=["lost"], digest=False, digest_hour=7)
    events_happen(project, LOST, 1)
    handed_on()
    delivered(START + MINUTE)
    assert services.forget_old(now=START + dt.timedelta(days=29)) == 0
    assert services.forget_old(now=START + dt.timedelta(days=31)) == 1
    assert (Delivery.objects.count(), DeliveryEvent.objects.count()) == (1, 0)
    services.forget_old(now=START + dt.timedelta(days=181))
    assert Delivery.objects.count() == 0


def test_deliveries_go_on_beside_other_work(project: Project, sink: Sink) -> None:
    from linkstead.server.alerts import services
    from linkstead.server.alerts.loop import delivering
    from linkstead.server.alerts.models import Delivery

    services.send_test(mail_channel(project))
    arrived = threading.Event()
    sink.at = lambda where: arrived.set() if where == "done" else None
    with delivering(every=0.05):
        assert arrived.wait(20)
    assert Delivery.objects.get().state == "sent"

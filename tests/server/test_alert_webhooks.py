"""Webhooks: every event, signed, in full, and never to the inside."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.alerts.signing import DELIVERY_HEADER, HEADER, verify
from linkstead.errors import UsageError
from linkstead.events import EventKind
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
    project,
    states,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkstead.server.projects.models import Project

__all__ = ["engine", "project"]


class _Receiver:
    """A receiver on loopback: one thread, one answer for every request."""

    def __init__(self, answer: bytes) -> None:
        import socket

        self.got: list[bytes] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(20)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/hook?token=1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                with self._socket.accept()[0] as peer:
                    peer.settimeout(20)
                    data = b""
                    while b"\r\n\r\n" not in data:
                        data += peer.recv(65_536)
                    head, _, body = data.partition(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                    while len(body) < length:
                        body += peer.recv(65_536)
                    self.got.append(head + b"\r\n\r\n" + body)
                    peer.sendall(self._answer)
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()

    def request(self, number: int = 0) -> tuple[dict[str, str], bytes]:
        head, _, body = self.got[number].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        return {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}, body


@pytest.fixture
def receiver() -> Iterator[Callable[[bytes], _Receiver]]:
    made: list[_Receiver] = []

    def make(answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n") -> _Receiver:
        made.append(_Receiver(answer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _webhook(project: Project, url: str) -> tuple[Any, str]:
    from linkstead.server.accounts.models import User
    from linkstead.server.alerts import services

    return services.add_webhook(project, User.objects.get(email="ada@example.com"), url)


def test_a_webhook_gets_every_event_signed_and_in_full(project: Project, receiver: Any) -> None:
    hook = receiver()
    channel, secret = _webhook(project, hook.url)
    events_happen(project, CHANGED, 1, before={"anchor_text": "a"}, after={"anchor_text": "b\u202e"})
    events_happen(project, EventKind.TARGET_BROKEN, 2, after={"http_status": 404})
    handed_on()
    assert delivered(START + MINUTE) == 1
    headers, body = hook.request()
    now = int(dt.datetime.now(dt.UTC).timestamp())
    assert verify(secret, headers[HEADER], body, now=now)
    assert not verify("another", headers[HEADER], body, now=now)
    told = json.loads(body)
    assert told["delivery"] == headers[DELIVERY_HEADER]
    assert told["project"] == {"id": project.pk, "name": "example.com", "site": "example.com"}
    assert [event["kind"] for event in told["events"]] == ["anchor_changed", "target_broken"]
    assert told["events"][0]["after"] == {"anchor_text": "b\u202e"}
    assert told["events"][0]["url"].endswith(f"/p/{project.pk}/backlinks/1/")
    assert secret not in channel.secret
    assert states() == [("immediate", "sent", 2)]


@BOTH
def test_a_webhook_is_told_of_many_events_in_parts(project: Project, receiver: Any) -> None:
    hook = receiver()
    _webhook(project, hook.url)
    events_happen(project, NEW, *range(1, 251))
    handed_on()
    delivered(START + MINUTE)
    told = [len(json.loads(hook.request(number)[1])["events"]) for number in range(3)]
    assert told == [100, 100, 50]


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "waiting", "answered 500"),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "parked", "answered 410"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", "parked", "redirect"),
        (b"nonsense\r\n\r\n", "waiting", "not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\nabc", "sent", ""),
    ],
)
def test_what_a_receiver_may_answer(
    project: Project, receiver: Any, answer: bytes, state: str, words: str
) -> None:
    from linkstead.server.alerts.models import Delivery

    hook = receiver(answer)
    _webhook(project, hook.url)
    events_happen(project, LOST, 1)
    handed_on()
    delivered(START + MINUTE)
    found = Delivery.objects.get()
    assert found.state == state
    assert words in found.reason
    assert len(hook.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[::1]/", "http://user:pw@hooks.example/",
        "ftp://hooks.example/", "http://metadata.google.internal/", "javascript:alert(1)", "hooks.example",
        "",
    ],
)  # fmt: skip
def test_a_webhook_to_the_inside_is_not_even_written_down(project: Project, url: str) -> None:
    with pytest.raises(UsageError):
        _webhook(project, url)


def test_a_webhook_whose_name_leads_inside_is_refused_at_the_socket(project: Project, receiver: Any) -> None:
    from django.conf import settings
    from django.test import override_settings

    from linkstead.server.alerts.models import Delivery

    hook = receiver()
    _webhook(project, hook.url.replace("127.0.0.1", "localhost"))
    events_happen(project, LOST, 1)
    handed_on()
    closed = _replaced(settings.LINKSTEAD, allowed_private_networks=())
    with override_settings(LINKSTEAD=closed):
        delivered(START + MINUTE)
    found = Delivery.objects.get()
    assert (found.state, hook.got) == ("parked", [])
    assert "not posted to" in found.reason
    assert "127.0.0.1" not in found.reason


def _replaced(settings: Any, **changes: Any) -> Any:
    import dataclasses

    return dataclasses.replace(settings, **changes)


def test_a_webhook_asks_for_a_new_secret_when_the_servers_key_changed(
    project: Project, receiver: Any
) -> None:
    from linkstead.server.alerts.models import Delivery

    hook = receiver()
    channel, _ = _webhook(project, hook.url)
    type(channel).objects.update(secret="sealed under another key")
    events_happen(project, LOST, 1)
    handed_on()
    delivered(START + MINUTE)
    assert "new secret" in Delivery.objects.get().reason
    assert hook.got == []

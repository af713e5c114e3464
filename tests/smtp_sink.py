"""A real SMTP server on loopback that keeps what it is given, and misbehaves as it is told.

    with Sink() as sink:
        sink.plan = [Manner.LATER, Manner.FINE]     # one for each message, the last holds on
        ...
        assert [mail.message_id for mail in sink.taken] == [...]

`taken` are the messages that the server has answered 250 for, or would have; `seen` all that arrived whole.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage


class Manner(Enum):
    """How one message is met."""

    FINE = auto()
    LATER = auto()  # 450 to the recipient
    NEVER = auto()  # 550 to the recipient
    DATA_LATER = auto()  # 451 after the message
    DATA_NEVER = auto()  # 554 after the message
    HANG = auto()  # takes the message and never answers
    DROP_BEFORE = auto()  # closes in place of the 250
    DROP_AFTER = auto()  # closes right after the 250, without waiting for QUIT


_SAYS = {
    Manner.DATA_LATER: "451 try again later",
    Manner.DATA_NEVER: "554 no such thing here",
}


@dataclass(frozen=True)
class Mail:
    """A message as it arrived."""

    to: tuple[str, ...]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        message: Any = email.message_from_bytes(self.content, policy=email.policy.default)
        return message

    @property
    def message_id(self) -> str:
        return str(self.parsed["Message-ID"])

    def part(self, kind: str) -> str:
        """The text of its part `plain` or `html`."""
        body = self.parsed.get_body((kind,))
        return "" if body is None else str(body.get_content())


@dataclass
class Sink:
    """The server; a context manager. `at` is called in its thread: "rcpt", "data", "done" with the mail."""

    plan: list[Manner] = field(default_factory=lambda: [Manner.FINE])
    taken: list[Mail] = field(default_factory=list)
    seen: list[Mail] = field(default_factory=list)
    tries: int = 0
    port: int = 0
    at: Callable[[str], None] = lambda where: None

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="smtp-sink", daemon=True)
        self._thread.start()
        assert ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        server = await self._loop.create_server(
            lambda: SMTP(self, hostname="sink.example", loop=self._loop), "127.0.0.1", 0
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0.01)

    # -- aiosmtpd's hooks -------------------------------------------------------------------------

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        self._manner = self.plan[0]
        if len(self.plan) > 1:
            del self.plan[0]
        self.at("rcpt")
        if self._manner is Manner.LATER:
            return "450 the mailbox is busy"
        if self._manner is Manner.NEVER:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        mail = Mail(tuple(envelope.rcpt_tos), content if isinstance(content, bytes) else b"")
        self.seen.append(mail)
        self.at("data")
        manner = self._manner
        if manner in _SAYS:
            return _SAYS[manner]
        if manner is Manner.HANG:
            await self._stop.wait()
        if manner is Manner.DROP_BEFORE:
            server.transport.abort()
            return "250 nobody hears this"
        self.taken.append(mail)
        if manner is Manner.DROP_AFTER:
            self._loop.call_soon(server.transport.close)
        self.at("done")
        return "250 OK"

"""One mail over SMTP, and what came of it. The server is the operator's own, so ordinary sockets do."""

from __future__ import annotations

import smtplib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from linkstead.alerts.channels import Attempt, Outcome, judge_reply
from linkstead.alerts.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.alerts.letters import Letter

#: Said on pages and in the log while LINKSTEAD_MAIL_HOST is empty.
NOT_SET = "No mail server is set, so that no mail leaves; set LINKSTEAD_MAIL_HOST and start the server again."


def mail_is_set() -> bool:
    """Whether this installation has a mail server."""
    return bool(settings.EMAIL_HOST)


@contextmanager
def mailed(letter: Letter, to: str, message_id: str) -> Iterator[Attempt]:
    """Send a mail; inside the block the conversation is still open.

    So whoever writes down a success does it before QUIT, which may hang: what the server has taken (250)
    is taken, however the connection ends.
    """
    backend = EmailBackend(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        use_tls=settings.EMAIL_USE_TLS,
        use_ssl=settings.EMAIL_USE_SSL,
        timeout=settings.EMAIL_TIMEOUT,
    )
    try:
        yield _attempt(backend, _message(letter, to, message_id))
    finally:
        with suppress(smtplib.SMTPException, OSError):
            backend.close()


def _message(letter: Letter, to: str, message_id: str) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={
            "Message-ID": f"<{message_id}>",
            # RFC 3834: no out-of-office reply shall come back
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _attempt(backend: EmailBackend, mail: EmailMultiAlternatives) -> Attempt:
    try:
        backend.open()
        backend.send_messages([mail])
    except (OSError, UnicodeError) as error:  # smtplib's errors are OSErrors
        return _judge(error)
    return Attempt(Outcome.SENT)


def _judge(error: OSError | UnicodeError) -> Attempt:
    """What a failed conversation means; a delivery is closed for good by the server's own 5yz only."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return judge_reply(*_reply(next(iter(error.recipients.values()))))
    if isinstance(error, smtplib.SMTPResponseException):
        code, words = _reply((error.smtp_code, error.smtp_error))
        judged = judge_reply(code, words)
        # 421: the server takes its leave, from everybody
        return Attempt(judged.outcome, judged.reason, is_down=code == 421)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        ended = "The mail server ended the conversation, or fell silent, before it took the mail."
        return Attempt(Outcome.AGAIN, ended, is_down=True)
    if isinstance(error, smtplib.SMTPException):
        return Attempt(Outcome.AGAIN, f"The mail server does not do what is set: {plain(error)}")
    if isinstance(error, UnicodeError):
        return Attempt(Outcome.REFUSED, "The address holds letters that the mail server cannot take.")
    why = plain(error.strerror or error)
    return Attempt(Outcome.AGAIN, f"The mail server could not be reached: {why}.", is_down=True)


def _reply(reply: tuple[int, bytes | str]) -> tuple[int, str]:
    code, words = reply
    return code, plain(words.decode("utf-8", "replace") if isinstance(words, bytes) else words)

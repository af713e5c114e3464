"""Adding people and signing them in. Only these functions write the rows of `accounts`."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from linkstead.errors import UsageError
from linkstead.server.accounts.models import SignInLink, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

LINK_LIFETIME = dt.timedelta(minutes=15)
#: the first administrator until they say who they are; nobody can receive mail there
FIRST_EMAIL = "administrator@localhost.invalid"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A sign-in link as it is shown once. `token` is nowhere kept."""

    token: str
    expires_at: dt.datetime


def plain_email(email: str) -> str:
    """An e-mail address as it is kept: lower case, no blanks around. Raises `UsageError`."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise UsageError(
            f"“{email.strip()[:80]}” is no e-mail address; write it like name@example.com."
        ) from None
    return address


def add_user(email: str, *, name: str = "", is_administrator: bool = False) -> User:
    """Add a person without a password; a sign-in link lets them choose one. Raises `UsageError`."""
    user = User(email=plain_email(email), name=name.strip()[:120], is_administrator=is_administrator)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise UsageError(f"{user.email} can already sign in here.") from None
    return user


def user_by_email(email: str) -> User | None:
    """The person with this address, if there is one who may sign in."""
    return User.objects.filter(email__iexact=email.strip(), is_active=True).first()


def people() -> Iterable[User]:
    """Everybody, by address."""
    return User.objects.order_by("email")


def create_first_user() -> User | None:
    """The first administrator, when there is nobody yet."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        return add_user(FIRST_EMAIL, is_administrator=True)


def nobody_signed_in_yet() -> User | None:
    """The first administrator as long as nobody here has a password."""
    users = list(User.objects.order_by("pk")[:2])
    if len(users) == 1 and not users[0].has_usable_password():
        return users[0]
    return None


def new_link(user: User, *, now: dt.datetime) -> NewLink:
    """A link for a person; it holds for 15 minutes and once, and takes earlier ones away."""
    token = secrets.token_urlsafe(32)
    expires = now + LINK_LIFETIME
    with transaction.atomic():
        SignInLink.objects.filter(user=user, used_at=None).delete()
        SignInLink.objects.create(user=user, token_sha256=_digest(token), expires_at=expires)
    return NewLink(token, expires)


def link_holds(token: str, *, now: dt.datetime) -> bool:
    """Whether a link could still be used."""
    return _open_links(token, now).exists()


def use_link(token: str, *, now: dt.datetime) -> User | None:
    """Use a link up; the person it belongs to, or None when it is unknown, old or used.

    The old password ends with it, and with the password every session: the person chooses a new one.
    """
    with transaction.atomic():
        link = _open_links(token, now).select_related("user").first()
        # the guarded update decides who of two comes first
        if link is None or not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
            return None
        link.user.set_unusable_password()
        link.user.save(update_fields=["password"])
    return link.user


def forget_old_links(*, now: dt.datetime) -> int:
    """Delete links that can be used no more; how many."""
    return SignInLink.objects.filter(expires_at__lt=now - dt.timedelta(days=1)).delete()[0]


def introduce(user: User, *, email: str, password: str, name: str = "") -> None:
    """A person says who they are and chooses a password. Raises `UsageError` for a taken address."""
    user.email = plain_email(email)
    user.name = name.strip()[:120] or user.name
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "name", "password"])
    except IntegrityError:
        raise UsageError("Somebody else signs in with this address; choose another one.") from None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _open_links(token: str, now: dt.datetime) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        token_sha256=_digest(token), used_at=None, expires_at__gt=now, user__is_active=True
    )

"""Signing in: by password, by one-time link, in two steps; never by guessing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from django.test import Client

from tests.server.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
LOGIN = "/account/login/"


def _sign_in(client: Client, email: str, password: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def test_a_person_signs_in_with_e_mail_and_password(database: str, person: Callable[..., Any]) -> None:
    person("ada")
    client = Client()
    answer = _sign_in(client, "Ada@Example.com", PASSWORD)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get("/").status_code == 200


def test_signing_out_needs_a_post_and_ends_the_session(sqlite: str, person: Callable[..., Any]) -> None:
    person("ada")
    client = Client()
    _sign_in(client, "ada@example.com", PASSWORD)
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/").status_code == 302


def test_unknown_people_and_wrong_passwords_get_the_same_answer_and_the_same_work(
    sqlite: str, person: Callable[..., Any]
) -> None:
    """Timing follows from the number of password hashes, which is compared instead."""
    from django.contrib.auth.hashers import ScryptPasswordHasher

    person("ada")
    pages, hashes = [], []
    for email in ("ada@example.com", "nobody@example.com"):
        with mock.patch.object(
            ScryptPasswordHasher, "encode", autospec=True, side_effect=lambda *a, **k: "scrypt$16384$s$8$1$x"
        ) as encode:
            answer = _sign_in(Client(), email, "wrong password here")
        assert answer.status_code == 200
        form = answer.context["form"]
        pages.append((form.errors.as_json(), set(form.fields)))
        hashes.append(encode.call_count)
    assert pages[0] == pages[1]
    assert "__all__" in pages[0][0]
    assert hashes[0] == hashes[1] == 1


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_guessing_is_stopped_after_a_few_tries_for_known_and_unknown_people_alike(
    database: str, person: Callable[..., Any], email: str
) -> None:
    person("ada")
    texts = []
    for _ in range(7):
        answer = _sign_in(Client(), email, "wrong password here")
        texts.append(answer.context["form"].errors.as_text() if answer.context else str(answer.status_code))
    assert texts[0] == texts[4] != texts[5] == texts[6]
    if email.startswith("ada"):
        assert _sign_in(Client(), email, PASSWORD).status_code != 302


def test_a_password_that_may_not_sign_in_is_told_like_a_wrong_one(
    sqlite: str, person: Callable[..., Any]
) -> None:
    person("gone", is_active=False)
    answer = _sign_in(Client(), "gone@example.com", PASSWORD)
    assert "/inactive/" in answer.url or answer.status_code == 200
    assert Client().get("/").status_code == 302


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "confirm-email/"])
def test_strangers_find_no_way_to_sign_up(sqlite: str, path: str) -> None:
    assert Client().get(f"/account/{path}").status_code == 404


def test_there_is_no_default_password(sqlite: str) -> None:
    from linkstead.server.accounts.models import User

    first = User.objects.get()
    assert first.is_administrator
    assert not first.has_usable_password()
    assert _sign_in(Client(), first.email, "").status_code == 200


def test_the_first_sign_in_link_leads_to_a_password_and_works_once(database: str, settings: Any) -> None:
    from linkstead.server.bootstrap import first_sign_in

    address = first_sign_in(settings)
    path = address.removeprefix(settings.address)
    client = Client()
    assert client.get(path).context["holds"]
    assert client.get(path).context["holds"], "merely opening it must not use it up"
    client.post(path)
    assert client.get("/").url == "/account/welcome/", "nothing else before there is a password"
    told = {"email": "Boss@example.com", "password": PASSWORD, "again": PASSWORD}
    assert client.post("/account/welcome/", told).url == "/"
    assert client.get("/").status_code == 200, "choosing a password must not sign out"
    assert _sign_in(Client(), "boss@example.com", PASSWORD).status_code == 302
    second = Client()
    assert second.post(path).status_code == 404
    assert second.get("/").status_code == 302
    assert first_sign_in(settings) == "", "once somebody can sign in, no more links come by themselves"


def test_a_link_ends_after_15_minutes(sqlite: str, person: Callable[..., Any]) -> None:
    from linkstead.server.accounts import services

    link = services.new_link(person("ada"), now=NOW)
    assert services.use_link(link.token, now=NOW + dt.timedelta(minutes=15)) is None
    assert services.use_link(link.token, now=NOW + dt.timedelta(minutes=14, seconds=59)) is not None


def test_a_new_link_takes_the_earlier_one_away(sqlite: str, person: Callable[..., Any]) -> None:
    from linkstead.server.accounts import services

    ada = person("ada")
    old, new = services.new_link(ada, now=NOW), services.new_link(ada, now=NOW)
    assert services.use_link(old.token, now=NOW) is None
    assert services.use_link(new.token, now=NOW) == ada


def test_the_database_does_not_hold_a_link_s_token(sqlite: str, person: Callable[..., Any]) -> None:
    from linkstead.server.accounts import services
    from linkstead.server.accounts.models import SignInLink

    link = services.new_link(person("ada"), now=NOW)
    assert link.token not in str(SignInLink.objects.values().get())


def test_using_a_link_ends_the_old_password_and_every_session(
    sqlite: str, person: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    from django.utils import timezone

    from linkstead.server.accounts import services

    ada = person("ada")
    thief = signed_in(ada)
    link = services.new_link(ada, now=timezone.now())
    assert Client().post(f"/account/sign-in/{link.token}/").status_code == 302
    assert _sign_in(Client(), "ada@example.com", PASSWORD).status_code == 200
    assert thief.get("/").status_code == 302


def test_two_steps_are_asked_for_and_the_second_secret_is_encrypted(
    sqlite: str, person: Callable[..., Any]
) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    ada = person("ada")
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.get().data)
    client = Client()
    assert _sign_in(client, "ada@example.com", PASSWORD).url.startswith("/account/two-steps/")
    assert client.get("/").status_code == 302, "half signed in is not signed in"
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", next(iter(yield_hotp_counters_from_time()))))
    client.post("/account/two-steps/authenticate/", {"code": code})
    assert client.get("/").status_code == 200


def test_a_link_does_not_go_round_the_second_step(sqlite: str, person: Callable[..., Any]) -> None:
    from allauth.mfa.totp.internal.auth import TOTP
    from django.utils import timezone

    from linkstead.server.accounts import services

    ada = person("ada")
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    client = Client()
    answer = client.post(f"/account/sign-in/{services.new_link(ada, now=timezone.now()).token}/")
    assert answer.url.startswith("/account/two-steps/")
    assert client.get("/").status_code == 302


def test_the_pages_of_an_account_open(sqlite: str, person: Callable[..., Any]) -> None:
    person("ada")
    client = Client()
    _sign_in(client, "ada@example.com", PASSWORD)
    for path in ("password/", "two-steps/", "two-steps/totp/activate/", "reauthenticate/"):
        assert client.get(f"/account/{path}", follow=True).status_code == 200, path


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"email": "x@example.com", "password": "short", "again": "short"}, "password"),
        ({"email": "x@example.com", "password": PASSWORD, "again": "another " + PASSWORD}, "again"),
        ({"email": "ada@example.com", "password": PASSWORD, "again": PASSWORD}, "email"),
        ({"email": "nonsense", "password": PASSWORD, "again": PASSWORD}, "email"),
    ],
)
def test_the_welcome_page_says_what_is_wrong(
    sqlite: str,
    person: Callable[..., Any],
    signed_in: Callable[..., Client],
    told: dict[str, str],
    field: str,
) -> None:
    from linkstead.server.accounts.services import add_user

    person("ada")
    answer = signed_in(add_user("new@example.com")).post("/account/welcome/", told)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_an_administrator_adds_people_and_others_do_not(
    database: str, person: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    boss, ada = person("boss", is_administrator=True), person("ada")
    answer = signed_in(boss).post("/account/people/", {"email": "new@example.com"})
    assert "/account/sign-in/" in answer.context["link"]
    assert signed_in(boss).post("/account/people/", {"email": "NEW@example.com"}).status_code == 422
    assert signed_in(ada).get("/account/people/").status_code == 403
    assert signed_in(ada).post(f"/account/people/{boss.pk}/link/").status_code == 403

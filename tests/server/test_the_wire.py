"""What goes over the wire: headers, cookies, proxies, health, files of our own."""

from __future__ import annotations

import ipaddress
import json
import logging
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client, RequestFactory

from linkstead.server.databases import django_database
from linkstead.server.logs import JsonLines
from linkstead.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    "path", ["/account/login/", "/healthz", "/nowhere", "/static/linkstead/base.css", "/"]
)
def test_every_answer_carries_the_strict_headers(sqlite: str, path: str) -> None:
    answer = Client().get(path)
    answer.close()  # a file of our own is streamed
    policy = answer.headers["Content-Security-Policy"]
    for part in (
        "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "default-src 'none'",
    ):  # fmt: skip
        assert part in policy.split("; ")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_no_page_of_ours_needs_an_inline_script_or_style(
    sqlite: str, person: Callable[..., Any], signed_in: Callable[..., Client], project_of: Callable[..., Any]
) -> None:
    ada = person("ada", is_administrator=True)
    project, client = project_of(ada), signed_in(ada)
    pages = ["/", "/new/", f"/p/{project.pk}/", f"/p/{project.pk}/imports/", f"/p/{project.pk}/settings/",
             f"/p/{project.pk}/backlinks/", f"/p/{project.pk}/monitor/", f"/p/{project.pk}/monitor/plan/",
             "/bot", "/account/people/", "/account/two-steps/",
             "/look/style/"]  # fmt: skip
    for page in pages:
        html = client.get(page, follow=True).content.decode()
        reader = _Inline()
        reader.feed(html)
        assert reader.tags > 10, page
        assert reader.inline == [], page


class _Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = 0
        self.inline: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        names = dict(attrs)
        self.inline += [(tag, name) for name in names if name == "style" or name.startswith("on")]
        is_data = names.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.inline.append((tag, ""))


def test_pages_of_people_who_are_signed_in_are_not_cached_by_others(
    sqlite: str, person: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    assert "private" in signed_in(person("ada")).get("/").headers["Cache-Control"]


def test_cookies_cannot_be_read_by_scripts_and_stay_on_this_site(
    sqlite: str, person: Callable[..., Any]
) -> None:
    from tests.server.conftest import PASSWORD

    person("ada")
    client = Client()
    client.get("/account/login/")
    client.post("/account/login/", {"login": "ada@example.com", "password": PASSWORD})
    for name in ("linkstead_session", "linkstead_csrf"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


def test_an_https_address_makes_cookies_secure(tmp_path: Path) -> None:
    program = (
        "from linkstead.server import settings as s\n"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.ALLOWED_HOSTS,"
        " s.CSRF_TRUSTED_ORIGINS)"
    )
    env = {
        "LINKSTEAD_DATA": str(tmp_path),
        "LINKSTEAD_BASE_URL": "https://links.example.com",
        "PATH": "/usr/bin",
    }
    told = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    ).stdout
    assert told.split()[:3] == ["True", "True", "True"]
    assert "links.example.com" in told
    assert not list(tmp_path.iterdir()), "looking at the settings leaves no file behind"


def test_other_host_names_are_refused(sqlite: str) -> None:
    assert Client().get("/account/login/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("connected", "forwarded", "visitor"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the left one was written by the visitor
        ("10.0.0.1", "198.51.100.7, 10.0.0.9", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, <script>", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
    ],
)
def test_the_visitor_is_the_right_most_address_that_is_no_proxy_of_ours(
    settings: Any, connected: str, forwarded: str, visitor: str
) -> None:
    from linkstead.server import proxy

    assert proxy.visitor(connected, forwarded, PROXIES) == visitor


@pytest.mark.parametrize(("connected", "believed"), [("10.0.0.1", True), ("192.0.2.1", False), ("", False)])
def test_forwarded_headers_are_believed_from_trusted_proxies_alone(
    settings: Any, connected: str, believed: bool
) -> None:
    from django.http import HttpResponse

    from linkstead.server.proxy import TrustedProxy

    seen: list[Any] = []
    middleware = TrustedProxy(lambda request: seen.append(request) or HttpResponse())
    middleware._networks = PROXIES
    middleware(
        RequestFactory().get(
            "/", REMOTE_ADDR=connected, HTTP_X_FORWARDED_FOR="198.51.100.7", HTTP_X_FORWARDED_PROTO="https",
            HTTP_X_FORWARDED_HOST="evil.example",
        )
    )  # fmt: skip
    request = seen[0]
    assert request.META["REMOTE_ADDR"] == ("198.51.100.7" if believed else connected)
    assert request.is_secure() is believed
    assert "HTTP_X_FORWARDED_HOST" not in request.META


def test_health_is_told_to_everybody_and_says_when_the_database_is_gone(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError, connection

    assert Client().get("/healthz").json() == {"process": "ok", "database": "ok"}

    def broken() -> None:
        raise OperationalError("secret address of the database")

    monkeypatch.setattr(connection, "cursor", broken)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"process": "ok", "database": "unreachable"}


def test_a_log_line_is_json_and_holds_no_sign_in_token() -> None:
    record = logging.LogRecord(
        "x", logging.WARNING, "", 1, "Not Found: %s", ("/account/sign-in/SECRET-x_1/",), None
    )
    line = JsonLines().format(record)
    assert "SECRET" not in line
    assert json.loads(line)["message"] == "Not Found: /account/sign-in/…/"


def test_sqlite_keeps_what_was_committed(sqlite: str) -> None:
    from django.db import connection, transaction

    def pragma(name: str) -> Any:
        with connection.cursor() as cursor:
            return cursor.execute(f"PRAGMA {name}").fetchone()[0]

    assert [pragma(name) for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")] == [
        "wal",
        2,
        30_000,
        1,
    ]
    queries: list[str] = []
    with transaction.atomic():
        connection.connection.set_trace_callback(queries.append)
        connection.connection.set_trace_callback(None)
        assert connection.connection.in_transaction
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://u:p%40ss@db:5433/links?sslmode=require",
            ("links", "u", "p@ss", "db", "5433", "require"),
        ),
        ("postgresql://u@/links?host=/run/pg", ("links", "u", "", "/run/pg", "", None)),
        ("postgres://db", ("linkstead", "", "", "db", "", None)),
    ],
)
def test_an_address_of_postgresql_is_read_in_full(url: str, expected: tuple[Any, ...]) -> None:
    entry = django_database(read_settings({"LINKSTEAD_DATABASE": url}))
    told = (
        *(entry[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")),
        entry["OPTIONS"].get("sslmode"),
    )
    assert told == expected

"""Every route, asked by everybody, for somebody else's things (OWASP ASVS 5.0.0, 8.2.1 and 8.2.2).

The routes come from the URL patterns: a route without a line in ROUTES fails the test, so nobody adds a
page without saying who may see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASKERS = ("anonymous", "foreign", "viewer", "editor", "admin")
OPEN, PEOPLE, SERVER, VIEWER, EDITOR, ADMIN = "open", "people", "server", "viewer", "editor", "admin"

#: route name -> (who may ask, methods). `open`: everybody; `people`: whoever is signed in; `server`:
#: administrators of the server; the others are the least role in the project that the address names.
ROUTES: dict[str, tuple[str, tuple[str, ...]]] = {
    "health": (OPEN, ("get",)),
    "projects:list": (PEOPLE, ("get",)),
    "projects:new": (PEOPLE, ("get", "post")),
    "projects:settings": (VIEWER, ("get",)),
    "projects:rename": (ADMIN, ("post",)),
    "projects:delete": (ADMIN, ("post",)),
    "projects:add_member": (ADMIN, ("post",)),
    "projects:set_member": (ADMIN, ("post",)),
    "projects:remove_member": (ADMIN, ("post",)),
    "tracking:imports": (VIEWER, ("get",)),
    "tracking:import_row": (VIEWER, ("get",)),
    "tracking:mapping": (EDITOR, ("get", "post")),
    "tracking:cancel_import": (EDITOR, ("post",)),
    "tracking:import_again": (EDITOR, ("post",)),
    "tracking:quarantine": (VIEWER, ("get",)),
    "tracking:check": (EDITOR, ("post",)),
    "tracking:cancel_check": (EDITOR, ("post",)),
    "tracking:check_status": (VIEWER, ("get",)),
    "explorer:overview": (VIEWER, ("get",)),
    "explorer:months_picture": (VIEWER, ("get",)),
    "explorer:backlinks": (VIEWER, ("get",)),
    "explorer:check_these": (EDITOR, ("post",)),
    "explorer:export": (VIEWER, ("get",)),
    "explorer:backlink": (VIEWER, ("get",)),
    "explorer:evidence": (VIEWER, ("get",)),
    "explorer:source": (VIEWER, ("get",)),
    "tracking:pull": (EDITOR, ("post",)),
    "atlas:search": (PEOPLE, ("get",)),
    "atlas:suggestions": (PEOPLE, ("get",)),
    "atlas:domain": (PEOPLE, ("get",)),
    "triage:queue": (VIEWER, ("get",)),
    "triage:domain": (VIEWER, ("get",)),
    "triage:decide": (EDITOR, ("post",)),
    "triage:undo": (EDITOR, ("post",)),
    "triage:manual": (EDITOR, ("post",)),
    "triage:judge": (EDITOR, ("post",)),
    "audits:newest": (VIEWER, ("get",)),
    "audits:run": (VIEWER, ("get",)),
    "audits:now": (EDITOR, ("post",)),
    "audits:schedule": (EDITOR, ("post",)),
    "audits:suppress": (EDITOR, ("post",)),
    "audits:unsuppress": (EDITOR, ("post",)),
    "incidents:report": (VIEWER, ("get",)),
    "incidents:look": (EDITOR, ("post",)),
    "incidents:evidence": (VIEWER, ("get",)),
    "incidents:decide": (EDITOR, ("post",)),
    "disavow:file": (VIEWER, ("get",)),
    "disavow:download": (VIEWER, ("get",)),
    "disavow:cut": (VIEWER, ("get",)),
    "disavow:keep": (EDITOR, ("post",)),
    "disavow:bring": (EDITOR, ("post",)),
    "disavow:mend": (EDITOR, ("post",)),
    "disavow:version": (VIEWER, ("get",)),
    "disavow:uploaded": (EDITOR, ("post",)),
    "watching:monitor": (VIEWER, ("get",)),
    "watching:now": (VIEWER, ("get",)),
    "watching:watch": (EDITOR, ("post",)),
    "watching:check_all": (EDITOR, ("post",)),
    "watching:cancel": (EDITOR, ("post",)),
    "watching:pause": (EDITOR, ("post",)),
    "watching:resume": (EDITOR, ("post",)),
    "watching:check_host": (EDITOR, ("post",)),
    "watching:plan": (VIEWER, ("get",)),
    "watching:change_plan": (EDITOR, ("post",)),
    "watching:default_plan": (EDITOR, ("post",)),
    "bot": (OPEN, ("get",)),
    "alerts:inbox": (VIEWER, ("get",)),
    "alerts:read": (VIEWER, ("post",)),
    "alerts:channels": (EDITOR, ("get",)),
    "alerts:add_mail": (EDITOR, ("post",)),
    "alerts:add_webhook": (EDITOR, ("post",)),
    "alerts:channel": (EDITOR, ("get", "post")),
    "alerts:pause": (EDITOR, ("post",)),
    "alerts:test": (EDITOR, ("post",)),
    "alerts:secret": (EDITOR, ("post",)),
    "alerts:delete": (EDITOR, ("post",)),
    "alerts:retry": (EDITOR, ("post",)),
    "look:theme": (OPEN, ("post",)),
    "look:style": (OPEN, ("get",)),
    "look:vega": (OPEN, ("get",)),
    "accounts:sign_in_link": (OPEN, ("get", "post")),
    "accounts:welcome": (PEOPLE, ("get", "post")),
    "accounts:people": (SERVER, ("get", "post")),
    "accounts:person_link": (SERVER, ("post",)),
    "account_login": (OPEN, ("get", "post")),
    "account_logout": (PEOPLE, ("get",)),
    "account_inactive": (OPEN, ("get",)),
    "account_reauthenticate": (PEOPLE, ("get", "post")),
    "account_change_password": (PEOPLE, ("get", "post")),
    "mfa_index": (PEOPLE, ("get",)),
    "mfa_authenticate": (PEOPLE, ("get",)),
    "mfa_reauthenticate": (PEOPLE, ("get",)),
    "mfa_activate_totp": (PEOPLE, ("get",)),
    "mfa_deactivate_totp": (PEOPLE, ("get",)),
    "mfa_view_recovery_codes": (PEOPLE, ("get",)),
    "mfa_generate_recovery_codes": (PEOPLE, ("get",)),
    "mfa_download_recovery_codes": (PEOPLE, ("get",)),
}


@dataclass(frozen=True)
class Route:
    name: str
    converters: tuple[str, ...]


def routes() -> list[Route]:
    """Every named route of the server, from its URL patterns."""
    from linkstead.server import urls

    return list(_below(urls.urlpatterns, "", ()))


def _below(patterns: Any, prefix: str, converters: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        here = converters + tuple(pattern.pattern.converters)
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _below(pattern.url_patterns, inner, here)
        else:
            yield Route(f"{prefix}{pattern.name}", here)


@pytest.fixture
def world(
    sqlite: str, person: Callable[..., Any], project_of: Callable[..., Any], signed_in: Callable[..., Client]
) -> dict[str, Any]:
    """A project with one of each role, a project of a stranger; an import, a channel, a message in each."""
    from linkstead.server.alerts.handing import database_now, new_delivery
    from linkstead.server.alerts.models import Delivery
    from linkstead.server.alerts.services import add_webhook
    from linkstead.server.tracking.models import ImportRun

    viewer, editor, admin, stranger = (person(name) for name in ("viewer", "editor", "admin", "stranger"))
    project = project_of(admin, viewer=viewer, editor=editor)
    other = project_of(stranger, site="other.example")
    runs = [
        ImportRun.objects.create(project=one, shown_name="a.csv", stored_name="0" * 32, size=1, state="done")
        for one in (project, other)
    ]
    channels = [
        add_webhook(one, user, "https://hooks.example/")[0]
        for one, user in ((project, admin), (other, stranger))
    ]
    messages = [new_delivery(one, Delivery.Kind.IMMEDIATE, database_now()) for one in channels]
    domains = [_domain_of(one.pk) for one in (project, other)]
    clients = {
        name: signed_in(user)
        for name, user in zip(ASKERS[1:], (stranger, viewer, editor, admin), strict=True)
    }
    return {
        "clients": {"anonymous": Client(), **clients},
        "project": project,
        "other": other,
        "run": runs[0],
        "other_run": runs[1],
        "channel": channels[0],
        "delivery": messages[0],
        "domain": domains[0],
        "foreign": {
            "run_id": runs[1].pk,
            "user_id": stranger.pk,
            "channel_id": channels[1].pk,
            "delivery_id": messages[1].pk,
            "domain_id": domains[1],
            "evidence_id": 1,
            "backlink_id": 1,
            "batch": 2,
            "version_id": 2,
        },
        "viewer": viewer,
    }


def _domain_of(project_id: int) -> int:
    """A referring domain of a project; its id."""
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        store.execute(
            "INSERT INTO domain (id, project_id, key, name, tld_id) VALUES (?, ?, ?, 'a.example', 1)",
            (project_id, project_id, project_id),
        )
    return project_id


def _address(route: Route, world: dict[str, Any], **instead: object) -> str:
    from django.urls import reverse

    values: dict[str, object] = {
        "project_id": world["project"].pk,
        "run_id": world["run"].pk,
        "user_id": world["viewer"].pk,
        "backlink_id": 1,
        "channel_id": world["channel"].pk,
        "delivery_id": world["delivery"].pk,
        "domain_id": world["domain"],
        "evidence_id": 1,
        "token": "x" * 43,
        "version": "1",
        "name": "example.com",
        "batch": 1,
        "version_id": 1,
        "key": "k1",
        "number": 1,
    }
    return reverse(route.name, kwargs={name: (values | instead)[name] for name in route.converters})


def test_every_route_says_who_may_ask(settings: Any) -> None:
    assert {route.name for route in routes()} == set(ROUTES)


def _expected(least: str, asker: str) -> str:
    if least == OPEN:
        return "in"
    if asker == "anonymous":
        return "login"
    if least == PEOPLE:
        return "in"
    if least == SERVER:
        return "forbidden"
    if asker == "foreign":
        return "unknown"
    order = (VIEWER, EDITOR, ADMIN)
    return "in" if order.index(asker) >= order.index(least) else "forbidden"


def _told(answer: Any) -> str:
    if answer.status_code == 302 and answer.url.startswith("/account/login/"):
        return "login"
    return {404: "unknown", 403: "forbidden"}.get(answer.status_code, "in")


@pytest.mark.parametrize("asker", ASKERS)
def test_who_may_ask_what(world: dict[str, Any], asker: str) -> None:
    wrong = []
    # what takes things away comes last
    ordered = sorted(
        routes(), key=lambda route: (route.name == "projects:delete", route.name == "alerts:delete")
    )
    for route in ordered:
        least, methods = ROUTES[route.name]
        for method in methods:
            answer = getattr(world["clients"][asker], method)(_address(route, world))
            told, expected = _told(answer), _expected(least, asker)
            # a page one may see that has nothing to show (no such backlink, token or check) is no leak
            fine = told == expected or (expected == "in" and told == "unknown")
            if not fine or answer.status_code >= 500:
                wrong.append((route.name, method, answer.status_code, expected))
    assert wrong == []


@pytest.mark.parametrize("asker", ["anonymous", "viewer", "editor", "admin"])
def test_the_things_of_another_project_are_unknown_even_under_one_s_own(
    world: dict[str, Any], asker: str
) -> None:
    wrong = []
    for route in routes():
        if "project_id" not in route.converters:
            continue
        least, methods = ROUTES[route.name]
        wholly = _address(route, world, project_id=world["other"].pk, **world["foreign"])
        mixed = _address(route, world, **world["foreign"])
        for method in methods:
            answers = [getattr(world["clients"][asker], method)(wholly)]
            if set(world["foreign"]) & set(route.converters):
                answers.append(getattr(world["clients"][asker], method)(mixed))
            told = {_told(answer) for answer in answers}
            allowed = {"login"} if asker == "anonymous" else {"unknown"}
            if _expected(least, asker) == "forbidden":
                allowed.add("forbidden")  # the role is judged before the thing is looked for
            if not told <= allowed or _told(answers[0]) not in {"login", "unknown"}:
                wrong.append((route.name, method, told))
    assert wrong == []


def test_a_missing_and_a_foreign_project_look_the_same(world: dict[str, Any]) -> None:
    client = world["clients"]["viewer"]
    for route in routes():
        if route.converters != ("project_id",) or ROUTES[route.name][1] != ("get",):
            continue
        pages = []
        for project_id in (world["other"].pk, 987_654_321, 2**62, 2**70):
            answer = client.get(_address(route, world, project_id=project_id))
            assert answer.status_code == 404
            pages.append(answer.content.decode().replace(f"/p/{project_id}/", "/p/ID/"))
        tokens_aside = [page.split("csrfmiddlewaretoken")[0].split("X-CSRFToken")[0] for page in pages]
        assert len(set(tokens_aside)) == 1


def test_every_change_is_refused_without_a_csrf_token(world: dict[str, Any]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = world["clients"]["admin"].cookies
    for route in routes():
        if "post" in ROUTES[route.name][1]:
            assert strict.post(_address(route, world)).status_code == 403, route.name


def test_a_viewer_cannot_import(world: dict[str, Any]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from linkstead.server.tracking.models import ImportRun

    before = ImportRun.objects.count()
    address = f"/p/{world['project'].pk}/imports/"
    for asker, status in (("viewer", 403), ("foreign", 404), ("anonymous", 302), ("editor", 302)):
        file = SimpleUploadedFile("links.csv", b"a,b\n1,2\n")
        assert world["clients"][asker].post(address, {"file": file}).status_code == status, asker
    assert ImportRun.objects.count() == before + 1

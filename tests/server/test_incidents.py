"""The incidents page: an attack is shown with its evidence, decided about, and kept from strangers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from tests.incident_samples import HOSTILE, arrivals, bring_in, link, searched

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project


@pytest.fixture
def project(sqlite: str, person: Callable[..., Any], project_of: Callable[..., Any]) -> Project:
    made: Project = project_of(person("ed"), viewer=person("vi"))
    return made


@pytest.fixture
def client(project: Project, signed_in: Callable[..., Client]) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email="ed@example.com"))


def test_an_attack_is_shown_with_its_evidence_and_can_be_decided_about(
    project: Project, client: Client
) -> None:
    from linkstead.link import Decision
    from linkstead.profile import decisions
    from linkstead.server.tracking.stores import profile_store

    bring_in(project, arrivals())
    (incident,) = searched(project)["incidents"]
    base = f"/p/{project.pk}/incidents/"
    page = client.get(base).content.decode()
    assert "Watch it, do nothing yet" in page
    assert "casino &lt;b&gt;" in page
    assert "casino <b>" not in page
    answer = client.get(f"{base}{incident['key']}/evidence/")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    bad = [row for row in rows if row["referring domain"].startswith("bad")]
    assert len(bad) == 239
    assert {row["anchor text"] for row in bad} == {f"'{HOSTILE}"}
    assert all(row["reason"] for row in bad)
    assert client.post(f"{base}{incident['key']}/decide/", {"decision": "disavow"}).status_code == 302
    with profile_store() as store:
        decided = dict(decisions.standing(store, project.pk, Decision.DISAVOW))
    assert "bad0-1.kr" in decided
    assert decided["bad0-1.kr"].note == f"incident of {incident['began']}"
    assert (
        client.post(f"{base}{incident['key']}/decide/", {"decision": "keep"}, follow=True).status_code == 200
    )


def test_a_quiet_project_says_so_and_what_is_too_thin(project: Project, client: Client) -> None:
    base = f"/p/{project.pk}/incidents/"
    assert "There is nothing to watch yet" in client.get(base).content.decode()
    bring_in(project, [link(n, 20 + n, f"site{n}.org") for n in range(1, 5)])
    assert "Nobody has looked yet" in client.get(base).content.decode()
    searched(project)
    page = client.get(base).content.decode()
    assert "All is quiet" in page
    assert "Too thin" in page


def test_looking_again_is_a_workers_task(project: Project, client: Client) -> None:
    from django_tasks_db.models import DBTaskResult

    assert client.post(f"/p/{project.pk}/incidents/look/").status_code == 302
    assert DBTaskResult.objects.filter(task_path__endswith="audit_project").count() == 1


def test_an_incident_that_is_past_is_unknown(project: Project, client: Client) -> None:
    assert client.get(f"/p/{project.pk}/incidents/0123456789ab/evidence/").status_code == 404
    assert (
        client.post(f"/p/{project.pk}/incidents/0123456789ab/decide/", {"decision": "watch"}).status_code
        == 404
    )

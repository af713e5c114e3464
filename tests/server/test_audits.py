"""Audit pages: runs with their health, suppression with a reason, the schedule, and who may do what."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project

DAY = 86_400


@pytest.fixture
def project(sqlite: str, person: Callable[..., Any], project_of: Callable[..., Any]) -> Project:
    """Links of one source whose anchors are all alike, so that rules speak."""
    from linkstead.server.tracking.stores import profile_store
    from tests.profile_samples import merge, sighting

    made: Project = project_of(person("ed"), viewer=person("vi"))
    with profile_store() as store:
        merge(
            store,
            made.pk,
            *(
                sighting(n, page_url=f"https://site{n}.org/", anchor_text="<i>cheap</i> lamps")
                for n in range(1, 60)
            ),
        )
    return made


@pytest.fixture
def client(project: Project, signed_in: Callable[..., Client]) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email="ed@example.com"))


def audited(project: Project, now: int | None = None) -> Any:
    from linkstead.journey import audit_profile
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return audit_profile(store, project.pk, now=now or int(time.time()))


def test_an_audit_is_shown_with_its_health_and_compared_with_the_one_before(
    project: Project, client: Client
) -> None:
    base = f"/p/{project.pk}/audits/"
    assert "No audit was made yet" in client.get(base).content.decode()
    first = audited(project, now=1_700_000_000)
    audited(project, now=1_700_000_000 + DAY)
    page = client.get(base).content.decode()
    assert "Audit 2" in page
    assert f"Health {first.health.score} of 100" in page
    assert "0 new" in page
    for finding in first.findings:
        assert f'id="{finding.rule}"' in page
    assert "&lt;i&gt;cheap" in page
    assert "<i>cheap" not in page
    assert "Audit 1" in client.get(f"{base}1/").content.decode()
    assert client.get(f"{base}99/").status_code == 404
    assert client.get(f"{base}{2**70}/").status_code == 404


def test_a_suppressed_rule_leaves_the_list_and_stays_named(project: Project, client: Client) -> None:
    base = f"/p/{project.pk}/audits/"
    rule = audited(project).findings[0].rule
    posted = {"rule": rule, "reason": "known <b>", "until": "2099-01-31"}
    assert client.post(f"{base}suppress/", posted).status_code == 302
    audited(project)
    page = client.get(base).content.decode()
    assert f'id="{rule}"' not in page
    assert "known &lt;b&gt;" in page
    assert "ed@example.com" in page
    assert client.post(f"{base}unsuppress/", {"rule": rule}).status_code == 302
    audited(project)
    assert f'id="{rule}"' in client.get(base).content.decode()


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"rule": "LS999", "reason": "x"}, "There is no such rule"),
        ({"rule": "LS001", "reason": "  "}, "A suppression needs a reason"),
    ],
)
def test_what_cannot_be_suppressed_is_told(
    project: Project, client: Client, posted: dict[str, str], told: str
) -> None:
    answer = client.post(f"/p/{project.pk}/audits/suppress/", posted, follow=True)
    assert told in answer.content.decode()


def test_audits_are_asked_for_when_their_time_has_come(project: Project, client: Client) -> None:
    from django_tasks_db.models import DBTaskResult

    from linkstead.server.jobs.monitoring import ask_for_audits

    def asked() -> int:
        return DBTaskResult.objects.filter(task_path__endswith="audit_project").count()

    base = f"/p/{project.pk}/audits/"
    assert ask_for_audits() == 0, "nothing was imported and judged yet"
    audited(project, now=int(time.time()) - 2 * DAY)
    assert ask_for_audits() == 0, "weekly unless said otherwise"
    assert client.post(f"{base}schedule/", {"days": "1"}).status_code == 302
    assert ask_for_audits() == asked() == 1
    assert ask_for_audits() == 0, "it waits for its turn already"
    assert client.post(f"{base}schedule/", {"days": "0"}).status_code == 302
    assert ask_for_audits() == 0
    told = client.post(f"{base}schedule/", {"days": "2"}, follow=True).content.decode()
    assert "That is no schedule" in told
    assert client.post(f"{base}now/").status_code == 302
    assert asked() == 2


def test_a_viewer_reads_and_cannot_change(project: Project, signed_in: Callable[..., Client]) -> None:
    from linkstead.server.accounts.models import User

    audited(project)
    viewer = signed_in(User.objects.get(email="vi@example.com"))
    page = viewer.get(f"/p/{project.pk}/audits/").content.decode()
    assert "Health" in page
    assert "Suppress</summary>" not in page
    assert "Audit now" not in page

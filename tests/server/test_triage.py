"""Triage pages: what is listed, who decides, what is refused in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project


@pytest.fixture
def project(sqlite: str, person: Callable[..., Any], project_of: Callable[..., Any]) -> Project:
    """A project with links of three domains."""
    from linkstead.server.tracking.stores import profile_store
    from tests.profile_samples import merge, sighting

    made: Project = project_of(person("ed"), viewer=person("vi"))
    with profile_store() as store:
        merge(
            store,
            made.pk,
            *(
                sighting(number, page_url=f"https://site{number}.org/{page}", anchor_text="<b>bold</b>")
                for number in range(1, 4)
                for page in range(number)
            ),
        )
    return made


@pytest.fixture
def client(project: Project, signed_in: Callable[..., Client]) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email="ed@example.com"))


def ids(project: Project) -> dict[str, int]:
    from linkstead.profile import triage
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return {row.name: row.domain_id for row in triage.queue(store, project.pk, kind="all").rows}


def test_a_decision_moves_a_domain_to_its_list_and_undo_brings_it_back(
    project: Project, client: Client
) -> None:
    base = f"/p/{project.pk}/triage/"
    chosen = ids(project)["site2.org"]
    asked = {"decision": "disavow", "domain": [chosen], "note": "bought <i>links</i>", "at": "1"}
    answer = client.post(f"{base}decide/", asked)
    assert answer.status_code == 302
    assert "at=1" in answer.url
    page = client.get(answer.url).content.decode()
    assert "site2.org" not in page
    assert "1 domain is marked for the disavow file." in page
    kept = client.get(f"{base}?show=disavow").content.decode()
    assert "site2.org" in kept
    assert "bought &lt;i&gt;links&lt;/i&gt;" in kept
    assert "ed@example.com" in kept
    batch = answer.url.rpartition("batch=")[2]
    assert client.post(f"{base}undo/{batch}/").status_code == 302
    assert "site2.org" in client.get(base).content.decode()


def test_anchors_of_strangers_are_shown_as_text(project: Project, client: Client) -> None:
    page = client.get(f"/p/{project.pk}/triage/").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"decision": "burn", "domain": ["1"]}, "That is no decision"),
        ({"decision": "keep"}, "No domain was chosen"),
        ({"decision": "keep", "domain": ["x", "-1", "9" * 30]}, "No domain was chosen"),
        ({"decision": "keep", "domain": ["987654"]}, "None of these domains belongs to this project"),
    ],
)
def test_what_cannot_be_decided_is_told(
    project: Project, client: Client, posted: dict[str, Any], told: str
) -> None:
    answer = client.post(f"/p/{project.pk}/triage/decide/?show=all", posted, follow=True)
    assert told in answer.content.decode()
    assert answer.redirect_chain[0][0].endswith("?show=all")


@pytest.mark.parametrize(
    "question", ["?show=nonsense", "?after=a-b", "?at=99999999", "?name=%00", "?batch=x"]
)
def test_an_address_that_is_spelled_wrong_is_the_open_list(
    project: Project, client: Client, question: str
) -> None:
    answer = client.get(f"/p/{project.pk}/triage/{question}")
    assert answer.status_code == 200
    assert "site3.org" in answer.content.decode()


def test_a_viewer_reads_and_sees_no_button(project: Project, signed_in: Callable[..., Client]) -> None:
    from linkstead.server.accounts.models import User

    viewer = signed_in(User.objects.get(email="vi@example.com"))
    page = viewer.get(f"/p/{project.pk}/triage/").content.decode()
    assert "site3.org" in page
    assert 'name="decision"' not in page


def test_what_we_make_of_a_domain_is_shown_with_its_reasons(project: Project, client: Client) -> None:
    from linkstead.server.tracking.importing import refresh_audit

    base = f"/p/{project.pk}/triage/"
    assert "not judged" in client.get(base).content.decode()
    refresh_audit(project.pk)
    page = client.get(f"{base}?sort=worst").content.decode()
    assert "thin evidence" in page
    domain = client.get(f"{base}domains/{ids(project)['site2.org']}/").content.decode()
    assert "There is not enough evidence for a spam likelihood." in domain
    assert "Recommended: do nothing." in domain
    assert client.post(f"{base}manual/", {"manual": "notified"}).status_code == 302
    refresh_audit(project.pk)
    domain = client.get(f"{base}domains/{ids(project)['site2.org']}/").content.decode()
    assert "Recommended: watch." in domain
    told = client.post(f"{base}manual/", {"manual": "maybe"}, follow=True).content.decode()
    assert "That is no answer" in told

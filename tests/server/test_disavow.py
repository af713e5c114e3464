"""Pages of the disavow file: what it would be, what is told of it, what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linkstead.link import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project


@pytest.fixture
def project(sqlite: str, person: Callable[..., Any], project_of: Callable[..., Any]) -> Project:
    """Links of three domains; one is to be disavowed, one is whitelisted."""
    from linkstead.profile import decisions, triage
    from linkstead.server.tracking.stores import profile_store
    from tests.profile_samples import merge, sighting

    made: Project = project_of(person("ed"), viewer=person("vi"))
    with profile_store() as store:
        merge(
            store,
            made.pk,
            *(sighting(n, page_url=f"https://site{n}.org/", domain_metric=n * 10.0) for n in range(1, 4)),
        )
        known = {row.name: row.domain_id for row in triage.queue(store, made.pk).rows}
        decisions.decide(
            store, made.pk, [known["site1.org"]], Decision.DISAVOW, who="ed", now=1, note="<b>bad</b>"
        )
        decisions.decide(store, made.pk, [known["site2.org"]], Decision.WHITELIST, who="ed", now=1)
    return made


@pytest.fixture
def client(project: Project, signed_in: Callable[..., Client]) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email="ed@example.com"))


def bring(client: Client, project: Project, body: bytes, **more: str) -> str:
    given = SimpleUploadedFile('a"<b>.txt', body, "text/plain")
    answer = client.post(f"/p/{project.pk}/disavow/bring/", {"file": given, **more}, follow=True)
    return answer.content.decode()


def test_what_was_decided_is_an_entry_and_can_be_downloaded(project: Project, client: Client) -> None:
    page = client.get(f"/p/{project.pk}/disavow/").content.decode()
    assert "1 domain decided since" in page
    answer = client.get(f"/p/{project.pk}/disavow/download/")
    assert answer.content == b"# <b>bad</b>\ndomain:site1.org\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer["Content-Disposition"]


def test_a_file_that_one_has_is_kept_as_it_is_and_built_upon(project: Project, client: Client) -> None:
    body = b"# mine\r\n\r\ndomain:old.net\r\ndomain:site2.org\r\ndomain:https://x.net/\r\n"
    page = bring(client, project, body, uploaded="yes")
    assert "Kept as version" in page
    assert "the search engine has version" in page
    assert "a&quot;&lt;b&gt;.txt" in page
    assert "which was whitelisted or is to be kept" in page
    assert "write domain:x.net" in page
    now = client.get(f"/p/{project.pk}/disavow/download/").content
    assert now == body + b"# <b>bad</b>\r\ndomain:site1.org\r\n"


def test_mending_writes_what_was_meant_and_loses_nothing(project: Project, client: Client) -> None:
    bring(client, project, b"# mine\nx.net\ndomain:y.net\ndomain:www.y.net\n")
    assert client.post(f"/p/{project.pk}/disavow/mend/").status_code == 302
    now = client.get(f"/p/{project.pk}/disavow/download/").content.decode()
    assert now == "# mine\ndomain:x.net\ndomain:y.net\n# <b>bad</b>\ndomain:site1.org\n"
    page = client.get(f"/p/{project.pk}/disavow/").content.decode()
    assert "Mend and keep" not in page


def test_what_an_upload_would_take_back_is_told(project: Project, client: Client) -> None:
    bring(client, project, b"domain:gone.net\n", uploaded="yes")
    page = bring(client, project, b"domain:other.net\n")
    assert "An upload replaces the whole list" in page
    assert "domain:gone.net" in page


def test_a_version_can_be_fetched_and_said_to_be_uploaded(project: Project, client: Client) -> None:
    bring(client, project, b"domain:a.net\n\xff")
    from linkstead.profile import disavow_files
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        version = disavow_files.versions(store, project.pk)[0]
    base = f"/p/{project.pk}/disavow/versions/{version.id}/"
    assert client.get(base).content == b"domain:a.net\n\xff"
    assert client.post(f"{base}uploaded/").status_code == 302
    assert (
        f"the search engine has version {version.id}"
        in client.get(f"/p/{project.pk}/disavow/").content.decode()
    )
    assert client.get(f"/p/{project.pk}/disavow/versions/{2**70}/").status_code == 404


def test_the_cut_is_shown_with_its_best_links(project: Project, client: Client) -> None:
    bring(client, project, b"domain:site3.org\ndomain:nobody.net\n")
    page = client.get(f"/p/{project.pk}/disavow/cut/").content.decode()
    assert "https://site3.org/" in page
    assert "domain:nobody.net" in page
    assert "66.7%" in page or "67%" in page


def test_no_file_at_all_is_a_sentence(project: Project, client: Client) -> None:
    answer = client.post(f"/p/{project.pk}/disavow/bring/", {}, follow=True)
    assert "No file came with that" in answer.content.decode()


def test_a_viewer_reads_and_cannot_change(project: Project, signed_in: Callable[..., Client]) -> None:
    from linkstead.server.accounts.models import User

    viewer = signed_in(User.objects.get(email="vi@example.com"))
    page = viewer.get(f"/p/{project.pk}/disavow/").content.decode()
    assert "Keep this version" not in page
    assert "Bring a file" not in page
    assert viewer.get(f"/p/{project.pk}/disavow/download/").status_code == 200

"""Projects, their members and who may change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project


def test_a_project_is_made_from_any_spelling_of_a_site(
    database: str, person: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.projects.services import projects_of

    ada = person("ada")
    answer = signed_in(ada).post("/new/", {"site": "https://Example.com/some/page", "name": ""})
    project = projects_of(ada).get()
    assert answer.url == f"/p/{project.pk}/imports/"
    assert (project.site, project.name) == ("example.com", "example.com")


@pytest.mark.parametrize("site", ["", "nonsense", "http://", "a b.com", "x" * 3_000])
def test_what_is_no_site_is_explained(
    sqlite: str, person: Callable[..., Any], signed_in: Callable[..., Client], site: str
) -> None:
    answer = signed_in(person("ada")).post("/new/", {"site": site})
    assert answer.status_code == 422
    assert answer.context["form"].errors["site"]


def test_a_service_refuses_what_is_no_site(sqlite: str, person: Callable[..., Any]) -> None:
    from linkstead.server.projects.services import create_project

    with pytest.raises(InputError):
        create_project(person("ada"), site="no site")


def test_the_list_shows_one_s_own_projects_with_their_counts(
    database: str,
    person: Callable[..., Any],
    signed_in: Callable[..., Client],
    project_of: Callable[..., Project],
) -> None:
    ada, bob = person("ada"), person("bob")
    project_of(ada, site="b.example")
    project_of(ada, site="a.example", viewer=bob)
    project_of(bob, site="c.example")
    listed = signed_in(ada).get("/").context["projects"]
    assert [(one.site, one.role, one.backlinks, one.imported) for one in listed] == [
        ("a.example", "admin", 0, 0),
        ("b.example", "admin", 0, 0),
    ]
    assert [(one.site, one.role) for one in signed_in(bob).get("/").context["projects"]] == [
        ("a.example", "viewer"),
        ("c.example", "admin"),
    ]


def test_members_come_change_and_go(
    database: str,
    person: Callable[..., Any],
    signed_in: Callable[..., Client],
    project_of: Callable[..., Project],
) -> None:
    from linkstead.server.projects.services import role_in

    ada, bob = person("ada"), person("bob")
    project, client = project_of(ada), signed_in(ada)
    address = f"/p/{project.pk}/settings/members/"
    client.post(address, {"email": "BOB@example.com", "role": "viewer"})
    assert role_in(project, bob) == "viewer"
    client.post(f"{address}{bob.pk}/", {"role": "editor"})
    assert role_in(project, bob) == "editor"
    client.post(f"{address}{bob.pk}/remove/")
    assert role_in(project, bob) is None
    answer = client.post(address, {"email": "unknown@example.com", "role": "viewer"})
    assert answer.status_code == 422
    assert answer.context["member_form"].errors["email"]
    assert client.post(f"{address}{bob.pk}/", {"role": "owner"}).status_code == 404


def test_a_project_always_keeps_an_admin(sqlite: str, person: Callable[..., Any], project_of: Any) -> None:
    from linkstead.server.projects import services
    from linkstead.server.projects.models import Role

    ada, bob = person("ada"), person("bob")
    project = project_of(ada, editor=bob)
    with pytest.raises(UsageError, match="admin"):
        services.remove_member(project, ada)
    with pytest.raises(UsageError, match="admin"):
        services.set_member(project, ada, Role.VIEWER)
    services.set_member(project, bob, Role.ADMIN)
    services.remove_member(project, ada)
    assert services.role_in(project, bob) == "admin"


def test_a_project_is_deleted_only_by_writing_its_site(
    sqlite: str,
    person: Callable[..., Any],
    signed_in: Callable[..., Client],
    project_of: Callable[..., Project],
) -> None:
    from linkstead.server.projects.models import Project as Row

    ada = person("ada")
    project, client = project_of(ada), signed_in(ada)
    assert client.post(f"/p/{project.pk}/settings/delete/", {"site": "other.com"}).status_code == 422
    assert Row.objects.filter(pk=project.pk).exists()
    assert client.post(f"/p/{project.pk}/settings/delete/", {"site": " Example.com "}).status_code == 302
    assert not Row.objects.filter(pk=project.pk).exists()


def test_deleting_a_project_forgets_every_table_of_its_profile() -> None:
    """A new table of the profile that names a project must be named in the deletion too."""
    from linkstead.profile.schema import ddl
    from linkstead.server.projects.services import _BY_PARENT, _BY_PROJECT

    created = [statement for statement in ddl("sqlite") if statement.startswith("CREATE TABLE")]
    names = {statement.split()[2] for statement in created if "project_id" in statement}
    assert names == set(_BY_PROJECT)
    children = {statement.split()[2] for statement in created if "project_id" not in statement}
    # the words of search.py name pages and anchors by ids that are never given out again
    shared = {"profile_version", "id_block", "project", "source", "tld", "search_mark"}
    # hosts are crawled for all projects together, and our own network's troubles are nobody's
    shared |= {"crawl_host", "incident"}
    assert children - shared == {table for table, _, _ in _BY_PARENT}


def test_a_name_is_one_plain_line_of_bounded_length(
    sqlite: str, person: Callable[..., Any], project_of: Any
) -> None:
    from linkstead.server.projects import services

    project = project_of(person("ada"))
    services.rename_project(project, "  a\r\nb\x00c " + "x" * 500)
    project.refresh_from_db()
    assert project.name.startswith("a bc x")
    assert len(project.name) == services.NAME_LENGTH
    with pytest.raises(UsageError):
        services.rename_project(project, " \n")

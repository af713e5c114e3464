"""Making, renaming and deleting projects, and their members. Only these functions write those rows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import connection, transaction

from linkstead.errors import UsageError
from linkstead.server.projects.models import Membership, Project, Role
from linkstead.urls import site_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import ProjectQuerySet

NAME_LENGTH = 120
#: Days between two audits, unless a project says otherwise.
DEFAULT_AUDIT_DAYS = 7

#: tables of a profile without a project_id of their own: table, its column, the table it points to
_BY_PARENT = (
    ("quarantine", "file_id", "import_file"),
    ("sighting", "backlink_id", "backlink"),
)
#: tables of a profile with a project_id; the project itself goes last
_BY_PROJECT = (
    "look", "backlink", "domain_sighting", "page", "target", "anchor", "domain", "tally",
    "summary_cache", "header_mapping", "import_file", "look_month", "event", "evidence", "site_page",
    "decision", "decision_log", "disavow_file", "domain_judgement", "incident_report",
    "audit_run", "audit_suppression", "page_facts", "link_judgement", "paid_link", "site_outlink",
    "judgement_due", "domain_traits",
)  # fmt: skip


def projects_of(user: User) -> ProjectQuerySet:
    """The projects that a person may see, by name."""
    return Project.objects.visible_to(user).order_by("name", "pk")


def role_in(project: Project, user: User) -> Role | None:
    """A person's role in a project, or None when they may not even know of it."""
    found = Membership.objects.filter(project=project, user=user).values_list("role", flat=True).first()
    return None if found is None else Role(found)


def create_project(owner: User, *, site: str, name: str = "") -> Project:
    """A project of the site at `site` (host or address); its maker is its admin. Raises `UrlError`."""
    host = site_of(site)
    with transaction.atomic():
        project = Project.objects.create(
            name=_plain_name(name) or host, site=host, created_at=int(time.time())
        )
        Membership.objects.create(user=owner, project=project, role=Role.ADMIN)
    return project


def rename_project(project: Project, name: str) -> None:
    """Call a project otherwise. Raises `UsageError`."""
    plain = _plain_name(name)
    if not plain:
        raise UsageError("A project needs a name; write one.")
    Project.objects.filter(pk=project.pk).update(name=plain)


def set_watching(project: Project, watching: int) -> None:
    """Whether a project's links are looked at on schedule (the words of profile.appointments)."""
    Project.objects.filter(pk=project.pk).update(watching=watching)


def set_plan(project: Project, plan: str | None) -> None:
    """How a project's links are watched: the JSON of a WatchPlan, None for the defaults."""
    Project.objects.filter(pk=project.pk).update(plan=plan)


def set_audit_days(project: Project, days: int) -> None:
    """How many days lie between two audits that are made by themselves; 0: none are."""
    Project.objects.filter(pk=project.pk).update(audit_days=days)


def set_manual_action(project: Project, word: str) -> None:
    """What the user tells of a manual action for links (a word of quality.recommendation.ManualAction)."""
    Project.objects.filter(pk=project.pk).update(manual_action=word)


def delete_project(project: Project) -> None:
    """Delete a project with every row of its profile. There is no way back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table, column, parent in _BY_PARENT:
                cursor.execute(
                    f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM {parent} WHERE project_id = %s)",  # noqa: S608 - names of our own
                    [project.pk],
                )
            for table in _BY_PROJECT:
                cursor.execute(f"DELETE FROM {table} WHERE project_id = %s", [project.pk])  # noqa: S608 - names of our own
        project.delete()


def members_of(project: Project) -> QuerySet[Membership]:
    """Who may see a project, with their roles."""
    return Membership.objects.filter(project=project).select_related("user").order_by("user__email")


def set_member(project: Project, user: User, role: Role) -> None:
    """Give a person a role in a project. Raises `UsageError` when nobody would be its admin any more."""
    with transaction.atomic():
        _lock(project)
        if role != Role.ADMIN:
            _keep_an_admin(project, user)
        Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})


def remove_member(project: Project, user: User) -> None:
    """Take a person out of a project. Raises `UsageError` when nobody would be its admin any more."""
    with transaction.atomic():
        _lock(project)
        _keep_an_admin(project, user)
        Membership.objects.filter(project=project, user=user).delete()


def _lock(project: Project) -> None:
    # two admins who remove each other at the same time must not both succeed
    Project.objects.select_for_update().get(pk=project.pk)


def _keep_an_admin(project: Project, leaving: User) -> None:
    others = Membership.objects.filter(project=project, role=Role.ADMIN).exclude(user=leaving)
    is_admin = Membership.objects.filter(project=project, role=Role.ADMIN, user=leaving).exists()
    if is_admin and not others.exists():
        raise UsageError("A project needs an admin; make somebody else one first.")


def _plain_name(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:NAME_LENGTH]

"""The projects of a person with the figures that their list shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from linkstead.server.projects.models import Membership, Role

if TYPE_CHECKING:
    from linkstead.server.accounts.models import User


@dataclass(frozen=True, slots=True)
class ListedProject:
    """One line of the list. `backlinks` is exact, from the counts that imports keep."""

    pk: int
    name: str
    site: str
    role: Role
    backlinks: int
    imported: int


def projects_with_counts(user: User) -> list[ListedProject]:
    """Everything the list of projects shows, by name."""
    members = list(
        Membership.objects.filter(user=user).select_related("project").order_by("project__name", "project_id")
    )
    ids = [member.project_id for member in members]
    links = _counts(
        "SELECT project_id, sum(links) FROM target WHERE project_id IN ({}) GROUP BY project_id", ids
    )
    files = _counts(
        "SELECT project_id, count(*) FROM import_file WHERE project_id IN ({}) GROUP BY project_id", ids
    )
    return [
        ListedProject(
            member.project_id,
            member.project.name,
            member.project.site,
            Role(member.role),
            links.get(member.project_id, 0),
            files.get(member.project_id, 0),
        )
        for member in members
    ]


def _counts(question: str, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(question.format(", ".join(["%s"] * len(ids))), ids)
        return {int(project): int(count) for project, count in cursor.fetchall()}

"""What stands around a page of the explorer: the project, what one may do, the pages next door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkstead.server.look.rail import address
from linkstead.server.projects.models import Role

if TYPE_CHECKING:
    from django.http import HttpRequest

    from linkstead.server.projects.models import Project


def around(request: HttpRequest, project: Project) -> dict[str, Any]:
    """The project, what the asker may do in it, and the addresses of the pages next door."""
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    return {
        "project": project,
        "may_import": role.allows(Role.EDITOR),
        "may_check": role.allows(Role.EDITOR),
        "imports_url": address("tracking:imports", project.pk),
        "check_url": address("tracking:check", project.pk),
    }

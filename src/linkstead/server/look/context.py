"""What every page knows: the time, the colours chosen, the rail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from linkstead.server.look import rail

if TYPE_CHECKING:
    from django.http import HttpRequest

SHEETS = tuple(
    f"linkstead/{name}.css" for name in ("tokens", "base", "shell", "parts", "tables", "forms", "pages")
)

#: Projects in the switch and the palette; the page of all projects has every one.
MOST_PROJECTS = 200


def look(request: HttpRequest) -> dict[str, Any]:
    """The context processor; the rail is only built when a page draws it."""
    return {
        "now": int(time.time()),
        "theme": request.COOKIES.get("theme", "system"),
        "sheets": SHEETS,
        "rail": SimpleLazyObject(lambda: _rail(request)),
    }


def _rail(request: HttpRequest) -> rail.Rail:
    if not request.user.is_authenticated:
        return rail.Rail()
    from linkstead.server.projects.services import projects_of

    projects = list(projects_of(request.user)[:MOST_PROJECTS])
    wanted = request.resolver_match.kwargs.get("project_id") if request.resolver_match else None
    project = next((one for one in projects if one.pk == wanted), None)
    user = request.user
    return rail.build(request.path, projects, project, is_administrator=user.is_administrator, user=user)

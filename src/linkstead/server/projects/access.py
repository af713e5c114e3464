"""The one way from an address to a project: whoever may not see it is told 404, as if it were none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404

from linkstead.server.accounts.models import User
from linkstead.server.projects.models import Membership, Project, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")


def project_for(user: object, project_id: int, needed: Role = Role.VIEWER) -> tuple[Project, Role]:
    """A project and the asker's role in it.

    Raises `Http404` for somebody who may not see it and `PermissionDenied` for a member whose role
    does not reach.
    """
    if not isinstance(user, User) or project_id > 2**63 - 1:
        raise Http404("There is no such project.")
    found = Membership.objects.select_related("project").filter(project_id=project_id, user=user).first()
    if found is None:
        raise Http404("There is no such project.")
    role = Role(found.role)
    if not role.allows(needed):
        raise PermissionDenied(
            f"Your role in this project is {role.label.lower()}; ask its admin to change it."
        )
    return found.project, role


def with_project(
    needed: Role = Role.VIEWER,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Project, P], HttpResponseBase]], Callable[..., HttpResponseBase]
]:
    """Decorate a view whose address has `project_id`: it is given the project instead.

    `request.project_role` tells the templates what the asker may do.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Project, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def guarded(
            request: HttpRequest, project_id: int, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            project, role = project_for(request.user, project_id, needed)
            request.project_role = role  # type: ignore[attr-defined] # how Django hands things to templates
            return view(request, project, *args, **kwargs)

        return login_required(guarded)

    return decorate

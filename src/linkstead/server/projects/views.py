"""Projects: all of them, a new one, one's settings.

Templates and what they are given (`request.project_role` is the asker's role where there is a project):

* `projects/list.html`: projects (each with name, site, role, backlinks: int, imported: int files)
* `projects/new.html`: form (site, name)
* `projects/settings.html`: project, role (viewer, editor, admin), may_change (bool), rename_form (name),
  member_form (email, role), delete_form (site), members (each: user.email, user.pk, role,
  get_role_display), roles (value, label). Forms post to `projects:rename`, `projects:add_member`,
  `projects:set_member` (role), `projects:remove_member`, `projects:delete`, each with the project's id
  (and the person's).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.server.accounts.services import user_by_email
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects import services
from linkstead.server.projects.access import with_project
from linkstead.server.projects.forms import DeleteForm, MemberForm, NewProjectForm, RenameForm
from linkstead.server.projects.listing import projects_with_counts
from linkstead.server.projects.models import Project, Role

if TYPE_CHECKING:
    from django import forms

    from linkstead.server.accounts.models import User


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    return render(request, "projects/list.html", {"projects": projects_with_counts(signed_in(request))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = services.create_project(
            signed_in(request), site=form.cleaned_data["site"], name=form.cleaned_data["name"]
        )
        return redirect("tracking:imports", project.pk)
    return render(request, "projects/new.html", {"form": form}, status=422 if form.errors else 200)


@with_project()
@require_safe
def settings(request: HttpRequest, project: Project) -> HttpResponse:
    return _settings_page(request, project)


def _settings_page(request: HttpRequest, project: Project, **forms_with_errors: forms.Form) -> HttpResponse:
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    context = {
        "project": project,
        "role": role,
        "may_change": role.allows(Role.ADMIN),
        "members": services.members_of(project),
        "roles": Role.choices,
        "rename_form": RenameForm(initial={"name": project.name}),
        "member_form": MemberForm(),
        "delete_form": DeleteForm(project.site),
        **forms_with_errors,
    }
    return render(request, "projects/settings.html", context, status=422 if forms_with_errors else 200)


@with_project(Role.ADMIN)
@require_POST
def rename(request: HttpRequest, project: Project) -> HttpResponse:
    form = RenameForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, project, rename_form=form)
    services.rename_project(project, form.cleaned_data["name"])
    messages.success(request, "The project has a new name.")
    return redirect("projects:settings", project.pk)


@with_project(Role.ADMIN)
@require_POST
def delete(request: HttpRequest, project: Project) -> HttpResponse:
    form = DeleteForm(project.site, request.POST)
    if not form.is_valid():
        return _settings_page(request, project, delete_form=form)
    services.delete_project(project)
    messages.success(request, f"{project.name} was deleted with everything in it.")
    return redirect("projects:list")


@with_project(Role.ADMIN)
@require_POST
def add_member(request: HttpRequest, project: Project) -> HttpResponse:
    form = MemberForm(request.POST)
    if form.is_valid():
        user = user_by_email(form.cleaned_data["email"])
        if user is None:
            form.add_error(
                "email", "Nobody here signs in with this address; a server administrator can add people."
            )
        else:
            _try_role(form, project, user)
    if form.errors:
        return _settings_page(request, project, member_form=form)
    return redirect("projects:settings", project.pk)


def _try_role(form: forms.Form, project: Project, user: User) -> None:
    try:
        services.set_member(project, user, Role(form.cleaned_data["role"]))
    except UsageError as error:
        form.add_error("role", str(error))


@with_project(Role.ADMIN)
@require_POST
def set_member(request: HttpRequest, project: Project, user_id: int) -> HttpResponse:
    if request.POST.get("role") not in Role.values:
        raise Http404("There is no such role.")
    return _change_member(request, project, user_id, Role(request.POST["role"]))


@with_project(Role.ADMIN)
@require_POST
def remove_member(request: HttpRequest, project: Project, user_id: int) -> HttpResponse:
    return _change_member(request, project, user_id, None)


def _change_member(request: HttpRequest, project: Project, user_id: int, role: Role | None) -> HttpResponse:
    member = services.members_of(project).filter(user_id=user_id).first()
    if member is None:
        raise Http404("There is no such member.")
    try:
        if role is None:
            services.remove_member(project, member.user)
        else:
            services.set_member(project, member.user, role)
    except UsageError as error:
        messages.error(request, str(error))
    left = role is None and member.user == request.user
    return redirect("projects:list") if left else redirect("projects:settings", project.pk)

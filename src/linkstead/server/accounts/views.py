"""Signing in by link, saying who one is, adding people. The rest of signing in is allauth's.

Templates and what they are given:

* `accounts/sign_in_link.html`: holds (bool: the link can be used; the page posts to itself)
* `accounts/welcome.html`: form (email, password, again)
* `accounts/people.html`: people (users: email, name, is_administrator, is_active, last_login),
  form (email, is_administrator), link (the sign-in address of somebody just added, shown once, or None),
  link_for (their e-mail address), link_minutes
* allauth's own: `account/login.html`, `account/logout.html`, `account/password_change.html`,
  `account/reauthenticate.html`, `account/account_inactive.html`, `mfa/...`, and `429.html`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from linkstead.errors import UsageError
from linkstead.server.accounts import services
from linkstead.server.accounts.forms import NewPersonForm, WelcomeForm

if TYPE_CHECKING:
    from linkstead.server.accounts.models import User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then sign in: a mail scanner that merely opens the address must not use it up."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="login")
    if limited is not None:
        return limited
    now = timezone.now()
    if request.method == "POST" and (user := services.use_link(token, now=now)) is not None:
        # allauth asks for the second factor here when the person has one
        answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=reverse("projects:list")))
        return answer
    holds = services.link_holds(token, now=now)
    return render(request, "accounts/sign_in_link.html", {"holds": holds}, status=200 if holds else 404)


@login_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The first thing that somebody without a password sees."""
    user = signed_in(request)
    if user.has_usable_password():
        return redirect("projects:list")
    form = WelcomeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid() and _introduced(user, form):
        update_session_auth_hash(request, user)
        return redirect("projects:list")
    return render(request, "accounts/welcome.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_variables()
def _introduced(user: User, form: WelcomeForm) -> bool:
    try:
        services.introduce(user, email=form.cleaned_data["email"], password=form.cleaned_data["password"])
    except UsageError as error:
        form.add_error("email", str(error))
        return False
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody on this server; its administrators add people here."""
    _need_administrator(request)
    form = NewPersonForm(request.POST or None)
    context: dict[str, object] = {"form": form, "link": None}
    if request.method == "POST" and form.is_valid():
        try:
            user = services.add_user(
                form.cleaned_data["email"], is_administrator=form.cleaned_data["is_administrator"]
            )
            context |= _shown_link(request, user) | {"form": NewPersonForm()}
        except UsageError as error:
            form.add_error("email", str(error))
    context["people"] = services.people()
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["POST"])
def person_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new sign-in link for somebody who lost their password; shown to the administrator, once."""
    _need_administrator(request)
    user = next((one for one in services.people() if one.pk == user_id and one.is_active), None)
    if user is None:
        raise Http404
    context = {"form": NewPersonForm(), "people": services.people(), **_shown_link(request, user)}
    return render(request, "accounts/people.html", context)


def _shown_link(request: HttpRequest, user: User) -> dict[str, object]:
    link = services.new_link(user, now=timezone.now())
    address = request.build_absolute_uri(reverse("accounts:sign_in_link", args=[link.token]))
    minutes = int(services.LINK_LIFETIME.total_seconds() // 60)
    return {"link": address, "link_for": user.email, "link_minutes": minutes}


def _need_administrator(request: HttpRequest) -> None:
    if not signed_in(request).is_administrator:
        raise PermissionDenied("Only an administrator of this server may see this.")


def signed_in(request: HttpRequest) -> User:
    """The person who asks, on pages that need one."""
    from linkstead.server.accounts.models import User

    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user

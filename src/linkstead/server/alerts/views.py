"""The inbox, the channels and what became of each message. Viewers read; editors and admins set up channels.

A webhook's address may hold a token, so that channels are for editors only.

Templates and what they are given:

* `alerts/inbox.html`: project, page (lines, older, newer), group (slug or ""), groups (slug, title), unread
  (bool), newest (id), may_edit, nothing_yet (bool), has_channels (bool)
* `alerts/channels.html`: project, channels (each with `next_digest`), deliveries (the newest), mail_is_set,
  mail_form, webhook_form
* `alerts/channel.html`: project, channel, form, deliveries, mail_is_set, secret (shown once, or "")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkstead.alerts.channels import GROUPS, MAIL
from linkstead.errors import UsageError
from linkstead.server.accounts.views import signed_in
from linkstead.server.alerts import inbox as lists
from linkstead.server.alerts import services
from linkstead.server.alerts.forms import ChannelForm, MailForm, WebhookForm
from linkstead.server.alerts.handing import database_now
from linkstead.server.alerts.mailing import mail_is_set
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Project, Role

if TYPE_CHECKING:
    from django import forms
    from django.db.models import QuerySet

    from linkstead.server.alerts.models import Channel, Delivery

SHOWN_DELIVERIES = 50
_LARGEST = 2**63 - 1


@with_project()
@require_safe
def inbox(request: HttpRequest, project: Project) -> HttpResponse:
    """What happened to the backlinks, newest first."""
    group = request.GET.get("show", "")
    group = group if group in {one.slug for one in GROUPS} else ""
    user = signed_in(request)
    shown = lists.page(user, project, group, before=_mark(request, "before"), after=_mark(request, "after"))
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    newest = lists.newest_id(project)
    context = {
        "project": project,
        "page": shown,
        "group": group,
        "groups": GROUPS,
        "newest": newest,
        "nothing_yet": not newest,
        "has_unread": newest > lists.read_up_to(user, project),
        "has_channels": services.channels_of(project).exists(),
        "may_edit": role.allows(Role.EDITOR),
    }
    return render(request, "alerts/inbox.html", context)


@with_project()
@require_POST
def read(request: HttpRequest, project: Project) -> HttpResponse:
    """Everything that the page knew of counts as read."""
    lists.mark_read(signed_in(request), project, _number(request.POST.get("up_to", "")) or 0)
    return redirect("alerts:inbox", project.pk)


@with_project(Role.EDITOR)
@require_safe
def channels(request: HttpRequest, project: Project) -> HttpResponse:
    return _channels_page(request, project)


@with_project(Role.EDITOR)
@require_POST
def add_mail(request: HttpRequest, project: Project) -> HttpResponse:
    form = MailForm(request.POST)
    if form.is_valid():
        try:
            services.add_mail(project, signed_in(request), form.cleaned_data["email"])
            messages.success(request, "Alerts go to this address from now on.")
            return redirect("alerts:channels", project.pk)
        except UsageError as error:
            form.add_error("email", str(error))
    return _channels_page(request, project, mail_form=form)


@never_cache
@with_project(Role.EDITOR)
@require_POST
def add_webhook(request: HttpRequest, project: Project) -> HttpResponse:
    """The answer shows the secret, once: it is no redirect."""
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            made, secret = services.add_webhook(project, signed_in(request), form.cleaned_data["url"])
            return _channel_page(request, project, made, secret=secret)
        except UsageError as error:
            form.add_error("url", str(error))
    return _channels_page(request, project, webhook_form=form)


@with_project(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def channel(request: HttpRequest, project: Project, channel_id: int) -> HttpResponse:
    """One channel: what it gets, when, and what became of its messages."""
    found = _channel_of(project, channel_id)
    if request.method != "POST":
        return _channel_page(request, project, found)
    form = ChannelForm(found, request.POST)
    if not form.is_valid():
        return _channel_page(request, project, found, form=form)
    data = form.cleaned_data
    services.change(
        found, immediate=data["immediate"], digest=bool(data.get("digest")), digest_hour=form.hour
    )
    messages.success(request, "Saved.")
    return redirect("alerts:channel", project.pk, found.pk)


@with_project(Role.EDITOR)
@require_POST
def pause(request: HttpRequest, project: Project, channel_id: int) -> HttpResponse:
    """Pause it (`active` is no) or let it go on (`active` is yes)."""
    found = _channel_of(project, channel_id)
    services.set_active(found, active=request.POST.get("active") == "yes")
    return redirect("alerts:channel", project.pk, found.pk)


@with_project(Role.EDITOR)
@require_POST
def test(request: HttpRequest, project: Project, channel_id: int) -> HttpResponse:
    found = _channel_of(project, channel_id)
    try:
        services.send_test(found)
        messages.success(request, "A test is on its way; the list below says what became of it.")
    except UsageError as error:
        messages.error(request, str(error))
    return redirect("alerts:channel", project.pk, found.pk)


@never_cache
@with_project(Role.EDITOR)
@require_POST
def secret(request: HttpRequest, project: Project, channel_id: int) -> HttpResponse:
    """A new secret for a webhook, shown once."""
    found = _channel_of(project, channel_id)
    try:
        renewed = services.renew_secret(found)
    except UsageError as error:
        raise Http404(str(error)) from error
    return _channel_page(request, project, found, secret=renewed)


@with_project(Role.EDITOR)
@require_POST
def delete(request: HttpRequest, project: Project, channel_id: int) -> HttpResponse:
    services.delete(_channel_of(project, channel_id))
    messages.success(request, "The channel is gone; nothing goes there any more.")
    return redirect("alerts:channels", project.pk)


@with_project(Role.EDITOR)
@require_POST
def retry(request: HttpRequest, project: Project, delivery_id: int) -> HttpResponse:
    """Send a parked message after all."""
    if delivery_id > _LARGEST:
        raise Http404("There is no such message.")
    found = get_object_or_404(services.deliveries_of(project), pk=delivery_id)
    try:
        services.retry(found)
        messages.success(request, "It is sent again now.")
    except UsageError as error:
        messages.error(request, str(error))
    return redirect(reverse("alerts:channel", args=[project.pk, found.channel_id]) + "#deliveries")


def _channels_page(request: HttpRequest, project: Project, **forms_with_errors: forms.Form) -> HttpResponse:
    now = database_now()
    context = {
        "channels": [(one, services.next_digest_of(one, now)) for one in services.channels_of(project)],
        "mail_form": MailForm(),
        "webhook_form": WebhookForm(),
        **_log(project, services.deliveries_of(project)),
        **forms_with_errors,
    }
    return render(request, "alerts/channels.html", context, status=422 if forms_with_errors else 200)


def _channel_page(
    request: HttpRequest,
    project: Project,
    channel: Channel,
    *,
    form: ChannelForm | None = None,
    secret: str = "",
) -> HttpResponse:
    context = {
        "channel": channel,
        "form": form or ChannelForm(channel),
        "secret": secret,
        "next_digest": services.next_digest_of(channel, database_now()),
        **_log(project, services.deliveries_of(project).filter(channel=channel)),
    }
    return render(request, "alerts/channel.html", context, status=422 if form else 200)


def _log(project: Project, deliveries: QuerySet[Delivery]) -> dict[str, Any]:
    shown, now = list(deliveries[:SHOWN_DELIVERIES]), database_now()
    return {
        "project": project,
        "deliveries": shown,
        # the page asks itself anew while something is about to leave
        "is_busy": any(one.is_open and one.due_at <= now and _can_leave(one.channel) for one in shown),
        "mail_is_set": mail_is_set(),
    }


def _can_leave(channel: Channel) -> bool:
    return channel.active and (channel.kind != MAIL or mail_is_set())


def _channel_of(project: Project, channel_id: int) -> Channel:
    if channel_id > _LARGEST:
        raise Http404("There is no such channel.")
    return get_object_or_404(services.channels_of(project), pk=channel_id)


def _mark(request: HttpRequest, name: str) -> int | None:
    return _number(request.GET.get(name, ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

"""Incidents reach people: told once while they grow, never as history, in inbox, mail and webhook."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.alerts.channels import CHANNELS
from linkstead.events import EventKind
from tests.alert_samples import incident
from tests.alerting import (
    BOTH,
    MINUTE,
    START,
    delivered,
    engine,
    events_happen,
    handed_on,
    mail_channel,
    project,
    sink,
)
from tests.incident_samples import HOSTILE, arrivals, bring_in, searched
from tests.server.test_alert_webhooks import _webhook, receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project
    from tests.smtp_sink import Sink

__all__ = ["engine", "project", "receiver", "sink"]


def told(project: Project) -> list[dict[str, Any]]:
    """What events say of incidents, the oldest first."""
    from linkstead.profile import events
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        rows = events.of_project(store, project.pk, kinds=(EventKind.INCIDENT,))
    assert all((row.backlink_id, row.target_id, row.page_url, row.target_url) == (None,) * 4 for row in rows)
    return [row.after or {} for row in reversed(rows)]


@BOTH
def test_an_incident_that_grows_is_told_once_and_keeps_its_key(project: Project) -> None:
    bring_in(project, arrivals())
    (early,) = searched(project, ago=4)["incidents"]
    (facts,) = told(project)
    assert (facts["key"], facts["severity"], facts["began"]) == (early["key"], "warning", early["began"])
    assert facts["domains"] == early["domains_in_all"]
    assert facts["links"] >= facts["domains"]
    assert facts["says"] == early["anomalies"][0]["says"]
    (late,) = searched(project)["incidents"]
    assert (late["key"], late["domains_in_all"] > early["domains_in_all"]) == (early["key"], True)
    searched(project)
    assert len(told(project)) == 1


@BOTH
def test_one_that_ended_and_a_later_one_are_two(project: Project) -> None:
    bring_in(project, arrivals(60, 8))
    searched(project, ago=50)
    searched(project)
    assert [facts["began"] for facts in told(project)] == sorted({facts["began"] for facts in told(project)})
    assert len(told(project)) == 2


def test_the_first_import_of_an_old_export_tells_no_history(project: Project) -> None:
    bring_in(project, arrivals(60))
    assert len(searched(project)["incidents"]) == 1
    assert told(project) == []


def test_an_incident_that_a_report_loses_for_a_while_is_not_told_again(project: Project) -> None:
    from linkstead.profile import incident_reports
    from linkstead.server.tracking.stores import profile_store

    bring_in(project, arrivals())
    (first,) = searched(project)["incidents"]
    with profile_store() as store:
        incident_reports.keep(store, project.pk, {"incidents": []}, now=0)
    (again,) = searched(project)["incidents"]
    assert (again["key"], len(told(project))) == (first["key"], 1)


def test_projects_with_the_same_incident_are_told_each(project: Project, project_of: Any) -> None:
    other = project_of(project.memberships.first().user, site="other.example")
    for one in (project, other):
        events_happen(one, EventKind.INCIDENT, 1, after=incident())
        events_happen(one, EventKind.INCIDENT, 1, after=incident())
    assert (len(told(project)), len(told(other))) == (1, 1)


@BOTH
def test_the_report_is_kept_with_its_events_or_not_at_all(project: Project, monkeypatch: Any) -> None:
    from linkstead.profile import events, incident_reports
    from linkstead.server.tracking.stores import profile_store

    bring_in(project, arrivals())
    with monkeypatch.context() as broken:
        broken.setattr(events, "_text", lambda value: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            searched(project)
    with profile_store() as store:
        assert incident_reports.kept(store, project.pk) is None
    searched(project)
    assert len(told(project)) == 1


@BOTH
def test_history_and_present_agree_where_an_incident_was_told(project: Project) -> None:
    from linkstead.profile import history, retention, shrinking
    from linkstead.server.tracking.stores import profile_store

    bring_in(project, arrivals())
    searched(project)
    with profile_store() as store:
        assert list(history.differences(store, project.pk)) == []
        retention.roll_up(store, project.pk, older_than=2**40)
        shrinking.shrink(store)
        assert list(history.differences(store, project.pk)) == []
    assert len(told(project)) == 1


@BOTH
def test_a_mail_goes_at_once_and_the_digest_has_it_too(project: Project, sink: Sink) -> None:
    mail_channel(project)
    events_happen(project, EventKind.INCIDENT, 1, after=incident())
    events_happen(project, EventKind.INCIDENT, 1, after=incident("ffffffffffff", began="2026-11-22"))
    handed_on()
    delivered(START + MINUTE)
    delivered(START + 24 * 60 * MINUTE)
    at_once, daily = sink.taken
    assert at_once.parsed["Subject"] == "example.com: 2 incidents"
    assert daily.parsed["Subject"] == "example.com: daily digest, 2 incidents"
    for mail in (at_once, daily):
        for text in (mail.part("plain"), mail.part("html")):
            assert "Links with marks of spam since 18 Nov 2026" in text
            assert f"/p/{project.pk}/incidents/#incident-0a1b2c3d4e5f" in text
            assert f"/p/{project.pk}/incidents/#incident-ffffffffffff" in text


def test_a_webhook_is_told_in_full(project: Project, receiver: Any) -> None:
    hook = receiver()
    _webhook(project, hook.url)
    events_happen(project, EventKind.INCIDENT, 1, after=incident())
    handed_on()
    delivered(START + MINUTE)
    (event,) = json.loads(hook.request()[1])["events"]
    assert (event["kind"], event["page_url"], event["target_url"]) == ("incident", None, None)
    assert event["after"] == incident()
    assert event["sentence"].startswith("Links with marks of spam since 18 Nov 2026: ")
    assert event["url"].endswith(f"/p/{project.pk}/incidents/#incident-0a1b2c3d4e5f")


def test_the_inbox_leads_to_the_incident_and_lists_its_kind(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.accounts.models import User

    bring_in(project, arrivals())
    (found,) = searched(project)["incidents"]
    client = signed_in(User.objects.get(email="vi@example.com"))
    address = f"/p/{project.pk}/alerts/"
    events_happen(project, EventKind.LOST, 987_654)
    (line,) = client.get(address, {"show": "incidents"}).context["page"].lines
    assert (line.name, line.group, line.page_url) == ("incident", "incidents", None)
    page = client.get(address).content.decode()
    assert "See the incident" in page
    assert HOSTILE not in page
    place, _, name = line.url.partition("#")
    assert f'id="{name}"' in client.get(place).content.decode(), "the address leads to its heading"
    assert name == f"incident-{found['key']}"


def test_channels_that_never_chose_otherwise_take_incidents(project: Project) -> None:
    from django.apps import apps

    from linkstead.server.alerts.models import Channel

    step = importlib.import_module("linkstead.server.alerts.migrations.0002_incidents")
    default, chosen = mail_channel(project), mail_channel(project, "quiet@example.com")
    hook = _webhook(project, "https://hooks.example/x")[0]
    for channel in (default, hook):
        channel.immediate = [kind for kind in channel.immediate if kind != "incident"]
        channel.save()
    chosen.immediate = ["lost"]
    chosen.save()
    step.take_incidents(apps, None)
    for channel in (default, hook):
        kinds = {str(kind) for kind in CHANNELS[channel.kind].default_kinds}
        assert set(Channel.objects.get(pk=channel.pk).immediate) == kinds
    assert Channel.objects.get(pk=chosen.pk).immediate == ["lost"]

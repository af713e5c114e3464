"""Incidents as plain values: for scripts, for the page that shows them, kept with the project.

found        journey.anomalies       what is out of the ordinary now
recognised   quality.anomalies       which of it an earlier search knew, or an event has told
told         alerts.rules            the rest as events, unless it is history
kept         profile                 report and events, in one transaction
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from linkstead.alerts.rules import incident_news
from linkstead.events import EventKind
from linkstead.journey.anomalies import find_anomalies
from linkstead.journey.projects import site_of_project
from linkstead.profile import events, incident_reports, series
from linkstead.quality.anomalies import Kind, Known, recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.events import Event
    from linkstead.profile.store import Store
    from linkstead.quality.anomalies import Anomaly, Incident, Judged

_EPOCH: Final = date(1970, 1, 1)
#: Domains of an incident that a kept report names; all of them are in the profile.
_MOST_DOMAINS: Final = 5_000
#: Incidents that were told, the newest, by which one is recognised that the last report has lost for a while.
_REMEMBERED: Final = 200


def keep_incidents(store: Store, project_id: int, *, now: int) -> dict[str, Any]:
    """Search a project for anomalies and keep what was found, for the pages that show it.

    Incidents that no search knew before become events in the same transaction; one that has grown keeps the
    key that it was first found under.
    """
    found = as_json(site_of_project(store, project_id), find_anomalies(store, project_id, now=now))
    with store.transaction():
        store.take_turns([project_id])  # of two searches at once, the second knows what the first has told
        events.write(store, project_id, _news(store, project_id, found["incidents"], now))
        incident_reports.keep(store, project_id, found, now=now)
    return found


def _news(store: Store, project_id: int, incidents: list[dict[str, Any]], now: int) -> list[Event]:
    """The events of incidents that nobody knew; the others get the key that they are known under."""
    earlier = _earlier(store, project_id)
    news: list[Event] = []
    keys = recognised([_known(each) for each in incidents], earlier)
    for incident, key in zip(incidents, keys, strict=True):
        if key is not None:
            incident["key"] = key
            continue
        began = _day(incident["began"]) * series.DAY
        facts = _facts(store, project_id, incident)
        news += incident_news(facts, project_id=project_id, began=began, at=now)
    return news


def _earlier(store: Store, project_id: int) -> list[Known]:
    """The incidents of the last report, and those that were told: a report may lose one for a while."""
    report = incident_reports.kept(store, project_id)
    kept = [] if report is None else [_known(each) for each in report.found["incidents"]]
    told = events.of_project(store, project_id, kinds=(EventKind.INCIDENT,), limit=_REMEMBERED)
    return kept + [
        Known(str(facts["key"]), _day(facts["began"]), _day(facts["last"]), frozenset(facts["what"]))
        for facts in (event.after for event in told)
        if facts
    ]


def _known(incident: dict[str, Any]) -> Known:
    kinds = frozenset(one["kind"] for one in incident["anomalies"])
    return Known(incident["key"], _day(incident["began"]), _day(incident["last"]), kinds)


def _facts(store: Store, project_id: int, incident: dict[str, Any]) -> dict[str, Any]:
    """What its event says of an incident (see `alerts.rules.incident_news`)."""
    signs, (first, last) = incident["anomalies"], _days(incident)
    links = series.count_links(store, project_id, incident["domains"], first=first, last=last)
    return {
        **{name: incident[name] for name in ("key", "began", "last", "severity", "sure")},
        "what": list(dict.fromkeys(one["kind"] for one in signs)),
        "domains": incident["domains_in_all"] or None,  # losses are counted without their names
        "links": links or None,
        "says": signs[0]["says"],
    }


def as_json(site: str, judged: Judged) -> dict[str, Any]:
    """What was found as an object of plain values; days as ISO dates."""
    return {
        "site": site,
        "incidents": [_incident(incident) for incident in judged.incidents],
        "asides": [_anomaly(anomaly) for anomaly in judged.asides],
        "judged": list(judged.judged),
        "too_thin": [thin._asdict() for thin in judged.thin],
        "left_out": judged.left_out,
    }


def day_of(day: int) -> str:
    """An epoch day as an ISO date."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def _days(incident: dict[str, Any]) -> tuple[int, int]:
    """First and last epoch day of all signs: a template may have begun days before its burst."""
    return min(_day(one["first"]) for one in incident["anomalies"]), _day(incident["last"])


def _day(iso: str) -> int:
    """The epoch day of an ISO date."""
    return (date.fromisoformat(iso) - _EPOCH).days


def evidence_of_report(
    store: Store, project_id: int, incident: dict[str, Any]
) -> Iterator[series.EvidenceLink]:
    """Every link of a reported incident's domains that a source dates within it."""
    first, last = _days(incident)
    return series.evidence_links(store, project_id, incident["domains"], first=first, last=last)


def reasons_by_domain(incident: dict[str, Any]) -> dict[str, str]:
    """Why each domain is among the prepared entries of a reported incident."""
    return {entry["domain"]: entry["reason"] for entry in incident["prepared_entries"]}


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "key": _key(incident),
        "began": day_of(incident.began),
        "last": day_of(incident.last),
        "found_on": day_of(incident.found_on),
        "severity": str(incident.severity),
        "sure": incident.sure,
        "title": incident.title,
        "actions": list(incident.actions),
        "anomalies": [_anomaly(anomaly) for anomaly in incident.anomalies],
        "domains": list(incident.domains[:_MOST_DOMAINS]),
        "domains_in_all": len(incident.domains),
        "prepared_entries": [
            {"domain": domain, "reason": why} for domain, why in incident.entries[:_MOST_DOMAINS]
        ],
    }


def _key(incident: Incident) -> str:
    """A short name: when it began, and of what. No other incident of a search has the same two."""
    losses = all(one.kind is Kind.LOSSES for one in incident.anomalies)
    said = f"{incident.began} {'losses' if losses else 'arrivals'}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _anomaly(anomaly: Anomaly) -> dict[str, Any]:
    days = {name: day_of(getattr(anomaly, name)) for name in ("first", "last", "found_on")}
    plain = {"kind": str(anomaly.kind), "domains": len(anomaly.domains), "examples": list(anomaly.examples)}
    return asdict(anomaly) | days | plain

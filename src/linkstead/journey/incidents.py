"""Incidents as plain values: for scripts, for the page that shows them, kept with the project."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from linkstead.journey.anomalies import find_anomalies
from linkstead.journey.projects import site_of_project
from linkstead.profile import incident_reports, series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.profile.store import Store
    from linkstead.quality.anomalies import Anomaly, Incident, Judged

_EPOCH: Final = date(1970, 1, 1)
#: Domains of an incident that a kept report names; all of them are in the profile.
_MOST_DOMAINS: Final = 5_000


def keep_incidents(store: Store, project_id: int, *, now: int) -> dict[str, Any]:
    """Search a project for anomalies and keep what was found, for the pages that show it."""
    found = as_json(site_of_project(store, project_id), find_anomalies(store, project_id, now=now))
    incident_reports.keep(store, project_id, found, now=now)
    return found


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


def evidence_of_report(
    store: Store, project_id: int, incident: dict[str, Any]
) -> Iterator[series.EvidenceLink]:
    """Every link of a reported incident's domains that a source dates within it."""
    first, last = ((date.fromisoformat(incident[name]) - _EPOCH).days for name in ("began", "last"))
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
    """A short name that stays while an incident grows: when it began, and by what."""
    said = f"{incident.began} {sorted({str(one.kind) for one in incident.anomalies[:1]})}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _anomaly(anomaly: Anomaly) -> dict[str, Any]:
    days = {name: day_of(getattr(anomaly, name)) for name in ("first", "last", "found_on")}
    plain = {"kind": str(anomaly.kind), "domains": len(anomaly.domains), "examples": list(anomaly.examples)}
    return asdict(anomaly) | days | plain

"""`linkstead anomalies`: negative SEO and other anomalies in what is kept of a site, in plain words."""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.output import add_json, many, plain, print_json
from linkstead.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from linkstead.profile.store import Store
    from linkstead.quality.anomalies import Anomaly, Incident, Judged
    from linkstead.quality.anomalies.rates import Rates

#: Reported rates come from this seed; limits were chosen on others.
REPORTED_SEED: Final = 20_261_128
_MOST_WEEKS: Final = 520
_EXAMPLES: Final = 5
_EVIDENCE_COLUMNS: Final = (
    "incident", "referring_domain", "page", "target", "anchor_text", "source", "first_seen", "followed",
    "reasons",
)  # fmt: skip


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "anomalies",
        help="find negative SEO and other anomalies in what is kept of a site",
        description="Look for bursts, templates and losses in what earlier audits of SITE have kept, by the"
        " sources' own dates. Exit status 1 says that there is an incident. --simulate tells"
        " how often the detectors are right on simulated ones.",
    )
    verb.add_argument("site", metavar="SITE", nargs="?", help="your site, such as example.com")
    verb.add_argument("--workspace", type=Path, metavar="FILE", help="the profile is kept in this file")
    verb.add_argument("--weeks", type=int, default=13, metavar="N", help="look N weeks back (default: 13)")
    verb.add_argument(
        "--evidence",
        type=Path,
        metavar="OUT.csv",
        help="write the links of incidents with dates and reasons",
    )
    verb.add_argument("--simulate", action="store_true", help="tell how often it is right by simulation")
    verb.add_argument(
        "--sites", type=int, default=50, metavar="N", help="simulated sites of each size (default: 50)"
    )
    add_json(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.simulate:
        return _simulate(options)
    if options.site is None:
        raise UsageError("Name a site, such as `linkstead anomalies example.com`, or say --simulate.")
    if not 1 <= options.weeks <= _MOST_WEEKS:
        raise UsageError(f"--weeks takes a number from 1 to {_MOST_WEEKS}.")
    return _find(options)


def _find(options: argparse.Namespace) -> int:
    from linkstead.cli.surroundings import workspace_of
    from linkstead.journey.anomalies import find_anomalies
    from linkstead.journey.incidents import as_json
    from linkstead.journey.projects import find_or_create_project
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site = site_of(options.site)
    workspace = workspace_of(site, options.workspace)
    _check_output(options.evidence)
    now = int(time.time())
    with open_workspace(workspace) as store:
        project_id = find_or_create_project(store, site, now=now)
        judged = find_anomalies(store, project_id, now=now, weeks=options.weeks)
        if options.evidence is not None:
            _write_evidence(options.evidence, store, project_id, judged.incidents)
    if options.json:
        print_json(as_json(site, judged))
    else:
        print("\n".join(_lines(site, judged, options.weeks)))
    return 1 if judged.incidents else 0


def _check_output(path: Path | None) -> None:
    if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise UsageError(
            f"{path.parent} is no folder that can be written to; choose another place for {path.name}."
        )


def _write_evidence(path: Path, store: Store, project_id: int, incidents: Sequence[Incident]) -> None:
    """A row per link and source; cells cannot become formulas."""
    from linkstead.journey.anomalies import evidence_of
    from linkstead.reports.cells import neutralise
    from linkstead.reports.formats import iso_time

    with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_EVIDENCE_COLUMNS)
        for number, incident in enumerate(incidents, 1):
            reasons = _reasons(incident)
            for link in evidence_of(store, project_id, incident):
                texts = (link.domain, link.page_url, link.target_url or "", link.anchor or "", link.source)
                followed = "" if link.followed is None else "true" if link.followed else "false"
                why = neutralise("; ".join(reasons.get(link.domain, ())))
                writer.writerow([number, *map(neutralise, texts), iso_time(link.first_seen), followed, why])


def _reasons(incident: Incident) -> dict[str, list[str]]:
    """What each domain is in the incident for."""
    reasons: dict[str, list[str]] = {}
    for anomaly in incident.anomalies:
        for domain in anomaly.domains:
            reasons.setdefault(domain, []).append(_name(anomaly))
    return {domain: list(dict.fromkeys(why)) for domain, why in reasons.items()}


def _name(anomaly: Anomaly) -> str:
    from linkstead.quality.anomalies.anomaly import quoted

    return f"{anomaly.kind} {quoted(anomaly.subject)}" if anomaly.subject else str(anomaly.kind)


def _lines(site: str, judged: Judged, weeks: int) -> list[str]:
    from linkstead.journey.incidents import day_of

    found = len(judged.incidents)
    told = many(found, "incident") if found else "all quiet"
    if not judged.judged and not found:
        told = "nothing can be judged yet"
    lines = [f"{site}: {told} in the last {weeks:,} weeks"]
    for number, incident in enumerate(judged.incidents, 1):
        lines += ["", *_incident_lines(number, incident)]
    if judged.asides:
        lines += ["", "Out of the ordinary, but no incident by itself"]
        lines += [f"  {day_of(each.first)} {plain(each.says, 220)}" for each in judged.asides[:_EXAMPLES]]
        more = len(judged.asides) - _EXAMPLES
        lines += [f"  and {more:,} more; --json names all"] if more > 0 else []
    lines += ["", f"Judged: {', '.join(plain(name, 40) for name in judged.judged) or 'no source'}"]
    lines += [f"Too thin to judge: {plain(thin.source, 40)}: {thin.why}" for thin in judged.thin]
    for source, reasons in judged.left_out.items():
        counts = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
        lines.append(f"Links not counted: {plain(source, 40)}: {counts}")
    return lines


def _incident_lines(number: int, incident: Incident) -> list[str]:
    from linkstead.journey.incidents import day_of
    from linkstead.quality.anomalies.incidents import odds

    days = f"{day_of(incident.began)} to {day_of(incident.last)}"
    sure = f"{number}. {incident.severity}, evidence {incident.sure}"
    lines = [f"{sure}: {days}, {len(incident.domains):,} domains"]
    lines += [
        f"  {plain(anomaly.says, 260)} By chance: {odds(anomaly.surprise)}. ({plain(anomaly.source, 40)})"
        for anomaly in incident.anomalies[:_EXAMPLES]
    ]
    more = len(incident.anomalies) - _EXAMPLES
    lines += [f"  and {more:,} more signs; --json names all"] if more > 0 else []
    if incident.domains:
        lines.append(f"  such as {', '.join(plain(name, 50) for name in incident.domains[:_EXAMPLES])}")
    return [*lines, *(f"  → {action}" for action in incident.actions)]


def _simulate(options: argparse.Namespace) -> int:
    from linkstead.quality.anomalies import rates

    if not 1 <= options.sites <= 10_000:
        raise UsageError("--sites takes a number from 1 to 10,000.")
    import numpy as np

    lot = np.random.default_rng(REPORTED_SEED)
    every = [*rates.measure(lot, options.sites), *rates.measure_cases(lot, max(1, options.sites // 5))]
    order = list(rates.DETECTORS)
    every.sort(key=lambda each: order.index(each.detector))  # stable: sizes stay in their order
    if options.json:
        print_json(
            {"sites": options.sites, "seed": REPORTED_SEED, "rates": [_rates_json(each) for each in every]}
        )
    else:
        print("\n".join(_rates_lines(every)))
    return 0


def _rates_json(rates: Rates) -> dict[str, Any]:
    return {
        "detector": rates.detector,
        "weekly_mean": rates.weekly_mean,
        "found_within_7_days": rates.found._asdict(),
        "false_alarms_a_site_year": None if rates.false_alarms is None else rates.false_alarms._asdict(),
    }


def _rates_lines(every: list[Rates]) -> list[str]:
    lines = [
        "Simulated site-years. Found: bursts to 5 times the weekly mean, within 7 days of their first.",
        "False: alarms a site and year without any attack. In brackets: 95% intervals.",
    ]
    detector = ""
    for rates in every:
        if rates.detector != detector:
            detector = rates.detector
            lines += ["", detector]
        size = (
            "the four published cases"
            if rates.weekly_mean is None
            else f"{rates.weekly_mean:g} new domains a week"
        )
        found, alarms = rates.found, rates.false_alarms
        false = (
            "" if alarms is None else f"  false {alarms.value:.2f} ({alarms.low:.2f} to {alarms.high:.2f})"
        )
        lines.append(f"  {size:26} found {found.value:.0%} ({found.low:.0%} to {found.high:.0%}){false}")
    return lines

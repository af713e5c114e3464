"""From anomalies to incidents: what belongs together, how sure it is, and what to do about it.

Anomalies with overlapping windows are one incident; losses join only where they share domains. An incident
needs something that bears it: a burst, a template or losses. A mix that shifts, or low authority, without
them stays an aside. Marks of spam (a template, low authority, another mix) make a burst a warning; a burst
without marks is a notice, since good press looks the same.

What to do is nearly always nothing. Google says that it ignores most such links by itself
(support.google.com/webmasters/answer/2648487: disavow only with a manual action, or a likely one). Disavow
entries are prepared for reading, and are never put into a file by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from linkstead.quality.anomalies.anomaly import Anomaly, Kind, quoted
from linkstead.quality.vocabulary import risky_trade
from linkstead.summary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BEARING: Final = frozenset((Kind.DOMAINS, Kind.LINKS, Kind.SAME_ANCHOR, Kind.SAME_PATH, Kind.LOSSES))
_MARKS: Final = frozenset(
    (Kind.SAME_ANCHOR, Kind.SAME_PATH, Kind.LOW_AUTHORITY, Kind.ANCHOR, Kind.TLD, Kind.LANGUAGE)
)
#: Only these say something of a single domain; a burst says nothing of each of its domains.
_NAMING: Final = (Kind.SAME_ANCHOR, Kind.SAME_PATH, Kind.LOW_AUTHORITY)
#: Days between two windows that still belong together.
TOUCHING: Final = 3

WATCH: Final = "Watch it, do nothing yet. Google ignores most such links by itself."
EVIDENCE: Final = "Keep the evidence: every link with its date and the reasons, as CSV."
NO_DISAVOW: Final = (
    "Disavow only with a manual action in Search Console, or a likely one; prepared entries are for reading."
)
HACKED: Final = "Check that no page of yours was hacked to sell such things."
PRESS: Final = "Read where the links come from: good press and a new widget look the same."
LOST: Final = "Look at the lost links: a site that was rebuilt can be asked to put them back."


@dataclass(frozen=True, slots=True)
class Incident:
    """Anomalies that belong together. Days are epoch days; `found_on` is when it could first be known.

    `sure` is weak, fair or strong: how many kinds of anomaly agree. `entries` are prepared disavow entries as
    (domain, reason).
    """

    began: int
    last: int
    found_on: int
    severity: Severity
    sure: str
    title: str
    actions: tuple[str, ...]
    anomalies: tuple[Anomaly, ...]
    domains: tuple[str, ...]
    entries: tuple[tuple[str, str], ...]


def incidents_of(anomalies: Iterable[Anomaly]) -> tuple[tuple[Incident, ...], tuple[Anomaly, ...]]:
    """(incidents, the newest first; asides that belong to none), whatever the order of the anomalies."""
    groups: list[list[Anomaly]] = []
    for anomaly in sorted(anomalies, key=_order):
        apart: list[list[Anomaly]] = []
        joined: list[Anomaly] = []
        for group in groups:
            if any(_together(anomaly, each) for each in group):
                joined += group
            else:
                apart.append(group)
        groups = [*apart, [*joined, anomaly]]
    bearing = [group for group in groups if _bears(group)]
    asides = tuple(each for group in groups if not _bears(group) for each in group)
    found = sorted((_incident(group) for group in bearing), key=lambda each: (-each.last, -each.began))
    return tuple(found), asides


def _bears(group: Sequence[Anomaly]) -> bool:
    return any(each.kind in _BEARING for each in group)


def _order(anomaly: Anomaly) -> tuple[int, int, str, str, str]:
    return anomaly.first, anomaly.last, anomaly.kind, anomaly.source, anomaly.subject or ""


def _together(one: Anomaly, other: Anomaly) -> bool:
    if one.first - TOUCHING > other.last or other.first - TOUCHING > one.last:
        return False
    if (one.kind is Kind.LOSSES) is (other.kind is Kind.LOSSES):
        return True
    return not set(one.domains).isdisjoint(other.domains)


def _incident(group: Sequence[Anomaly]) -> Incident:
    ordered = sorted(group, key=lambda each: (each.kind not in _BEARING, each.surprise, _order(each)))
    marks = {each.kind for each in group} & _MARKS
    bursts = [each for each in group if each.kind in (Kind.DOMAINS, Kind.LINKS, Kind.LOSSES)]
    kinds = {each.kind for each in group}
    return Incident(
        began=min(each.first for each in bursts or group),
        last=max(each.last for each in group),
        found_on=min(each.found_on for each in group if each.kind in _BEARING),
        severity=Severity.WARNING if marks else Severity.NOTICE,
        sure="strong" if len(kinds) >= 3 else "fair" if len(kinds) == 2 else "weak",
        title=" ".join(each.says for each in ordered[:2]),
        actions=_actions(group, marks),
        anomalies=tuple(ordered),
        domains=_united(ordered),
        entries=_entries(ordered),
    )


def _united(anomalies: Iterable[Anomaly]) -> tuple[str, ...]:
    """The domains of all anomalies, once each: those that more of them name come first."""
    times: dict[str, int] = {}
    for anomaly in anomalies:
        for domain in anomaly.domains:
            times[domain] = times.get(domain, 0) + 1
    return tuple(sorted(times, key=lambda domain: (-times[domain], domain)))


def _entries(anomalies: Iterable[Anomaly]) -> tuple[tuple[str, str], ...]:
    reasons: dict[str, list[str]] = {}
    for anomaly in anomalies:
        if anomaly.kind in _NAMING:
            shared = f" {quoted(anomaly.subject)}" if anomaly.subject else ""
            for domain in anomaly.domains:
                reasons.setdefault(domain, []).append(f"{anomaly.kind}{shared}")
    return tuple((domain, "; ".join(dict.fromkeys(why))) for domain, why in sorted(reasons.items()))


def _actions(group: Sequence[Anomaly], marks: set[Kind]) -> tuple[str, ...]:
    if all(each.kind is Kind.LOSSES for each in group):
        return (LOST,)
    trades = any(
        risky_trade(each.subject) for each in group if each.subject and each.kind is Kind.SAME_ANCHOR
    )
    return (WATCH, *((HACKED,) if trades else ()), *((EVIDENCE, NO_DISAVOW) if marks else (PRESS,)))


def odds(surprise: float) -> str:
    """A probability as people say it: `about 1 in 4,000`; very small ones are cut at a billion."""
    return f"under 1 in {10**9:,}" if surprise < 1e-9 else f"about 1 in {ceil(1 / surprise):,}"

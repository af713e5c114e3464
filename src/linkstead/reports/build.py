"""From an audit to a report: what is said, in which order, with which rows. Pure.

The order is that of a reader with little time: figures, what to do, what changed, what there is, then
lists, sources and method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.reports.judgement import judgement
from linkstead.reports.report import Figure, Report, Task
from linkstead.reports.sections import evidence_table, sections
from linkstead.summary import Severity

if TYPE_CHECKING:
    from linkstead.summary import Audit, Counts, Finding, ProfileSummary

#: Rows that a list shows; the rest is counted and is in the CSV and JSON.
LONGEST_LIST: Final = 25


def build_report(audit: Audit, *, longest: int = LONGEST_LIST) -> Report:
    """Arrange an audit as a report; lists show at most `longest` rows."""
    summary = audit.summary
    tasks = [_task(finding) for finding in audit.findings]
    return Report(
        site=audit.site,
        made_at=audit.made_at,
        lead=_lead(summary),
        provenance=_provenance(summary),
        looked_at=summary.verified,
        figures=_figures(summary),
        tasks=tuple(task for task in tasks if task.severity is not Severity.NOTICE),
        notices=tuple(task for task in tasks if task.severity is Severity.NOTICE),
        sections=(*judgement(audit), *sections(summary, longest)),
    )


def _lead(summary: ProfileSummary) -> str:
    counts = summary.counts
    if not counts.backlinks:
        return "No backlinks are known yet. Import an export of any backlink tool to begin."
    domains = f"{counts.backlinks:,} backlinks from {counts.referring_domains:,} referring domains are known."
    if not summary.verified:
        return f"{domains} None of them has been looked at yet: what follows is what the sources say."
    live = f"{summary.verified:,} have been looked at and {counts.live:,} of these were seen live."
    return f"{domains} {live}"


def _provenance(summary: ProfileSummary) -> str:
    sources = sorted({row.source for row in summary.sources})
    if not sources:
        return "No source has been imported"
    files = len(summary.sources)
    named = ", ".join(sources[:4]) + (f" and {len(sources) - 4} more" if len(sources) > 4 else "")
    return f"From {files:,} {'file' if files == 1 else 'files'}: {named}"


def _percent(part: int, whole: int) -> str:
    share = 100 * part / max(1, whole)
    return "under 1%" if 0 < share < 1 else f"{share:.0f}%"


def _figures(summary: ProfileSummary) -> tuple[Figure, ...]:
    counts = summary.counts
    unknown = counts.blocked + counts.unreachable + counts.unreadable
    nothing = "none" if summary.verified else "not looked at yet"
    doubt = "missing at the last look, no alarm" if counts.in_doubt else nothing
    no_answer = "blocked, unreachable or unreadable" if unknown else nothing
    return (
        Figure("backlinks", "Backlinks", counts.backlinks, f"on {counts.referring_pages:,} pages"),
        Figure("referring_domains", "Referring domains", counts.referring_domains, _known_by_name(counts)),
        Figure("followed", "Followed", counts.followed, _followed_note(counts)),
        Figure("live", "Live", counts.live, _live_note(summary), "live"),
        Figure("in_doubt", "In doubt", counts.in_doubt, doubt, "in doubt"),
        Figure("lost", "Lost, confirmed", counts.lost, _lost_note(counts), "lost"),
        Figure("not_known", "Not known", unknown, no_answer, "blocked"),
        _broken_figure(summary),
    )


def _live_note(summary: ProfileSummary) -> str:
    if not summary.verified:
        return "not looked at yet"
    return f"{_percent(summary.counts.live, summary.verified)} of those looked at"


def _broken_figure(summary: ProfileSummary) -> Figure:
    broken = [row for row in summary.targets if row.outcome == "broken"]
    links = max(sum(row.links for row in broken), summary.figures.get("broken_target_links", 0))
    pages = max(len(broken), summary.figures.get("broken_targets", 0))
    note = f"at {pages:,} of your pages" if pages else "no page of yours is known to fail"
    return Figure("broken", "Broken backlinks", links, note, "broken")


def _known_by_name(counts: Counts) -> str:
    return f"{counts.domains_only:,} more by name only" if counts.domains_only else "each with a known page"


def _followed_note(counts: Counts) -> str:
    return f"{counts.not_followed:,} not, {counts.follow_unknown:,} not known"


def _lost_note(counts: Counts) -> str:
    return (
        f"{counts.reported_lost:,} more reported by sources"
        if counts.reported_lost
        else "none reported besides"
    )


def _task(finding: Finding) -> Task:
    action, _, detail = finding.action.partition(". ")
    return Task(
        rule=finding.rule,
        severity=finding.severity,
        action=action.rstrip("."),
        detail=detail,
        reason=finding.title,
        count=finding.count,
        evidence=evidence_table(finding.evidence),
    )

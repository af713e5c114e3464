"""The health of a profile: 100 less what its findings take, every step shown.

    deduction(finding) = most(severity) * (1/4 + 3/4 * share)
    share              = count / what it is a share of, at most 1
    most               error 30, warning 12, notice 3
    caps               all warnings together 40, all notices together 15
    health             100 - deductions, at least 0, rounded to a whole number

A finding is a share of what its rule counts: backlinks, referring domains, or months. Findings about our
own knowledge (not looked at, one source, rows in quarantine...) take nothing: they are no fault of the
links, and say how far the health itself can be trusted. So do suppressed findings, and a notice that says
itself that nothing need be done. A finding about our one disavow file is a share of nothing: it takes a
quarter. Weights and caps are our choice. Health says how much is left to do; it is no prediction of rankings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.quality.rules_sources import SOURCE_RULES
from linkstead.summary import Deduction, Health, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.summary import Counts, Finding

#: What a finding over the whole profile takes.
MOST: Final[dict[Severity, float]] = {Severity.ERROR: 30.0, Severity.WARNING: 12.0, Severity.NOTICE: 3.0}
#: What all findings of a severity take together at most.
CAPS: Final[dict[Severity, float]] = {Severity.ERROR: 100.0, Severity.WARNING: 40.0, Severity.NOTICE: 15.0}
#: A single row is a quarter of the whole: one broken page is a fault, however large the profile.
LEAST_SHARE: Final = 0.25

#: Rules whose findings speak of what we know, not of the links.
ABOUT_KNOWLEDGE: Final = frozenset(rule.id for rule in SOURCE_RULES)
#: Rules that count something other than backlinks.
COUNTS_DOMAINS: Final = frozenset({"LS011", "LS016", "LS033", "LS046", "LS047", "LS048"})
#: Rules about the one disavow file.
ABOUT_ONE_FILE: Final = frozenset({"LS049", "LS050"})
#: Rules that say, as a notice, that nothing need be done.
NOTHING_TO_DO: Final = frozenset({"LS046"})


def health(counts: Counts, findings: Sequence[Finding]) -> Health:
    """The health of a profile with these findings; suppressed ones are left out by the caller."""
    if not counts.backlinks:
        return Health(None, (), "No backlink is known, so there is no health to tell.")
    deductions: list[Deduction] = []
    left = dict(CAPS)
    for finding in findings:
        deduction = _deduction(finding, counts, left[finding.severity])
        left[finding.severity] -= deduction.points
        deductions.append(deduction)
    taken = sum(each.points for each in deductions)
    score = round(max(0.0, 100.0 - taken))
    return Health(score, tuple(deductions), _sentence(score, taken, counts, deductions))


def _deduction(finding: Finding, counts: Counts, left: float) -> Deduction:
    if finding.rule in ABOUT_KNOWLEDGE:
        return Deduction(
            finding.rule,
            finding.severity,
            0.0,
            "takes nothing: it is about what is known, not about the links",
        )
    if finding.rule in NOTHING_TO_DO and finding.severity is Severity.NOTICE:
        return Deduction(finding.rule, finding.severity, 0.0, "takes nothing: nothing need be done about it")
    full, words = _full(finding, counts)
    points = min(full, max(0.0, left))
    if points < full:
        words += f", cut to {points:.1f}: all {finding.severity}s take {CAPS[finding.severity]:g} at most"
    return Deduction(finding.rule, finding.severity, points, words)


def _full(finding: Finding, counts: Counts) -> tuple[float, str]:
    """What a finding takes before any cap, with the arithmetic."""
    most = MOST[finding.severity]
    if finding.rule in ABOUT_ONE_FILE:
        full = most * LEAST_SHARE
        return full, f"{most:g} × ¼, since it is about one file = {full:.1f}"
    whole, of = _whole(finding, counts)
    share = min(1.0, max(0, finding.count) / max(1, whole))
    full = most * (LEAST_SHARE + (1 - LEAST_SHARE) * share)
    return full, f"{most:g} × (¼ + ¾ × {share:.1%} of {whole:,} {of}) = {full:.1f}"


def _whole(finding: Finding, counts: Counts) -> tuple[int, str]:
    if finding.rule in COUNTS_DOMAINS:
        return counts.referring_domains, "domains"
    return counts.backlinks, "backlinks"


def _sentence(score: int, taken: float, counts: Counts, deductions: Sequence[Deduction]) -> str:
    costly = [each for each in deductions if each.points]
    looked_at = counts.backlinks - counts.unverified
    known = f" {looked_at:,} of {counts.backlinks:,} backlinks have been looked at."
    if not costly:
        return f"Health {score} of 100: no finding takes anything.{known}"
    many = f"{len(costly):,} finding{'s' if len(costly) > 1 else ''}"
    verb = "take" if len(costly) > 1 else "takes"
    return f"Health {score} of 100: {many} {verb} {taken:.1f} points.{known}"

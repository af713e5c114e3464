"""The audit: every rule over one profile, findings by urgency.

`RULES` is the whole list, in the order in which findings of the same severity are shown. Each rule
has a paragraph in docs/rules.md, and a test fails when one is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from linkstead.quality.comparison import suppress
from linkstead.quality.rule import MOST_EVIDENCE
from linkstead.quality.rules_anchors import ANCHOR_RULES
from linkstead.quality.rules_defence import DEFENCE_RULES
from linkstead.quality.rules_links import LINK_RULES
from linkstead.quality.rules_paid import PAID_RULES
from linkstead.quality.rules_shape import SHAPE_RULES
from linkstead.quality.rules_sources import SOURCE_RULES
from linkstead.quality.rules_targets import TARGET_RULES
from linkstead.summary import Audit, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.quality.rule import Rule
    from linkstead.summary import Finding, ProfileSummary, Suppression

#: What is in one's own hands comes first: own pages, then links and what was paid for them, then the whole,
#: then what is done against links, then the sources.
RULES: Final[tuple[Rule, ...]] = (
    *TARGET_RULES,
    *LINK_RULES,
    *PAID_RULES,
    *ANCHOR_RULES,
    *SHAPE_RULES,
    *DEFENCE_RULES,
    *SOURCE_RULES,
)

_URGENCY: Final = {severity: rank for rank, severity in enumerate(Severity)}


def audit(
    summary: ProfileSummary,
    *,
    now: int,
    rules: Iterable[Rule] = RULES,
    suppressions: Sequence[Suppression] = (),
) -> Audit:
    """Judge a profile at a time (epoch seconds); an empty list of findings is a valid answer.

    What is suppressed is taken from all rows that a rule hands on, and the examples are cut afterwards.
    """
    found: list[Finding] = []
    for rule in rules:
        hit = rule.judge(summary, now)
        if hit is not None and hit.count > 0:  # figures that contradict each other make no finding
            found.append(rule.finding(hit))
    found.sort(key=lambda finding: _URGENCY[finding.severity])  # stable: the order of RULES stays
    spoken, aside = suppress(found, suppressions, now=now)
    return Audit(
        site=summary.site,
        made_at=now,
        summary=summary,
        findings=tuple(map(_cut, spoken)),
        suppressed=tuple(replace(each, finding=_cut(each.finding)) for each in aside),
    )


def _cut(finding: Finding) -> Finding:
    return replace(finding, evidence=finding.evidence[:MOST_EVIDENCE])

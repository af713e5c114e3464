"""Judges a profile: small pure rules that turn what is known into findings with their reasons.

`audit` runs the rules of `RULES` over a `ProfileSummary`. A rule says nothing where the evidence is
thin (`thresholds`), never mixes "not known" with "lost", and "nothing urgent" is a valid answer.
"""

from __future__ import annotations

from linkstead.quality.audit import RULES, audit
from linkstead.quality.rule import Hit, Rule

__all__ = ["RULES", "Hit", "Rule", "audit"]

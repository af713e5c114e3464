"""What a link is worth to a project: 0 to 100 with its parts, for ranking losses, alerts and reclaim work.

    value       = 100 * (sum of weight * merit over all merits / sum of their weights) * factors
    confidence  = weights of the known parts / weights of all parts

Merits (0 to 1):  authority    the domain's authority / 100, or a vendor's figure of that range
                  placement    content 1, comment 0.3, sidebar 0.3, navigation 0.25, header 0.25, footer 0.2
                  relevance    likeness to the target, 0.2 and more counting as all of it
                  traffic      log10(1 + monthly visits) / 5, as a vendor estimates them
                  cost         log10(1 + cost) / 4, in the project's currency: what was paid is lost with it
Factors:          followed     1, not followed 0.35
                  indexable    1, not indexable 0.3

What is not known counts as with an ordinary link (`ORDINARY`), so that a link of which little is known never
stands before one of which much good is known; it lowers the confidence, too. The value rises with each known
part and never falls with it. Where no merit is known there is no value. Weights and factors are our choice;
that links in the main text count for more follows search engines' patents (US 8,117,209, the reasonable
surfer; recalled). A value ranks work; it is no measure of how a search engine counts a link, and is never
joined with spam likelihood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from linkstead.link import Placement

#: Merits and factors with the weight of each; all weights add up to 100.
WEIGHTS: Final[dict[str, int]] = {
    "authority": 30,
    "placement": 15,
    "relevance": 20,
    "traffic": 5,
    "cost": 5,
    "followed": 15,
    "indexable": 10,
}
FACTORS: Final[dict[str, float]] = {"followed": 0.35, "indexable": 0.3}

#: What an ordinary link has, where nobody knows what this one has: merits and factors, 0 to 1; our choice.
ORDINARY: Final[dict[str, float]] = {
    "authority": 0.15,
    "placement": 0.5,
    "relevance": 0.3,
    "traffic": 0.1,
    "cost": 0.0,
    "followed": 0.8,
    "indexable": 0.95,
}

PLACEMENT_MERIT: Final[dict[Placement, float]] = {
    Placement.CONTENT: 1.0,
    Placement.COMMENT: 0.3,
    Placement.SIDEBAR: 0.3,
    Placement.NAVIGATION: 0.25,
    Placement.HEADER: 0.25,
    Placement.FOOTER: 0.2,
}
#: Short texts of one matter seldom share more than this (docs/decisions/0012-relevance.md).
FULL_LIKENESS: Final = 0.2
_TRAFFIC_DIGITS: Final = 5
_COST_DIGITS: Final = 4
_HIGH: Final = 60
_MIDDLE: Final = 30


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a link; None is "not known". `authority` is 0 to 100, `relevance` 0 to 1.

    `authority_of` says whose figure the authority is.
    """

    authority: float | None = None
    followed: bool | None = None
    placement: Placement | None = None
    relevance: float | None = None
    indexable: bool | None = None
    traffic: float | None = None
    cost: float | None = None
    authority_of: str = "authority"


@dataclass(frozen=True, slots=True)
class Part:
    """One known part: its merit or factor (0 to 1), its weight, and in words what it rests on."""

    name: str
    merit: float
    weight: int
    words: str


@dataclass(frozen=True, slots=True)
class Worth:
    """The worth of a link: `value` 0 to 100 or None, `confidence` 0 to 1, and how they came about."""

    value: float | None
    confidence: float
    parts: tuple[Part, ...]
    unknown: tuple[str, ...]
    sentence: str

    @property
    def rank(self) -> tuple[float, float]:
        """Sorts work: the worthiest is the greatest; of two alike, the better known; unknown comes last."""
        return (-1.0 if self.value is None else self.value, self.confidence)


def worth(facts: Facts) -> Worth:
    """What a link is worth by what is known of it."""
    parts = tuple(part for part in _parts(facts) if part is not None)
    known = {part.name: part.merit for part in parts}
    unknown = tuple(name for name in WEIGHTS if name not in known)
    value = None if known.keys() <= FACTORS.keys() else _value(ORDINARY | known)
    confidence = sum(part.weight for part in parts) / sum(WEIGHTS.values())
    return Worth(value, confidence, parts, unknown, _sentence(value, confidence, parts, unknown))


def _value(held: dict[str, float]) -> float:
    """From what each merit and each factor is."""
    weights = {name: weight for name, weight in WEIGHTS.items() if name not in FACTORS}
    mean = sum(weight * held[name] for name, weight in weights.items()) / sum(weights.values())
    # products of floats may stray above 100 by a last digit
    return min(100.0, 100 * mean * math.prod(held[name] for name in FACTORS))


def _parts(facts: Facts) -> tuple[Part | None, ...]:
    placement, authority = facts.placement, f"{facts.authority_of} {facts.authority or 0:.0f} of 100"
    return (
        _part("authority", _of(facts.authority, 100), authority),
        _part("placement", PLACEMENT_MERIT[placement] if placement else None, f"in the {placement}"),
        _part("relevance", _of(facts.relevance, FULL_LIKENESS), f"likeness {facts.relevance or 0:.2f}"),
        _part("traffic", _log(facts.traffic, _TRAFFIC_DIGITS), f"{facts.traffic or 0:,.0f} visits a month"),
        _part("cost", _log(facts.cost, _COST_DIGITS), f"cost {facts.cost or 0:,.2f}"),
        _factor("followed", facts.followed, "followed", "not followed"),
        _factor(
            "indexable", facts.indexable, "on a page that may be indexed", "on a page kept out of indexes"
        ),
    )


def _part(name: str, merit: float | None, words: str) -> Part | None:
    return None if merit is None else Part(name, merit, WEIGHTS[name], words)


def _factor(name: str, holds: bool | None, yes: str, no: str) -> Part | None:
    if holds is None:
        return None
    return _part(name, 1.0 if holds else FACTORS[name], yes if holds else no)


def _of(number: float | None, whole: float) -> float | None:
    if number is None or math.isnan(number):
        return None
    return min(1.0, max(0.0, number / whole))


def _log(number: float | None, digits: int) -> float | None:
    if number is None or math.isnan(number):
        return None
    return min(1.0, math.log10(1 + max(0.0, number)) / digits)


def _sentence(
    value: float | None, confidence: float, parts: tuple[Part, ...], unknown: tuple[str, ...]
) -> str:
    if value is None:
        return "Worth not known: neither authority, placement, relevance, traffic nor cost is known."
    shown = round(value)  # the word goes with the number that stands beside it
    degree = "High" if shown >= _HIGH else "Middling" if shown >= _MIDDLE else "Low"
    missing = f"; not known: {', '.join(unknown)}" if unknown else ""
    reasons = ", ".join(part.words for part in parts)
    return f"{degree} worth, {shown} of 100: {reasons}{missing} (confidence {confidence:.0%})."

"""What a signal is: one observation of a page, link, domain or network that speaks for or against it.

A signal alone is never a verdict. It looks at `Facts` and gives a `Sign` with a strength from 0 to 1,
or None when it has nothing to say, which may also mean that the fact is not known: `needs` tells the
two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.quality.facts import Facts
    from linkstead.quality.rule import Evidence


class Family(StrEnum):
    """What a signal looks at."""

    PAGE = "page"
    LINK = "link"
    DOMAIN = "domain"
    NETWORK = "network"


class Direction(StrEnum):
    """Whether a sign makes spam less likely (for the link) or more likely (against it)."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a signal saw: how strongly (0 to 1), one sentence, and the values behind it."""

    strength: float
    said: str
    evidence: Evidence


class SignalLike(Protocol):
    """The door for plugins: whatever has these is a signal.

    `assumed` is the hand weight in log-odds (never negative) that holds until a weight is measured;
    `vendor` marks signals that repeat another tool's score.
    """

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def family(self) -> Family: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def explanation(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def assumed(self) -> float: ...
    @property
    def vendor(self) -> bool: ...
    def look(self, facts: Facts) -> Sign | None: ...


@dataclass(frozen=True, slots=True)
class Signal:
    """A built-in signal; `judge` is its rule, pure."""

    id: str
    name: str
    direction: Direction
    explanation: str
    source: str
    needs: tuple[str, ...]
    assumed: float
    judge: Callable[[Facts], Sign | None]
    vendor: bool = False

    @property
    def family(self) -> Family:
        return Family(self.id.partition(".")[0])

    def look(self, facts: Facts) -> Sign | None:
        """The sign, or None when there is nothing to say or a fact that is needed is not known."""
        if not all(map(facts.known, self.needs)):
            return None
        return self.judge(facts)


def ramp(value: float, start: float, full: float) -> float:
    """How far a value is on its way from `start` (0.5) to `full` (1); 0 below the start."""
    if value < start:
        return 0.0
    return min(1.0, 0.5 + 0.5 * (value - start) / (full - start)) if full > start else 1.0


def sign(strength: float, said: str, **evidence: str | float | None) -> Sign | None:
    """A sign, or None when it has no strength."""
    return Sign(min(1.0, strength), said, dict(evidence)) if strength > 0 else None

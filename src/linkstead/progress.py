"""How long work tells how far it is, and how it is asked to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: `done` of `total` (None: not known) in `unit` (bytes, pages, targets).

    `rows` is how many rows or links that was; `note` is one short fact worth showing.
    """

    step: str
    done: int
    total: int | None
    unit: str
    rows: int = 0
    note: str = ""


class ProgressSink(Protocol):
    """Takes a `Progress` now and then; must be quick."""

    def __call__(self, progress: Progress, /) -> None: ...


class StopAsked(Protocol):
    """Says whether somebody wants the work to end soon; what is done stays done."""

    def __call__(self) -> bool: ...


def silent(progress: Progress, /) -> None:
    """Show nothing."""
    del progress


def never() -> bool:
    """Nobody asks."""
    return False

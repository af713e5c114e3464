"""The numbers of a project's plan as a form: few of them, in hours and days, in the words of their effect.

What the form does not show stays as it is. `monitor.plan` says what each number means and may be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms

from linkstead.errors import UsageError
from linkstead.monitor.plan import DAY, DEFAULT_PLAN, HOUR, Confirmation, WatchPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.forms import BoundField

#: the reasons of a miss that are confirmed alike: all but a page that says itself that it is gone
_ALIKE = ("removed", "page_redirected", "parked", "soft404")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the plan. `name` is the plan's, with a dot for a part of a confirmation.

    `unit` is in seconds (1 for what is no time), `low` and `high` in that unit, as the plan has them.
    """

    name: str
    label: str
    unit: int
    low: float
    high: float
    help: str = ""

    @property
    def field(self) -> str:
        return self.name.replace(".", "_")

    @property
    def is_count(self) -> bool:
        return self.unit == 1 and self.name != "value_weight"

    def of(self, plan: WatchPlan) -> float | int:
        """The plan's value in this number's unit."""
        first, _, part = self.name.partition(".")
        value = getattr(getattr(plan.confirmations, first), part) if part else getattr(plan, first)
        in_unit = value / self.unit
        return int(in_unit) if in_unit == int(in_unit) else round(in_unit, 6)

    def in_plan(self, value: float) -> float | int:
        """A value of the form as the plan has it."""
        if self.is_count and value != int(value):
            raise UsageError(f"“{self.label}” needs a whole number.")
        return value if self.name == "value_weight" else round(value * self.unit)


#: heading, what it means, its numbers
GROUPS: tuple[tuple[str, str, tuple[Number, ...]], ...] = (
    (
        "When is a link lost?",
        (
            "One look without the link puts it in doubt. It is lost after several, spaced in time, of pages"
            " that could be read; pages that are blocked or do not answer never count."
        ),
        (
            Number("page_gone.misses", "Looks that find the page gone (404 or 410)", 1, 2, 10),
            Number("page_gone.seconds", "Hours from the first to the last of them", HOUR, 0, 720),
            Number("removed.misses", "Looks that find the page without the link", 1, 2, 10),
            Number("removed.seconds", "Hours from the first to the last of these", HOUR, 0, 720),
            Number("recovery_looks", "Good looks in a row that bring a lost link back", 1, 1, 10),
            Number(
                "intermittent_looks",
                "Misses in a row that a link which comes and goes may have",
                1,
                2,
                20,
                "For pages that rotate their links: such a link is not lost before so many.",
            ),
        ),
    ),
    (
        "How often do we look?",
        (
            "What is new or has just changed is looked at often, what has stood for long seldom. Each page"
            " takes a new plan on with its next look."
        ),
        (
            Number("new_every", "New links: hours from look to look", HOUR, 1, 720),
            Number("new_for", "Days that a link counts as new", DAY, 0, 400),
            Number("changed_every", "Changed links: hours from look to look", HOUR, 1, 720),
            Number("changed_for", "Days that a link counts as changed", DAY, 0, 400),
            Number("normal_every", "All others: days from look to look", DAY, 1 / 24, 30),
            Number(
                "stable_after",
                "Days without a change until that grows longer",
                DAY,
                1,
                4_000,
            ),
            Number("stable_every", "The longest time between two looks, in days", DAY, 1 / 24, 30),
            Number("lost_every", "Lost links: days from look to look", DAY, 1 / 24, 30),
            Number(
                "value_weight",
                "How much a link's worth counts, from 0 to 2",
                1,
                0,
                2,
                "0: all alike. 1: the best twice as often as the middling, the least half as often.",
            ),
        ),
    ),
    (
        "When are you told?",
        (
            "Lost, regained and changed links are told as soon as they are confirmed. A page that cannot be"
            " reached is told once, when nobody could read it for long."
        ),
        (Number("unreachable_event_after", "Days without an answer until you are told", DAY, 1, 90),),
    ),
)
NUMBERS = tuple(number for _, _, numbers in GROUPS for number in numbers)


class PlanForm(forms.Form):
    """The numbers of GROUPS. A valid form has `made`, the new plan."""

    def __init__(
        self, plan: WatchPlan, data: Mapping[str, Any] | None = None, *, may_change: bool = True
    ) -> None:
        super().__init__(data, initial={number.field: number.of(plan) for number in NUMBERS})
        self._plan = plan
        self.made = plan
        for number in NUMBERS:
            self.fields[number.field] = _field(number, may_change=may_change)

    def groups(self) -> Iterator[tuple[str, str, list[BoundField]]]:
        """Heading, words and fields of each group."""
        for heading, words, numbers in GROUPS:
            yield heading, words, [self[number.field] for number in numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.made = _made(self._plan, cleaned)
            except UsageError as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned


def _field(number: Number, *, may_change: bool) -> forms.FloatField:
    usual = number.of(DEFAULT_PLAN)
    said = f"From {_short(number.low)} to {_short(number.high)} is possible."
    return forms.FloatField(
        label=number.label,
        help_text=f"{number.help} Default: {usual:g}.".strip(),
        disabled=not may_change,
        min_value=number.low,
        max_value=number.high,
        widget=forms.NumberInput(attrs={"step": "1" if number.is_count else "any"}),
        error_messages={
            "required": "Write a number.",
            "invalid": "That is no number.",
            "min_value": said,
            "max_value": said,
        },
    )


def _short(bound: float) -> str:
    return f"{bound:g}" if bound >= 1 or bound == 0 else "one hour"


def _made(plan: WatchPlan, cleaned: Mapping[str, float]) -> WatchPlan:
    """The plan with the form's numbers. Raises `UsageError` with the plan's own sentence."""
    given = {number.name: number.in_plan(cleaned[number.field]) for number in NUMBERS}
    gone = Confirmation(int(given.pop("page_gone.misses")), int(given.pop("page_gone.seconds")))
    other = Confirmation(int(given.pop("removed.misses")), int(given.pop("removed.seconds")))
    rows = plan.confirmations._replace(page_gone=gone, **dict.fromkeys(_ALIKE, other))
    changes: dict[str, Any] = {"confirmations": rows, **given}
    return replace(plan, **changes)

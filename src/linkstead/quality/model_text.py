"""A spam model as a JSON object, versioned, and back. Numbers only: it holds no domain."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any, Final

from linkstead.errors import InputError
from linkstead.quality.letters import BUCKETS, Letters
from linkstead.quality.toxicity import Model, Weight

FORMAT: Final = "linkstead-spam-model"
VERSION: Final = 1
#: No weight of a real fit comes near this; a damaged or hostile file does.
_GREATEST: Final = 50.0


def as_json(model: Model) -> dict[str, Any]:
    """The model as plain values."""
    return {"format": FORMAT, "version": VERSION, **asdict(model)}


def read_model(told: object) -> Model:
    """A model from plain values. Raises `InputError` with a sentence when it is none."""
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise InputError("This is no spam model; make one with `linkstead quality fit`.")
    if told.get("version") != VERSION:
        raise InputError(f"This spam model is not of version {VERSION}; fit it again with this release.")
    try:
        return _model(told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"The spam model is damaged ({error}); fit it again.") from error


def _model(told: dict[str, Any]) -> Model:
    letters = told["letters"]
    return Model(
        base=_number(told["base"]),
        base_error=_number(told["base_error"]),
        flag_at=_between(told["flag_at"]),
        prior=_between(told["prior"]),
        made_on=str(told["made_on"])[:40],
        weights={str(name): _weight(each) for name, each in told["weights"].items()},
        letters=None if letters is None else _letters(letters),
        learnt_from=dict(told["learnt_from"]),
        figures=dict(told["figures"]),
    )


def _number(value: object) -> float:
    number = float(value) if isinstance(value, int | float) else math.nan
    if not abs(number) <= _GREATEST:
        raise ValueError("a number is out of range")
    return number


def _between(value: object) -> float:
    number = _number(value)
    if not 0.0 < number < 1.0:
        raise ValueError("a chance is not between 0 and 1")
    return number


def _weight(told: dict[str, Any]) -> Weight:
    return Weight(
        log_odds=_number(told["log_odds"]),
        error=abs(_number(told["error"])),
        measured=bool(told["measured"]),
        ratio=None if told["ratio"] is None else float(told["ratio"]),
        bad=None if told["bad"] is None else int(told["bad"]),
        good=None if told["good"] is None else int(told["good"]),
    )


def _letters(told: dict[str, Any]) -> Letters:
    weights = tuple(map(_number, told["weights"]))
    if not 1 <= len(weights) <= 8 * BUCKETS:
        raise ValueError("the table of letters has a wrong size")
    return Letters(_number(told["intercept"]), weights, bool(told["with_suffix"]))

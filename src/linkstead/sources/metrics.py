"""A vendor's own numbers of a row, as the text of a JSON object under the vendor's own names."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from linkstead.sources import values
from linkstead.sources.source import LINK_FIELDS, Form, Row
from linkstead.sources.values import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.sources.recognise import Recognised

_FORMS: Final[dict[Form, Callable[[str], str]]] = {
    Form.COUNT: values.json_count,
    Form.SCORE: values.json_score,
    Form.FLAG: values.json_flag,
    Form.RAISED: values.json_raised,
    Form.MARK: values.json_mark,
    Form.TEXT: values.json_text,
}


class Metrics:
    """The vendor's own numbers and words of a row, as the inside of a JSON object's text.

    Numbers that stand in the file as JSON would write them, which is the rule, go into a template as
    they are.
    """

    def __init__(self, found: Recognised) -> None:
        kept = [one for one in found.columns if one.field in found.places and one.field not in LINK_FIELDS]
        numbers = [one for one in kept if one.form in (Form.COUNT, Form.SCORE)]
        words = [one for one in kept if one not in numbers]
        names = [values.json_text(one.field) + ":" for one in numbers]
        self._cells = picker([found.places[one.field] for one in numbers])
        self._plain = _plain_numbers(len(names))
        self._template = ",".join(name.replace("%", "%%") + "%s" for name in names)
        self._converters = [(name, Cache(_FORMS[one.form])) for name, one in zip(names, numbers, strict=True)]
        #: The columns of flags and words.
        self.word_places = [found.places[one.field] for one in words]
        self._words = [
            (values.json_text(one.field) + ":", found.places[one.field], _FORMS[one.form]) for one in words
        ]

    def numbers(self, row: Row) -> str:
        """The entries of the numbers, joined by commas."""
        cells = self._cells(row)
        if self._plain(",".join(cells)):
            return self._template % cells
        named = zip(self._converters, cells, strict=True)
        return ",".join([name + told for (name, read), cell in named if (told := read[cell])])

    def words(self, row: Row) -> str:
        """The entries of flags and words, joined by commas."""
        return ",".join([name + told for name, at, read in self._words if (told := read(row[at]))])


def joined(numbers: str, words: str) -> str | None:
    """Both as the text of a JSON object, or None when there is nothing."""
    if numbers and words:
        return f"{{{numbers},{words}}}"
    return f"{{{numbers or words}}}" if numbers or words else None


def _plain_numbers(count: int) -> Callable[[str], object]:
    """Whether `count` cells joined by commas are whole numbers as JSON writes them.

    The number of parts is exact, so a comma inside a cell can never pass for the one between two.
    """
    # Written out: a counted repetition takes three times as long to match.
    one = "(?:0|[1-9][0-9]{0,17})"
    return re.compile(",".join([one] * count) if count else "(?!)").fullmatch


def picker(places: list[int]) -> Callable[[Row], tuple[str, ...]]:
    """The cells at some places of a row, however many."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple([row[place] for place in places])


def with_entry(metrics: str | None, name: str, text: str) -> str:
    """A metrics text with one more entry."""
    entry = f"{values.json_text(name)}:{values.json_text(text)}"
    return f"{{{entry}}}" if metrics is None else f"{metrics[:-1]},{entry}}}"

"""Texts of table cells -> values: dates, numbers, booleans, web addresses.

An empty cell is unknown (`None`), never 0 or false. What cannot be read is unknown too, and is
counted by the plan that asked. Forms read: ISO 8601 (`2026-09-15 10:20:30`, with `T`, date only),
`Sep 15, 2026`, `28 Sep 2026`, `28/09/2026` and `09/28/2026`, Unix seconds, Excel serial days; numbers
grouped by comma, full stop, blank, no-break blank or apostrophe, `%`, U+2212 as minus.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from linkstead.sources.limits import CACHE_ENTRIES, CACHED_CHARS, METRIC_CHARS, URL_CHARS
from linkstead.urls import try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

DAY: Final = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Day 0 of spreadsheets (1899-12-30) counted from the Unix epoch; the serial of 1970-01-01 is 25569.
_SERIAL_OF_EPOCH: Final = 25_569
#: Serials that may be dates of links: 1990 to 2079. Smaller numbers are counts.
_SERIALS: Final = range(32_874, 65_746)

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
_TIME = r"(?:[ T,]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AaPp][Mm])?)?"
_MONTH_DAY_YEAR = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})" + _TIME)
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})" + _TIME)
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})" + _TIME)
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})" + _TIME)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH_SECONDS = re.compile(r"\d{9,10}")
_EPOCH_MILLISECONDS = re.compile(r"\d{12,13}")

_GROUPED = re.compile(r"-?\d{1,3}(?:([.,'’ \u00a0\u202f\u2009])\d{3})(?:\1\d{3})*")
_DECIMAL = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?")
_GROUPED_DECIMAL = re.compile(r"(-?\d{1,3}(?:[,'’ \u00a0\u202f\u2009]\d{3})+)\.(\d{1,9})")
_NOT_DIGITS = re.compile(r"[^\d-]")

#: ` 10:20` or `T10:20` -> seconds of the day, and `:30` -> seconds; nothing stands for midnight.
_MINUTES: Final = {
    "": 0,
    **{f"{mark}{n // 60:02}:{n % 60:02}": n * 60 for n in range(1440) for mark in " T"},
}
_SECONDS: Final = {"": 0, **{f":{n:02}": n for n in range(60)}}

_TRUE: Final = frozenset({"true", "yes", "y", "1", "t"})
_FALSE: Final = frozenset({"false", "no", "n", "0", "f"})

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_BARE_HOST = re.compile(r"(?:[^\s/?#:@.,;\"'<>]+\.)+[^\s/?#:@.,;\"'<>\d][^\s/?#:@.,;\"'<>]*(?=[:/?#]|$)")


class Cache(dict[str, Value], Generic[Value]):
    """Cells already converted, short ones only; starts anew when it is full."""

    __slots__ = ("_convert",)

    def __init__(self, convert: Callable[[str], Value]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: str) -> Value:
        value = self._convert(cell)
        if len(cell) <= CACHED_CHARS:
            if len(self) >= CACHE_ENTRIES:
                self.clear()
            self[cell] = value
        return value


def boolean(text: str) -> bool | None:
    """`true`, `Yes`, `1`... and their opposites in any case; None for empty and anything else."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def marked(text: str) -> bool:
    """Majestic's flags: empty is false, anything else is true (but a spelt-out no stays a no)."""
    word = text.strip().lower()
    return bool(word) and word not in _FALSE


def opposite(text: str) -> bool | None:
    """A `follow` column read as nofollow."""
    value = boolean(text)
    return None if value is None else not value


def count(text: str) -> int | None:
    """A whole number however it is grouped: `1,240`, `1.240`, `1 240`; None when unreadable."""
    number = json_count(text)
    return int(number) if number else None


def json_count(text: str) -> str:
    """A count as JSON text; empty when unknown. A single separator before three digits groups."""
    text = _plain(text)
    if text.isdecimal() and len(text) <= 18:
        return str(int(text))
    if _GROUPED.fullmatch(text) and len(text) <= 24:
        return str(int(_NOT_DIGITS.sub("", text)))
    return _json_decimal(text)


def json_score(text: str) -> str:
    """A score as JSON text (`61`, `0.55`, also `0,55`); empty when unknown."""
    text = _plain(text)
    if text.isdecimal() and len(text) <= 18:
        return str(int(text))
    return _json_decimal(text)


def _plain(text: str) -> str:
    return text.strip().removesuffix("%").rstrip().replace("\u2212", "-")


def _json_decimal(text: str) -> str:
    grouped = _GROUPED_DECIMAL.fullmatch(text)
    if grouped:
        text = f"{_NOT_DIGITS.sub('', grouped[1])}.{grouped[2]}"
    if not text.isascii() or not _DECIMAL.fullmatch(text):
        return ""
    value = float(text.replace(",", "."))
    return str(int(value)) if value.is_integer() else repr(value)


def json_flag(text: str) -> str:
    """A yes or no as JSON text; empty when unknown."""
    value = boolean(text)
    return "" if value is None else ("true" if value else "false")


def json_raised(text: str) -> str:
    """A flag as JSON text of which only yes is told."""
    return "true" if boolean(text) else ""


def json_mark(text: str) -> str:
    """A Majestic flag as JSON text; only raised flags are told."""
    return "true" if marked(text) else ""


def json_text(text: str) -> str:
    """A text as a JSON string, cut; empty when empty."""
    text = text.strip()
    return json.dumps(text[:METRIC_CHARS], ensure_ascii=False) if text else ""


def number(text: str) -> float | None:
    """A score as a number, or None."""
    found = json_score(text)
    return float(found) if found else None


def status(text: str) -> int | None:
    """An HTTP status between 100 and 999, or None."""
    value = count(text)
    return value if value is not None and 100 <= value <= 999 else None


class Dates:
    """Date texts -> whole epoch seconds (UTC), None when empty or unreadable.

    `day_first` decides `05/06/2026` where no part is above 12. Days are remembered and
    times of day tabled, so that the common ISO form costs three look-ups.
    """

    __slots__ = ("_days", "day_first")

    def __init__(self, *, day_first: bool = False) -> None:
        self.day_first = day_first
        self._days: Cache[int | None] = Cache(_iso_day)

    def __call__(self, text: str) -> int | None:
        try:
            return self._days[text[:10]] + _MINUTES[text[10:16]] + _SECONDS[text[16:]]  # type: ignore[operator]
        except (KeyError, TypeError):  # None: no ISO date
            return read_date(text.strip(), day_first=self.day_first) if text else None


def _iso_day(text: str) -> int | None:
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return int((datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH).total_seconds())
    except ValueError:
        return None


def read_date(text: str, *, day_first: bool = False) -> int | None:
    """Any of the forms in the module's head -> epoch seconds (UTC), or None."""
    for form in (_iso, _counted, _named_month, lambda one: _slashed(one, day_first=day_first)):
        value = form(text)
        if value is not None:
            return value
    return None


def _iso(text: str) -> int | None:
    if len(text) < 10 or not text[:4].isdecimal() or text[4] != "-":
        return None
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    return _seconds(found if found.tzinfo else found.replace(tzinfo=UTC))


def _counted(text: str) -> int | None:
    """Unix seconds, Unix milliseconds, or days of a spreadsheet."""
    if not text.isascii():
        return None
    if _EPOCH_SECONDS.fullmatch(text):
        return int(text)
    if _EPOCH_MILLISECONDS.fullmatch(text):
        return int(text) // 1000
    if _SERIAL.fullmatch(text) and int(text[:5]) in _SERIALS:
        return round((float(text) - _SERIAL_OF_EPOCH) * DAY)
    return None


def _named_month(text: str) -> int | None:
    found = _MONTH_DAY_YEAR.fullmatch(text)
    if found:
        return _moment(found[3], _MONTHS.get(found[1].lower()), found[2], found.groups()[3:])
    found = _DAY_MONTH_YEAR.fullmatch(text)
    if found:
        return _moment(found[3], _MONTHS.get(found[2].lower()), found[1], found.groups()[3:])
    return None


def _slashed(text: str, *, day_first: bool) -> int | None:
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _moment(found[1], int(found[2]), found[3], found.groups()[3:])
    found = _SLASHED.fullmatch(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    swap = first > 12 or (day_first and second <= 12)
    day, month = (first, second) if swap else (second, first)
    return _moment(found[3], month, str(day), found.groups()[3:])


def day_first_of(text: str) -> bool | None:
    """What a slashed date tells of its order: True, False, or None when both orders fit."""
    found = _SLASHED.fullmatch(text.strip())
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return True
    return False if second > 12 >= first else None


def _moment(year: str, month: int | None, day: str, time: tuple[str | None, ...]) -> int | None:
    if month is None:
        return None
    hour, minute, second, half = time
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    try:
        return _seconds(
            datetime(int(year), month, int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC)
        )
    except ValueError:
        return None


def _seconds(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())


def iso_date(seconds: int) -> str:
    """Epoch seconds as `YYYY-MM-DD`."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d")


def web_address(text: str) -> str | None:
    """The normal form of a cell that should hold a web address; a scheme is put before bare ones."""
    if len(text) > URL_CHARS or "\ufffd" in text:
        return None
    if text[:4] == "http":
        normal = try_normalise_url(text)
        if normal is not None:
            return normal
    return try_normalise_url(f"http://{text}") if lacks_scheme(text) else try_normalise_url(text)


def lacks_scheme(text: str) -> bool:
    """Whether a text is a host, perhaps with a path, and no scheme (`blog.example.org/post`)."""
    text = text.strip()
    if _BARE_HOST.match(text) is None:
        return False
    scheme = _SCHEME.match(text)
    return scheme is None or scheme[0].rstrip(":").rpartition(".")[1] == "."


def host_in(text: str) -> str | None:
    """The host of a cell that holds a domain or any URL of it (Bing: `https://msn.com`)."""
    text = text.strip().removeprefix("*.").removeprefix("domain:")
    normal = web_address(text)
    if normal is None:
        return None
    host = normal.partition("://")[2].partition("/")[0]
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0] or None

"""What was paid for links, read from a table: good rows are kept, the others set aside with their reason.

    url,cost,currency,until,note
    https://blog.example/post,250,EUR,2027-03-31,spring
    magazine.example,1200,USD,,all pages

A bare domain stands for all of its pages. Only `url` must be there; the order of the columns is free. Text
of any usual encoding and delimiter is read by the same hardened reader as exports are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Final

from linkstead.errors import InputError, UrlError
from linkstead.profile.paid_links import Paid, is_domain
from linkstead.sources import text
from linkstead.sources.source import Header
from linkstead.urls import host_of, normalise_url, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.sources.source import Row

#: A list of what somebody paid for is written by hand; a larger file is an export of something else.
MOST_BYTES: Final = 16 << 20
MOST_ROWS: Final = 100_000
MOST_COST: Final = 1e12
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_LONGEST_URL: Final = 8_192
_LONGEST_RAW: Final = 500

#: Field -> the header names that it goes by, as `header_key` compares them.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "url": ("url", "page url", "page", "link", "link url", "source url", "referring page", "domain"),
    "cost": ("cost", "price", "amount", "paid"),
    "currency": ("currency", "currency code", "iso currency"),
    "until": ("until", "paid until", "expires", "expiry", "expiry date", "end date", "valid until"),
    "note": ("note", "notes", "comment", "comments"),
}
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was not kept: its number (the header is row 1, as spreadsheets count), why, and its text."""

    row: int
    reason: str
    raw: str


@dataclass(slots=True)
class PaymentsRead:
    """What a table says: rows to keep, the last one of each page, and rows set aside."""

    rows: list[Paid] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)


def read_payments(path: Path) -> PaymentsRead:
    """Read a table of payments. Raises `InputError` when not one row of the file can be used."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"{path.name} has {size:,} bytes; cut it into parts of {MOST_BYTES >> 20} MB.")
        with path.open("rb") as file:
            found = _read(file, path.name)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not found.rows:
        first = next(iter(found.set_aside), None)
        why = "it has a header alone." if first is None else f"row {first.row}: {first.reason}"
        raise InputError(f"No row of {path.name} can be kept; {why}")
    return found


def _read(file: BinaryIO, name: str) -> PaymentsRead:
    start = file.read(1 << 16)
    file.seek(0)
    encoding = text.encoding_of(start)
    header = _header(text.decode_head(start, encoding, whole=len(start) < 1 << 16), name)
    places = _places(header, name)
    with text.open_text(file, encoding) as stream:
        return _gathered(text.csv_rows(stream, text.Shape(header, ragged=True)), places)


def _header(head: str, name: str) -> Header:
    """The first row, split by the delimiter that makes most of its names known."""
    grids = ((delimiter, text.grid(head, delimiter)) for delimiter in text.DELIMITERS)
    headers = [Header(tuple(rows[0]), 1, delimiter) for delimiter, rows in grids if rows]
    if not headers:
        raise InputError(f"{name} is empty; its first row names the columns, url among them.")
    return max(headers, key=lambda one: sum(_field_of(key) is not None for key in one.keys))


def _field_of(key: str) -> str | None:
    return next((name for name, names in COLUMNS.items() if key in names), None)


def _places(header: Header, name: str) -> dict[str, int]:
    """Field -> its column. Raises `InputError` without a url column, or where two columns claim a field."""
    places: dict[str, int] = {}
    for place, key in enumerate(header.keys):
        known = _field_of(key)
        if known in places:
            raise InputError(
                f"{name} has two columns for {known}: rename “{_shown(header.names[places[known]])}” or"
                f" “{_shown(header.names[place])}”."
            )
        if known is not None:
            places[known] = place
    if "url" not in places:
        found = ", ".join(f"“{_shown(one)}”" for one in header.names[:8])
        raise InputError(
            f"{name} has no column url in its first row ({found}); name the columns url, cost, currency,"
            " until, note."
        )
    return places


def _gathered(rows: Iterator[Row | text.Broken], places: dict[str, int]) -> PaymentsRead:
    kept: dict[str, tuple[int, Paid, str]] = {}
    aside: list[SetAside] = []
    for number, row in enumerate(rows, start=1):
        if number == 1 or not row or (not isinstance(row, text.Broken) and not any(map(str.strip, row))):
            continue
        if number > MOST_ROWS + 1:
            raise InputError(f"The table has more than {MOST_ROWS:,} rows; cut it into parts.")
        if isinstance(row, text.Broken):
            aside.append(SetAside(number, f"{row.reason}; mend the row.", row.raw[:_LONGEST_RAW]))
            continue
        raw = ",".join(row)[:_LONGEST_RAW]
        try:
            paid = _paid({name: row[place].strip() for name, place in places.items()})
        except InputError as error:
            aside.append(SetAside(number, str(error), raw))
            continue
        if (earlier := kept.get(paid.page_url)) is not None:
            aside.append(
                SetAside(earlier[0], f"row {number:,} names the same page; that one is kept.", earlier[2])
            )
        kept[paid.page_url] = (number, paid, raw)
    aside.sort(key=lambda one: one.row)
    return PaymentsRead([paid for _, paid, _ in kept.values()], aside)


def _paid(cells: dict[str, str]) -> Paid:
    """One row. Raises `InputError` with what is wrong and what to write instead."""
    return Paid(
        place_of(cells["url"]),
        _cost(cells.get("cost", "")),
        _currency(cells.get("currency", "")),
        end_of(cells.get("until", "")),
        cells.get("note") or None,
    )


def place_of(given: str) -> str:
    """The page (its normal form) or the registrable domain that a text names. Raises `InputError`."""
    if not given:
        raise InputError("the url is empty; write a page's address or a domain.")
    if len(given) > _LONGEST_URL:
        raise InputError(f"the url has {len(given):,} characters; write at most {_LONGEST_URL:,}.")
    shown = _shown(given, 80)
    if not is_domain(given):
        try:
            return normalise_url(given)
        except UrlError:
            raise InputError(
                f"“{shown}” is no web address; write it like https://blog.example/post."
            ) from None
    if any(mark in given for mark in "/?#@: "):
        raise InputError(f"“{shown}” has no scheme; write https:// before it, as the page's address has it.")
    return _domain_of(given, shown)


def _domain_of(given: str, shown: str) -> str:
    try:
        host = host_of(f"https://{given}/").removeprefix("www.")
    except UrlError:
        host = ""
    domain = registrable_domain(host) if host else None
    if domain is None:
        raise InputError(f"“{shown}” is no domain that pages are on; write it like magazine.example.")
    if domain != host:
        raise InputError(
            f"“{shown}” is a part of {domain}; write a page's address, or {domain} for all of its pages."
        )
    return domain


def _shown(given: str, width: int = 40) -> str:
    """A stranger's text within a sentence: one line, printable, cut."""
    line = " ".join(given[: 4 * width].split())
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in line)[:width]


def _cost(given: str) -> float | None:
    if not given:
        return None
    plain = given.replace(",", "") if _THOUSANDS.fullmatch(given) else given
    if not _NUMBER.fullmatch(plain) or float(plain) > MOST_COST:
        raise InputError(
            f"the cost “{_shown(given)}” is no number; write it like 1250.50, without a currency."
        )
    return float(plain)


def _currency(given: str) -> str | None:
    if not given:
        return None
    if not _CURRENCY.fullmatch(given):
        raise InputError(f"the currency “{_shown(given)}” is no code of ISO 4217; write it like EUR or USD.")
    return given.upper()


def end_of(given: str) -> int | None:
    """The moment behind the last paid day (YYYY-MM-DD, UTC) in epoch seconds; None for an empty text."""
    if not given:
        return None
    try:
        day = date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InputError(f"“{_shown(given)}” is no day that one pays until; write it like 2027-03-31.")
    behind = day + timedelta(days=1)
    return int(datetime(behind.year, behind.month, behind.day, tzinfo=UTC).timestamp())

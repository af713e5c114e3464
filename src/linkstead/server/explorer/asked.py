"""What the address bar asks of a list of backlinks, and how the page says it back.

The address holds everything: filters, order, place. Each part is read by one line of PARTS, shown as
one chip, and taken away by one link. A part that cannot be read is named, never dropped in silence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linkstead.errors import UsageError
from linkstead.link import LinkStatus, Placement
from linkstead.profile.filters import LinkFilter
from linkstead.profile.queries import DEFAULT_SORT, SORTS
from linkstead.server.look.lists import Chip, Column, Pager
from linkstead.server.look.words import sources_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkstead.profile.queries import LinkPage

PAGE_ROWS = 50
_LONGEST = 2_000  # characters of one part; no URL in a browser's address bar is longer
_FOLLOW_WORDS = {"yes": "followed", "no": "not followed", "unknown": "not known"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question: its name in the address and in LinkFilter, how it is read and said."""

    name: str
    filter_name: str
    label: str
    read: Callable[[str], Any]
    say: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as read: `kept` are its parts as written, `complaints` sentences about the others."""

    filter: LinkFilter
    kept: dict[str, str]
    sort: str = DEFAULT_SORT
    descending: bool = True
    after: str | None = None
    before: str | None = None
    first_row: int = 1
    complaints: tuple[str, ...] = ()


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise UsageError(f"it is none of {', '.join(words)}")
        return text

    return read


def _day(text: str) -> int:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError("a day is written like 2026-11-22") from None
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


def _end_of_day(text: str) -> int:
    return _day(text) + 86_400


def _count(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise UsageError("it is no number") from None
    if not 0 <= number < 1e12:
        raise UsageError("it is out of range")
    return number


def _day_in_words(text: str) -> str:
    day = dt.date.fromisoformat(text)
    return f"{day:%-d %b %Y}"


#: In the order of the sentence that the chips make.
PARTS: tuple[Part, ...] = (
    Part("q", "text", "Contains", str, "“{}”".format),
    Part("state", "state", "State", _one_of(*(status.value for status in LinkStatus))),
    Part("followed", "followed", "Link", _one_of("yes", "no", "unknown"), lambda word: _FOLLOW_WORDS[word]),
    Part("placement", "placement", "Placement", _one_of(*(place.value for place in Placement), "unknown")),
    Part("source", "source", "Known from", str, sources_in_words),
    Part("tld", "tld", "Domain ends in", str, lambda word: f".{word.lstrip('.')}"),
    Part("domain", "domain", "Referring domain", str),
    Part("target", "target", "Target", str),
    Part("anchor", "anchor", "Anchor", str, "“{}”".format),
    Part("authority", "metric_from", "Authority", _count, "at least {}".format),
    Part("from", "first_seen_from", "First seen", _day, lambda text: f"from {_day_in_words(text)}"),
    Part("to", "first_seen_to", "First seen", _end_of_day, lambda text: f"until {_day_in_words(text)}"),
)


def read(given: Mapping[str, str]) -> Asked:
    """Read an address's parameters. Unknown names are other people's business and are left alone."""
    values: dict[str, Any] = {}
    kept: dict[str, str] = {}
    complaints: list[str] = []
    for part in PARTS:
        text = given.get(part.name, "").strip().replace("\0", "")
        if not text:
            continue
        try:
            values[part.filter_name] = part.read(text[:_LONGEST])
            kept[part.name] = text[:_LONGEST]
        except UsageError as error:
            complaints.append(f"“{part.label}: {text[:80]}” was left out: {error}.")
    sort = given.get("sort", DEFAULT_SORT)
    if sort not in SORTS:
        complaints.append(f"The list cannot be sorted by “{sort[:80]}”; it stands by first seen.")
        sort = DEFAULT_SORT
    return Asked(
        filter=LinkFilter(**values),
        kept=kept,
        sort=sort,
        descending=given.get("way") != "up",
        after=given.get("after") or None,
        before=given.get("before") or None,
        first_row=_row_number(given.get("row", "")),
        complaints=tuple(complaints),
    )


def _row_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 12 else 1


def address(asked: Asked, *, without: str = "", **changes: str | int | None) -> str:
    """The same question with a part taken away or changed, as a relative address; its place is forgotten."""
    parts: dict[str, str | int] = {name: text for name, text in asked.kept.items() if name != without}
    if asked.sort != DEFAULT_SORT:
        parts["sort"] = asked.sort
    if not asked.descending:
        parts["way"] = "up"
    for name, value in changes.items():
        parts.pop(name, None)
        if value not in {None, ""}:
            parts[name] = value
    return "?" + urlencode(parts)


def here(asked: Asked) -> str:
    """The same question at the same place of its list, as a relative address."""
    row = asked.first_row if asked.first_row > 1 else None
    return address(asked, after=asked.after, before=asked.before, row=row).removesuffix("?")


def chips(asked: Asked, metric: str | None = None) -> tuple[Chip, ...]:
    """What is asked, part by part, each with the address without it; `metric` as for `columns`."""
    said = {"authority": metric or "Authority"}
    return tuple(
        Chip(
            said.get(part.name, part.label),
            part.say(asked.kept[part.name]),
            address(asked, without=part.name),
        )
        for part in PARTS
        if part.name in asked.kept
    )


def columns(asked: Asked, metric: str | None) -> tuple[Column, ...]:
    """The heads of the table; `metric` is the vendor's number that is shown, such as Ahrefs DR."""
    return (
        Column("Referring page"),
        Column("Anchor and target"),
        Column("State"),
        Column("Link"),
        _sorting(asked, "authority", metric or "Authority", "The source's own authority number"),
        _sorting(
            asked, "worth", "Worth", "What the link is worth to you, 0 to 100, by all that is known of it"
        ),
        Column("Known from"),
        _sorting(asked, "first-seen", "First seen", "The earliest day that any source names"),
        _sorting(asked, "checked", "Checked", "When we last looked at the page ourselves"),
    )


def _sorting(asked: Asked, sort: str, label: str, said: str) -> Column:
    here = asked.sort == sort
    turned = here and asked.descending
    return Column(
        label,
        url=address(asked, sort=None if sort == DEFAULT_SORT else sort, way="up" if turned else None),
        direction=("descending" if asked.descending else "ascending") if here else "",
        numeric=True,
        help=said,
    )


def pager(asked: Asked, page: LinkPage) -> Pager:
    """Where in the list this is. Row numbers travel in the address: a mark knows its row, not its rank."""
    first = asked.first_row if page.before else 1
    last = first + len(page.rows) - 1
    back = max(1, first - PAGE_ROWS)
    return Pager(
        first=first,
        last=max(last, 0),
        total=page.total,
        total_is_exact=page.total_is_exact,
        previous_url=address(asked, before=page.before, row=back) if page.before else None,
        next_url=address(asked, after=page.after, row=last + 1) if page.after else None,
    )

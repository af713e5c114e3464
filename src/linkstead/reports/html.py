"""The report as one HTML page: beautiful on a screen, a phone and paper, and deaf to what it quotes.

The page needs no script and fetches nothing, and says so itself: its Content-Security-Policy forbids
everything but its own style sheet (by hash, https://www.w3.org/TR/CSP3/). Texts of strangers are escaped,
cut, isolated in their direction (<bdi>, https://www.w3.org/International/articles/inline-bidi-markup/)
and freed of characters that no page may hold; addresses become links only when they are http or https.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from linkstead.reports.charts import DARK, LIGHT, Palette, known_months, month_label, months_chart, svg
from linkstead.reports.report import Kind
from linkstead.summary import Severity
from linkstead.urls import is_within, parse_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.reports.report import Report
    from linkstead.summary import MonthRow

#: Longer texts are cut in a cell; the whole text is in its tooltip.
LONGEST_TEXT: Final = 160
_LONGEST_TIP: Final = 6_000

#: The glyph of each state (templates/glyphs.svg) and the colour that goes with it.
GLYPHS: Final[dict[str, str]] = {
    "live": "live", "in doubt": "doubt", "lost": "lost", "blocked": "blocked", "unreachable": "unreachable",
    "unreadable": "unreadable", "unverified": "unverified", "broken": "broken",
    "answers": "live", "redirects": "redirects", "fails": "broken", "not looked at": "unverified",
}  # fmt: skip

SEVERITY_WORDS: Final = {
    Severity.ERROR: "fix first",
    Severity.WARNING: "worth doing",
    Severity.NOTICE: "good to know",
}

#: The months of a phone's chart; more would be hairlines.
_NARROW_MONTHS: Final = 14
#: A table of months stands in columns of a year each.
_MONTHS_A_COLUMN: Final = 12

#: What HTML forbids in a document: controls but TAB, LF and CR, and surrogates (WHATWG HTML, 13.2.3.5).
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

#: Characters that turn the text around them (UAX #9, explicit formatting); what is shown does without.
_OVERRIDES: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: No language piles more than a few marks on a letter; a tower of them covers the lines around.
_PILED_MARKS: Final = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")


class Address(NamedTuple):
    """A URL as a page shows it: `href` is None where a link would be unsafe."""

    href: str | None
    shown: str
    full: str


def address(url: str | None, site: str = "") -> Address:
    """A URL from outside: a link only for http(s), in the spelling of the WHATWG standard.

    It is shown without its scheme; pages of `site` are shown by their path, or in full without https.
    """
    text = _FORBIDDEN.sub("\ufffd", url or "")
    parsed = parse_url(text)
    if parsed is None or parsed.protocol not in ("http:", "https:"):
        return Address(None, cut(text), whole(text))
    href = str(parsed.href)
    shown = href.partition("://")[2]
    bare = parsed.pathname == "/" and not parsed.search
    if bare:
        shown = shown.removesuffix("/")
    elif parsed.hostname == site:
        shown = str(parsed.pathname) + str(parsed.search)
    if site and parsed.protocol == "http:" and is_within(href, site):
        shown = href
    return Address(href, cut(shown), whole(href))


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, cut with an ellipsis, its direction and its accents kept in bounds."""
    line = _PILED_MARKS.sub(r"\1", _OVERRIDES.sub("", " ".join(text[: 4 * longest].split())))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def whole(text: str) -> str:
    """A text for a tooltip: whole, within reason."""
    return text if len(text) <= _LONGEST_TIP else text[:_LONGEST_TIP] + "…"


def number(value: float) -> str:
    """1234.0 as 1,234 and 61.25 as 61.2."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def day(seconds: int | None) -> str:
    """Epoch seconds as 22 Nov 2026 (UTC); nothing for unknown."""
    if seconds is None:
        return ""
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment.day} {month_label(f'{moment:%Y-%m}')}"


def share(value: float) -> str:
    """0.537 as 54%."""
    return "under 1%" if 0 < value < 0.01 else f"{value:.0%}"


class Style(NamedTuple):
    """The style sheet of the page and its hash for the Content-Security-Policy."""

    text: Markup
    source: str


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("linkstead.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    named = (address, cut, whole, number, day, month_label, share)
    made.filters.update({function.__name__: function for function in named})
    return made


@lru_cache(maxsize=1)
def style() -> Style:
    """The style sheet; the colours of charts are swapped for a dark screen by their light values."""
    pairs = [(getattr(LIGHT, field.name), getattr(DARK, field.name)) for field in fields(Palette)]
    text = _environment().get_template("report.css").render(swaps=pairs)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    # The sheet is ours alone: nothing from outside goes into it.
    return Style(Markup(text), f"'sha256-{digest}'")  # noqa: S704


def page(report: Report) -> str:
    """The whole page as text, ready to be written as UTF-8."""
    text = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            style=style(),
            charts={section.id: _charts(section.months) for section in report.sections if section.months},
            columns=_columns,
            glyphs=GLYPHS,
            kinds=Kind,
            severities=SEVERITY_WORDS,
            made=_moment(report.made_at),
        )
    )
    return _FORBIDDEN.sub("\ufffd", text)


def _moment(seconds: int) -> str:
    return f"{day(seconds)}, {datetime.fromtimestamp(seconds, tz=UTC):%H:%M} UTC"


def _charts(rows: Sequence[MonthRow]) -> tuple[tuple[str, Markup], ...]:
    """The chart for a wide page and for a phone, as (class, SVG)."""
    known = known_months(rows)
    if not known:
        return ()
    wide, narrow = months_chart(known), months_chart(known[-_NARROW_MONTHS:], width=290, height=170)
    # Both are drawn by us from numbers and months; labels are escaped by the renderer.
    return (("wide", Markup(svg(wide))), ("narrow", Markup(svg(narrow))))  # noqa: S704


def _columns(rows: Sequence[object]) -> list[Sequence[object]]:
    """Rows in pieces of a year, which stand side by side."""
    return [rows[start : start + _MONTHS_A_COLUMN] for start in range(0, len(rows), _MONTHS_A_COLUMN)]

"""Charts as functions of plain data: one Altair spec serves screen, mail and print.

`svg` draws offline (vl-convert) and `spec` gives the same chart to a browser, where vega-embed renders
it with `ast: true`, so that no expression is compiled from text and a strict Content-Security-Policy
holds. Charts have no frame, a light grid, and colours that stay apart for colour-blind readers and in
grey (blue-green up, vermilion down; the direction says it again). Every chart is shown with the table
of its numbers by whoever places it. Vega-Lite: https://vega.github.io/vega-lite/docs/.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import altair as alt
import vl_convert

from linkstead.summary import MonthRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkstead.summary import TopRow

Chart: TypeAlias = alt.Chart | alt.LayerChart


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart, as #rrggbb. A page may swap one palette for another by these values."""

    ink: str
    quiet: str
    grid: str
    axis: str
    gain: str
    loss: str
    plain: str


#: On paper and on a light screen. Gain and loss differ in lightness too, so that grey print tells them.
LIGHT: Final = Palette("#23302f", "#5f6b69", "#e6e4dc", "#b9b8af", "#17705c", "#d9764a", "#55807a")
DARK: Final = Palette("#ecebe6", "#a9b0ab", "#343c3b", "#5a6462", "#5fc3a5", "#ef9068", "#7fb0a6")

#: Whatever the reader's machine has; nothing is fetched and nothing must be installed.
FONTS: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

_LONGEST_LABEL: Final = 34
_MOST_MONTHS: Final = 120
_LABEL_WIDTH: Final = 64  # pixels that "Nov 2026" needs with air around it
_WIDEST_BAR: Final = 30
_MONTH_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PILED_MARKS = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")  # more than two would leave the line
_ID = re.compile(r'\bid="([^"]+)"')
_IDS = re.compile(r'(\bid="|url\(#)([^")]+)')
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def plain_label(text: str, longest: int = _LONGEST_LABEL) -> str:
    """A text from outside as a label: one line, no control or direction characters, cut."""
    visible = (char if unicodedata.category(char)[0] != "C" else " " for char in text[: 8 * longest])
    line = _PILED_MARKS.sub(r"\1", " ".join("".join(visible).split()))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def config(palette: Palette = LIGHT) -> dict[str, Any]:
    """The look that all charts share, as a Vega-Lite config."""
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 11, "titleFontSize": 11}
    inks = {"labelColor": palette.quiet, "titleColor": palette.quiet, "titleFontWeight": 400}
    return {
        "background": "transparent",
        "font": FONTS,
        "aria": False,  # the page gives each chart a name and a table; 200 unnamed shapes are no help
        "view": {"stroke": None},
        "axis": {
            **text, **inks,
            "gridColor": palette.grid, "domain": False, "ticks": False, "labelPadding": 6,
            "domainColor": palette.axis, "tickColor": palette.axis,
        },
        "legend": {**text, **inks, "symbolType": "square", "symbolSize": 90, "orient": "top", "offset": 8},
        "text": {"font": FONTS, "fontSize": 11, "color": palette.ink},
        "bar": {"cornerRadiusEnd": 1.5},
    }  # fmt: skip


def _dressed(chart: Chart, palette: Palette) -> Chart:
    dressed: Chart = chart.configure(**config(palette))
    return dressed


def known_months(rows: Iterable[MonthRow]) -> tuple[MonthRow, ...]:
    """The rows whose month is one (YYYY-MM), in order of time, gaps filled, the last ten years at most."""
    known = {_position(row.month): row for row in rows if _MONTH.fullmatch(row.month)}
    if not known:
        return ()
    last = max(known)
    first = max(min(known), last - _MOST_MONTHS + 1)
    return tuple(known.get(month) or MonthRow(_name(month), 0, 0) for month in range(first, last + 1))


def _position(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_label(month: str) -> str:
    """2026-11 as Nov 2026, in English whatever the machine speaks; anything else stays as it is."""
    return f"{_MONTH_NAMES[int(month[5:]) - 1]} {month[:4]}" if _MONTH.fullmatch(month) else month


def _name(position: int) -> str:
    return f"{position // 12:04d}-{position % 12 + 1:02d}"


def months_chart(
    rows: Sequence[MonthRow], *, palette: Palette = LIGHT, width: int = 900, height: int = 220
) -> Chart:
    """New links upwards and lost links downwards, a pair of bars a month."""
    known = known_months(rows)
    values = [
        {"month": month_label(row.month), "kind": kind, "links": links, "up": links * sign}
        for row in known
        for kind, links, sign in (("new", row.new, 1), ("lost", row.lost, -1))
    ]
    every = max(1, math.ceil(len(known) * _LABEL_WIDTH / width))
    labelled = [month_label(row.month) for row in reversed(known)][::every]
    gap = max(0.38, 1 - _WIDEST_BAR * len(known) / width)
    month = alt.X(
        "month:N",
        title=None,
        sort=None,
        scale=alt.Scale(paddingInner=gap, paddingOuter=gap / 2),
        axis=alt.Axis(grid=False, values=labelled, labelAngle=0, labelPadding=8, labelOverlap=False),
    )
    links = alt.Y(
        "up:Q", title=None, axis=alt.Axis(labelExpr="format(abs(datum.value), ',')", tickCount=5)
    )  # fmt: skip
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=["new", "lost"], range=[palette.gain, palette.loss])
    )
    tips = [
        alt.Tooltip("month:N", title="Month"),
        alt.Tooltip("kind:N", title="Links"),
        alt.Tooltip("links:Q", format=",", title="Number"),
    ]
    base = alt.Chart(alt.InlineData(values=values)).encode(x=month, y=links)
    drawn = base.mark_bar(cornerRadiusEnd=1.5).encode(color=colour, tooltip=tips)
    zero = (
        alt.Chart(alt.InlineData(values=[{"up": 0}]))
        .mark_rule(color=palette.axis, strokeWidth=1)
        .encode(y="up:Q")
    )
    return _dressed((drawn + zero).properties(width=width, height=height), palette)


#: Half a look is none.
_WHOLE: Final = "datum.value === floor(datum.value) ? format(datum.value, ',') : ''"
#: How looks are told apart in a chart: the outcomes that say nothing about a link are one colour.
_LOOKS: Final = ("found", "missing", "not known")


def hours_values(hours: Iterable[tuple[int, Mapping[str, int]]]) -> list[dict[str, Any]]:
    """The data of `hours_chart`: (the hour's begin in epoch seconds, looks by outcome)."""
    return [
        {"hour": begin * 1000, "kind": kind, "looks": looks}
        for begin, counts in hours
        for kind, looks in (
            ("found", counts.get("found", 0)),
            ("missing", counts.get("missing", 0)),
            ("not known", sum(number for word, number in counts.items() if word not in _LOOKS)),
        )
    ]


def hours_chart(
    hours: Iterable[tuple[int, Mapping[str, int]]],
    *,
    palette: Palette = LIGHT,
    width: int = 900,
    height: int = 180,
) -> Chart:
    """Our own looks by hour (UTC), piled up by what they gave."""
    hour = alt.X(
        "utcyearmonthdatehours(hour):T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(grid=False, format="%H:%M", tickCount=8, labelPadding=8, labelFlush=False),
    )
    looks = alt.Y("sum(looks):Q", title=None, axis=alt.Axis(labelExpr=_WHOLE, tickCount=4))
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(_LOOKS), range=[palette.gain, palette.loss, palette.axis]),
    )
    tips = [
        alt.Tooltip("utcyearmonthdatehours(hour):T", title="Hour (UTC)", format="%-d %b, %H:%M"),
        alt.Tooltip("kind:N", title="Looks"),
        alt.Tooltip("sum(looks):Q", format=",", title="Number"),
    ]
    drawn = alt.Chart(alt.InlineData(values=hours_values(hours))).mark_bar(
        cornerRadiusEnd=0, timeUnitBandSize=0.7
    )
    encoded = drawn.encode(x=hour, y=looks, color=colour, tooltip=tips)
    return _dressed(encoded.properties(width=width, height=height), palette)


def _bars(
    values: list[dict[str, Any]], *, palette: Palette, width: int, tips: list[alt.Tooltip]
) -> Chart:  # fmt: skip
    """Horizontal bars in the given order with the number at the end of each."""
    most = max((value["links"] for value in values), default=1) or 1
    order = [value["label"] for value in values]
    label = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelColor=palette.ink))
    scale = alt.Scale(domain=[0, most * 1.12])
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=label, x=alt.X("links:Q", axis=None, scale=scale)
    )
    drawn = base.mark_bar(size=12, color=palette.plain).encode(tooltip=tips)
    numbers = base.mark_text(align="left", dx=5, color=palette.quiet).encode(
        text=alt.Text("links:Q", format=",")
    )
    return _dressed((drawn + numbers).properties(width=width, height=alt.Step(22)), palette)


def states_chart(
    states: Sequence[tuple[str, int]], *, palette: Palette = LIGHT, width: int = 420
) -> Chart:  # fmt: skip
    """Links by state, as (state, links) in the order given. States are never added up here."""
    values = [{"label": plain_label(state), "links": links} for state, links in states]
    tips = [alt.Tooltip("label:N", title="State"), alt.Tooltip("links:Q", format=",", title="Links")]
    return _bars(values, palette=palette, width=width, tips=tips)


def breakdown_chart(
    rows: Sequence[TopRow], *, what: str, palette: Palette = LIGHT, width: int = 420, most: int = 12
) -> Chart:
    """The heaviest lines of a breakdown: anchors, top-level domains, placements, domains, targets.

    `what` names the lines for the tooltip. Two labels that look the same when cut stay two bars.
    """
    values: list[dict[str, Any]] = []
    taken: set[str] = set()
    for row in rows[:most]:
        label = plain_label(row.label) or "(no text)"
        while label in taken:
            label += "\u200a"  # a hair space: different for the scale, equal for the eye
        taken.add(label)
        values.append({"label": label, "links": row.links, "domains": row.domains})
    tips = [
        alt.Tooltip("label:N", title=what),
        alt.Tooltip("links:Q", format=",", title="Links"),
        alt.Tooltip("domains:Q", format=",", title="Domains"),
    ]
    return _bars(values, palette=palette, width=width, tips=tips)


def svg(chart: Chart) -> str:
    """The chart as an SVG element: drawn offline, no script, no style attribute, nothing fetched."""
    drawn = str(vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[], show_warnings=False))
    return _own_ids(drawn)


def _own_ids(drawn: str) -> str:
    """Ids that no other chart of a page has, and the same for the same drawing.

    The renderer counts ids over the life of the process.
    """
    ids = list(dict.fromkeys(_ID.findall(drawn)))
    numbered = {old: str(position) for position, old in enumerate(ids)}
    plain = _IDS.sub(lambda found: f"{found[1]}{numbered.get(found[2], found[2])}", drawn)
    mark = f"c{zlib.crc32(plain.encode()):08x}-"
    return _IDS.sub(lambda found: f"{found[1]}{mark}{found[2]}", plain)


def spec(chart: Chart) -> dict[str, Any]:
    """The chart for a browser: as wide as its place, without menu, with expressions as syntax trees."""
    drawn: dict[str, Any] = chart.to_dict()
    drawn["width"] = "container"
    drawn["autosize"] = {"type": "fit-x", "contains": "padding"}
    drawn["usermeta"] = {"embedOptions": {"ast": True, "actions": False, "renderer": "svg"}}
    return drawn

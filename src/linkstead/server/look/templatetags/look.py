"""Tags and filters of the pages.

Titles, anchors and URLs are written by strangers. Nothing here marks such a text as safe: every
piece of markup goes through `format_html`, an address becomes a link only when it is http or https
(`safe_href`), and foreign words stand in <bdi> so that their direction stays their own.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from linkstead.link import LinkStatus
from linkstead.quality.thresholds import METRIC_NAMES
from linkstead.server.look.icons import ICONS
from linkstead.server.look.words import relative, sources_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.forms import BoundField
    from django.template import Context

register = template.Library()

#: The states in the order in which a person wants to hear of them.
STATE_ORDER = tuple(
    LinkStatus(word)
    for word in ("live", "in doubt", "lost", "blocked", "unreachable", "unreadable", "unverified")
)
_STATE_CLASSES = {status.value: status.value.replace(" ", "-") for status in LinkStatus}
_DASH = SafeString('<span class="faint" aria-label="unknown">–</span>')


@register.filter
def number(value: object) -> str | SafeString:
    """1284907 as 1,284,907; None and nonsense as a dash that says "unknown"."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _DASH
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return f"{value:,.0f}"


@register.filter
def percent_of(part: object, whole: object) -> str:
    """A share in whole per cent; "under 1%" where rounding would say nothing is there."""
    if not isinstance(part, int | float) or not isinstance(whole, int | float) or not whole:
        return ""
    share = 100 * part / whole
    return "under 1%" if 0 < share < 1 else f"{share:.0f}%"


@register.filter
def bare_url(url: object) -> str:
    """An address without its scheme, as lists show it."""
    text = str(url or "")
    for scheme in ("https://", "http://"):
        if text.startswith(scheme):
            text = text.removeprefix(scheme)
    return text.removesuffix("/") if text.count("/") == 1 else text


@register.filter
def path_of(url: object) -> str:
    """The path and query of an address: what differs between targets of one site."""
    try:
        parts = urlsplit(str(url or ""))
    except ValueError:
        return str(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@register.filter
def safe_href(url: object) -> str:
    """The address when it is http or https, else nothing: `javascript:` is never a link."""
    text = str(url or "").strip()
    return text if text.lower().startswith(("https://", "http://")) else ""


@register.filter
def state_class(state: object) -> str:
    """The CSS word of a state; a word that is no state counts as unverified."""
    return _STATE_CLASSES.get(str(state), "unverified")


@register.filter
def source_name(slug: object) -> str:
    """`ahrefs-backlinks` as Ahrefs."""
    return sources_in_words(str(slug))


@register.filter
def metric_name(key: object) -> str:
    """`ahrefs.dr` as Ahrefs DR; what has no name of its own as words, without the vendor in front."""
    text = str(key)
    return METRIC_NAMES.get(text) or text.rpartition(".")[2].replace("_", " ")


@register.filter
def told(value: object) -> object:
    """A source's value for people: yes and no, digits in groups, texts as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else value


@register.simple_tag
def state(word: object) -> SafeString:
    """A state as glyph and word."""
    return format_html('<span class="state {}">{}</span>', state_class(word), str(word or "unverified"))


@register.simple_tag
def outside_link(url: object, label: object = None, css: str = "") -> SafeString:
    """A link to a stranger's page: no opener, no referrer, no vote; plain text if it is no web address."""
    text = str(label or bare_url(url))
    href = safe_href(url)
    if not href:
        return format_html('<span class="{}" title="{}"><bdi>{}</bdi></span>', css, str(url or ""), text)
    return format_html(
        '<a class="{}" href="{}" title="{}" rel="noopener noreferrer nofollow" target="_blank">'
        "<bdi>{}</bdi></a>",
        css,
        href,
        href,
        text,
    )


def _from_iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _moment(value: object) -> dt.datetime | None:
    """Epoch seconds, a datetime or an ISO 8601 text as UTC; None where there is none."""
    if isinstance(value, str):
        value = _from_iso(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return dt.datetime.fromtimestamp(value, dt.UTC)
    except (OverflowError, OSError, ValueError):
        return None


@register.simple_tag(takes_context=True)
def ago(context: Context, value: object) -> SafeString:
    """A time as "3 days ago", the exact one in the title; `now` comes from the context."""
    moment = _moment(value)
    if moment is None:
        return _DASH
    now = float(context.get("now") or moment.timestamp())
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        moment.isoformat(),
        f"{moment:%-d %b %Y, %H:%M} UTC",
        relative(now - moment.timestamp()),
    )


@register.simple_tag(takes_context=True)
def soon(context: Context, value: object) -> SafeString:
    """A time to come as "in 3 days", "now" once it is there; it stays as it was when the page was made."""
    moment = _moment(value)
    if moment is None:
        return _DASH
    left = moment.timestamp() - float(context.get("now") or 0)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{moment:%-d %b %Y, %H:%M} UTC",
        "now" if left < 45 else relative(-left),
    )


@register.simple_tag
def day(value: object) -> SafeString:
    """A time as "14 Nov 2026", the exact one in the title."""
    moment = _moment(value)
    if moment is None:
        return _DASH
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{moment:%-d %b %Y, %H:%M} UTC",
        f"{moment:%-d %b %Y}",
    )


@register.simple_tag
def exact(value: object) -> SafeString:
    """A time to the minute."""
    moment = _moment(value)
    if moment is None:
        return _DASH
    return format_html('<time datetime="{}">{} UTC</time>', moment.isoformat(), f"{moment:%-d %b %Y, %H:%M}")


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """One of our own icons; it says nothing to a screen reader, the words beside it do."""
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 16 16" fill="none" stroke="currentColor" '
        'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" '
        'focusable="false">{}</svg>',
        size,
        size,
        SafeString(ICONS[name]),
    )


@register.simple_tag
def bar(value: float, whole: float = 100, kind: str = "") -> SafeString:
    """A share as a thin bar: an SVG attribute holds the width, so no style attribute is needed."""
    share = min(100.0, max(0.0, 100 * value / whole)) if whole else 0.0
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="5"/></svg>',
        kind,
        f"{share:.1f}",
    )


@register.simple_tag
def shares(parts: Iterable[tuple[str, int]]) -> SafeString:
    """One bar cut into states, wide as their counts; the words stand in the list under it."""
    rows = [(name, count) for name, count in parts if count]
    whole = sum(count for _, count in rows) or 1
    cut: list[tuple[str, str, str]] = []
    start = 0.0
    for name, count in rows:
        width = 100 * count / whole
        cut.append((state_class(name), f"{start:.2f}", f"{max(width - 0.25, 0.15):.2f}"))
        start += width
    rects = format_html_join("", '<rect class="{}" x="{}" width="{}" height="10"/>', cut)
    return format_html(
        '<svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        rects,
    )


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, help_text: str = "") -> dict[str, Any]:
    """A form field with its label, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    return {
        "field": bound,
        "help": help_text or bound.help_text,
        "is_check": kind == "checkbox" and not getattr(widget, "allow_multiple_selected", False),
        "is_group": kind == "radio" or widget.__class__.__name__ == "CheckboxSelectMultiple",
    }


@register.inclusion_tag("parts/chart.html", takes_context=True)
def chart(context: Context, name: str, drawing: Any, tall: bool = False) -> dict[str, Any]:  # noqa: ANN401 - duck-typed view model
    """A chart: spec for the browser, picture without scripts, table behind it (see look.charts)."""
    return {"name": name, "chart": drawing, "tall": tall, "request": context.get("request")}

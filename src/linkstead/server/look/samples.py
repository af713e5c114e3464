"""Invented rows for the style page: calm ones, hostile ones, and some that are far too long."""

from __future__ import annotations

from typing import Any

from django import forms

from linkstead.link import LinkStatus
from linkstead.profile.queries import ListedLink
from linkstead.server.look.charts import Drawing, spec_of
from linkstead.server.look.lists import Chip, Column, Pager
from linkstead.summary import LinkRow, MonthRow

_DAY = 86_400
_NOON = 1_795_348_800  # 22 November 2026, 12:00 UTC
_LONG = "A weekend on the breakwater, and what the old keeper told us about fog, lamps and patience " * 3
_HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
_RIGHT_TO_LEFT = "\u202egnp.erutcip \u05de\u05d2\u05d3\u05dc\u05d5\u05e8"

#: title, page, anchor, target, state, followed, rel, placement, metric
_LINKS: tuple[
    tuple[
        str | None, str, str | None, str | None, str, bool | None, tuple[str, ...], str | None, float | None
    ],
    ...,
] = (
    (
        "Ten lighthouses worth the drive",
        "https://sealanes.example/journal/ten-lighthouses",
        "the lamp guide",
        "https://harborlight.example/guides/lamps",
        "live",
        True,
        (),
        "content",
        61,
    ),
    (
        "Resources for sailors",
        "https://northpier.example/resources",
        "harborlight.example",
        "https://harborlight.example/",
        "live",
        False,
        ("nofollow",),
        "sidebar",
        48,
    ),
    (
        _LONG,
        "https://coastalreview.example/2023/11/" + "a-weekend-on-the-breakwater-" * 6,
        "tide lamps " * 20,
        "https://harborlight.example/guides/tides?" + "season=winter&" * 12,
        "lost",
        True,
        (),
        "content",
        57,
    ),
    (
        "Directory of harbours",
        "https://harbourlist.example/h",
        "Harborlight",
        "https://harborlight.example/",
        "blocked",
        None,
        (),
        None,
        33,
    ),
    (
        "Forum: night sailing",
        "https://deckchat.example/t/8812",
        "https://harborlight.example/",
        "https://harborlight.example/",
        "in doubt",
        False,
        ("ugc", "nofollow"),
        "comment",
        29,
    ),
    (
        _HOSTILE,
        "javascript:alert(3)",
        _HOSTILE,
        "https://harborlight.example/?q=" + _HOSTILE,
        "unreadable",
        False,
        ("sponsored",),
        "footer",
        1_284_907,
    ),
    (
        _RIGHT_TO_LEFT,
        "https://xn--4gbrim.example/",
        _RIGHT_TO_LEFT,
        None,
        "unreachable",
        True,
        (),
        "navigation",
        None,
    ),
    (
        None,
        "https://mooringpost.example/links",
        "",
        "https://harborlight.example/",
        "unverified",
        None,
        (),
        None,
        0.5,
    ),
)


def _listed(number: int) -> ListedLink:
    title, page, anchor, target, state, followed, rel, placement, metric = _LINKS[number]
    sources = ("ahrefs-backlinks", "search-console-latest-links", "majestic-backlinks", "moz", "bing")
    row = LinkRow(
        page_url=page,
        page_title=title,
        domain="sealanes.example",
        target_url=target,
        anchor_text=anchor,
        state=state,
        followed=followed,
        placement=placement,
        first_seen=_NOON - number * 93 * _DAY,
        last_seen=_NOON,
        last_checked=None if state == "unverified" else _NOON - number * 9_000,
        sources=sources[: 1 + number % 5],
        metric=metric,
    )
    return ListedLink(
        number + 1,
        row,
        rel,
        "image" if number == 1 else "a",
        "display-none" if number == 4 else None,
        number == 3,
    )


class SampleForm(forms.Form):
    """A field of every kind."""

    name = forms.CharField(label="Name", help_text="Shown in the rail and in reports.")
    site = forms.CharField(label="Site", initial="not a site")
    source = forms.ChoiceField(label="Source", choices=[("a", "Ahrefs"), ("s", "Search Console")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    subdomains = forms.BooleanField(label="Subdomains belong to the site", required=False, initial=True)

    def clean_site(self) -> str:
        raise forms.ValidationError("“not a site” is no domain; write it like harborlight.example.")


def _form(side: str) -> SampleForm:
    form = SampleForm({"name": "Harborlight", "site": "not a site", "source": "a"}, auto_id=f"{side}_%s")
    form.is_valid()
    return form


def _months() -> tuple[MonthRow, ...]:
    new = (42, 38, 51, 49, 60, 44, 38, 52, 203, 41, 39, 55, 61, 48, 44, 37, 29, 52)
    lost = (31, 27, 33, 30, 29, 35, 31, 40, 38, 42, 57, 30, 18, 39, 27, 22, 24, 19)
    return tuple(
        MonthRow(f"{2025 + (at + 5) // 12}-{(at + 5) % 12 + 1:02d}", up, down)
        for at, (up, down) in enumerate(zip(new, lost, strict=True))
    )


def _drawing(name: str) -> Drawing:
    from linkstead.reports import charts

    months = _months()
    return Drawing(
        name=name,
        title="New and lost backlinks by month",
        spec=spec_of(charts.months_chart(months, height=200)),
        columns=("Month", "New", "Lost"),
        rows=tuple((row.month, row.new, row.lost) for row in months),
    )


def context() -> dict[str, Any]:
    """Everything that look/style.html draws."""
    return {
        "now": _NOON,
        "sides": [(side, _drawing(side), _form(side)) for side in ("light", "dark")],
        "all_states": [status.value for status in LinkStatus],
        "states": [
            ("live", 36_870),
            ("in doubt", 143),
            ("lost", 61),
            ("blocked", 2_008),
            ("unverified", 2_126),
        ],
        "links": [_listed(number) for number in range(len(_LINKS))],
        "columns": (
            Column("Referring page"),
            Column("Anchor and target"),
            Column("State"),
            Column("Link"),
            Column("Ahrefs DR", "?sort=authority", "", True),
            Column("Known from"),
            Column("First seen", "?way=up", "descending", True),
            Column("Checked", "?sort=checked", "", True),
        ),
        "pager": Pager(51, 100, 1_284_907, True, "?page=1", "?page=3"),
        "chips": (
            Chip("Authority", "at least 20", "?"),
            Chip("Target", "https://harborlight.example/guides/*", "?"),
            Chip("Contains", _HOSTILE, "?"),
        ),
        "long": _LONG,
        "hostile": _HOSTILE,
        "colours": (
            "paper",
            "panel-c",
            "sunken",
            "ink",
            "ink-2",
            "ink-3",
            "line",
            "accent",
            "accent-soft",
            "live",
            "doubt",
            "lost",
            "blocked",
            "unreachable",
            "new",
            "gone",
        ),
    }

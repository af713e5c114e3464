"""Invented profiles for tests: a rich one, a hostile one, a thin one and an empty one.

All names are invented and stand under `.example` or in documentation ranges.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle

from linkstead.summary import (
    Audit,
    Change,
    Counts,
    Disagreement,
    Finding,
    LinkRow,
    MonthRow,
    ProfileSummary,
    Severity,
    SourceRow,
    TargetRow,
    TopRow,
)

NOW = int(datetime(2026, 11, 22, 14, 2, tzinfo=UTC).timestamp())
DAY = 86_400
SITE = "harborlight.example"

PAGES = (
    (
        "A weekend on the breakwater, and what the old keeper told us",
        "coastalreview.example/2023/11/breakwater",
    ),
    ("Ten lighthouses worth the drive", "sealanes.example/journal/ten-lighthouses"),
    ("Resources for sailors", "northpier.example/resources"),
    ("Directory of harbours", "harbourlist.example/h"),
    ("Forum: night sailing", "deckchat.example/t/8812"),
    ("Fresnel lenses, a history", "beaconry.example/fresnel-lenses"),
    ("How fog signals work", "fogsignal.example/how-fog-signals-work"),
    ("Leuchttürme der Nordsee: eine Reise in zwölf Etappen", "nordseeblick.example/leuchttuerme"),
    ("灯台の光はどこまで届くか", "toudai.example/hikari"),
    (None, "oldkeepers.example/keepers-of-the-north-coast?page=4&sort=date&view=printable"),
)
ANCHORS = ("the tide lamps", "harborlight.example", "Harborlight", "this explainer", "", "tide tables")


def link_row(
    position: int, state: str, *, reason: str | None = None, explanation: str | None = None, **more: object
) -> LinkRow:
    """One invented backlink; `more` replaces fields."""
    title, address = PAGES[position % len(PAGES)]
    row = LinkRow(
        page_url=f"https://{address}",
        page_title=title,
        domain=address.partition("/")[0],
        target_url=f"https://{SITE}/guides/tides",
        anchor_text=ANCHORS[position % len(ANCHORS)],
        state=state,
        followed=(True, True, False, None)[position % 4],
        placement=("content", "sidebar", "footer", "comment", None)[position % 5],
        first_seen=NOW - (900 - 31 * position) * DAY,
        last_seen=NOW - (20 + position) * DAY,
        last_checked=NOW - position * 3_600,
        sources=("ahrefs-backlinks", "search-console-latest-links")[: 1 + position % 2],
        metric=float(61 - 3 * position),
        reason=reason,
        explanation=explanation,
        http_status=200,
    )
    return replace(row, **more)  # type: ignore[arg-type]


def months(count: int = 24, *, burst_at: int | None = 20) -> tuple[MonthRow, ...]:
    """Months up to November 2026; one of them with a burst of new links."""
    rows = []
    for position in range(count):
        year, month = divmod(2026 * 12 + 10 - (count - 1 - position), 12)
        new = 38 + (position * 17) % 29
        if position == burst_at:
            new = 431
        rows.append(MonthRow(f"{year}-{month + 1:02d}", new, 12 + (position * 11) % 23))
    return tuple(rows)


def _tops(rows: tuple[tuple[str, int, int], ...]) -> tuple[TopRow, ...]:
    return tuple(
        TopRow(label, links, domains, followed=links * 7 // 10, live=links * 8 // 10, lost=links // 20)
        for label, links, domains in rows
    )


RICH_ANCHORS = (
    ("Harborlight", 1_204, 188),
    ("harborlight.example", 611, 140),
    ("tide lamps", 402, 91),
    ("", 288, 61),
    ("click here", 171, 58),
    ("buy cheap lamps", 118, 70),
    ("cheap lanterns online", 101, 44),
    ("https://harborlight.example/guides/tides", 96, 40),
    ("online casino bonus", 64, 12),
    ("slot gacor hari ini", 31, 19),
    ("the keeper’s archive", 28, 21),
    ("how lamps are rated", 22, 17),
)
RICH_DOMAINS = (
    ("coastalreview.example", 812, 1),
    ("harbourlist.example", 377, 1),
    ("sealanes.example", 140, 1),
    ("nordseeblick.example", 96, 1),
    ("deckchat.example", 71, 1),
    ("beaconry.example", 44, 1),
    ("toudai.example", 30, 1),
    ("northpier.example", 12, 1),
)


def _rich_targets() -> tuple[TargetRow, ...]:
    site = f"https://{SITE}"
    return (
        TargetRow(f"{site}/", 1_480, "ok", 200, None),
        TargetRow(f"{site}/guides/tides", 318, "broken", 404, None),
        TargetRow(f"{site}/guides/lamps", 290, "ok", 200, None),
        TargetRow(f"{site}/old/fog-signals", 97, "broken", 410, None),
        TargetRow(f"http://www.{SITE}/press", 61, "redirected", 200, f"{site}/about/press", 3),
        TargetRow(f"{site}/winter", 40, "redirected", 200, f"{site}/seasons/winter", 1),
        TargetRow(f"http://{SITE}/charts", 12, "ok", 200, None),
        TargetRow(f"{site}/shop", 9, "unknown", None, None),
    )


def _rich_changes() -> tuple[Change, ...]:
    page, target = "https://northpier.example/resources", f"https://{SITE}/guides/tides"
    return (
        Change(page, target, "rel", "followed", "nofollow (robots meta)", "ahrefs-backlinks"),
        Change(
            "https://deckchat.example/t/8812", target, "rel", "followed", "ugc nofollow", "semrush-backlinks"
        ),
        Change(
            "https://tidebook.example/a",
            target,
            "anchor text",
            "tide tables",
            "the tide lamps",
            "ahrefs-backlinks",
        ),
        Change(
            "https://saltpress.example/n",
            target,
            "target",
            target,
            f"https://{SITE}/guides/",
            "moz-inbound-links",
        ),
    )


def _rich_sources() -> tuple[SourceRow, ...]:
    first, last = NOW - 2_400 * DAY, NOW - 10 * DAY
    return (
        SourceRow(
            "harborlight-backlinks-2026-11.csv",
            "ahrefs-backlinks",
            3_000,
            2_871,
            1_204,
            4,
            {"duplicate": 118, "own site": 7},
            first,
            last,
            capped=True,
        ),
        SourceRow("latest-links.csv", "search-console-latest-links", 1_377, 1_301, 640, 0, {}, first, last),
        SourceRow(
            "semrush_export.xlsx", "semrush-backlinks", 812, 790, 101, 15, {"duplicate": 7}, None, None
        ),
    )


def rich() -> ProfileSummary:
    """A profile in which every rule of the first list that can fire together does."""
    return ProfileSummary(
        site=SITE,
        made_at=NOW,
        counts=Counts(
            backlinks=3_210,
            referring_domains=402,
            referring_pages=2_988,
            targets=61,
            anchors=512,
            followed=2_240,
            not_followed=711,
            follow_unknown=259,
            unverified=1_702,
            live=1_048,
            in_doubt=14,
            lost=61,
            blocked=231,
            unreachable=103,
            unreadable=51,
            reported_lost=90,
            domains_only=37,
        ),
        months=months(),
        anchors=_tops(RICH_ANCHORS),
        tlds=_tops(
            (("com", 1_300, 160), ("xyz", 610, 112), ("de", 402, 61), ("org", 300, 38), ("jp", 31, 12))
        ),
        placements=_tops(
            (
                ("content", 1_612, 240),
                ("footer", 611, 41),
                ("sidebar", 377, 66),
                ("comment", 210, 58),
                ("navigation", 96, 20),
                ("header", 12, 6),
            )
        ),
        domains=_tops(RICH_DOMAINS),
        targets=_rich_targets(),
        lost=tuple(
            link_row(n, "lost", reason=r)
            for n, r in zip(range(8), cycle(("removed", "page_gone", "parked")), strict=False)
        ),
        in_doubt=tuple(link_row(n, "in doubt", reason="removed") for n in range(3, 7)),
        blocked=tuple(
            link_row(n, "blocked", reason=r, http_status=403)
            for n, r in ((3, "challenge"), (5, "forbidden"), (8, "robots"))
        ),
        changes=_rich_changes(),
        disagreements=(
            Disagreement(
                "nofollow",
                38,
                (
                    {
                        "page": "https://deckchat.example/t/8812",
                        "ahrefs-backlinks": "followed",
                        "semrush-backlinks": "nofollow",
                    },
                ),
            ),
            Disagreement(
                "lost",
                12,
                (
                    {
                        "page": "https://saltpress.example/n",
                        "ahrefs-backlinks": "lost",
                        "search-console-latest-links": "listed",
                    },
                ),
            ),
        ),
        sources=_rich_sources(),
        reasons={
            "link_present": 1_048,
            "challenge": 123,
            "forbidden": 108,
            "timeout": 70,
            "removed": 60,
            "dns": 33,
            "not_html": 51,
            "page_gone": 15,
        },
        verified=1_508,
        metric_name="ahrefs.dr",
        figures={
            "hidden": 6,
            "noindex": 21,
            "not_canonical": 9,
            "turned_nofollow": 2,
            "reported_lost_live": 8,
            "temporary_targets": 1,
            "temporary_target_links": 40,
        },
    )


def empty() -> ProfileSummary:
    """Nothing is known yet."""
    return ProfileSummary(site=SITE, made_at=NOW, counts=Counts())


def calm() -> ProfileSummary:
    """A small, sound profile from two sources, looked at once: no rule has anything to say."""
    return ProfileSummary(
        site=SITE,
        made_at=NOW,
        counts=Counts(
            backlinks=48,
            referring_domains=34,
            referring_pages=48,
            targets=3,
            anchors=9,
            followed=40,
            not_followed=8,
            live=48,
        ),
        months=months(12, burst_at=None),
        anchors=_tops((("Harborlight", 30, 22), ("here", 10, 6), ("harborlight.example", 8, 6))),
        tlds=_tops((("com", 30, 20), ("org", 18, 14))),
        placements=_tops((("content", 48, 34),)),
        domains=_tops((("sealanes.example", 8, 1), ("beaconry.example", 5, 1))),
        targets=(TargetRow(f"https://{SITE}/", 48, "ok", 200, None),),
        sources=(
            SourceRow("a.csv", "ahrefs-backlinks", 40, 40, 30, 0, {}, NOW - 900 * DAY, NOW - DAY),
            SourceRow("b.csv", "bing-backlinks", 18, 18, 8, 0, {}, NOW - 900 * DAY, NOW - DAY),
        ),
        reasons={"link_present": 48},
        verified=48,
    )


SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
OVERRIDE = "\u202egpj.exe\u202c \u2066inner"
ENDLESS = "lamp" * 1_250
HOSTILE_TEXTS = (
    SCRIPT,
    OVERRIDE,
    ENDLESS,
    '"><svg/onload=alert(2)>',
    "{{ 7*7 }} ${7*7} {% raw %}",
    "=HYPERLINK(1)",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
    "nul\x00bell\x07",
    "lone \ud800 surrogate",
    "\u202e" * 40,
)
HOSTILE_URLS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://x.example/"onmouseover=alert(1) x="',
    "vbscript:msgbox(1)",
    "https://x.example/<script>alert(3)</script>",
    "  javascript:alert(4)",
    "https://x.example/" + "a" * 4_000,
    "//x.example/no-scheme",
    "https://x.example/\u202egpj.exe",
    "java\nscript:alert(5)",
)


def hostile() -> ProfileSummary:
    """Every text that others write is an attack: scripts, overrides, endless and broken texts."""
    rows = tuple(
        link_row(
            n,
            "lost",
            page_url=url,
            page_title=text,
            anchor_text=text,
            target_url=url,
            domain=text,
            reason=text,
            explanation=text,
            sources=(text,),
            placement=text,
        )
        for n, (text, url) in enumerate(zip(HOSTILE_TEXTS, HOSTILE_URLS, strict=True))
    )
    tops = _tops(tuple((text, 40 - n, 30 - n) for n, text in enumerate(HOSTILE_TEXTS)))
    return replace(
        rich(),
        anchors=tops,
        tlds=tops,
        placements=tops,
        domains=tops,
        lost=rows,
        in_doubt=rows,
        blocked=rows,
        targets=tuple(TargetRow(url, 9, "broken", 404, url, 1) for url in HOSTILE_URLS),
        changes=tuple(Change(u, u, t, t, t, t) for t, u in zip(HOSTILE_TEXTS, HOSTILE_URLS, strict=True)),
        disagreements=(Disagreement(SCRIPT, 3, ({SCRIPT: SCRIPT, "page": HOSTILE_URLS[0]},)),),
        sources=(SourceRow(SCRIPT, OVERRIDE, 9, 9, 9, 9, {SCRIPT: 4}, None, None),),
        reasons={SCRIPT: 3},
        metric_name=SCRIPT,
        months=(*months(6), MonthRow(SCRIPT, 4, 4)),
    )


def hostile_audit(count: int = 200) -> Audit:
    """Many findings with attacks in every text."""
    texts, urls = cycle(HOSTILE_TEXTS), cycle(HOSTILE_URLS)
    findings = tuple(
        Finding(
            rule=f"LS{n:03d}",
            severity=(Severity.ERROR, Severity.WARNING, Severity.NOTICE)[n % 3],
            title=f"Finding {n}: {next(texts)}",
            action=f"Do this. {next(texts)}",
            count=n,
            evidence=tuple({"page": next(urls), next(texts): next(texts), "links": n} for _ in range(3)),
        )
        for n in range(count)
    )
    summary = hostile()
    return Audit(site=SITE, made_at=NOW, summary=summary, findings=findings)

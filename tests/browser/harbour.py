"""An invented profile for pages to show: harborlight.example, its links, sources and looks.

Seeded, so that every run and every picture is the same. All names end in .example.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkstead.link import (
    Batch,
    Link,
    LinkStatus,
    LinkType,
    Outcome,
    Placement,
    Quarantined,
    Reason,
    Sighting,
    Verdict,
)
from linkstead.profile import files, recording, targets
from linkstead.profile.looks import Judged
from linkstead.profile.merge import Merger
from linkstead.profile.targets import TargetCheck

if TYPE_CHECKING:
    from linkstead.profile.store import Store

SITE = "harborlight.example"
NOW = 1_795_348_800  # 22 November 2026, 12:00 UTC
DAY = 86_400

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
LONG = "A weekend on the breakwater, and what the old keeper told us about fog, lamps and patience " * 3
RIGHT_TO_LEFT = "\u202emoc.elpmaxe \u05de\u05d2\u05d3\u05dc\u05d5\u05e8"

_FIRST_WORDS = (
    "sea north coastal harbour deck tide old beacon salt fog pilot lantern cape shoal drift "
    "mooring anchor gull reef channel buoy keel tiller quay"
)
_FIRST = _FIRST_WORDS.split()
_SECOND_WORDS = (
    "lanes pier review list chat book keepers ry press signal age house watch notes line post "
    "log journal almanac letters chart atlas works club"
)
_SECOND = _SECOND_WORDS.split()
_ENDINGS = ("example",)
_TITLES = (
    "Ten lighthouses worth the drive",
    "Resources for sailors",
    "A weekend on the breakwater, and what the old keeper told us",
    "Directory of harbours",
    "Forum: night sailing",
    "Tide tables explained",
    "Keepers of the north coast",
    "Fresnel lenses, a history",
    "Press notes, May",
    "How fog signals work",
    "Pilot books we trust",
    "Where to stay by the water",
    "Cape walks for rainy days",
    "Notes on shoals",
    "Drift line diary",
    "Links",
    "Why lamps flash the way they do",
    "Harbour lights of the Baltic",
    "A short glossary of buoys",
    "The keeper’s logbook, 1911",
    "Best lamps for small boats",
    "What we learned from 40 night passages",
)
_ANCHORS = (
    "harborlight.example",
    "Harborlight",
    "the lamp guide",
    "tide lamps",
    "how lamps are rated",
    "lens catalogue",
    "press kit",
    "this explainer",
    "recommended reading",
    "here",
    "stay overnight",
    "chart of shoals",
    "https://harborlight.example/",
    "read more",
    "Harborlight’s archive",
    "",
)
_PATHS = (
    "/",
    "/guides/",
    "/guides/lamps",
    "/guides/tides",
    "/guides/lenses",
    "/guides/archive",
    "/guides/shoals",
    "/press",
    "/guides/stay",
    "/map",
)
_PLACES = (Placement.CONTENT,) * 6 + (
    Placement.SIDEBAR,
    Placement.FOOTER,
    Placement.NAVIGATION,
    Placement.COMMENT,
)
_STATES = (
    (LinkStatus.LIVE,) * 82
    + (LinkStatus.LOST,) * 4
    + (LinkStatus.IN_DOUBT,) * 3
    + (LinkStatus.BLOCKED,) * 5
    + (LinkStatus.UNREACHABLE,) * 2
    + (LinkStatus.UNREADABLE,)
)

#: file name, source, share of the links that it knows, rows set aside
SOURCES: tuple[tuple[str, str, float, int], ...] = (
    ("harborlight.example-backlinks-subdomains.csv", "ahrefs-backlinks", 0.66, 3),
    ("harborlight.example-Latest links-2026-11-20.csv", "search-console-latest-links", 0.45, 0),
    ("backlinks_harborlight.csv", "semrush-backlinks", 0.31, 12),
    ("majestic-fresh-harborlight.csv", "majestic-backlinks", 0.22, 1),
)

#: Why links are lost, so that a list of them is not one sentence again and again.
_LOSSES: tuple[tuple[Reason, str, int], ...] = (
    (Reason.REMOVED, "The page is the same article, but the link is no longer in it.", 200),
    (Reason.PAGE_GONE, "The page answers 410: its editors took it away.", 410),
    (Reason.PAGE_REDIRECTED, "The page redirects to the site's home page, which has no link.", 200),
    (Reason.REMOVED, "The sentence that held the link was rewritten.", 200),
    (Reason.PARKED, "The domain is parked: a list of advertisements stands where the page was.", 200),
)

_OUTCOMES: dict[LinkStatus, tuple[Outcome, Reason, str, int | None]] = {
    LinkStatus.LIVE: (Outcome.FOUND, Reason.LINK_PRESENT, "The link is on the page and counts.", 200),
    LinkStatus.LOST: (
        Outcome.MISSING,
        Reason.REMOVED,
        "The page answers 200 and is the same article, but the link is no longer in it.",
        200,
    ),
    LinkStatus.IN_DOUBT: (
        Outcome.MISSING,
        Reason.PAGE_GONE,
        "The page answered 404 once; we look again before anything is called lost.",
        404,
    ),
    LinkStatus.BLOCKED: (
        Outcome.BLOCKED,
        Reason.CHALLENGE,
        "The site showed a challenge page instead of the article.",
        403,
    ),
    LinkStatus.UNREACHABLE: (
        Outcome.UNREACHABLE,
        Reason.TIMEOUT,
        "The server did not answer within the time allowed.",
        None,
    ),
    LinkStatus.UNREADABLE: (Outcome.UNREADABLE, Reason.NOT_HTML, "The address gives a PDF, not a page.", 200),
}


@dataclass(frozen=True, slots=True)
class Known:
    """One invented link before any source tells of it."""

    page: str
    domain: str
    title: str
    anchor: str
    target: str
    placement: Placement
    rel: tuple[str, ...]
    first_seen: int
    metric: int
    state: LinkStatus


def known_links(count: int, seed: int = 7) -> list[Known]:
    """`count` invented links; a third of the domains hold most of them, as on the real web."""
    dice = random.Random(seed)
    domains = list(dict.fromkeys(f"{a}{b}.{dice.choice(_ENDINGS)}" for a in _FIRST for b in _SECOND))
    dice.shuffle(domains)
    made = []
    for number in range(count):
        domain = domains[min(int(dice.paretovariate(0.9)) - 1 + dice.randrange(60), len(domains) - 1)]
        title = dice.choice(_TITLES)
        slug = "-".join(title.lower().replace("’", "").replace(",", "").replace(":", "").split()[:6])
        age = int(min(abs(dice.gauss(0, 420)), 1500)) if number % 9 else dice.randrange(60, 75)
        rel = dice.choices(((), ("nofollow",), ("ugc", "nofollow"), ("sponsored",)), (78, 14, 5, 3))[0]
        made.append(
            Known(
                f"https://{domain}/{2026 - age // 365}/{slug}" + (f"-{number}" if number % 3 else ""),
                ".".join(domain.split(".")[-2:]) if domain.count(".") > 1 else domain,
                title,
                dice.choices(_ANCHORS, range(len(_ANCHORS), 0, -1))[0],
                f"https://{SITE}{dice.choice(_PATHS)}",
                dice.choice(_PLACES),
                rel,
                NOW - (age + 1) * DAY - dice.randrange(DAY),
                int(dice.triangular(2, 90, 28)),
                dice.choice(_STATES),
            )
        )
    return made


def hostile_links() -> list[Known]:
    """Titles, anchors and addresses that try to be markup, scripts, or far too long."""
    rows = (
        (f"https://hostile.example/?q={HOSTILE}", HOSTILE, HOSTILE, f"https://{SITE}/?x={HOSTILE}"),
        (
            "https://long.example/" + "a-very-long-path-" * 40,
            LONG,
            "tide lamps " * 60,
            f"https://{SITE}/" + "guides/" * 60,
        ),
        ("https://rtl.example/page", RIGHT_TO_LEFT, RIGHT_TO_LEFT, f"https://{SITE}/"),
        ("https://template.example/{{7*7}}", "{{ 7*7 }}{% debug %}", "${7*7}", f"https://{SITE}/"),
    )
    return [
        Known(
            page,
            page.split("/")[2],
            title,
            anchor,
            target,
            Placement.CONTENT,
            (),
            NOW - DAY,
            1_284_907,
            LinkStatus.LIVE,
        )
        for page, title, anchor, target in rows
    ]


def sighting(row: int, link: Known, source: str) -> Sighting:
    """What a source's row says of a link; Search Console tells neither target nor anchor."""
    bare = source.startswith("search-console")
    domain_metric = None if bare else float(link.metric)
    return Sighting(
        row=row,
        page_url=link.page,
        page_domain=link.domain,
        target_url=None if bare else link.target,
        anchor_text=None if bare else link.anchor,
        title=None if bare else link.title,
        language=None,
        nofollow=None if bare else "nofollow" in link.rel,
        ugc=None if bare else "ugc" in link.rel,
        sponsored=None if bare else "sponsored" in link.rel,
        link_type=None if bare else "a",
        placement=None if bare else link.placement.value,
        first_seen=min(link.first_seen + row % 5 * DAY, NOW - DAY),
        last_seen=NOW - row % 30 * DAY,
        lost_at=None,
        lost_reason=None,
        http_status=None,
        page_metric=None,
        domain_metric=domain_metric,
        metrics=None if bare else json.dumps({f"{source.split('-', maxsplit=1)[0]}.dr": link.metric}),
    )


def fill(
    store: Store, project_id: int, count: int = 1_200, *, hostile: bool = True, looked: float = 0.93
) -> None:
    """Import the invented sources into a project and look at most of the links."""
    made = known_links(count) + (hostile_links() if hostile else [])
    for name, source, share, bad in SOURCES:
        _import(store, project_id, name, source, [link for link in made if _knows(source, link, share)], bad)
    _look(store, project_id, {link.page: link for link in made}, looked)


def _knows(source: str, link: Known, share: float) -> bool:
    if link.metric > 100:  # the hostile ones are always there, from one source
        return source.startswith("ahrefs")
    digest = hashlib.sha256(f"{source} {link.page}".encode()).digest()
    return digest[0] / 256 < share


def _import(store: Store, project_id: int, name: str, source: str, known: list[Known], bad: int) -> None:
    facts = {"source": source, "encoding": "utf-8", "delimiter": ","}
    digest = hashlib.sha256(name.encode()).hexdigest()
    file = files.begin(
        store, project_id, name=name, sha256=digest, size=len(known) * 200, facts=facts, now=NOW - 2 * DAY
    )
    merger = Merger(store, project_id, source=source, file_id=file.id, use_metric=source.startswith("ahrefs"))
    for start in range(0, len(known), 5_000):
        rows = [sighting(start + at, link, source) for at, link in enumerate(known[start : start + 5_000], 1)]
        batch = Batch(last_row=start + len(rows), sightings=rows)
        refused = [
            Quarantined(start + at, "no web address", HOSTILE) for at in range(bad if start == 0 else 0)
        ]
        with store.transaction():
            merged = merger.merge(batch)
            merger.flush()
            file = files.advance(store, file, merged, {}, refused, batch.last_row)
    files.finish(store, file, files.Ending(files.DONE, NOW - 2 * DAY))


def _look(store: Store, project_id: int, made: dict[str, Known], looked: float) -> None:
    dice = random.Random(11)
    judged: list[Judged] = []
    rows = store.query(
        "SELECT b.id, p.url, t.url FROM backlink b JOIN page p ON p.id = b.page_id"
        " JOIN target t ON t.id = b.target_id WHERE b.project_id = ? ORDER BY b.id",
        (project_id,),
    )
    for backlink_id, page, target in rows:
        link = made.get(page)
        if link is None or dice.random() > looked:
            continue
        verdict = _verdict(link, page, target or link.target, _looked_at(link, dice))
        judged.append(Judged(int(backlink_id), verdict, link.state))
    for start in range(0, len(judged), 500):
        recording.record(store, project_id, judged[start : start + 500])
    rows = store.query("SELECT id, url FROM target WHERE project_id = ? AND url <> ''", (project_id,))
    for target_id, url in rows:
        broken = str(url).endswith("/press")
        check = TargetCheck(
            int(target_id), NOW - DAY, "broken" if broken else "ok", 404 if broken else 200, str(url), ()
        )
        targets.record_targets(store, [check])


def _looked_at(link: Known, dice: random.Random) -> int:
    """Most pages were read this week; links were lost all along the way."""
    if link.state is LinkStatus.LOST:
        return max(link.first_seen + DAY, NOW - int(abs(dice.gauss(0, 260)) * DAY))
    return NOW - 9 * DAY + dice.randrange(9 * DAY)


def _verdict(link: Known, page: str, target: str, at: int) -> Verdict:
    outcome, reason, words, status = _OUTCOMES[link.state]
    if link.state is LinkStatus.LOST:
        reason, words, status = _LOSSES[at % len(_LOSSES)]
    there = outcome is Outcome.FOUND
    speaks = Link(
        target,
        link.anchor,
        link.rel,
        LinkType.ANCHOR,
        link.placement,
        4,
        "He sets his watch by",
        "and laughs about it.",
    )
    followed = not link.rel if there else None
    return Verdict(
        outcome=outcome,
        reason=reason,
        explanation=words,
        page_url=page,
        target_url=target,
        checked_at=at,
        links=(speaks,) if there else (),
        speaks=speaks if there else None,
        followed=followed,
        nofollow_from=("link",) if followed is False else (),
        indexable=True if there else None,
        final_url=page,
        http_status=status,
        page_title=link.title if there else None,
    )

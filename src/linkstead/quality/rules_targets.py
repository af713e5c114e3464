"""Rules over our own pages that backlinks point at. What fails here is on our side, never "lost".

A `TargetRow` tells how one of these pages answered: `http_status` is the status of the last answer,
`hops` the number of redirects on the way and `final_url` where they end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.quality.rule import Hit, Rule, some, target_evidence, verb
from linkstead.quality.thresholds import limit
from linkstead.summary import Severity

if TYPE_CHECKING:
    from linkstead.summary import ProfileSummary, TargetRow


def _links(rows: list[TargetRow]) -> int:
    return sum(row.links for row in rows)


def broken_backlinks(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = sorted((row for row in summary.targets if row.outcome == "broken"), key=lambda row: -row.links)
    targets = max(len(rows), summary.figures.get("broken_targets", 0))
    if not targets:
        return None
    links = max(_links(rows), summary.figures.get("broken_target_links", 0))
    point = verb(links, "backlink points", "backlinks point")
    title = f"{links:,} {point} at {some(targets, 'page')} of yours that {verb(targets, 'fails', 'fail')}."
    return Hit(title, links, target_evidence(rows))


def redirect_chains(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.targets if row.outcome == "redirected" and row.hops > limit("hops")]
    if not rows:
        return None
    links = _links(rows)
    longest = max(row.hops for row in rows)
    take = verb(links, "backlink reaches", "backlinks reach")
    title = f"{links:,} {take} {some(len(rows), 'page')} of yours through up to {longest} redirects in a row."
    return Hit(title, links, target_evidence(rows))


def temporary_redirects(summary: ProfileSummary, _now: int) -> Hit | None:
    targets = summary.figures.get("temporary_targets", 0)
    links = summary.figures.get("temporary_target_links", 0)
    if not targets:
        return None
    point = verb(links, "backlink points", "backlinks point")
    title = f"{links:,} {point} at {some(targets, 'page')} of yours with a temporary redirect."
    return Hit(title, links, ({"figure": "temporary_targets", "targets": targets, "links": links},))


def not_https(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.targets if row.url.startswith("http://") and _stays_http(row)]
    if not rows:
        return None
    links = _links(rows)
    point = verb(links, "backlink points", "backlinks point")
    title = (
        f"{links:,} {point} at {some(len(rows), 'page')} of yours that "
        f"{verb(len(rows), 'answers', 'answer')} without https."
    )
    return Hit(title, links, target_evidence(rows))


def _stays_http(row: TargetRow) -> bool:
    """Whether a visitor ends on http; a target that was not looked at or fails says nothing."""
    if row.outcome == "redirected":
        return (row.final_url or "").startswith("http://")
    return row.outcome == "ok"


_MOVES: Final = "developers.google.com/search/docs/crawling-indexing/site-move-with-url-changes"
_REDIRECTS: Final = "developers.google.com/search/docs/crawling-indexing/301-redirects"

TARGET_RULES: Final = (
    Rule(
        "LS003",
        "broken-backlinks",
        Severity.ERROR,
        "Target URLs of yours that answer with an error while backlinks point at them. The links are there: "
        "this is a broken backlink, not a lost one.",
        "Readers land on an error, and what the links could give arrives nowhere.",
        "Google: developers.google.com/search/docs/crawling-indexing/http-network-errors.",
        "Restore the failing pages, or redirect each permanently to its closest successor. "
        "A redirect of everything to the home page may be read as a soft 404.",
        broken_backlinks,
    ),
    Rule(
        "LS004",
        "redirect-chains",
        Severity.WARNING,
        "Target URLs of yours that take more than one redirect to arrive.",
        "Each hop costs time and can break; Google's crawler follows ten and asks for few.",
        f"Google: {_MOVES}.",
        "Shorten the redirect chains. Point the first redirect straight at the last page.",
        redirect_chains,
    ),
    Rule(
        "LS005",
        "temporary-redirects",
        Severity.NOTICE,
        "Target URLs of yours that redirect with 302, 303 or 307.",
        "A temporary redirect is a weak signal that the new address is the one to show.",
        f"Google: {_REDIRECTS}.",
        "Make redirects permanent (301 or 308) where the move is.",
        temporary_redirects,
    ),
    Rule(
        "LS025",
        "targets-without-https",
        Severity.NOTICE,
        "Target URLs that begin with http and end there, without a redirect to https.",
        "Browsers warn readers of such pages, and search engines prefer the https copy.",
        "Google: developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls.",
        "Redirect http to https, permanently and in one hop.",
        not_https,
    ),
)

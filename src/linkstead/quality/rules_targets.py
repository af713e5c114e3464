"""Rules over our own pages that backlinks point at. What fails here is on our side, never "lost".

A `TargetRow` tells how one of these pages answered: `http_status` is the status of the last answer,
`hops` the number of redirects on the way and `final_url` where they end. What a chain loses on its way is
judged in `chains`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.quality.chains import CANONICAL_ELSEWHERE, ELSEWHERE, chain_faults
from linkstead.quality.rule import Evidence, Hit, Rule, examples, some, target_evidence, verb
from linkstead.quality.thresholds import limit
from linkstead.summary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    return Hit(title, links, _failing_evidence(rows))


def targets_in_doubt(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.targets if row.outcome == "in doubt"]
    if not rows:
        return None
    links = _links(rows)
    point = verb(links, "backlink points", "backlinks point")
    doubt = verb(len(rows), "is not confirmed", "are not confirmed")
    title = f"{links:,} {point} at {some(len(rows), 'page')} of yours that failed once and {doubt} as broken."
    return Hit(title, links, _failing_evidence(rows))


def _failing_evidence(rows: Iterable[TargetRow]) -> tuple[Evidence, ...]:
    """Failing targets with the page that could take their place."""
    return examples(
        {
            "target": row.url,
            "links": row.links,
            "http_status": row.http_status,
            "hops": row.hops or None,
            "final_url": row.final_url if row.hops else None,
            "suggested_page": row.suggested_url,
            "likeness": None if row.suggested_score is None else round(row.suggested_score),
            "why": row.suggested_why,
        }
        for row in rows
    )


def _faults(row: TargetRow) -> tuple[str, ...]:
    return chain_faults(row.url, row.chain, row.final_url, row.canonical, row.http_status)


def _faulty_evidence(rows: Iterable[TargetRow]) -> tuple[Evidence, ...]:
    """Targets with everything that their chain loses."""
    return examples(
        {
            "target": row.url,
            "links": row.links,
            "hops": row.hops or None,
            "final_url": row.final_url,
            "canonical": row.canonical,
            "faults": "; ".join(_faults(row)) or None,
        }
        for row in rows
    )


def redirect_chains(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.targets if row.outcome == "redirected" and row.hops > limit("hops")]
    if not rows:
        return None
    links = _links(rows)
    longest = max(row.hops for row in rows)
    take = verb(links, "backlink reaches", "backlinks reach")
    title = f"{links:,} {take} {some(len(rows), 'page')} of yours through up to {longest} redirects in a row."
    return Hit(title, links, _faulty_evidence(rows))


def redirects_elsewhere(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [
        row for row in summary.targets if row.outcome == "redirected" and ELSEWHERE.intersection(_faults(row))
    ]
    if not rows:
        return None
    links = _links(rows)
    point = verb(links, "backlink points", "backlinks point")
    redirect = verb(len(rows), "redirects", "redirect")
    title = f"{links:,} {point} at {some(len(rows), 'page')} of yours that {redirect} to something else."
    return Hit(title, links, _faulty_evidence(rows))


def canonical_elsewhere(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [
        row
        for row in summary.targets
        if row.outcome in ("ok", "redirected") and CANONICAL_ELSEWHERE in _faults(row)
    ]
    if not rows:
        return None
    links = _links(rows)
    lead = verb(links, "backlink leads", "backlinks lead")
    name = verb(len(rows), "names", "name")
    title = f"{links:,} {lead} to {some(len(rows), 'page')} of yours that {name} another page as canonical."
    return Hit(title, links, _faulty_evidence(rows))


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
        "LS027",
        "targets-in-doubt",
        Severity.NOTICE,
        "Target URLs of yours that gave an error of the server or no answer at our last look, once. A second "
        "failing look makes them broken.",
        "A restart or a deployment passes; one that fails a quarter of an hour later does not mend itself.",
        "Our rule: one failing look proves little.",
        "Look at these pages again. Nothing is to be done if they answer.",
        targets_in_doubt,
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
        "LS028",
        "redirects-elsewhere",
        Severity.WARNING,
        "Target URLs of yours that redirect to the home page, to another site, or to a page whose address "
        "shares no word with theirs.",
        "Readers do not find what the link promised. A redirect to the home page may be read as a soft 404.",
        f"Google: {_MOVES}.",
        "Redirect each to its closest successor. Leave it where the last page is about the same matter.",
        redirects_elsewhere,
    ),
    Rule(
        "LS029",
        "targets-canonical-elsewhere",
        Severity.NOTICE,
        "Target URLs of yours where the page at the end names another page as canonical. Scheme, www. and a "
        "slash at the end make no other page.",
        "What the links give is counted for the page that is named.",
        "Google: developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls.",
        "Check that the canonical page is the one that the links mean. Point redirects straight at it.",
        canonical_elsewhere,
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

"""Rules over what we know and how well: coverage, limits of exports, disagreement, broken rows.

None of these is a fault of the links. They say how far the other findings can be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.link import REASON_OUTCOME, Outcome
from linkstead.quality.rule import Evidence, Hit, Rule, examples, number, percent, some, verb
from linkstead.quality.thresholds import limit
from linkstead.summary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.summary import ProfileSummary, SourceRow

#: Sources that are samples by their own documentation, by the beginning of their slug.
_SAMPLES: Final = {
    "search-console": "support.google.com/webmasters/answer/9049606: a sample, cut at fixed rows"
}

_DAY: Final = 86_400

_KNOWN: Final = frozenset(
    reason.value for reason, outcome in REASON_OUTCOME.items() if outcome in (Outcome.FOUND, Outcome.MISSING)
)


def unverified(summary: ProfileSummary, _now: int) -> Hit | None:
    links = summary.counts.backlinks
    waiting = links - summary.verified
    if links < limit("links_for_shares") or waiting <= links * limit("unverified_share"):
        return None
    share = percent(waiting, links)
    title = f"{number(waiting)} of {some(links, 'backlink')} ({share}) have not been looked at yet."
    if not summary.verified:
        title = f"None of the {some(links, 'backlink')} has been looked at yet."
    return Hit(
        title, waiting, ({"backlinks": links, "looked_at": summary.verified, "not_looked_at": waiting},)
    )


def not_known(summary: ProfileSummary, _now: int) -> Hit | None:
    counts = summary.counts
    unknown = counts.blocked + counts.unreachable + counts.unreadable
    if summary.verified < limit("links_for_shares") or unknown < limit("unknown_share") * summary.verified:
        return None
    title = (
        f"Nothing is known about {some(unknown, 'link')} we looked for: {number(counts.blocked)} blocked, "
        f"{number(counts.unreachable)} unreachable, {number(counts.unreadable)} unreadable."
    )
    by_reason = sorted(summary.reasons.items(), key=lambda item: (-item[1], item[0]))
    evidence = examples(
        {"reason": reason, "links": links} for reason, links in by_reason if reason not in _KNOWN
    )
    return Hit(title, unknown, evidence)


def _source_evidence(rows: Iterable[SourceRow]) -> tuple[Evidence, ...]:
    return examples(
        {
            "file": row.name,
            "source": row.source,
            "rows": row.rows,
            "links": row.links,
            "quarantined": row.quarantined,
        }
        for row in rows
    )


def capped_or_sampled(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.sources if row.capped or row.source.startswith(tuple(_SAMPLES))]
    if not rows:
        return None
    of = some(len(summary.sources), "imported file")
    title = (
        f"{number(len(rows))} of {of} {verb(len(rows), 'shows', 'show')} only a part: a sample, or cut at "
        "the export's limit."
    )
    return Hit(title, len(rows), _source_evidence(rows))


def disagreements(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.disagreements if row.count]
    if not rows:
        return None
    count = sum(row.count for row in rows)
    about = ", ".join(f"{row.what} ({number(row.count)})" for row in rows)
    title = f"Sources disagree {some(count, 'time')} about the same links: {about}."
    evidence = examples({"what": row.what, "links": row.count} for row in rows)
    return Hit(title, count, evidence)


def quarantined(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = sorted((row for row in summary.sources if row.quarantined), key=lambda row: -row.quarantined)
    if not rows:
        return None
    count = sum(row.quarantined for row in rows)
    read = sum(row.rows for row in summary.sources)
    title = (
        f"{some(count, 'row')} of {number(max(read, count))} could not be read and "
        f"{verb(count, 'is', 'are')} in quarantine."
    )
    severity = Severity.WARNING if count >= limit("quarantine_warns_at") * read else None
    return Hit(title, count, _source_evidence(rows), severity)


def only_one_source(summary: ProfileSummary, _now: int) -> Hit | None:
    vendors = {row.source.partition("-")[0] for row in summary.sources}
    if len(vendors) != 1 or summary.counts.backlinks < limit("links_for_shares"):
        return None
    files = summary.sources
    title = f"All {some(summary.counts.backlinks, 'backlink')} are known from one source ({files[0].source})."
    return Hit(title, len(files), _source_evidence(files))


def domains_only(summary: ProfileSummary, _now: int) -> Hit | None:
    count = summary.counts.domains_only
    if count < limit("domains_only"):
        return None
    title = (
        f"{some(count, 'domain')} {verb(count, 'is', 'are')} known only from a table of domains, without a "
        "page to look at."
    )
    return Hit(
        title, count, ({"domains_only": count, "referring_domains": summary.counts.referring_domains},)
    )


def exports_are_old(summary: ProfileSummary, now: int) -> Hit | None:
    dates = [row.last_seen for row in summary.sources]
    known = [seen for seen in dates if seen is not None]
    # a file without dates may be of today
    if not known or len(known) < len(dates):
        return None
    days = (now - max(known)) // _DAY
    if days < limit("export_age_days"):
        return None
    title = f"The newest link in {some(len(known), 'imported file')} was first seen {number(days)} days ago."
    return Hit(title, len(known), _source_evidence(summary.sources))


SOURCE_RULES: Final = (
    Rule(
        "LS021",
        "rows-in-quarantine",
        Severity.NOTICE,
        "Rows of imported files that could not be used; a warning when they are one in twenty or more.",
        "What could not be read is missing from every figure of this audit.",
        "Our rule: nothing vanishes silently.",
        "Read why rows were refused and import a fresh export. Most broken files were saved again by a "
        "spreadsheet.",
        quarantined,
    ),
    Rule(
        "LS017",
        "not-looked-at",
        Severity.NOTICE,
        f"Profiles of which {limit('unverified_share'):.0%} or more of the links have never been looked at.",
        "An export says what a crawler met once; in a study of two million sites, two thirds of the links "
        "found since 2013 were gone.",
        "Ahrefs 2022, ahrefs.com/blog/link-rot-study.",
        "Verify the links, the most valuable first.",
        unverified,
    ),
    Rule(
        "LS018",
        "not-known",
        Severity.NOTICE,
        f"Profiles where {limit('unknown_share'):.0%} or more of the looks ended blocked, unreachable or "
        "unreadable.",
        "Robots rules, challenges and outages say nothing about the link: it may well be in place.",
        "Reports of link checkers about 403 answers, such as lychee #1157 and linkchecker #738.",
        "Look at a few of these pages in your browser. Never count them as lost.",
        not_known,
    ),
    Rule(
        "LS019",
        "export-is-a-part",
        Severity.NOTICE,
        "Imported files that end at the export's row limit, or come from a source that shows a sample.",
        "A link that is absent from such a file is not lost, and totals are lower bounds.",
        "Google: support.google.com/webmasters/answer/9049606.",
        "Add exports in smaller parts, or a second source.",
        capped_or_sampled,
    ),
    Rule(
        "LS020",
        "sources-disagree",
        Severity.NOTICE,
        "Facts of the same link that two sources tell differently.",
        "Sources look at different times and with different rules; our own look decides where there is one.",
        "Our rule: every number keeps its source.",
        "Verify the links in question.",
        disagreements,
    ),
    Rule(
        "LS022",
        "only-one-source",
        Severity.NOTICE,
        f"Profiles of at least {limit('links_for_shares'):g} links known from a single vendor.",
        "No index sees the whole web: two lists of the best-linked million domains share about a quarter "
        "of their names.",
        "Comparison of the Ahrefs and Majestic top lists, 2026.",
        "Add a second source; Search Console and Bing are free.",
        only_one_source,
    ),
    Rule(
        "LS024",
        "domains-without-pages",
        Severity.NOTICE,
        "Referring domains known only from a referring-domains table.",
        "Without a page there is nothing to verify, and no anchor text to read.",
        "Our rule: a link is proven by a page.",
        "Export the backlinks of these domains as well.",
        domains_only,
    ),
    Rule(
        "LS041",
        "exports-are-old",
        Severity.NOTICE,
        f"Imported files whose newest link was first seen {limit('export_age_days'):g} days ago or earlier.",
        "What has changed since is in none of them: neither new links nor what a source has lost.",
        "Our rule: every figure has a date.",
        "Export again and import the fresh file. What was known stays.",
        exports_are_old,
    ),
)

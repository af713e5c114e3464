"""Rules over the whole: anchor texts, suffixes, months and how the links are spread over domains.

Shares count domains, not links: one template with a thousand pages is one decision of one person.
The anchor list is cut to the 100 heaviest texts, so that figures summed over it are lower bounds.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from linkstead.quality.rule import (
    Hit,
    Rule,
    examples,
    month_of,
    number,
    percent,
    quoted,
    some,
    top_evidence,
    verb,
)
from linkstead.quality.thresholds import limit
from linkstead.quality.vocabulary import AnchorKind, anchor_kind, risky_trade
from linkstead.summary import Severity

if TYPE_CHECKING:
    from linkstead.summary import MonthRow, ProfileSummary, TopRow

_SPAM_POLICIES: Final = "developers.google.com/search/docs/essentials/spam-policies"
_DISAVOW: Final = "support.google.com/webmasters/answer/2648487"

#: Generic suffixes old or common enough that a high share says nothing (IANA root zone database;
#: io, ai, co, me and tv are country codes that the world uses as generic ones).
_COMMON_SUFFIXES: Final = frozenset(
    ("com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "io", "ai", "co", "me", "tv", "eu")
)


def _enough_domains(summary: ProfileSummary) -> bool:
    return summary.counts.referring_domains >= limit("domains_for_shares")


def _of_kind(summary: ProfileSummary, *kinds: AnchorKind) -> list[TopRow]:
    return [row for row in summary.anchors if anchor_kind(row.label, summary.site) in kinds]


def anchor_dominates(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = _of_kind(summary, AnchorKind.COMMERCIAL, AnchorKind.OTHER)
    top = max(rows, key=lambda row: row.domains, default=None)
    domains = summary.counts.referring_domains
    if top is None or not _enough_domains(summary) or top.domains < limit("anchor_domains"):
        return None
    if top.domains < limit("anchor_share") * domains:
        return None
    share = percent(top.domains, domains)
    title = (
        f"{number(top.domains)} of {number(domains)} domains ({share}) link with the same words, "
        f"{quoted(top.label)}."
    )
    return Hit(title, top.domains, top_evidence([top], "anchor_text"))


def commercial_anchors(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = _of_kind(summary, AnchorKind.COMMERCIAL)
    domains = summary.counts.referring_domains
    # The same domain may use several texts: the widest text is a sure figure, a sum over texts is not.
    sure = min(domains, sum(row.domains for row in rows))
    if not _enough_domains(summary) or len(rows) < 2 or sure < limit("commercial_share") * domains:
        return None
    links = sum(row.links for row in rows)
    title = (
        f"{some(links, 'link')} with {some(len(rows), 'selling anchor text')}, on up to "
        f"{percent(sure, domains)} of the domains."
    )
    return Hit(title, links, top_evidence(rows, "anchor_text"))


def risky_vocabulary(summary: ProfileSummary, _now: int) -> Hit | None:
    if risky_trade(summary.site.replace(".", " ").replace("-", " ")):
        return None  # the site names the trade itself: these are its own words
    rows = _of_kind(summary, AnchorKind.RISKY)
    domains = sum(row.domains for row in rows)
    if domains < limit("vocabulary_domains"):
        return None
    trades = sorted({risky_trade(row.label) or "" for row in rows} - {""})
    links = sum(row.links for row in rows)
    title = (
        f"{some(links, 'link')} {verb(links, 'carries', 'carry')} words of {' and '.join(trades)} as anchor "
        "text."
    )
    wide = domains >= limit("vocabulary_warns_at") * summary.counts.referring_domains
    evidence = top_evidence(rows, "anchor_text")
    return Hit(title, links, evidence, Severity.WARNING if wide and _enough_domains(summary) else None)


def _only_imported(summary: ProfileSummary, month: MonthRow, now: int) -> bool:
    """Whether the month is this one and files without dates explain it: first seen by us, not created."""
    undated = sum(source.links for source in summary.sources if source.first_seen is None)
    return month.month == month_of(now) and undated * 2 >= month.new


def burst(summary: ProfileSummary, now: int) -> Hit | None:
    recent = sorted(summary.months, key=lambda row: row.month)[-int(limit("burst_looks_back")) :]
    top = max(recent, key=lambda row: row.new, default=None)
    # This month is not over: it may be the burst, but it is no measure for the others.
    others = [row.new for row in recent if row is not top and row.month != month_of(now)]
    if top is None or len(others) < limit("burst_months"):
        return None
    usual = median(others)
    if top.new < limit("burst_links") or top.new < limit("burst_factor") * max(usual, 1):
        return None
    if _only_imported(summary, top, now):
        return None
    title = (
        f"{some(top.new, 'link')} {verb(top.new, 'was', 'were')} first seen in {top.month}, against "
        f"{usual:,.0f} in a "
        "usual month; first seen is not the same as created."
    )
    evidence = examples({"month": row.month, "new": row.new, "lost": row.lost} for row in recent)
    return Hit(title, top.new, evidence)


def sitewide(summary: ProfileSummary, _now: int) -> Hit | None:
    top = max(summary.domains, key=lambda row: row.links, default=None)
    counts = summary.counts
    if (
        top is None
        or top.links < limit("sitewide_links")
        or counts.referring_domains < limit("sitewide_domains")
    ):
        return None
    if top.links < limit("sitewide_share") * counts.backlinks:
        return None
    share = percent(top.links, counts.backlinks)
    title = (
        f"One domain, {quoted(top.label)}, holds {number(top.links)} of "
        f"{some(counts.backlinks, 'backlink')} ({share})."
    )
    return Hit(title, top.links, top_evidence([top], "domain"))


def _suffix_limit(suffix: str) -> float:
    return limit("tld_country_share") if len(suffix) == 2 else limit("tld_new_share")


def suffix_dominates(summary: ProfileSummary, _now: int) -> Hit | None:
    if not _enough_domains(summary):
        return None
    own = summary.site.rpartition(".")[2]
    domains = summary.counts.referring_domains
    for row in sorted(summary.tlds, key=lambda row: -row.domains):
        suffix = row.label.lstrip(".").rpartition(".")[2].lower()
        if suffix == own or suffix in _COMMON_SUFFIXES or row.domains < _suffix_limit(suffix) * domains:
            continue
        title = (
            f"{number(row.domains)} of {number(domains)} domains ({percent(row.domains, domains)}) end in "
            f".{suffix}."
        )
        return Hit(title, row.domains, top_evidence([row], "suffix"))
    return None


ANCHOR_RULES: Final = (
    Rule(
        "LS011",
        "one-anchor-dominates",
        Severity.WARNING,
        "One anchor text that is neither your name nor an address nor a phrase like “click here”, on "
        f"{limit('anchor_share'):.0%} of the domains or more.",
        "People who do not know each other seldom choose the same words; identical keyword-rich texts are "
        "named in the spam policies as a mark of placed links.",
        f"Google: {_SPAM_POLICIES} (link spam).",
        "Find out who links with these very words: a widget, a template, a supplier. Stop placing links with "
        "fixed words.",
        anchor_dominates,
    ),
    Rule(
        "LS012",
        "selling-anchors",
        Severity.NOTICE,
        "Anchor texts with selling words (buy, cheap, kaufen, pas cher…) on up to "
        f"{limit('commercial_share'):.0%} "
        "of the domains or more.",
        "Editors seldom write “buy cheap lamps”; optimised anchors in articles and guest posts are listed "
        "as link spam.",
        f"Google: {_SPAM_POLICIES} (link spam).",
        "Check whether someone places links for you. Have paid ones qualified with rel=sponsored.",
        commercial_anchors,
    ),
    Rule(
        "LS013",
        "risky-vocabulary",
        Severity.NOTICE,
        "Anchor texts with words of gambling, pharmacy or adult trades, unless your own domain names the "
        "trade.",
        "They come from hacked pages and automatic farms, and search engines ignore most of them. They can "
        "also "
        "mean that pages of yours were hacked to sell such things.",
        f"Google: {_SPAM_POLICIES} and {_DISAVOW} (when to disavow).",
        "Check that no page of yours was hacked to sell such things. If all are clean, leave the links "
        "alone unless there is a manual action.",
        risky_vocabulary,
    ),
    Rule(
        "LS014",
        "burst-of-new-links",
        Severity.NOTICE,
        f"A month of the last year with {limit('burst_factor'):g} times the median of the others and at "
        "least "
        f"{limit('burst_links'):g} links. Files without dates that were imported this month are no burst.",
        "A burst can be good press, a new source's file, or links made by a machine. First seen is when a "
        "source "
        "or we met the link, not when it was created.",
        "Published cases, such as Superb Digital 2015: 196 links, then 1,500 within days.",
        "Read where the month's new links come from before you act.",
        burst,
    ),
    Rule(
        "LS015",
        "one-domain-holds-most",
        Severity.NOTICE,
        f"One referring domain that holds {limit('sitewide_share'):.0%} of all backlinks or more.",
        "A link in a template repeats on every page; it is one decision and counts about once.",
        f"Google: {_SPAM_POLICIES} (widely distributed links in footers or templates); Ahrefs on Domain "
        "Rating.",
        "Read this profile by domains, not by links. If you placed the link, have it qualified.",
        sitewide,
    ),
    Rule(
        "LS016",
        "one-suffix-dominates",
        Severity.NOTICE,
        "One top-level domain, other than yours and the common ones, on an unusual share of the domains: "
        f"{limit('tld_new_share'):.0%} for newer generic ones, {limit('tld_country_share'):.0%} for "
        "countries.",
        "Domains that are cheap to register in bulk cluster; so does a country that you simply serve.",
        "Published attack profiles (edit.co.uk: mostly .kr and .ru); the limits are our choice.",
        "Look at ten of these domains. Nothing is to be done if that is where your readers live.",
        suffix_dominates,
    ),
)

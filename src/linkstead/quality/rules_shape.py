"""Rules over the shape of a profile: gains against losses, where links lead and where they stand.

A shape is no fault by itself. Each rule says what is unusual, from how many links on that means anything,
and where to look; the running month is left out of every trend, since it is not over.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Final

from linkstead.quality.rule import Hit, Rule, examples, month_of, number, percent, some, top_evidence, verb
from linkstead.quality.thresholds import limit
from linkstead.quality.vocabulary import AnchorKind, anchor_kind
from linkstead.summary import Severity

if TYPE_CHECKING:
    from linkstead.summary import MonthRow, ProfileSummary

#: Parts of a page that a template repeats.
_TEMPLATE: Final = frozenset({"footer", "sidebar", "header", "navigation"})
_UNKNOWN: Final = "unknown"
_TOP: Final = 10


def _recent_and_earlier(summary: ProfileSummary, now: int) -> tuple[list[MonthRow], list[MonthRow]]:
    """The last full months, and up to a year before them."""
    running = month_of(now)
    full = sorted((row for row in summary.months if row.month < running), key=lambda row: row.month)
    cut = int(limit("trend_months"))
    return full[-cut:], full[-cut - 12 : -cut]


def more_lost_than_new(summary: ProfileSummary, now: int) -> Hit | None:
    recent, _ = _recent_and_earlier(summary, now)
    new, lost = sum(row.new for row in recent), sum(row.lost for row in recent)
    if lost < limit("links_for_shares") or lost < limit("loss_factor") * new:
        return None
    title = (
        f"{some(lost, 'link')} {verb(lost, 'was', 'were')} lost in the last {len(recent)} full months and "
        f"{number(new)} found."
    )
    evidence = examples({"month": row.month, "new": row.new, "lost": row.lost} for row in recent)
    return Hit(title, lost, evidence)


def fewer_new_links(summary: ProfileSummary, now: int) -> Hit | None:
    recent, earlier = _recent_and_earlier(summary, now)
    if len(earlier) < limit("burst_months"):
        return None
    usual, lately = fmean(row.new for row in earlier), fmean(row.new for row in recent)
    if usual < limit("usual_new") or lately > limit("slow_share") * usual:
        return None
    title = (
        f"{lately:,.0f} links a month were first seen in the last {len(recent)} full months, against "
        f"{usual:,.0f} a month in the year before."
    )
    evidence = examples({"month": row.month, "new": row.new, "lost": row.lost} for row in recent)
    return Hit(title, max(1, round(usual - lately)), evidence)


def large_part_lost(summary: ProfileSummary, _now: int) -> Hit | None:
    counts = summary.counts
    decided = counts.live + counts.lost
    if decided < limit("links_for_shares") or counts.lost < limit("lost_share") * decided:
        return None
    share = percent(counts.lost, decided)
    title = (
        f"{number(counts.lost)} of {some(decided, 'link')} that are known to be live or lost ({share}) "
        "are lost."
    )
    return Hit(title, counts.lost, ({"live": counts.live, "lost": counts.lost},))


def lost_domains(summary: ProfileSummary, _now: int) -> Hit | None:
    count = summary.figures.get("lost_domains", 0)
    if count < limit("gone_domains"):
        return None
    domains = summary.counts.referring_domains
    title = f"{number(count)} of {some(domains, 'referring domain')} have no link left that is not lost."
    return Hit(title, count, ({"figure": "lost_domains", "domains": count, "referring_domains": domains},))


def home_page_only(summary: ProfileSummary, _now: int) -> Hit | None:
    home, all_ = summary.figures.get("home_links", 0), summary.figures.get("targeted_links", 0)
    if all_ < limit("shape_links") or home < limit("home_share") * all_:
        return None
    title = f"{number(home)} of {some(all_, 'link')} ({percent(home, all_)}) lead to the home page."
    return Hit(title, home, ({"home_page": home, "other_pages": max(0, all_ - home)},))


def links_redirected(summary: ProfileSummary, _now: int) -> Hit | None:
    redirected = summary.figures.get("redirected_target_links", 0)
    all_ = summary.figures.get("targeted_links", 0)
    if all_ < limit("shape_links") or redirected < limit("redirected_share") * all_:
        return None
    title = (
        f"{number(redirected)} of {some(all_, 'link')} ({percent(redirected, all_)}) reach their page "
        "only by "
        "a redirect."
    )
    return Hit(title, redirected, ({"redirected": redirected, "links": all_},))


def template_links(summary: ProfileSummary, _now: int) -> Hit | None:
    return _placed(summary, _TEMPLATE, "template_share", "in footers, sidebars, headers and menus")


def comment_links(summary: ProfileSummary, _now: int) -> Hit | None:
    return _placed(summary, frozenset({"comment"}), "comment_share", "in comments")


def _placed(summary: ProfileSummary, where: frozenset[str], share: str, words: str) -> Hit | None:
    known = sum(row.links for row in summary.placements if row.label != _UNKNOWN)
    rows = [row for row in summary.placements if row.label in where]
    count = sum(row.links for row in rows)
    if known < limit("shape_links") or count < limit(share) * known:
        return None
    title = (
        f"{number(count)} of {some(known, 'link')} whose place is known ({percent(count, known)}) stand "
        f"{words}."
    )
    return Hit(title, count, top_evidence(rows, "placement"))


def hardly_qualified(summary: ProfileSummary, _now: int) -> Hit | None:
    counts = summary.counts
    known = counts.followed + counts.not_followed
    if known < limit("qualified_links") or counts.referring_domains < limit("domains_for_shares"):
        return None
    if counts.not_followed >= limit("qualified_share") * known:
        return None
    title = (
        f"Only {number(counts.not_followed)} of {some(known, 'link')} whose attributes are known "
        f"{verb(counts.not_followed, 'is', 'are')} not followed."
    )
    return Hit(title, counts.followed, ({"followed": counts.followed, "not_followed": counts.not_followed},))


def links_without_words(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [row for row in summary.anchors if anchor_kind(row.label, summary.site) is AnchorKind.EMPTY]
    count, links = sum(row.links for row in rows), summary.counts.backlinks
    if links < limit("shape_links") or count < limit("wordless_share") * links:
        return None
    title = f"{number(count)} of {some(links, 'backlink')} ({percent(count, links)}) carry no words."
    return Hit(title, count, top_evidence(rows, "anchor_text"))


def few_domains_hold_most(summary: ProfileSummary, _now: int) -> Hit | None:
    counts = summary.counts
    top = sorted(summary.domains, key=lambda row: -row.links)[:_TOP]
    held = sum(row.links for row in top)
    if counts.referring_domains < limit("top_domains") or held < limit("top_share") * counts.backlinks:
        return None
    title = (
        f"{number(len(top))} of {number(counts.referring_domains)} domains hold {number(held)} of "
        f"{some(counts.backlinks, 'backlink')} ({percent(held, counts.backlinks)})."
    )
    return Hit(title, held, top_evidence(top, "domain"))


_SPAM_POLICIES: Final = "developers.google.com/search/docs/essentials/spam-policies"
_CRAWLABLE: Final = "developers.google.com/search/docs/crawling-indexing/links-crawlable"
_QUALIFY: Final = "developers.google.com/search/docs/crawling-indexing/qualify-outbound-links"
_MOVES: Final = "developers.google.com/search/docs/crawling-indexing/site-move-with-url-changes"
_TREND: Final = f"{limit('trend_months'):g} full months"

SHAPE_RULES: Final = (
    Rule(
        "LS030",
        "more-lost-than-new",
        Severity.WARNING,
        f"At least {limit('links_for_shares'):g} links lost in the last {_TREND}, and "
        f"{limit('loss_factor'):g} times as many as were found.",
        "A profile that loses faster than it gains shrinks. A source that was imported only once "
        "tells of losses "
        "and of nothing new.",
        "Ahrefs 2022, ahrefs.com/blog/link-rot-study; the limits are our choice.",
        "Look at the worthiest losses first. Import fresh exports before you read this as a trend.",
        more_lost_than_new,
    ),
    Rule(
        "LS031",
        "fewer-new-links",
        Severity.NOTICE,
        f"Less than {limit('slow_share'):.0%} of the usual new links a month in the last {_TREND}, "
        "where at least "
        f"{limit('usual_new'):g} a month were usual.",
        "Fewer new links can mean that nothing new is worth linking to, or that no fresh export was "
        "imported.",
        "Our rule: a change is told with both figures.",
        "Add a fresh export. If the figure stays, look at what brought links a year ago.",
        fewer_new_links,
    ),
    Rule(
        "LS032",
        "large-part-lost",
        Severity.NOTICE,
        f"Profiles where {limit('lost_share'):.0%} or more of the links known to be live or lost are lost.",
        "Old exports hold many links that went long ago: in a study of two million sites, two thirds "
        "of the links "
        "found since 2013 were gone.",
        "Ahrefs 2022, ahrefs.com/blog/link-rot-study.",
        "Read the reasons of the losses. Pages that were taken down need no letter; removed links may.",
        large_part_lost,
    ),
    Rule(
        "LS033",
        "lost-domains",
        Severity.NOTICE,
        f"At least {limit('gone_domains'):g} referring domains whose links are all lost.",
        "The first link of a domain is worth more than its tenth; when all are gone, the domain is.",
        "Our rule: shares count domains, not links.",
        "Look at the domains that mattered most. One letter to each is enough.",
        lost_domains,
    ),
    Rule(
        "LS034",
        "home-page-only",
        Severity.NOTICE,
        f"Profiles where {limit('home_share'):.0%} or more of the links lead to the home page.",
        "Editors link to the page that answers a question. Links to the home page alone are typical "
        "of directories, "
        "profiles and templates; for a small site they are normal.",
        "Our rule; the limit is our choice.",
        "Make pages that answer one question each. Nothing is to be done if the site has a single page.",
        home_page_only,
    ),
    Rule(
        "LS035",
        "many-links-redirected",
        Severity.NOTICE,
        f"Profiles where {limit('redirected_share'):.0%} or more of the links reach their page only "
        "by a redirect.",
        "Permanent redirects pass a link on for as long as they stand. Each is one more thing that "
        "can break.",
        f"Google: {_MOVES}.",
        "Ask the editors of the worthiest links to update the address. Keep all redirects in place.",
        links_redirected,
    ),
    Rule(
        "LS036",
        "template-links",
        Severity.NOTICE,
        f"Profiles where {limit('template_share'):.0%} or more of the links whose place is known "
        "stand in footers, "
        "sidebars, headers or menus.",
        "A template repeats its link on every page; widely distributed links in footers or templates "
        "are listed as "
        "link spam when they are placed to rank.",
        f"Google: {_SPAM_POLICIES} (link spam).",
        "Check whether templates, themes or widgets of yours place these links. Have those qualified.",
        template_links,
    ),
    Rule(
        "LS037",
        "comment-links",
        Severity.NOTICE,
        f"Profiles where {limit('comment_share'):.0%} or more of the links whose place is known stand "
        "in comments.",
        "Anyone can write a comment, so search engines ask sites to mark such links as ugc; forum "
        "comments with "
        "optimised links are listed as link spam.",
        f"Google: {_QUALIFY} and {_SPAM_POLICIES}.",
        "Check whether someone comments for you. Leave the links alone otherwise.",
        comment_links,
    ),
    Rule(
        "LS038",
        "hardly-any-qualified",
        Severity.NOTICE,
        f"Profiles of {limit('qualified_links'):g} links and {limit('domains_for_shares'):g} domains "
        "or more, of "
        f"which under {limit('qualified_share'):.0%} are not followed.",
        "Forums, encyclopedias and social sites qualify their links, so most profiles have some. An "
        "export that was "
        "filtered to followed links has none.",
        f"Google: {_QUALIFY}; the limit is our choice.",
        "Check first that the export was not filtered. If it was not, look at where ten of the links stand.",
        hardly_qualified,
    ),
    Rule(
        "LS039",
        "links-without-words",
        Severity.NOTICE,
        f"Profiles where {limit('wordless_share'):.0%} or more of the links have an empty anchor text.",
        "A link without words is mostly an image without an alt text: readers of a screen reader "
        "hear nothing, and "
        "search engines have no anchor text to read.",
        f"Google: {_CRAWLABLE} (anchor text).",
        "Add alt texts to the badges and buttons that you give away.",
        links_without_words,
    ),
    Rule(
        "LS040",
        "few-domains-hold-most",
        Severity.NOTICE,
        f"Profiles of {limit('top_domains'):g} domains or more, of which ten hold "
        f"{limit('top_share'):.0%} of the "
        "backlinks or more.",
        "A link in a template repeats on every page. Totals of links then tell of a few templates, "
        "not of the rest.",
        f"Google: {_SPAM_POLICIES} (widely distributed links in footers or templates).",
        "Read this profile by domains, not by links.",
        few_domains_hold_most,
    ),
)

"""Rules over single links: lost, in doubt, qualified, changed, hidden, on pages that do not count.

`lost` here is the confirmed state alone; what is blocked, unreachable or unreadable is not known and
never counted with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.link import QUALIFYING_TOKENS
from linkstead.quality.rule import Evidence, Hit, Rule, examples, link_evidence, some, verb
from linkstead.quality.thresholds import METRIC_FLOORS, METRIC_NAMES, limit
from linkstead.summary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.summary import Change, LinkRow, ProfileSummary


def _worth_having(row: LinkRow, floor: float | None) -> bool:
    """By the vendor's metric where there is one with a limit, else by being followed."""
    if row.followed is False:
        return False
    if row.metric is not None and floor is not None:
        return row.metric >= floor
    return row.followed is True


def lost_worth_having(summary: ProfileSummary, _now: int) -> Hit | None:
    name = summary.metric_name or ""
    floor = METRIC_FLOORS.get(name)
    rows = [row for row in summary.lost if _worth_having(row, floor)]
    count = max(len(rows), summary.figures.get("lost_worth", 0))
    if not count:
        return None
    cut = (
        "At least " if "lost_worth" not in summary.figures and len(summary.lost) < summary.counts.lost else ""
    )
    measure = f"{METRIC_NAMES.get(name, name)} of {floor:g} or more" if floor is not None else "followed"
    title = f"{cut}{some(count, 'link')} worth having ({measure}) {verb(count, 'is', 'are')} lost."
    return Hit(title, count, link_evidence(rows))


def in_doubt(summary: ProfileSummary, _now: int) -> Hit | None:
    count = summary.counts.in_doubt
    if not count:
        return None
    were = verb(count, "was", "were")
    title = (
        f"{some(count, 'link')} {were} not on the page at the last look; that alone does not make a link "
        "lost."
    )
    return Hit(title, count, link_evidence(summary.in_doubt))


def _qualified(text: str) -> bool:
    """Whether a told or seen rel says nofollow, ugc or sponsored; whole tokens only."""
    return not QUALIFYING_TOKENS.isdisjoint(text.lower().replace(",", " ").split())


def _change_evidence(changes: Iterable[Change]) -> tuple[Evidence, ...]:
    return examples(
        {
            "page": change.page_url,
            "target": change.target_url,
            "told": change.told,
            "seen": change.seen,
            "source": change.source,
        }
        for change in changes
    )


def turned_nofollow(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [
        change
        for change in summary.changes
        if change.what == "rel" and _qualified(change.seen) and not _qualified(change.told)
    ]
    count = max(len(rows), summary.figures.get("turned_nofollow", 0))
    if not count:
        return None
    are = verb(count, "link is", "links are")
    title = (
        f"{count:,} {are} no longer followed, though a source still reports {verb(count, 'it', 'them')} as "
        "followed."
    )
    return Hit(title, count, _change_evidence(rows))


def anchor_changed(summary: ProfileSummary, _now: int) -> Hit | None:
    rows = [change for change in summary.changes if change.what == "anchor text"]
    count = max(len(rows), summary.figures.get("anchor_changed", 0))
    if not count:
        return None
    title = (
        f"{some(count, 'link')} {verb(count, 'carries', 'carry')} another anchor text than the export says."
    )
    return Hit(title, count, _change_evidence(rows))


def _figure(summary: ProfileSummary, key: str, title: str) -> Hit | None:
    """A hit from a figure alone; `{links}` and `{stand}` in the title take the number and verb."""
    count = summary.figures.get(key, 0)
    if not count:
        return None
    words = title.format(links=some(count, "live link"), stand=verb(count, "stands", "stand"))
    return Hit(words, count, ({"figure": key, "links": count, "live_links": summary.counts.live},))


def hidden(summary: ProfileSummary, _now: int) -> Hit | None:
    return _figure(summary, "hidden", "{links} {stand} where a visitor of the page does not see it.")


def noindex(summary: ProfileSummary, _now: int) -> Hit | None:
    return _figure(summary, "noindex", "{links} {stand} on pages that ask not to be indexed.")


def not_canonical(summary: ProfileSummary, _now: int) -> Hit | None:
    return _figure(summary, "not_canonical", "{links} {stand} on pages that name another page as canonical.")


def reported_lost_but_live(summary: ProfileSummary, _now: int) -> Hit | None:
    count = summary.figures.get("reported_lost_live", 0)
    if not count:
        return None
    title = (
        f"{some(count, 'link')} that a source reports as lost {verb(count, 'was', 'were')} in place at our "
        "look."
    )
    return Hit(title, count, ({"figure": "reported_lost_live", "links": count},))


def nothing_followed(summary: ProfileSummary, _now: int) -> Hit | None:
    counts = summary.counts
    if counts.followed or counts.not_followed < limit("links_for_shares"):
        return None
    title = f"None of the {some(counts.not_followed, 'link')} whose attributes are known is followed."
    unknown = counts.follow_unknown
    return Hit(title, counts.not_followed, ({"not_followed": counts.not_followed, "not_known": unknown},))


_QUALIFY: Final = "developers.google.com/search/docs/crawling-indexing/qualify-outbound-links"

LINK_RULES: Final = (
    Rule(
        "LS001",
        "lost-worth-having",
        Severity.WARNING,
        "Links confirmed as lost that were followed, or stand high by the vendor's own metric.",
        "Somebody once chose to link to you; asking for that link again is easier than earning a new one.",
        "Our choice of what is worth having: the limits per vendor metric stand in the table METRIC_FLOORS.",
        "Ask for lost links back, the most valuable first. Name the page and the sentence where the "
        "link stood.",
        lost_worth_having,
    ),
    Rule(
        "LS002",
        "in-doubt",
        Severity.NOTICE,
        "Links that were missing at the last look and are not confirmed as lost.",
        "Pages rotate, tests hide parts and servers err: with one daily look, 2.4% of first alarms are right "
        "(arithmetic from a true loss of 0.05% and transient faults of 2% a day).",
        "Ahrefs 2022 and Linkody on how often links go, about 1.5% a month; 0.05 / (0.05 + 2) = 2.4%.",
        "Look again tomorrow. Only repeated looks, spaced in time, make a link lost.",
        in_doubt,
    ),
    Rule(
        "LS006",
        "turned-nofollow",
        Severity.WARNING,
        "Links that an export reports as followed and that our look found with nofollow, ugc or sponsored, "
        "from the link itself, the page's robots meta or its X-Robots-Tag.",
        "Since September 2019 search engines take these attributes as hints that a link should not count.",
        f"Google: {_QUALIFY}.",
        "Ask the editors of links that turned nofollow whether that was meant. A whole site that turned "
        "nofollow is a policy, not "
        "a mistake.",
        turned_nofollow,
    ),
    Rule(
        "LS007",
        "anchor-changed",
        Severity.NOTICE,
        "Links whose anchor text differs between the export and our look.",
        "The anchor text tells readers and search engines what to expect; a change can be an edit, or a "
        "page that now means another target.",
        "Google: developers.google.com/search/docs/crawling-indexing/links-crawlable (anchor text).",
        "Read the changed anchor texts. Write to the editors only where a text is now wrong.",
        anchor_changed,
    ),
    Rule(
        "LS008",
        "hidden-links",
        Severity.WARNING,
        "Live links that a visitor does not see: hidden by an attribute or style, of zero size, off the "
        "screen.",
        "Hidden links are named in the spam policies, and nobody follows what nobody sees.",
        "Google: developers.google.com/search/docs/essentials/spam-policies (hidden text and links).",
        "Ask for hidden links to be shown or taken out. Menus that open on a click are harmless: look "
        "before you write.",
        hidden,
    ),
    Rule(
        "LS009",
        "noindex-pages",
        Severity.NOTICE,
        "Live links on pages that carry noindex in the robots meta or the X-Robots-Tag.",
        "A page that stays out of the index brings no visitors from search, and its links may not count.",
        "Google: developers.google.com/search/docs/crawling-indexing/robots-meta-tag.",
        "Ask the owners of the better pages whether noindex is meant. Login and tag pages often have it on "
        "purpose.",
        noindex,
    ),
    Rule(
        "LS010",
        "canonical-elsewhere",
        Severity.NOTICE,
        "Live links on pages whose rel=canonical names another page.",
        "Search engines read the canonical page; the link counts if it stands there too.",
        "Google: developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls.",
        "Check that the canonical pages carry the link as well.",
        not_canonical,
    ),
    Rule(
        "LS023",
        "reported-lost-but-live",
        Severity.NOTICE,
        "Links that a source reports as lost and that our own look found in place.",
        "Some sources call a link lost because their crawler could not read the page.",
        "Moz Help, Troubleshooting lost links; Ahrefs Help on lost reasons.",
        "Take these links off your list of losses. Nothing else is to be done.",
        reported_lost_but_live,
    ),
    Rule(
        "LS026",
        "nothing-followed",
        Severity.WARNING,
        f"A profile of at least {limit('links_for_shares'):g} links with known attributes, none of them "
        "followed.",
        "Links that all ask not to be counted bring readers, but hardly standing with search engines.",
        f"Google: {_QUALIFY}.",
        "Earn links from editors who need not qualify them. Check first that the export was not filtered "
        "to nofollow.",
        nothing_followed,
    ),
)

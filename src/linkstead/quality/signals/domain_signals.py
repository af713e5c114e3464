"""Signals of the domain: its standing in the graph, its age, the lists it is on, vendors' figures.

What its name alone tells stands in `name_signals`. A vendor's spam figure is shown and weighs a
little; alone it never makes ours high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.quality.facts import ListKind
from linkstead.quality.rule import quoted
from linkstead.quality.signals.signal import Direction, Sign, Signal, ramp, sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.quality.facts import Facts

_POLICY: Final = "Google spam policies, developers.google.com/search/docs/essentials/spam-policies"
_WEBSPAM: Final = "Becchetti et al., Link analysis for web spam detection, ACM TWEB 2008"
_DAY: Final = 86_400


def authority(facts: Facts) -> Sign | None:
    value = facts.domain.authority or 0.0
    return sign(ramp(value, 40, 80), f"The domain's authority is {value:.0f} of 100.", authority=value)


def many_referrers(facts: Facts) -> Sign | None:
    count = facts.domain.in_degree or 0
    return sign(ramp(count, 200, 5_000), f"{count:,} domains refer to it.", referring_domains=count)


def authority_mismatch(facts: Facts) -> Sign | None:
    value, links = facts.domain.authority or 0.0, facts.domain.links or 0
    if value >= 10 or links < 100:
        return None
    said = f"{links:,} links come from a domain of authority {value:.0f}."
    return sign(ramp(links, 100, 5_000), said, links=links, authority=value)


def nobody_refers(facts: Facts) -> Sign | None:
    given, taken = facts.domain.in_degree or 0, facts.domain.out_degree or 0
    if given > 3 or taken < 100:
        return None
    said = f"The domain refers to {taken:,} others, and {given:,} refer to it."
    return sign(ramp(taken, 100, 1_000), said, linked_domains=taken, referring_domains=given)


def gives_away(facts: Facts) -> Sign | None:
    given, taken = facts.domain.in_degree or 0, facts.domain.out_degree or 0
    if given <= 3 or taken < 500:
        return None
    said = f"The domain refers to {taken:,} others, {taken / given:,.0f} times as many as refer to it."
    return sign(ramp(taken / given, 20, 100), said, linked_domains=taken, referring_domains=given)


def _age(facts: Facts) -> float:
    return ((facts.now or 0) - (facts.domain.first_seen or 0)) / _DAY


def new_domain(facts: Facts) -> Sign | None:
    days = _age(facts)
    if not 0 <= days < 60:
        return None
    return sign(1 - days / 120, f"The domain was first seen {days:.0f} days ago.", days=round(days))


def long_known(facts: Facts) -> Sign | None:
    years = _age(facts) / 365.25
    return sign(
        ramp(years, 3, 10), f"The domain has been known for {years:.0f} years.", years=round(years, 1)
    )


def sudden_links(facts: Facts) -> Sign | None:
    new, usual = facts.domain.new_links or 0, facts.domain.usual_links or 0.0
    if new < 50:
        return None
    said = f"{new:,} links came within a week, against {usual:,.0f} in a usual one."
    return sign(ramp(new / max(usual, 1.0), 5, 50), said, new=new, usual=usual)


def one_anchor(facts: Facts) -> Sign | None:
    pages, anchors = facts.domain.pages or 0, facts.domain.anchors or 0
    if pages < 20 or not anchors:
        return None
    said = f"{pages:,} pages link with no more than {anchors:,} different texts."
    return sign(ramp(pages / anchors, 20, 200), said, pages=pages, anchors=anchors)


def platform(facts: Facts) -> Sign | None:
    said = "Many people publish under this domain: what one of them does says little of the others."
    return sign(float(bool(facts.domain.platform)), said)


def _on(kind: ListKind, said: str) -> Callable[[Facts], Sign | None]:
    def look(facts: Facts) -> Sign | None:
        names = sorted({entry.name for entry in facts.domain.lists or () if entry.kind is kind})
        named = ", ".join(map(quoted, names[:5]))
        return sign(
            min(1.0, 0.75 + 0.25 * (len(names) - 1)) if names else 0.0, f"{said}: {named}.", lists=len(names)
        )

    return look


def _metric(name: str, label: str, start: float, full: float) -> Callable[[Facts], Sign | None]:
    def look(facts: Facts) -> Sign | None:
        value = (facts.domain.metrics or {}).get(name)
        if value is None:
            return None
        return sign(ramp(value, start, full), f"{label} is {value:g}.", **{name: value})

    return look


def majestic_flow(facts: Facts) -> Sign | None:
    metrics = facts.domain.metrics or {}
    trust, citation = metrics.get("majestic.tf"), metrics.get("majestic.cf")
    if trust is None or citation is None or citation < 10:
        return None
    ratio = citation / max(trust, 1.0)
    said = f"Majestic's Citation Flow is {ratio:.1f} times its Trust Flow."
    return sign(ramp(ratio, 6.58, 15), said, **{"majestic.tf": trust, "majestic.cf": citation})


_AGAINST, _FOR = Direction.AGAINST, Direction.FOR
_METRICS: Final = ("domain.metrics",)

STANDING_SIGNALS: Final = (
    Signal(
        "domain.authority", "authority", _FOR, "The domain's authority, ours, is 40 of 100 or more.",
        "TrustRank, Gyöngyi et al., VLDB 2004; our choice of weight.", ("domain.authority",), 1.0, authority,
    ),
    Signal(
        "domain.many-referrers", "many referring domains", _FOR,
        "200 domains or more refer to it in the web graph. Farms refer to each other, so it weighs less "
        "than authority.",
        f"{_WEBSPAM}.", ("domain.in_degree",), 0.5, many_referrers,
    ),
    Signal(
        "domain.authority-mismatch", "many links, little authority", _AGAINST,
        "100 links or more come from a domain whose authority is below 10.",
        "Semrush marker “poor backlink profile”; our choice of weight.",
        ("domain.authority", "domain.links"), 0.4, authority_mismatch,
    ),
    Signal(
        "domain.nobody-refers", "refers to many, known to none", _AGAINST,
        "The domain refers to 100 others or more, and at most three refer to it.",
        f"{_WEBSPAM} (degree features).", ("domain.in_degree", "domain.out_degree"), 0.6, nobody_refers,
    ),
    Signal(
        "domain.gives-away", "refers to far more than refer to it", _AGAINST,
        "The domain refers to 500 others or more, and to 20 times as many as refer to it.",
        f"{_WEBSPAM} (degree features).", ("domain.in_degree", "domain.out_degree"), 0.4, gives_away,
    ),
    Signal(
        "domain.new", "first seen lately", _AGAINST,
        "The domain was first seen less than 60 days ago. First seen is not registered, so it weighs little.",
        "Hao et al., PREDATOR, CCS 2016 (registration features); our choice of weight.",
        ("domain.first_seen", "now"), 0.3, new_domain,
    ),
    Signal(
        "domain.long-known", "known for years", _FOR,
        "The domain has been known for three years or more. Expired names are bought again, so it weighs "
        "little.",
        f"The reverse of the signal above; {_POLICY} (expired domain abuse).", ("domain.first_seen", "now"),
        0.4, long_known,
    ),
    Signal(
        "domain.sudden-links", "many links within a week", _AGAINST,
        "50 new links or more within a week, and five times the usual number. A new footer does the same.",
        "Published cases such as Superb Digital 2015; our choice of weight.",
        ("domain.new_links", "domain.usual_links"), 0.3, sudden_links,
    ),
    Signal(
        "domain.one-anchor", "many pages, one text", _AGAINST,
        "20 pages or more to each different anchor text. Templates are like that, so it weighs little.",
        f"{_POLICY} (links in templates).", ("domain.pages", "domain.anchors"), 0.2, one_anchor,
    ),
    Signal(
        "domain.platform", "platform of many authors", _FOR,
        "The domain is a platform (blogs, code, shops) where many publish. It is never flagged as a whole.",
        "Public Suffix List, private section, and our own table.", ("domain.platform",), 0.5, platform,
    ),
    Signal(
        "domain.referrer-spam", "on a list of referrer spam", _AGAINST,
        "A list that you loaded names the domain for referrer spam. Referrer spam is not link spam: a weak "
        "sign.",
        "Such as the list of the Matomo project, github.com/matomo-org/referrer-spam-list.",
        ("domain.lists",), 1.0, _on(ListKind.REFERRER_SPAM, "On lists of referrer spam"),
    ),
    Signal(
        "domain.malware", "on a list of malware", _AGAINST,
        "A list that you loaded names the domain for malware or phishing. Hacked sites are on such lists "
        "for a while.",
        "Semrush marker “malware”; our choice of weight.",
        ("domain.lists",), 1.0, _on(ListKind.MALWARE, "On lists of malware"),
    ),
    Signal(
        "domain.disposable", "on a list of throw-away mail", _AGAINST,
        "A list that you loaded names the domain as a throw-away mail service.", "Our choice; a weak sign.",
        ("domain.lists",), 0.4, _on(ListKind.DISPOSABLE, "On lists of throw-away mail services"),
    ),
    Signal(
        "domain.shortener", "on a list of shorteners", _AGAINST,
        "A list that you loaded names the domain as a shortener: its addresses hide where they lead.",
        "Our choice; a weak sign.", ("domain.lists",), 0.2, _on(ListKind.SHORTENER, "On lists of shorteners"),
    ),
    Signal(
        "domain.reputable", "on a list of reputable sites", _FOR,
        "A list that you loaded names the domain as reputable.",
        "TrustRank seeds, Gyöngyi et al., VLDB 2004.",
        ("domain.lists",), 1.5, _on(ListKind.REPUTABLE, "On lists of reputable sites"),
    ),
    Signal(
        "domain.moz-spam", "Moz Spam Score", _AGAINST, "Moz's Spam Score is 31 or more (its middle band).",
        "Moz: 1 to 30 low, 31 to 60 medium, 61 to 100 high.", _METRICS, 0.5,
        _metric("moz.spam_score", "Moz's Spam Score", 31, 80), vendor=True,
    ),
    Signal(
        "domain.semrush-toxicity", "Semrush Toxicity Score", _AGAINST,
        "Semrush's Toxicity Score is 60 or more (its highest band). Its weights are unpublished.",
        "Semrush: bands 0 to 44, 45 to 59, 60 to 100.", _METRICS, 0.5,
        _metric("semrush.toxicity", "Semrush's Toxicity Score", 60, 100), vendor=True,
    ),
    Signal(
        "domain.ahrefs-spam", "Ahrefs spam flag", _AGAINST, "Ahrefs flags the link as spam.",
        "Ahrefs, column “Is spam”; how it is decided is unpublished.", _METRICS, 0.5,
        _metric("ahrefs.is_spam", "Ahrefs' spam flag", 1, 1), vendor=True,
    ),
    Signal(
        "domain.majestic-flow", "Majestic flows apart", _AGAINST,
        "Majestic's Citation Flow is 10 or more and over 6.58 times its Trust Flow.",
        "blog.majestic.com: 6.58 is the upper fence of the ratio on the Majestic Million.", _METRICS, 0.4,
        majestic_flow,
        vendor=True,
    ),
)  # fmt: skip

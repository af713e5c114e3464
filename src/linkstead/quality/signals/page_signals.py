"""Signals of the page: how many links it gives away, whether there is anything to read on it.

Many good pages trip one of these (Moz says so of its own 27 features); only several together weigh.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from linkstead.quality.rule import quoted
from linkstead.quality.signals.signal import Direction, Sign, Signal, ramp, sign
from linkstead.quality.vocabulary import folded, risky_trade

if TYPE_CHECKING:
    from linkstead.quality.facts import Facts

_POLICY: Final = "Google spam policies, developers.google.com/search/docs/essentials/spam-policies"
_MOZ: Final = "Moz Spam Score, one of its 27 features"
_CONTENT: Final = "Ntoulas et al., Detecting spam web pages through content analysis, WWW 2006"

_SELLS_LINKS = re.compile(
    r"(?<!\w)(?:sponsored posts? (?:accepted|welcome)|buy (?:a )?(?:guest|sponsored) posts?|guest posts? "
    "(?:for sale|"
    r"service|price)|write for us|submit (?:a )?guest posts?|buy (?:back)?links|link(?:s)? for "
    "sale|gastbeitrag "
    r"(?:kaufen|buchen)|купить ссылки|размещение ссылок|comprar enlaces|acheter des liens)(?!\w)"
)
_DIRECTORY = re.compile(
    r"(?<!\w)(?:(?:web|link|site|seo|free|business) director(?:y|ies)|submit (?:your "
    ")?(?:site|url|link|website)|"
    r"add (?:your )?(?:url|link|site)|social bookmark(?:s|ing)?|webkatalog|linkverzeichnis|annuaire "
    "(?:web|de liens)|"
    r"каталог сайтов|directorio de enlaces)(?!\w)"
)
_FORUM_PLACE = re.compile(
    r"/(?:profiles?|members?|users?|memberlist|user-profile)(?:[./]|\.php)|[?&](?:action=profile|u=\d|mode=viewprofile)",
    re.IGNORECASE,
)
_GENERATED: Final = 0.35  # share of repeated three-word runs; prose seldom passes 0.1 (our choice)


def _text(facts: Facts) -> str:
    return folded(f"{facts.page.title or ''} {facts.page.opening or ''}")


def outlinks(facts: Facts) -> Sign | None:
    count = facts.page.outlinked_domains or 0
    return sign(ramp(count, 100, 400), f"The page links to {count:,} other domains.", domains=count)


def external_share(facts: Facts) -> Sign | None:
    share, links = facts.page.external_share or 0.0, facts.page.links or 0
    if links < 30:
        return None
    return sign(
        ramp(share, 0.8, 0.98),
        f"{share:.0%} of the page's links lead to other sites.",
        share=share,
        links=links,
    )


def links_to_text(facts: Facts) -> Sign | None:
    count, words = facts.page.outlinks or 0, facts.page.words or 0
    if count < 20:
        return None
    rate = 100 * count / max(words, 1)
    return sign(
        ramp(rate, 10, 40),
        f"{count:,} links to other sites stand among {words:,} words.",
        outlinks=count,
        words=words,
    )


def thin(facts: Facts) -> Sign | None:
    words, count = facts.page.words or 0, facts.page.outlinks or 0
    if words >= 100 or count < 3 or facts.page.script_built:
        return None
    return sign(
        1 - words / 200, f"The page has {words:,} words and {count:,} links to other sites.", words=words
    )


def scattered(facts: Facts) -> Sign | None:
    count, domains = facts.page.outlinks or 0, facts.page.outlinked_domains or 0
    if count < 50:
        return None
    said = f"{count:,} links go to {domains:,} domains, hardly two to the same."
    return sign(ramp(domains / count, 0.85, 1.0), said, outlinks=count, domains=domains)


def hidden_links(facts: Facts) -> Sign | None:
    hidden, links = facts.page.hidden_links or 0, facts.page.links or 0
    if hidden < 10:
        return None
    said = f"{hidden:,} of {links:,} links cannot be seen."
    return sign(ramp(hidden / max(links, 1), 0.3, 0.8), said, hidden=hidden, links=links)


def soft_404(facts: Facts) -> Sign | None:
    return sign(float(bool(facts.page.soft_404)), "The page says that there is no such page.")


def parked(facts: Facts) -> Sign | None:
    return sign(float(bool(facts.page.parked)), "The domain is parked or for sale.")


def primary(language: str) -> str:
    """`de` of `de-AT`."""
    return language.strip().lower().partition("-")[0].partition("_")[0]


def _speaks_ours(facts: Facts) -> bool | None:
    ours = {primary(language) for language in facts.site.languages or ()}
    theirs = primary(facts.page.language or "")
    return theirs in ours if ours and theirs else None


def foreign_language(facts: Facts) -> Sign | None:
    said = f"The page is in {quoted(facts.page.language or '')}, which your site does not speak."
    return sign(float(_speaks_ours(facts) is False), said, language=facts.page.language)


def same_language(facts: Facts) -> Sign | None:
    said = f"The page is in {quoted(facts.page.language or '')}, as your site is."
    return sign(float(_speaks_ours(facts) is True), said, language=facts.page.language)


def repeated_text(facts: Facts) -> Sign | None:
    share, words = facts.page.repeated_share or 0.0, facts.page.words or 0
    if words < 200:
        return None
    said = f"{share:.0%} of the runs of three words stand on the page more than once."
    return sign(ramp(share, _GENERATED, 0.8), said, share=share, words=words)


def open_comments(facts: Facts) -> Sign | None:
    count = (facts.page.placements or {}).get("comment", 0)
    return sign(ramp(count, 30, 150), f"{count:,} links stand in comments.", comment_links=count)


def forum_profile(facts: Facts) -> Sign | None:
    found = _FORUM_PLACE.search((facts.page.url or "")[:2_000])
    said = "The address is that of a member's profile, which anybody can fill in."
    return sign(float(found is not None), said, pattern=None if found is None else found[0])


def directory(facts: Facts) -> Sign | None:
    found = _DIRECTORY.search(_text(facts))
    if found is None or (facts.page.outlinks or 0) < 20:
        return None
    return sign(1.0, f"The page calls itself a list that takes links: {quoted(found[0])}.", words=found[0])


def sells_links(facts: Facts) -> Sign | None:
    found = _SELLS_LINKS.search(_text(facts))
    if found is None:
        return None
    return sign(1.0, f"The page offers places for links: {quoted(found[0])}.", words=found[0])


def own_trade(facts: Facts) -> str | None:
    """The risky trade that the user's own domain names: its words are no sign then."""
    return risky_trade((facts.site.site or "").replace(".", " ").replace("-", " "))


def risky_title(facts: Facts) -> Sign | None:
    trade = risky_trade(facts.page.title or "")
    if trade is None or own_trade(facts) == trade:
        return None
    return sign(1.0, f"The title has words of {trade}.", trade=trade)


def text_to_read(facts: Facts) -> Sign | None:
    words, count = facts.page.words or 0, facts.page.outlinks or 0
    if count * 50 > words:
        return None
    return sign(ramp(words, 400, 1200), f"The page has {words:,} words to read.", words=words)


def few_outlinks(facts: Facts) -> Sign | None:
    domains, words = facts.page.outlinked_domains or 0, facts.page.words or 0
    if not 1 <= domains <= 10 or words < 150:
        return None
    return sign(1.0, f"The page links to no more than {domains:,} other domains.", domains=domains)


def sibling_links(facts: Facts) -> Sign | None:
    placed = facts.page.placements or {}
    own = placed.get("navigation", 0) + placed.get("header", 0)
    if own < 3 or (facts.page.external_share or 0) > 0.5:
        return None
    return sign(1.0, f"The page belongs to a site with a menu ({own:,} links).", menu_links=own)


_AGAINST, _FOR = Direction.AGAINST, Direction.FOR

PAGE_SIGNALS: Final = (
    Signal(
        "page.outlinks", "many linked domains", _AGAINST,
        "The page links to 100 other domains or more. Link lists and farms do; so do blogrolls and good "
        "directories.",
        f"{_MOZ} (number of linked domains); {_POLICY}.", ("page.outlinked_domains",), 0.6, outlinks,
    ),
    Signal(
        "page.external-share", "nearly all links lead away", _AGAINST,
        "Of at least 30 links, 80% or more lead to other sites. Most pages link mainly within their own "
        "site.",
        f"{_MOZ} (ratio of external links to content).", ("page.external_share", "page.links"), 0.4,
        external_share,
    ),
    Signal(
        "page.links-to-text", "more links than text", _AGAINST,
        "At least 20 links to other sites, and one or more to every ten words.",
        f"{_MOZ} (ratio of external links to content); {_CONTENT}.", ("page.outlinks", "page.words"), 0.6,
        links_to_text,
    ),
    Signal(
        "page.thin", "hardly any text", _AGAINST,
        "Fewer than 100 words and at least three links to other sites. Pages built by script are left out.",
        f"{_CONTENT}; {_POLICY} (scaled content abuse).", ("page.words", "page.outlinks"), 0.4, thin,
    ),
    Signal(
        "page.scattered", "each link to another domain", _AGAINST,
        "Of at least 50 links to other sites, hardly two lead to the same domain, as in lists that are sold "
        "by the line.",
        "Gyöngyi and Garcia-Molina, Link spam alliances, VLDB 2005; the limit is our choice.",
        ("page.outlinks", "page.outlinked_domains"), 0.4, scattered,
    ),
    Signal(
        "page.hidden-links", "hidden links", _AGAINST,
        "At least 10 links, and 30% of all, cannot be seen. Menus that open on a click are hidden too, so "
        "it weighs little.",
        f"{_POLICY} (hidden text and links).", ("page.hidden_links", "page.links"), 0.4, hidden_links,
    ),
    Signal(
        "page.soft-404", "says not found", _AGAINST,
        "The page answers with a good status and says that there is nothing.",
        "Google on soft 404 errors, developers.google.com/search/docs/crawling-indexing/http-network-errors.",
        ("page.soft_404",), 0.4, soft_404,
    ),
    Signal(
        "page.parked", "parked domain", _AGAINST,
        "The page shows the signs of a parked, expired or suspended domain.",
        f"Vissers et al., Parking Sensors, NDSS 2015; {_POLICY} (expired domain abuse).", ("page.parked",),
        0.7, parked,
    ),
    Signal(
        "page.foreign-language", "another language", _AGAINST,
        "The page is in a language that your site does not speak. Readers of all countries link, so it "
        "weighs little.",
        "Semrush marker “links from other countries”; no published measurement.",
        ("page.language", "site.languages"), 0.2, foreign_language,
    ),
    Signal(
        "page.same-language", "the same language", _FOR,
        "The page is in a language of your site.", "The reverse of the signal above; our choice.",
        ("page.language", "site.languages"), 0.2, same_language,
    ),
    Signal(
        "page.repeated-text", "text that repeats itself", _AGAINST,
        "Of at least 200 words, a third of the runs of three words or more stand there twice, as in spun "
        "and stuffed text.",
        f"{_CONTENT} (n-gram likelihoods, compressibility).", ("page.repeated_share", "page.words"), 0.5,
        repeated_text,
    ),
    Signal(
        "page.open-comments", "comments full of links", _AGAINST,
        "30 links or more stand in comments: nobody reads what is posted there. Busy blogs trip it too.",
        f"{_POLICY} (forum comments with optimised links).", ("page.placements",), 0.4, open_comments,
    ),
    Signal(
        "page.forum-profile", "a member's profile", _AGAINST,
        "The address is that of a forum's or portal's member page, which machines fill in by the thousand.",
        f"{_POLICY} (user-generated spam).", ("page.url",), 0.4, forum_profile,
    ),
    Signal(
        "page.directory", "a directory of links", _AGAINST,
        "The page calls itself a directory or bookmark list that takes links, and has at least 20 of them.",
        f"{_POLICY} (low-quality directory or bookmark links).", ("page.outlinks",), 0.6, directory,
    ),
    Signal(
        "page.sells-links", "offers places for links", _AGAINST,
        "The title or the first lines offer guest posts, sponsored posts or links. Some magazines invite "
        "authors with "
        "the same words.",
        f"{_POLICY} (buying or selling links).", ("page.opening",), 0.6, sells_links,
    ),
    Signal(
        "page.risky-title", "a risky trade in the title", _AGAINST,
        "The title has words of gambling, pharmacy or adult trades, and your own domain does not name the "
        "trade.",
        f"{_MOZ} (poison words).", ("page.title",), 0.8, risky_title,
    ),
    Signal(
        "page.text-to-read", "text to read", _FOR,
        "400 words or more, and at least 50 of them for each link to another site.",
        f"{_CONTENT}; the limit is ours.",
        ("page.words", "page.outlinks"), 0.4, text_to_read,
    ),
    Signal(
        "page.few-outlinks", "few linked domains", _FOR,
        "The page links to no more than ten other domains and has 150 words or more: each link was chosen.",
        f"The reverse of {_MOZ} (number of linked domains).", ("page.outlinked_domains", "page.words"), 0.4,
        few_outlinks,
    ),
    Signal(
        "page.menu", "part of a site", _FOR,
        "The page has a menu of its own site, and at most half of its links lead away.",
        "Our choice; no published measurement.", ("page.placements", "page.external_share"), 0.2,
        sibling_links,
    ),
)  # fmt: skip

"""Signals of the network: what the domain shares with other domains that link to the same site.

Evidence of a common hand is what few share: a value that more than one in ten thousand hosts of the
known web has (an address block of a CDN, a shared theme) says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.quality.signals.signal import Direction, Sign, Signal, ramp, sign

if TYPE_CHECKING:
    from linkstead.quality.facts import Facts

#: A value that a greater part of the known web has proves nothing (our rule).
COMMON: Final = 1e-4


def same_block(facts: Facts) -> Sign | None:
    others = facts.network.same_block or 0
    if (facts.network.block_share or 0.0) > COMMON:
        return None
    said = f"{others:,} other referring domains stand in the same address block."
    return sign(ramp(others, 5, 50), said, domains=others, block=facts.domain.address_block)


def same_ids(facts: Facts) -> Sign | None:
    others = facts.network.same_ids or 0
    if (facts.network.ids_share or 0.0) > COMMON or facts.network.ids_of_ours:
        return None
    said = f"{others:,} other referring domains carry the same analytics or advertising account."
    return sign(ramp(others, 2, 20), said, domains=others)


def ids_of_ours(facts: Facts) -> Sign | None:
    said = "The page carries an analytics or advertising account of your own site."
    return sign(float(bool(facts.network.ids_of_ours)), said)


def same_template(facts: Facts) -> Sign | None:
    others = facts.network.same_template or 0
    said = f"{others:,} other referring domains have pages of the same make."
    return sign(ramp(others, 5, 50), said, domains=others)


def same_outlinks(facts: Facts) -> Sign | None:
    share = facts.network.outlink_overlap or 0.0
    said = f"Another referring domain links to nearly the same domains (similarity {share:.0%})."
    return sign(ramp(share, 0.5, 0.9), said, similarity=share)


def reciprocal(facts: Facts) -> Sign | None:
    return sign(float(bool(facts.network.reciprocal)), "Your site links back to the domain.")


def three_way(facts: Facts) -> Sign | None:
    count = facts.network.three_way or 0
    said = f"{count:,} chains lead from your site over another domain back through this one."
    return sign(ramp(count, 3, 20), said, chains=count)


def stands_alone(facts: Facts) -> Sign | None:
    network = facts.network
    alone = not (network.same_ids or network.same_template or network.same_block)
    return sign(
        float(alone), "The domain shares no account, make or address block with others that link to you."
    )


_AGAINST, _FOR = Direction.AGAINST, Direction.FOR
_EXCHANGE: Final = "Google spam policies (excessive link exchanges), "
"developers.google.com/search/docs/essentials/spam-policies"

NETWORK_SIGNALS: Final = (
    Signal(
        "network.same-block", "same address block", _AGAINST,
        "Five other referring domains or more stand in the same /24 address block, and the block is not a "
        "large host's.",
        "Affiliated hosts: Bharat and Mihaila, Hilltop; Semrush on one IP network.",
        ("network.same_block",), 0.3, same_block,
    ),
    Signal(
        "network.same-ids", "same analytics or advertising account", _AGAINST,
        "Two other referring domains or more carry the same account identifier: one publisher owns them. "
        "Publishers of "
        "good magazines own several, too.",
        "WWW 2022: about 90% of the sites that carry Google publisher ids have one publisher.",
        ("network.same_ids",), 0.6, same_ids,
    ),
    Signal(
        "network.own-ids", "an account of yours", _FOR,
        "The page carries an analytics or advertising account of your own site: it is probably yours.",
        "The same source; our choice of weight.", ("network.ids_of_ours",), 1.0, ids_of_ours,
    ),
    Signal(
        "network.same-template", "same make of page", _AGAINST,
        "Five other referring domains or more have pages with the same skeleton of tags. Popular themes "
        "look alike, so "
        "it weighs little.",
        "Semrush marker “mirror pages”; our choice of weight.", ("network.same_template",), 0.4,
        same_template,
    ),
    Signal(
        "network.same-outlinks", "same linked domains", _AGAINST,
        "Another referring domain links to half the same domains or more.",
        "Becchetti et al., Link analysis for web spam detection, ACM TWEB 2008 (co-citation); Semrush “link "
        "networks”.",
        ("network.outlink_overlap",), 0.6, same_outlinks,
    ),
    Signal(
        "network.reciprocal", "links both ways", _AGAINST,
        "Your site links back. Neighbours, partners and sources do that; only many exchanges are spam, so "
        "it weighs little.",
        f"{_EXCHANGE}.", ("network.reciprocal",), 0.2, reciprocal,
    ),
    Signal(
        "network.three-way", "exchange over a third site", _AGAINST,
        "Three chains or more lead from your site over another domain back through this one.",
        f"{_EXCHANGE}.", ("network.three_way",), 0.3, three_way,
    ),
    Signal(
        "network.stands-alone", "stands alone", _FOR,
        "Account, make of page and address block are known, and no other referring domain shares one of "
        "them.",
        "The reverse of the signals above; our choice.",
        ("network.same_ids", "network.same_template", "network.same_block"), 0.3, stands_alone,
    ),
)  # fmt: skip

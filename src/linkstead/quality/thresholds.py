"""From when on a rule speaks: every limit with the reason for it, in one table.

A rule that fires on three links teaches people to ignore it. Limits marked "our choice" rest on
judgement, not on a published measurement, and are meant to be argued with.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Threshold(NamedTuple):
    """A limit and why it is where it is."""

    value: float
    why: str


THRESHOLDS: Final[dict[str, Threshold]] = {
    "links_for_shares": Threshold(20, "below 20 links a share moves by 5 points with each link; our choice"),
    "domains_for_shares": Threshold(
        30, "with 30 domains the 95% interval of a share of 30% is still 16 points wide each way"
    ),
    "anchor_domains": Threshold(10, "an anchor on fewer than 10 domains is a handful of people; our choice"),
    "anchor_share": Threshold(
        0.15,
        "one text that is neither name nor address, on every seventh domain, seldom grows by itself; "
        "our choice",
    ),
    "commercial_share": Threshold(
        0.20, "selling words on every fifth domain read as placed links; our choice"
    ),
    "vocabulary_domains": Threshold(3, "one or two domains are chance, three a pattern; our choice"),
    "vocabulary_warns_at": Threshold(
        0.05, "from every twentieth domain on it shapes the profile; our choice"
    ),
    "burst_months": Threshold(6, "a median needs six other months to be steady; our choice"),
    "burst_factor": Threshold(
        5, "published attacks brought five times the usual and more (Superb Digital 2015: 196 to 1,500 links)"
    ),
    "burst_links": Threshold(50, "five times next to nothing is still next to nothing; our choice"),
    "burst_looks_back": Threshold(13, "a burst older than a year is history, nothing to act on; our choice"),
    "sitewide_share": Threshold(
        0.5, "half of all links from one domain hides what the others do; our choice"
    ),
    "sitewide_links": Threshold(50, "fewer links are a few pages, no template; our choice"),
    "sitewide_domains": Threshold(10, "of fewer domains one always holds most; our choice"),
    "tld_country_share": Threshold(
        0.6, "a country's domains dominate naturally when one serves it; our choice"
    ),
    "tld_new_share": Threshold(0.25, "no newer generic suffix holds near a quarter of the web; our choice"),
    "unverified_share": Threshold(
        0.5, "with under half looked at, the states describe a minority; our choice"
    ),
    "unknown_share": Threshold(
        0.2, "from every fifth look on, what is not known shifts the totals; our choice"
    ),
    "quarantine_warns_at": Threshold(
        0.05, "a few odd rows are normal, one in twenty is a broken file; our choice"
    ),
    "domains_only": Threshold(10, "fewer can be looked up by hand; our choice"),
    "trend_months": Threshold(3, "one month is weather, three are a trend; our choice"),
    "loss_factor": Threshold(1.5, "half as many again as were found is no chance; our choice"),
    "usual_new": Threshold(10, "with fewer a month, half of the usual is a handful; our choice"),
    "slow_share": Threshold(0.5, "half of the usual is a change that one would want to know of; our choice"),
    "lost_share": Threshold(0.3, "with nearly a third gone, totals of a source say little; our choice"),
    "gone_domains": Threshold(3, "one or two domains are chance, three a reason to look; our choice"),
    "shape_links": Threshold(50, "where links lead and stand is steady from about 50 on; our choice"),
    "home_share": Threshold(0.95, "nearly all; small sites often have four in five; our choice"),
    "redirected_share": Threshold(0.3, "a third of all links on redirects is a move to remember; our choice"),
    "template_share": Threshold(0.6, "from here on templates, not texts, make the profile; our choice"),
    "comment_share": Threshold(0.3, "every third link a comment is seldom chance; our choice"),
    "qualified_links": Threshold(100, "two in a hundred need a hundred; our choice"),
    "qualified_share": Threshold(
        0.02, "most profiles have more than one qualified link in fifty; our choice"
    ),
    "wordless_share": Threshold(0.4, "logos and badges seldom make more than a third; our choice"),
    "top_domains": Threshold(100, "of fewer domains ten are no small part; our choice"),
    "top_share": Threshold(0.9, "nine in ten links from ten domains hide what the others do; our choice"),
    "export_age_days": Threshold(180, "in half a year a good part of a profile changes; our choice"),
    "paid_days_left": Threshold(30, "time enough to ask for a new price before the link goes; our choice"),
    "judged_domains": Threshold(
        30, "of fewer judged domains each moves the share by over 3 points; our choice"
    ),
    "flagged_domains": Threshold(3, "one or two domains are chance; our choice"),
    "flagged_share": Threshold(
        0.1, "of what is flagged a part is flagged wrongly, so a smaller share says little; our choice"
    ),
    "hops": Threshold(
        1,
        "one redirect is how a move is done; Google asks to keep chains short (Site moves with URL changes)",
    ),
}

#: From which value on a vendor's metric counts as "worth having". Each vendor counts in its own way,
#: so the limits are per metric and never compared; a metric that is not here does not decide.
METRIC_FLOORS: Final[dict[str, float]] = {
    "ahrefs.dr": 20,  # Domain Rating, logarithmic, 0 to 100
    "ahrefs.ur": 10,  # URL Rating, logarithmic, 0 to 100
    "semrush.domain_ascore": 20,  # Authority Score, 0 to 100
    "semrush.page_ascore": 10,
    "se_ranking.domain_inlink_rank": 20,  # Domain InLink Rank, 0 to 100
    "se_ranking.inlink_rank": 15,
    "moz.da": 20,  # Domain Authority, 1 to 100
    "moz.pa": 15,
    "majestic.tf": 10,  # Trust Flow, 0 to 100, and lower than other vendors' numbers
    "majestic.source_tf": 10,
}

#: What each vendor calls its number in its own product. Every metric with a limit stands here too.
METRIC_NAMES: Final[dict[str, str]] = {
    "ahrefs.dr": "Ahrefs DR",
    "ahrefs.ur": "Ahrefs UR",
    "semrush.domain_ascore": "Semrush AS",
    "semrush.page_ascore": "Semrush page AS",
    "se_ranking.domain_inlink_rank": "SE Ranking Domain InLink Rank",
    "se_ranking.inlink_rank": "SE Ranking InLink Rank",
    "moz.da": "Moz DA",
    "moz.pa": "Moz PA",
    "majestic.tf": "Majestic TF",
    "majestic.cf": "Majestic CF",
    "majestic.source_tf": "Majestic source TF",
    "ubersuggest.domain_score": "Ubersuggest domain score",
    "ubersuggest.page_score": "Ubersuggest page score",
    "mapped.domain_metric": "Domain metric",
    "mapped.page_metric": "Page metric",
}


def limit(name: str) -> float:
    """The value of a threshold."""
    return THRESHOLDS[name].value

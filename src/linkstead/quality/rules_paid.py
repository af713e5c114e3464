"""Rules over links that were paid for: what ends, what is gone, what search engines ask to be marked.

Paying for a link is advertising, and no fault. A paid link that passes votes is one by the engines' own
policies, which ask for `sponsored` or `nofollow`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from linkstead.quality.payments import days_left
from linkstead.quality.rule import Evidence, Hit, Rule, examples, number, some, verb
from linkstead.quality.thresholds import limit
from linkstead.summary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.summary import PaidPart, PaidRow, ProfileSummary

#: Currencies that a title names.
_SUMS: Final = 3


def _evidence(rows: Iterable[PaidRow], now: int) -> tuple[Evidence, ...]:
    return examples(
        {
            "page": row.page_url if row.page_url != row.domain else None,
            "domain": row.domain,
            "state": row.state,
            "links": row.links,
            "rel": " ".join(row.rel) or None,
            "cost": row.cost,
            "currency": row.currency,
            "paid_until": _last_day(row.until),
            "days_left": days_left(row, now),
        }
        for row in rows
    )


def _last_day(until: int | None) -> str | None:
    """The last day that is paid for, as YYYY-MM-DD."""
    return None if until is None else datetime.fromtimestamp(until - 1, tz=UTC).strftime("%Y-%m-%d")


def _costs(part: PaidPart) -> str:
    """What a part cost: ` (1,200 EUR and 90 USD)`, empty where no cost is known."""
    sums = [f"{cost:,.2f}".removesuffix(".00") + f" {name}".rstrip() for name, cost in part.costs.items()]
    if not sums:
        return ""
    more = " and more" if len(sums) > _SUMS else ""
    return f" ({' and '.join(sums[:_SUMS])}{more})"


def paid_links_end(summary: ProfileSummary, now: int) -> Hit | None:
    paid = summary.paid
    if paid is None or not paid.ending.count + paid.ended.count:
        return None
    ending, ended = paid.ending.count, paid.ended.count
    said = []
    if ending:
        days = f"{limit('paid_days_left'):g} days"
        said.append(
            f"{some(ending, 'paid link')}{_costs(paid.ending)} {verb(ending, 'ends', 'end')} within {days}"
        )
    if ended:
        still = f"{verb(ended, 'is', 'are')} no longer paid for and not known to be gone"
        said.append(f"{some(ended, 'link') if ending else some(ended, 'once paid link')} {still}")
    rows = (*paid.ending.rows, *paid.ended.rows)
    return Hit(f"{', '.join(said)}.", ending + ended, _evidence(rows, now))


def paid_links_gone(summary: ProfileSummary, now: int) -> Hit | None:
    if summary.paid is None or not summary.paid.gone.count:
        return None
    part = summary.paid.gone
    title = (
        f"{some(part.count, 'link')} that {verb(part.count, 'is', 'are')} paid for{_costs(part)}"
        f" {verb(part.count, 'is', 'are')} no longer on {verb(part.count, 'its page', 'their pages')}."
    )
    return Hit(title, part.count, _evidence(part.rows, now))


def paid_links_followed(summary: ProfileSummary, now: int) -> Hit | None:
    if summary.paid is None or not summary.paid.followed.count:
        return None
    part = summary.paid.followed
    title = (
        f"{number(part.count)} of {some(summary.paid.kept, 'paid link')} "
        f"{verb(part.count, 'passes', 'pass')} votes: neither sponsored, nor nofollow, nor ugc."
    )
    return Hit(title, part.count, _evidence(part.rows, now))


def paid_links_not_known(summary: ProfileSummary, now: int) -> Hit | None:
    if summary.paid is None or not summary.paid.unknown.count:
        return None
    part = summary.paid.unknown
    title = f"No backlink is known on {some(part.count, 'page or domain', 'pages or domains')} paid for."
    title = title.removesuffix(".") + f"{_costs(part)}."
    return Hit(title, part.count, _evidence(part.rows, now))


_QUALIFY: Final = "developers.google.com/search/docs/crawling-indexing/qualify-outbound-links"
_POLICY: Final = "developers.google.com/search/docs/essentials/spam-policies (link spam)"

PAID_RULES: Final = (
    Rule(
        "LS042",
        "paid-links-end",
        Severity.WARNING,
        f"Paid links whose paid time is over within {limit('paid_days_left'):g} days, and those whose time "
        "is over and that are not known to be gone.",
        "A link that is not renewed may be taken down without a word; one that stays can be counted on no "
        "more.",
        "Our rule: what you keep with `linkstead paid`.",
        "Look at what the links bring, and renew them or let them go. Enter the new end with `linkstead "
        "paid`.",
        paid_links_end,
    ),
    Rule(
        "LS043",
        "paid-links-gone",
        Severity.WARNING,
        "Paid links whose paid time is not over, and of which every known backlink is lost or was missing at "
        "the last look. Where only some are gone, the list of paid links says so.",
        "You pay for something that is not there. The state says whether the loss is confirmed.",
        "Our rule: what you keep with `linkstead paid`.",
        "Ask for the link to be put back, or for the money of the time that is left. Look again first where "
        "the state is in doubt.",
        paid_links_gone,
    ),
    Rule(
        "LS044",
        "paid-links-followed",
        Severity.WARNING,
        "Paid links, not known to be gone, that carry neither sponsored nor nofollow nor ugc, neither from "
        "the link nor from the page.",
        "Buying links that pass votes is link spam by Google’s policies; marked as sponsored or nofollow, "
        "paid links are advertising like any other. Since December 2022 Google finds sites that buy links "
        "and lets those links count for nothing.",
        f"Google: {_POLICY}; {_QUALIFY}; developers.google.com/search/blog/2022/12/"
        "december-22-link-spam-update.",
        "Ask the editors to mark paid links with rel=sponsored, or nofollow. ugc alone is meant for what "
        "users write.",
        paid_links_followed,
    ),
    Rule(
        "LS045",
        "paid-links-not-known",
        Severity.NOTICE,
        "Pages and domains that are paid for and on which no backlink is known.",
        "The link may never have been set, may be too new for any source, or the address may be written "
        "otherwise: http and https, with and without www. are different pages.",
        "Our rule: what you keep with `linkstead paid`.",
        "Check the addresses, and verify the pages with `linkstead verify`.",
        paid_links_not_known,
    ),
)

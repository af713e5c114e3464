"""What was paid for links: for one page, or by a bare domain for all of its pages.

    keep(store, project_id, [Paid("https://blog.example/post", 250.0, "EUR", until)], who="ed", now=now)
    for row in states(store, project_id): ...

One row a page or domain; said again, the new price and end replace the old ones. Costs are kept in the
currency that they were paid in and never converted. What was agreed, with whom, and what was delivered is
not kept here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import LinkStatus
from linkstead.profile import unjudged
from linkstead.profile.codes import FOLLOWED, STATE_CODE, STATES, rel_words
from linkstead.summary import PaidRow
from linkstead.urls import domain_of, identity_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkstead.profile.store import Store

#: Characters of a note that are kept.
LONGEST_NOTE: Final = 500
#: The worst first; of several links of a page the worst state speaks.
WORST: Final = (
    LinkStatus.LOST,
    LinkStatus.IN_DOUBT,
    LinkStatus.UNREADABLE,
    LinkStatus.UNREACHABLE,
    LinkStatus.BLOCKED,
    LinkStatus.UNVERIFIED,
    LinkStatus.LIVE,
)
_LOST: Final = STATE_CODE["lost"]
_GONE: Final = frozenset({_LOST, STATE_CODE["in doubt"]})
_PAGES: Final = "page"
_DOMAINS: Final = "domain"


class Paid(NamedTuple):
    """What was paid for a page (its URL in normal form), or for all pages of a registrable domain.

    `cost` is in `currency` (three letters of ISO 4217); `until`, in epoch seconds, is the first moment that
    is no longer paid for. None: not known; of `until`: for ever.
    """

    page_url: str
    cost: float | None = None
    currency: str | None = None
    until: int | None = None
    note: str | None = None


class KeptPaid(NamedTuple):
    """A paid link with who wrote it down and when (epoch seconds)."""

    paid: Paid
    who: str
    at: int


class _Group(NamedTuple):
    """Backlinks of one page or domain that are alike."""

    state: int
    followed: int
    rel: int
    links: int


def is_domain(page_url: str) -> bool:
    """Whether a paid link stands for all pages of a domain."""
    return "://" not in page_url


def keep(store: Store, project_id: int, rows: Iterable[Paid], *, who: str, now: int) -> int:
    """Keep what was paid, in place of what was said before of the same pages; how many rows were written."""
    written = [
        (
            project_id,
            identity_key(one.page_url),
            one.page_url,
            one.cost,
            one.currency,
            one.until,
            (one.note or "").replace("\0", "").strip()[:LONGEST_NOTE] or None,
            who,
            now,
        )
        for one in rows
    ]
    with store.transaction():
        store.many(
            "INSERT INTO paid_link (project_id, key, page_url, cost, currency, until, note, who, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, key) DO UPDATE SET"
            " cost = excluded.cost, currency = excluded.currency, until = excluded.until,"
            " note = excluded.note, who = excluded.who, at = excluded.at",
            written,
        )
        _mark(store, project_id, [int(row[1]) for row in written])
    return len(written)


def _mark(store: Store, project_id: int, keys: Sequence[int]) -> None:
    """A price is part of what links are worth: have those domains judged anew."""
    for question in (
        "SELECT domain_id FROM page WHERE project_id = {} AND key IN {{keys}}",
        "SELECT id FROM domain WHERE project_id = {} AND key IN {{keys}}",
    ):
        found = store.lookup(question.format(int(project_id)), keys)
        unjudged.mark(store, project_id, (int(domain_id) for (domain_id,) in found))


def kept(store: Store, project_id: int) -> list[KeptPaid]:
    """Everything that was paid for, what ends first on top, what never ends last."""
    rows = store.query(
        "SELECT page_url, cost, currency, until, note, who, at FROM paid_link WHERE project_id = ?"
        " ORDER BY CASE WHEN until IS NULL THEN 1 ELSE 0 END, until, page_url",
        (project_id,),
    )
    return [KeptPaid(Paid(*row[:5]), str(row[5]), int(row[6])) for row in rows]


def remove(store: Store, project_id: int, page_url: str) -> bool:
    """Forget what was paid for a page or domain; False when nothing was kept of it."""
    with store.transaction():
        touched = store.execute(
            "DELETE FROM paid_link WHERE project_id = ? AND key = ?", (project_id, identity_key(page_url))
        )
        _mark(store, project_id, [identity_key(page_url)])
    return touched > 0


def states(store: Store, project_id: int) -> Iterator[PaidRow]:
    """Each paid link with the worst of its backlinks, in the order of `kept`.

    Reads the backlinks of the paid pages and domains alone, counted by the engine.
    """
    rows = [one.paid for one in kept(store, project_id)]
    known = {
        **_groups(store, project_id, _PAGES, [one.page_url for one in rows if not is_domain(one.page_url)]),
        **_groups(store, project_id, _DOMAINS, [one.page_url for one in rows if is_domain(one.page_url)]),
    }
    for one in rows:
        yield _row(one, known.get(identity_key(one.page_url), ()))


def _groups(store: Store, project_id: int, owner: str, names: Sequence[str]) -> dict[int, list[_Group]]:
    """The backlinks of some pages or domains (`owner`) by their key, those alike counted together."""
    keys = {
        int(row_id): int(key)
        for row_id, key in store.lookup(
            f"SELECT id, key FROM {owner} WHERE project_id = {int(project_id)} AND key IN {{keys}}",
            [identity_key(name) for name in names],
        )
    }
    found: defaultdict[int, list[_Group]] = defaultdict(list)
    for row_id, *alike in store.lookup(
        f"SELECT {owner}_id, state, followed, rel, count(*) FROM backlink WHERE {owner}_id IN {{keys}}"
        f" GROUP BY {owner}_id, state, followed, rel",
        keys,
    ):
        found[keys[int(row_id)]].append(_Group(*map(int, alike)))
    return dict(found)


def _row(one: Paid, groups: Sequence[_Group]) -> PaidRow:
    counts: Counter[int] = Counter()
    for group in groups:
        counts[group.state] += group.links
    there = [group for group in groups if group.state not in _GONE]
    shared = [set(rel_words(group.rel)) for group in there]
    tokens = set.intersection(*shared) if shared else set()
    return PaidRow(
        page_url=one.page_url,
        domain=one.page_url if is_domain(one.page_url) else domain_of(one.page_url),
        cost=one.cost,
        currency=one.currency,
        until=one.until,
        state=min((STATES[code] for code in counts), key=WORST.index, default=None),
        links=counts.total(),
        gone=sum(counts[code] for code in _GONE),
        lost=counts[_LOST],
        followed=sum(group.links for group in there if group.followed == FOLLOWED),
        rel=tuple(sorted(tokens)),
    )

"""Facts of the referring pages and of what they share, as our looks read them, for those who judge.

A domain is judged by its page with the middle number of linked domains: neither its best nor its worst.
Accounts are those of all its pages; parked or a soft 404 is what most of them are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from linkstead.profile import domain_traits, page_facts, targets
from linkstead.profile.domain_traits import TraitsRow
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.quality.facts import PageFacts
from linkstead.quality.networks import Networks, Ours, Traits
from linkstead.quality.sketches import Sketches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from linkstead.profile.page_facts import PageFactsRow
    from linkstead.profile.store import Store
    from linkstead.profile.targets import OwnTraits

_AT_ONCE: Final = 5_000
#: A link of our own pages that was not seen for so long no longer counts.
_OUR_LINKS_LAST: Final = 180 * 86_400
_NAMES: Final = frozenset(field.name for field in fields(PageFacts))
_TUPLES: Final = ("ids", "outlinked")


def own_of(store: Store, project_id: int, *, now: int) -> OwnTraits | None:
    """What our own pages show, with the links that were seen on them of late; None where none was read."""
    return targets.own_traits(store, project_id, since=now - _OUR_LINKS_LAST)


def renew_traits(store: Store, project_id: int, domain_ids: Sequence[int]) -> set[int]:
    """Keep what these domains may share with others, by their pages as they are now; the keys linked to."""
    found = page_facts.of_domains(store, domain_ids)
    rows = [TraitsRow(domain_id, *traits_of(pages)) for domain_id, pages in found.items()]
    with store.transaction():
        domain_traits.write(store, project_id, rows)
    return {key for row in rows for key in row.outlinked or ()}


def networks_of(
    store: Store,
    project_id: int,
    own: OwnTraits | None,
    *,
    of_keys: Collection[int] | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Networks:
    """What the referring domains of a project share by their kept traits, and what with our own pages.

    `of_keys`: what only some domains will be asked about is kept, those whose linked domains these are.
    """
    ours = Ours() if own is None else Ours(own.ids, own.links_to)
    networks = Networks(ours, sketches=Sketches(of_keys))
    for number, row in enumerate(domain_traits.every(store, project_id), 1):
        networks.add(row.domain_id, Traits(*row[1:]))
        if number % _AT_ONCE == 0:
            progress(Progress("Comparing referring domains", number, None, "domains"))
            if should_stop():
                break
    return networks


def page_of(rows: Sequence[PageFactsRow]) -> PageFacts:
    """The page that a domain is judged by."""
    if not rows:
        return PageFacts()
    pages = [read_facts(row.facts) for row in rows]
    middle = sorted(pages, key=lambda page: (page.outlinked_domains or 0, page.url or ""))[len(pages) // 2]
    return replace(
        middle,
        ids=tuple(sorted({each for page in pages for each in page.ids or ()})),
        parked=2 * sum(page.parked is True for page in pages) > len(pages),
        soft_404=2 * sum(page.soft_404 is True for page in pages) > len(pages),
    )


def traits_of(rows: Sequence[PageFactsRow], page: PageFacts | None = None) -> Traits:
    """What a domain may share with others: the commonest make and block of its pages, all their accounts.

    `page` is `page_of(rows)`, where that is at hand.
    """
    page = page_of(rows) if page is None else page
    return Traits(
        template=_commonest(row.facts.get("template") for row in rows),
        ids=page.ids,
        block=_commonest(row.block for row in rows),
        outlinked=page.outlinked,
    )


def read_facts(facts: dict[str, Any]) -> PageFacts:
    """Facts of a page as they were kept; names that an older or newer release had are left out."""
    known = {name: value for name, value in facts.items() if name in _NAMES}
    known |= {name: tuple(known[name]) for name in _TUPLES if known.get(name) is not None}
    return PageFacts(**known)


def _commonest(values: Iterable[Any]) -> Any:  # noqa: ANN401 - whatever kind the values are of
    counts = Counter(value for value in values if value is not None)
    return min(counts, key=lambda value: (-counts[value], str(value))) if counts else None

"""What referring domains have in common: account, make of page, address block, linked domains.

Who has what in common is counted over all referring domains of a project; our own pages say which accounts
and links are ours. Linked domains are compared by sketches (bottom-k: Broder, On the resemblance and
containment of documents, 1997): of the k least keys of both sets together, the share that both have. Only
domains that have one of their `_COMPARED_BY` least keys in common are compared, and none over a key that
many have: what everybody links to says nothing.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.page.facts import SKETCHED
from linkstead.quality.facts import NetworkFacts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

#: With fewer linked domains, two pages may agree by accident; our choice.
FEWEST_LINKED: Final = 8
#: A linked domain that more than so many referring domains have is a button that all have; our choice.
MOST_SHARED: Final = 200
_COMPARED_BY: Final = 8
#: A domain is compared with so many others at most.
_MOST_COMPARED: Final = 64


class Traits(NamedTuple):
    """What a domain may share: a simhash, accounts, an address block, a sketch; None: not known."""

    template: int | None = None
    ids: tuple[str, ...] | None = None
    block: str | None = None
    outlinked: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ours:
    """What our own pages show: accounts, and keys of the domains that they link to; None: none was read."""

    ids: frozenset[str] | None = None
    links_to: Collection[int] | None = None


@dataclass(slots=True)
class Networks:
    """Counts what the domains of a project share. Add each once, then ask."""

    ours: Ours = field(default_factory=Ours)
    _templates: Counter[int] = field(default_factory=Counter)
    _ids: Counter[str] = field(default_factory=Counter)
    _blocks: Counter[str] = field(default_factory=Counter)
    _sketches: dict[int, array[int]] = field(default_factory=dict)
    _having: defaultdict[int, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("q")))

    def add(self, domain: int, traits: Traits) -> None:
        """Count a domain, known by its id."""
        if traits.template is not None:
            self._templates[traits.template] += 1
        self._ids.update(set(traits.ids or ()))
        if traits.block is not None:
            self._blocks[traits.block] += 1
        if len(traits.outlinked or ()) >= FEWEST_LINKED:
            self._sketches[domain] = array("q", traits.outlinked or ())
            for key in self._sketches[domain][:_COMPARED_BY]:
                self._having[key].append(domain)

    def of(self, domain: int, traits: Traits, key: int) -> NetworkFacts:
        """What a domain that was added shares with others; `key` is its own (`urls.identity_key`)."""
        ours = self.ours
        return NetworkFacts(
            same_block=None if traits.block is None else self._blocks[traits.block] - 1,
            same_ids=None if traits.ids is None else _most_others(self._ids, traits.ids),
            ids_of_ours=None if None in (ours.ids, traits.ids) else self._are_ours(traits.ids or ()),
            same_template=None if traits.template is None else self._templates[traits.template] - 1,
            outlink_overlap=self._overlap(domain),
            reciprocal=self.reciprocal(key),
        )

    def reciprocal(self, key: int) -> bool | None:
        """Whether our own pages link to the domain, as far as we have read them."""
        return None if self.ours.links_to is None else key in self.ours.links_to

    def _are_ours(self, ids: Iterable[str]) -> bool:
        return any(each in (self.ours.ids or ()) for each in ids)

    def _overlap(self, domain: int) -> float | None:
        mine = self._sketches.get(domain)
        if mine is None:
            return None
        return max((likeness(mine, self._sketches[other]) for other in self._near(domain, mine)), default=0.0)

    def _near(self, domain: int, mine: Iterable[int]) -> list[int]:
        """The domains that share the most telling keys, most shared first."""
        shared: Counter[int] = Counter()
        for key in mine:
            having = self._having.get(key, ())
            if len(having) <= MOST_SHARED:
                shared.update(having)
        shared.pop(domain, None)
        return [other for other, _ in shared.most_common(_MOST_COMPARED)]


def likeness(one: Iterable[int], other: Iterable[int]) -> float:
    """An estimate of the Jaccard similarity of two sets from the least keys of each."""
    first, second = set(one), set(other)
    if not first or not second:
        return 0.0
    least = sorted(first | second)
    if max(len(first), len(second)) >= SKETCHED:  # else both sets are known as a whole
        least = least[:SKETCHED]
    return sum(key in first and key in second for key in least) / len(least)


def _most_others(counts: Counter[str], mine: Iterable[str]) -> int:
    """How many other domains have the account that most others have."""
    return max((counts[each] - 1 for each in set(mine)), default=0)

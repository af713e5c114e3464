"""What referring domains have in common: account, make of page, address block, linked domains.

Who has what in common is counted over all referring domains of a project; our own pages say which accounts
and links are ours. Linked domains are compared by sketches (`sketches`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linkstead.quality.facts import NetworkFacts
from linkstead.quality.sketches import Sketches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


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
    sketches: Sketches = field(default_factory=Sketches)

    def add(self, domain: int, traits: Traits) -> None:
        """Count a domain, known by its id."""
        if traits.template is not None:
            self._templates[traits.template] += 1
        self._ids.update(set(traits.ids or ()))
        if traits.block is not None:
            self._blocks[traits.block] += 1
        self.sketches.add(domain, traits.outlinked or ())

    def of(self, domain: int, traits: Traits, key: int) -> NetworkFacts:
        """What a domain that was added shares with others; `key` is its own (`urls.identity_key`)."""
        ours = self.ours
        return NetworkFacts(
            same_block=None if traits.block is None else self._blocks[traits.block] - 1,
            same_ids=None if traits.ids is None else _most_others(self._ids, traits.ids),
            ids_of_ours=None if None in (ours.ids, traits.ids) else self._are_ours(traits.ids or ()),
            same_template=None if traits.template is None else self._templates[traits.template] - 1,
            outlink_overlap=self.sketches.overlap(domain),
            reciprocal=self.reciprocal(key),
        )

    def reciprocal(self, key: int) -> bool | None:
        """Whether our own pages link to the domain, as far as we have read them."""
        return None if self.ours.links_to is None else key in self.ours.links_to

    def _are_ours(self, ids: Iterable[str]) -> bool:
        return any(each in (self.ours.ids or ()) for each in ids)


def _most_others(counts: Counter[str], mine: Iterable[str]) -> int:
    """How many other domains have the account that most others have."""
    return max((counts[each] - 1 for each in set(mine)), default=0)

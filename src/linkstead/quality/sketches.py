"""Which referring domains link to the same domains, by sketches of these (bottom-k).

A sketch holds the `page.facts.SKETCHED` least keys of a set (Broder, On the resemblance and containment of
documents, 1997): of the k least keys of both sets together, the share that both have estimates how alike
they are. Only domains that have one of their `_COMPARED_BY` least keys in common are compared, and none over
a key that many have: what everybody links to says nothing.
"""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.page.facts import SKETCHED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

#: With fewer linked domains, two pages may agree by accident; our choice.
FEWEST_LINKED: Final = 8
#: A linked domain that more than so many referring domains have is a button that all have; our choice.
MOST_SHARED: Final = 200
_COMPARED_BY: Final = 8
#: A domain is compared with so many others at most.
_MOST_COMPARED: Final = 64


class Sketches:
    """Sketches of many domains, some 300 bytes each. Add each domain once, then ask.

    `of_keys`: only domains that have one of these keys among their least ones are kept, which is enough for
    asking about domains whose keys are all among them.
    """

    def __init__(self, of_keys: Collection[int] | None = None) -> None:
        self._of_keys = of_keys
        self._number: dict[int, int] = {}
        self._starts = array("q", [0])
        self._values = array("q")
        self._pair_keys, self._pair_numbers = array("q"), array("q")
        self._shared: dict[int, tuple[int, int]] | None = None
        self._owners: Sequence[int] = ()

    def add(self, domain: int, sketch: Sequence[int]) -> None:
        """Keep a domain's sketch, its least key first, if it is long enough."""
        if len(sketch) < FEWEST_LINKED:
            return
        keys = sketch[:_COMPARED_BY]
        if self._of_keys is not None:
            keys = [key for key in keys if key in self._of_keys]
            if not keys:
                return
        number = self._number[domain] = len(self._starts) - 1
        self._values.extend(sketch)
        self._starts.append(len(self._values))
        self._pair_keys.extend(keys)
        self._pair_numbers.extend([number] * len(keys))
        self._shared = None

    def overlap(self, domain: int) -> float | None:
        """How alike the most similar other domain is, 0 to 1; None where the domain has no sketch."""
        number = self._number.get(domain)
        if number is None:
            return None
        mine = self._sketch(number)
        return max((likeness(mine, self._sketch(other)) for other in self._near(number, mine)), default=0.0)

    def _sketch(self, number: int) -> array[int]:
        return self._values[self._starts[number] : self._starts[number + 1]]

    def _near(self, number: int, mine: Iterable[int]) -> list[int]:
        """The numbers of the domains that share the most telling keys, most shared first."""
        spans = self._indexed()
        shared: Counter[int] = Counter()
        for key in mine:
            span = spans.get(key)
            if span is not None:
                shared.update(self._owners[span[0] : span[1]])
        shared.pop(number, None)
        return [other for other, _ in shared.most_common(_MOST_COMPARED)]

    def _indexed(self) -> dict[int, tuple[int, int]]:
        """Where the owners stand of each key that some have in common, but not too many."""
        if self._shared is None:
            keys = np.array(self._pair_keys, dtype=np.int64)
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            begins = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else order
            ends = np.r_[begins[1:], len(keys)]
            told = (ends - begins > 1) & (ends - begins <= MOST_SHARED)
            spans = zip(begins[told].tolist(), ends[told].tolist(), strict=True)
            self._shared = dict(zip(keys[begins[told]].tolist(), spans, strict=True))
            numbers = np.array(self._pair_numbers, dtype=np.int64)
            self._owners = array("q", numbers[order].tobytes())
        return self._shared


def likeness(one: Iterable[int], other: Iterable[int]) -> float:
    """An estimate of the Jaccard similarity of two sets from the least keys of each."""
    first, second = set(one), set(other)
    if not first or not second:
        return 0.0
    least = sorted(first | second)
    if max(len(first), len(second)) >= SKETCHED:  # else both sets are known as a whole
        least = least[:SKETCHED]
    return sum(key in first and key in second for key in least) / len(least)

"""What referring domains have in common."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality.networks import Networks, Ours, Traits
from linkstead.quality.sketches import FEWEST_LINKED, MOST_SHARED, Sketches, likeness

MANY = tuple(range(100, 132))


def test_what_is_not_known_is_not_called_alone() -> None:
    networks = Networks()
    networks.add(1, Traits())
    facts = networks.of(1, Traits(), key=11)
    assert (facts.same_block, facts.same_ids, facts.same_template) == (None, None, None)
    assert (facts.outlink_overlap, facts.reciprocal, facts.ids_of_ours) == (None, None, None)


def test_others_with_the_same_block_make_or_account_are_counted() -> None:
    networks = Networks()
    traits = Traits(template=7, ids=("UA-1", "pub-2"), block="203.0.113.0/24")
    for domain in (1, 2, 3):
        networks.add(domain, traits)
    networks.add(4, Traits(template=8, ids=("pub-2",), block="198.51.100.0/24"))
    facts = networks.of(1, traits, key=11)
    assert (facts.same_block, facts.same_template) == (2, 2)
    assert facts.same_ids == 3  # the account that most have
    assert networks.of(4, Traits(template=8, ids=(), block="198.51.100.0/24"), key=14).same_ids == 0


def test_our_own_pages_say_which_accounts_and_links_are_ours() -> None:
    networks = Networks(Ours(frozenset({"UA-1"}), {11}))
    networks.add(1, Traits(ids=("UA-1",)))
    networks.add(2, Traits(ids=("UA-2",)))
    assert networks.of(1, Traits(ids=("UA-1",)), key=11).ids_of_ours is True
    assert networks.of(2, Traits(ids=("UA-2",)), key=12).ids_of_ours is False
    assert networks.of(2, Traits(), key=12).ids_of_ours is None
    assert [networks.of(1, Traits(), key=key).reciprocal for key in (11, 12)] == [True, False]


def test_two_domains_that_link_to_the_same_are_found() -> None:
    networks = Networks()
    networks.add(1, Traits(outlinked=MANY))
    networks.add(2, Traits(outlinked=MANY))
    networks.add(3, Traits(outlinked=tuple(range(900, 932))))
    assert networks.of(1, Traits(), key=11).outlink_overlap == 1.0
    assert networks.of(3, Traits(), key=13).outlink_overlap == 0.0


def test_what_all_link_to_compares_nobody() -> None:
    networks = Networks()
    common = tuple(range(8))
    for domain in range(MOST_SHARED + 1):
        networks.add(domain, Traits(outlinked=(*common, *range(100 * domain + 100, 100 * domain + 124))))
    assert networks.of(5, Traits(), key=1).outlink_overlap == 0.0


def test_a_few_links_are_not_compared() -> None:
    networks = Networks()
    for domain in (1, 2):
        networks.add(domain, Traits(outlinked=MANY[: FEWEST_LINKED - 1]))
    assert networks.of(1, Traits(), key=1).outlink_overlap is None


@given(st.sets(st.integers(), max_size=32), st.sets(st.integers(), max_size=32))
def test_likeness_is_the_same_from_both_sides_and_a_share(one: set[int], other: set[int]) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, one) == (1.0 if one else 0.0)


@given(st.sets(st.integers(), max_size=31), st.sets(st.integers(), max_size=31))
def test_likeness_of_small_sets_is_exact(one: set[int], other: set[int]) -> None:
    assert likeness(one, other) == (len(one & other) / len(one | other) if one and other else 0.0)


@pytest.mark.parametrize("shared", [20, 100, 160])
def test_likeness_of_sketches_is_near_that_of_the_sets(shared: int) -> None:
    """Over 100 pairs of sets of 200 the mean error is less than a tenth of the truth's range."""
    chance = random.Random(shared)
    errors = []
    for _ in range(100):
        both = {chance.getrandbits(63) for _ in range(shared)}
        first = both | {chance.getrandbits(63) for _ in range(200 - shared)}
        second = both | {chance.getrandbits(63) for _ in range(200 - shared)}
        truth = len(first & second) / len(first | second)
        errors.append(likeness(sorted(first)[:32], sorted(second)[:32]) - truth)
    assert abs(sum(errors) / len(errors)) < 0.03
    assert max(map(abs, errors)) < 0.35


sketch = st.lists(st.integers(0, 60), min_size=6, max_size=32, unique=True).map(sorted)


@given(st.lists(sketch, min_size=1, max_size=12), st.data())
def test_sketches_of_the_keys_asked_about_answer_like_all_of_them(
    given: list[list[int]], data: st.DataObject
) -> None:
    asked = data.draw(st.sets(st.sampled_from(range(len(given)))))
    whole, part = Sketches(), Sketches({key for domain in asked for key in given[domain]})
    for domain, keys in enumerate(given):
        whole.add(domain, keys)
        part.add(domain, keys)
    for domain in asked:
        assert part.overlap(domain) == whole.overlap(domain)


def test_a_domain_that_was_added_late_is_compared_too() -> None:
    sketches = Sketches()
    sketches.add(1, MANY)
    assert sketches.overlap(1) == 0.0
    sketches.add(2, MANY)
    assert sketches.overlap(1) == sketches.overlap(2) == 1.0
    assert sketches.overlap(3) is None

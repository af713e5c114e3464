from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.page import read_page
from linkstead.page.fingerprint import BITS, MIN_WORDS, NEAR, distance, fingerprint, fingerprint_of_page

SIGNED = st.integers(-(2**63), 2**63 - 1)


def _words(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices("abcdefghij", k=6)) for _ in range(count)]


def _print(words: list[str]) -> int:
    found = fingerprint(" ".join(words))
    assert found is not None
    return found


def test_a_fingerprint_is_what_it_was_when_the_first_one_was_stored() -> None:
    assert fingerprint("the quick brown fox jumps over the lazy dog " * 3) == 4_545_159_466_381_086_610


def test_case_punctuation_white_space_and_numbers_make_no_difference() -> None:
    one = "Boats, sails and 12 anchors: read 3,456 times since 2019. " * 5
    other = "boats  sails AND 7 anchors read 1 222 times since 2026\n" * 5
    assert fingerprint(one) == fingerprint(other.replace("1 222", "1,222"))


def test_a_text_of_too_few_words_has_none() -> None:
    assert fingerprint(" ".join(_words(MIN_WORDS - 1))) is None
    assert fingerprint(" ".join(_words(MIN_WORDS))) is not None
    assert fingerprint("") is None


def test_one_changed_word_in_a_long_text_is_near() -> None:
    distances = []
    for seed in range(40):
        words = _words(1_000, seed)
        changed = [*words[:500], "changed", *words[501:]]
        distances.append(distance(_print(words), _print(changed)))
    assert statistics.median(distances) <= NEAR


def test_other_texts_are_far() -> None:
    prints = [_print(_words(300, seed)) for seed in range(40)]
    assert min(distance(one, other) for one in prints for other in prints if one is not other) > 4 * NEAR


@pytest.mark.parametrize("text", ["日本語の長い文章についてのページです。", "ภาษาไทยไม่มีช่องว่างระหว่างคำ"])
def test_scripts_without_blanks_are_compared_too(text: str) -> None:
    long = text * 40
    one, other = fingerprint(long), fingerprint(long + "変")
    assert one is not None
    assert other is not None
    assert distance(one, other) <= NEAR


@given(st.text(max_size=400))
def test_any_text_has_one_that_sql_can_store(text: str) -> None:
    found = fingerprint(text)
    assert found is None or -(2**63) <= found < 2**63
    assert found == fingerprint(f"  {text}\n")


@given(SIGNED, SIGNED)
def test_distance_is_the_number_of_bits_that_differ(one: int, other: int) -> None:
    assert distance(one, other) == distance(other, one) <= BITS
    assert (distance(one, other) == 0) is (one == other)


@given(SIGNED, st.integers(0, BITS - 1))
def test_one_bit_is_one_apart(one: int, bit: int) -> None:
    unsigned = (one % 2**64) ^ (1 << bit)
    assert distance(one, unsigned - 2**64 if unsigned >= 2**63 else unsigned) == 1


@pytest.mark.parametrize("said", ["{url}", "{path}", "{name}"])
def test_a_page_that_repeats_its_address_is_the_same_page_at_another(said: str) -> None:
    def at(name: str) -> int | None:
        url = f"https://site.example/blog/{name}"
        mention = said.format(url=url, path=f"/blog/{name}", name=name)
        text = (
            f"Puslapis {mention} nerastas. "
            + "Grįžkite į pradžią arba ieškokite kito straipsnio mūsų svetainėje " * 2
        )
        return fingerprint_of_page(
            read_page(text.encode(), url=url, headers=[("Content-Type", "text/html; charset=utf-8")])
        )

    assert at("boats-and-sails") is not None
    assert at("boats-and-sails") == at("x7k2m9q4w1z8")

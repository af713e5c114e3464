"""What kind of text an anchor is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality.vocabulary import AnchorKind, anchor_kind, brand_of, risky_trade

SITE = "harborlight.example"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", AnchorKind.EMPTY),
        (" \u00a0*** ", AnchorKind.EMPTY),
        ("https://harborlight.example/guides/", AnchorKind.ADDRESS),
        ("www.other.example", AnchorKind.ADDRESS),
        ("other.example/page?x=1", AnchorKind.ADDRESS),
        ("Harborlight", AnchorKind.BRAND),
        ("the HARBOR LIGHT archive", AnchorKind.BRAND),
        ("harbor-light", AnchorKind.BRAND),
        ("ＨＡＲＢＯＲＬＩＧＨＴ", AnchorKind.BRAND),
        ("Click  here", AnchorKind.GENERIC),
        ("Read more »", AnchorKind.GENERIC),
        ("en savoir plus", AnchorKind.GENERIC),
        ("こちら", AnchorKind.GENERIC),
        ("best Online Casino bonus", AnchorKind.RISKY),
        ("백링크 카지노사이트", AnchorKind.RISKY),
        ("buy cheap viagra", AnchorKind.RISKY),
        ("buy cheap lamps", AnchorKind.COMMERCIAL),
        ("Lampen günstig kaufen", AnchorKind.COMMERCIAL),
        ("купить лампу", AnchorKind.COMMERCIAL),
        ("tide tables", AnchorKind.OTHER),
        ("how lamps are rated", AnchorKind.OTHER),
        ("version 2.5 of the chart", AnchorKind.OTHER),
    ],
)
def test_an_anchor_text_has_one_kind(text: str, kind: AnchorKind) -> None:
    assert anchor_kind(text, SITE) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Essex county", "free time slots", "Wetten und Verordnungen", "Ford Escort 1998", "buyer's remorse",
        "pokerface", "cheapside", "Dickens", "specialist", "gardening classes",
    ],
)  # fmt: skip
def test_a_word_inside_another_word_is_not_that_word(text: str) -> None:
    assert anchor_kind(text, SITE) is AnchorKind.OTHER


def test_a_short_name_must_be_a_word_of_its_own() -> None:
    assert anchor_kind("BP annual report", "bp.example") is AnchorKind.BRAND
    assert anchor_kind("subprime lending", "bp.example") is AnchorKind.OTHER


@pytest.mark.parametrize(
    ("site", "brand"),
    [
        ("shop.harbor-light.co.uk", "harborlight"),
        ("xn--mnchen-3ya.de", "münchen"),
        ("localhost", "localhost"),
    ],
)
def test_the_brand_is_the_name_in_the_domain(site: str, brand: str) -> None:
    assert brand_of(site) == brand


def test_an_endless_anchor_is_judged_by_its_beginning() -> None:
    assert anchor_kind("casino " * 100_000, SITE) is AnchorKind.RISKY
    assert anchor_kind("lamp " * 100_000 + "casino", SITE) is AnchorKind.OTHER


@given(st.text(st.characters(), max_size=300))
def test_any_text_has_a_kind_and_case_does_not_change_a_trade(text: str) -> None:
    kind = anchor_kind(text, SITE)
    assert kind in AnchorKind
    if kind is AnchorKind.RISKY:
        assert risky_trade(text) is not None

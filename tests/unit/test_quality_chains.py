"""What a redirect chain loses, and what the findings on our own pages name as evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality import audit
from linkstead.quality.chains import (
    BACK_TO_HTTP,
    CANONICAL_ELSEWHERE,
    SPELLING_APART,
    TO_HOME,
    TO_OTHER_MATTER,
    TO_OTHER_SITE,
    chain_faults,
)
from linkstead.summary import TargetRow
from tests.unit.summary_samples import NOW, calm

A = "https://example.com/tide-tables"


def faults(*hops: str, url: str = A, canonical: str | None = None, status: int = 200) -> tuple[str, ...]:
    final = hops[-1].partition(" ")[2] if hops else url
    return chain_faults(url, hops, final, canonical, status)


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        ((), ()),
        (("301 https://example.com/guides/tide-tables",), ()),
        (("308 https://www.example.com/tide-tables/",), ()),
        (("302 https://example.com/tide-tables-2",), ("a temporary redirect (302)",)),
        (("307 https://example.com/tide",), ("a temporary redirect (307)",)),
        (("301 https://example.com/",), (TO_HOME,)),
        (("301 https://example.com/de/",), (TO_HOME,)),
        (("301 https://example.com/index.php",), (TO_HOME,)),
        (("301 https://example.com/ropes",), (TO_OTHER_MATTER,)),
        (("301 https://shop.example.com/tide-tables",), ()),
        (("301 https://example.org/tide-tables",), (TO_OTHER_SITE,)),
        (("301 https://example.com/tidetables",), ()),
        (("301 https://example.com/p/48213",), ()),
        (
            ("301 http://example.com/tide-tables", "301 https://example.com/tide-tables-2"),
            ("2 redirects in a row", BACK_TO_HTTP),
        ),
    ],
)
def test_a_chain_is_told_by_what_it_loses(hops: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert faults(*hops) == expected


def test_https_and_www_in_hops_of_their_own_are_told() -> None:
    told = faults("301 https://example.com/a", "301 https://www.example.com/a", url="http://example.com/a")
    assert told == ("2 redirects in a row", SPELLING_APART)
    assert faults("301 https://www.example.com/a", url="http://example.com/a") == ()


def test_a_chain_that_ends_in_an_error_says_so_and_not_where() -> None:
    assert faults("301 https://example.com/", status=404) == ("ends in an error (404)",)
    assert faults(status=404) == ()


@pytest.mark.parametrize(
    ("canonical", "other"),
    [
        (A, False),
        ("http://www.example.com/tide-tables/", False),
        ("https://example.com/tide-tables?utm_source=x", False),
        ("https://example.com/tide-tables?page=2", True),
        ("https://example.com/", True),
        ("https://example.org/tide-tables", True),
        ("javascript:void(0)", False),
    ],
)
def test_a_canonical_that_names_another_page_is_told(canonical: str, other: bool) -> None:
    assert (CANONICAL_ELSEWHERE in faults(canonical=canonical)) is other


def test_from_one_front_page_to_another_nothing_is_lost() -> None:
    assert faults("301 https://www.example.com/en/", url="https://example.com/") == ()


def test_an_address_of_ids_alone_says_no_matter_to_lose() -> None:
    assert faults("301 https://example.com/ropes", url="https://example.com/?p=48213") == ()


@pytest.mark.parametrize("end", ["A:", "mailto:shop@example.com", "intent://open#Intent;end", "about:blank"])
def test_a_redirect_out_of_the_web_is_no_other_site(end: str) -> None:
    assert faults(f"301 {end}") == ()
    assert faults("301 https://example.com/", url=end) == ()


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=4), st.none() | st.text(max_size=40))
def test_any_texts_are_judged_without_an_error(url: str, hops: list[str], canonical: str | None) -> None:
    assert all(chain_faults(url, hops, url, canonical, 200))


def evidence(rule: str, row: TargetRow) -> dict[str, str | int | float | None]:
    """The first evidence row of a rule over one target."""
    findings = audit(replace(calm(), targets=(row,)), now=NOW).findings
    return next(finding.evidence[0] for finding in findings if finding.rule == rule)


@pytest.mark.parametrize(
    ("rule", "outcome", "status"), [("LS003", "broken", 404), ("LS027", "in doubt", 503)]
)
def test_the_evidence_of_a_failing_page_names_the_page_that_could_replace_it(
    rule: str, outcome: str, status: int
) -> None:
    row = TargetRow(
        A,
        3,
        outcome,
        status,
        A,
        suggested_url="https://example.com/tides",
        suggested_score=81.4,
        suggested_why="Its address shares a word.",
    )
    told = evidence(rule, row)
    assert (told["suggested_page"], told["likeness"]) == ("https://example.com/tides", 81)
    assert told["why"] == "Its address shares a word."


def test_the_evidence_of_a_chain_names_all_that_it_loses() -> None:
    chain = ("302 http://example.com/tide-tables", "301 https://example.com/")
    row = TargetRow(A, 3, "redirected", 200, "https://example.com/", 2, chain)
    assert evidence("LS004", row)["faults"] == (
        "2 redirects in a row; a temporary redirect (302); goes back to http on the way; "
        "ends at the home page, which may be read as a soft 404"
    )

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.monitor.robots import (
    GIVE_UP_SECONDS,
    MAX_BYTES,
    RULES,
    UNAVAILABLE,
    UNREACHABLE,
    RobotsRules,
    read_file,
    settled,
    unreachable,
)

URL = "https://site.example/a/b?c"


def _rules(text: str) -> RobotsRules:
    return RobotsRules(read_file(200, text.encode()))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("Disallow: /", True),
        ("User-agent: linkstead\nDisallow: /a", False),
        ("User-agent: LINKSTEAD/2.0 (x)\nDisallow: /a", False),
        ("User-agent: *\nDisallow: /\nUser-agent: Linkstead\nAllow: /", True),
        ("User-agent: Linkstead\nUser-agent: OtherBot\nDisallow: /a", False),
        ("User-agent: Linkstead\n\nSitemap: x\nUser-agent: OtherBot\nDisallow: /a", False),
        ("User-agent: Linksteader\nDisallow: /", True),
        ("User-agent: Links\nDisallow: /", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", True),
        ("User-agent: *\nDisallow: /a/b\nAllow: /a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", True),
        ("User-agent: *\nDisallow: /*?c$", False),
        ("User-agent: *\nDisallow: /*.php$", True),
        ("User-agent: *\nDisallow: /%61/", False),
        ("user-agent : *\n disallow : /a # why not", False),
        ("User-agent: *\u2028Disallow: /", True),
        ("User-agent *\nDisallow /a", False),
        ("User-agent: *\nDisalow: /a", False),
    ],
)
def test_the_rules_of_the_protocol(text: str, allowed: bool) -> None:
    assert _rules(text).allows(URL) is allowed


def test_our_rules_and_those_for_search_engines_are_told_apart() -> None:
    said = _rules("User-agent: googlebot\nDisallow: /a\nUser-agent: *\nCrawl-delay: 7").say(URL)
    assert (said.ours, said.search_engines, said.crawl_delay) == (True, False, 7.0)


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan", ""])
def test_a_crawl_delay_that_is_no_number_is_none(value: str) -> None:
    assert _rules(f"User-agent: *\nCrawl-delay: {value}").say(URL).crawl_delay is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, RULES),
        (204, RULES),
        (304, UNAVAILABLE),
        (401, UNAVAILABLE),
        (404, UNAVAILABLE),
        (429, UNREACHABLE),
        (451, UNAVAILABLE),
        (500, UNREACHABLE),
        (599, UNREACHABLE),
        (600, UNREACHABLE),
        (99, UNREACHABLE),
    ],
)
def test_the_status_decides_what_counts(status: int, kind: str) -> None:
    assert read_file(status, b"User-agent: *\nDisallow: /").kind == kind


def test_only_half_a_mebibyte_counts_and_never_half_a_line() -> None:
    text = b"User-agent: *\n" + b"#\n" * (MAX_BYTES // 2 - 12) + b"Disallow: /archive\n"
    file = read_file(200, text)
    assert file.flags == ("too long",)
    assert "Disallow" not in file.text


@pytest.mark.parametrize(
    ("seconds", "good", "kind"),
    [(0, "x", UNREACHABLE), (GIVE_UP_SECONDS - 1, "x", UNREACHABLE), (GIVE_UP_SECONDS, "x", RULES),
     (GIVE_UP_SECONDS, None, UNAVAILABLE)],
)  # fmt: skip
def test_after_thirty_days_the_last_good_copy_counts(seconds: float, good: str | None, kind: str) -> None:
    last_good = None if good is None else read_file(200, b"User-agent: *\nDisallow: /")
    assert settled(unreachable("no answer"), last_good, seconds).kind == kind


@given(st.binary(max_size=400))
def test_any_bytes_are_a_robots_txt(body: bytes) -> None:
    said = RobotsRules(read_file(200, body)).say(URL)
    assert said.why == RULES


def test_a_file_that_names_ten_thousand_agents_costs_no_more_than_its_length() -> None:
    agents = [f"User-agent: a{number:05}" for number in range(10_000)]
    rules = ["Disallow: /*a*b*c"] * 4_000
    last = "User-agent: *\nDisallow: /a"
    # the timeout of the test run is what fails otherwise
    assert _rules("\n".join([*agents, *agents, *rules, last])).allows(URL) is False

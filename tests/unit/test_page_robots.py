"""Robots rules of a page: who is meant, what is forbidden, where it says so."""

from __future__ import annotations

import pytest

from linkstead.link import FROM_HEADER, FROM_META
from linkstead.page import SEARCH_ENGINE_AGENTS, RobotsDirectives, read_page

NOW = 1_700_000_000  # 14 November 2023


def rules(html: str = "", *values: str) -> RobotsDirectives:
    headers = [("X-Robots-Tag", value) for value in values]
    return read_page(html.encode(), url="https://site.example/", headers=headers).robots


def meta(content: str, name: str = "robots") -> str:
    return f'<meta name="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("html", "headers", "nofollow", "noindex"),
    [
        ("", (), (), ()),
        (meta("index, follow"), (), (), ()),
        (meta("nofollow"), (), (FROM_META,), ()),
        (meta("noindex"), (), (), (FROM_META,)),
        (meta("none"), (), (FROM_META,), (FROM_META,)),
        (meta("NOINDEX,NoFollow", "ROBOTS"), (), (FROM_META,), (FROM_META,)),
        (meta("index, follow") + meta("noindex"), (), (), (FROM_META,)),
        (meta("noindex") + meta("index, follow"), (), (), (FROM_META,)),
        (meta("nofollow", "googlebot"), (), (FROM_META,), ()),
        (meta("nofollow", "bingbot"), (), (FROM_META,), ()),
        (meta("noindex", "yandex"), (), (), (FROM_META,)),
        (meta("noindex, nofollow", "otherbot"), (), (), ()),
        (meta("noindex, nofollow", "googlebot-news"), (), (), ()),
        (meta("noindex, nofollow", "description"), (), (), ()),
        (meta("nofollowing, nonenone"), (), (), ()),
        ("<body><p>x" + meta("nofollow"), (), (FROM_META,), ()),
        ("<!--" + meta("nofollow") + "-->", (), (), ()),
        ("", ("noindex",), (), (FROM_HEADER,)),
        ("", ("noindex, nofollow",), (FROM_HEADER,), (FROM_HEADER,)),
        ("", ("none",), (FROM_HEADER,), (FROM_HEADER,)),
        ("", ("googlebot: noindex, nofollow",), (FROM_HEADER,), (FROM_HEADER,)),
        ("", ("GoogleBot:NOFOLLOW",), (FROM_HEADER,), ()),
        ("", ("otherbot: noindex, nofollow",), (), ()),
        ("", ("otherbot: noindex, googlebot: nofollow",), (FROM_HEADER,), ()),
        ("", ("otherbot: noindex", "nofollow"), (FROM_HEADER,), ()),
        ("", ("max-snippet: 20, max-image-preview: large, nofollow",), (FROM_HEADER,), ()),
        ("", ("max-snippet: -1",), (), ()),
        ("", ("*: nofollow",), (FROM_HEADER,), ()),
        ("", ("", " , ,", ":"), (), ()),
        (meta("nofollow"), ("nofollow, noindex",), (FROM_META, FROM_HEADER), (FROM_HEADER,)),
    ],
)
def test_who_forbids_what(
    html: str, headers: tuple[str, ...], nofollow: tuple[str, ...], noindex: tuple[str, ...]
) -> None:
    found = rules(html, *headers)
    assert found.nofollow_from() == nofollow
    assert found.noindex_from(NOW) == noindex


@pytest.mark.parametrize("agent", sorted(SEARCH_ENGINE_AGENTS))
def test_a_rule_for_any_search_engine_counts(agent: str) -> None:
    assert rules(meta("nofollow", agent)).nofollow_from() == (FROM_META,)
    assert rules("", f"{agent}: noindex").noindex_from(None) == (FROM_HEADER,)


@pytest.mark.parametrize(
    ("date", "expired"),
    [
        ("25 Jun 2010 15:00:00 PST", True),
        ("Fri, 25 Jun 2010 15:00:00 GMT", True),
        ("Friday, 25-Jun-10 15:00:00 UTC", True),
        ("2010-06-25T15:00:00Z", True),
        ("2010-06-25", True),
        ("2099-01-01", False),
        ("Wed, 01 Jan 2098 00:00:00 GMT", False),
        ("some day", False),
        ("", False),
    ],
)
def test_unavailable_after_is_a_noindex_from_that_moment(date: str, *, expired: bool) -> None:
    for found, origin in (
        (rules(meta(f"unavailable_after: {date}")), FROM_META),
        (rules("", f"unavailable_after: {date}"), FROM_HEADER),
        (rules("", f"googlebot: unavailable_after: {date}"), FROM_HEADER),
        (rules("", f"max-snippet: 3, unavailable_after: {date}, nofollow"), FROM_HEADER),
    ):
        assert found.noindex_from(NOW) == ((origin,) if expired else ())
        assert found.noindex_from(None) == ()


def test_a_date_with_a_comma_does_not_swallow_the_rules_behind_it() -> None:
    found = rules("", "unavailable_after: Wed, 01 Jan 2098 00:00:00 GMT, nofollow")
    assert found.nofollow_from() == (FROM_HEADER,)


def test_rules_keep_agent_directive_and_origin() -> None:
    found = rules(meta("NoIndex"), "OtherBot: NoFollow")
    told = [(rule.agent, rule.directive, rule.origin) for rule in found.rules]
    assert told == [("*", "noindex", FROM_META), ("otherbot", "nofollow", FROM_HEADER)]

"""The linter: every complaint, with a line that earns it and one that nearly does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.disavow.codes import CODES
from linkstead.disavow.comparing import difference
from linkstead.disavow.file import read
from linkstead.disavow.lint import Complaint, Facts, lint, repaired
from linkstead.summary import Severity

SITE = Facts(site="shop.example.com")


def complaints(text: str | bytes, facts: Facts = SITE) -> list[Complaint]:
    return lint(read(text if isinstance(text, bytes) else text.encode()), facts)


def codes(text: str | bytes, facts: Facts = SITE) -> list[str]:
    return [one.code for one in complaints(text, facts)]


#: code -> (a file that earns it, facts, a near one that does not)
CASES: dict[str, tuple[str | bytes, Facts, str | bytes]] = {
    "not-utf8": ("# ü\ndomain:a.org\n".encode("latin-1"), SITE, "# ü\ndomain:a.org\n"),
    "byte-order-mark": ("\ufeffdomain:a.org\n", SITE, "# \ufeff\n"),
    "too-large": (b"#" * (2 * 1024 * 1024 + 1), SITE, b"#" * (2 * 1024 * 1024)),
    "too-many-lines": (b"\n" * 100_001, SITE, b"\n" * 100_000),
    "url-too-long": ("https://a.org/" + "x" * 2_035, SITE, "https://a.org/" + "x" * 2_034),
    "domain-with-scheme": ("domain:https://a.org/", SITE, "https://a.org/"),
    "domain-with-path": ("domain:addons.mozilla.org/firefox/x", SITE, "https://addons.mozilla.org/firefox/x"),
    "domain-with-wildcard": ("domain:*.a.org", SITE, "domain:a.org"),
    "domain-leading-dot": ("domain:.a.org", SITE, "domain:a.org"),
    "domain-unreadable": ("domain:@@@", SITE, "# domain:@@@"),
    "bare-domain": ("a.org", SITE, "domain:a.org"),
    "several-entries": ("domain:a.org, domain:b.org", SITE, "domain:a.org\ndomain:b.org"),
    "comment-after-entry": ("domain:a.org # bad", SITE, "# bad\ndomain:a.org"),
    "no-entry": ("what is this", SITE, "# what is this"),
    "own-site": ("domain:example.com", SITE, "domain:other.example.net"),
    "public-suffix": ("domain:co.uk", SITE, "domain:a.co.uk"),
    "wrong-name": ("", Facts(name="disavow.csv"), ""),
    "capital-prefix": ("Domain:a.org", SITE, "domain:A.org"),
    "folder": ("https://a.org/en/", SITE, "https://a.org/a-long-story/"),
    "top-site": ("domain:youtube.com", Facts(top={"youtube.com"}), "domain:nottube.com"),
    "whitelisted": ("domain:partner.net", Facts(whitelist={"www.partner.net"}), "domain:a.org"),
    "high-value": ("domain:www.a.org", Facts(authority={"a.org": 61.0}), "domain:b.org"),
    "taken-back": ("", Facts(previous=read(b"domain:a.org\n")), "domain:a.org"),
    "duplicate": ("domain:a.org\ndomain:A.org", SITE, "domain:a.org\ndomain:b.org"),
    "covered": ("domain:a.org\nhttps://www.a.org/x", SITE, "domain:www.a.org\nhttps://a.org/x"),
    "foreign-script": ("domain:bücher.org", SITE, "domain:buecher.org"),
    "all-lost": ("domain:a.org", Facts(lost={"a.org"}, alive=set()), "domain:b.org"),
    "without-links": ("domain:a.org", Facts(alive={"b.org"}), "domain:b.org"),
}


@pytest.mark.parametrize("code", CODES)
def test_a_complaint_is_earned_and_a_near_file_earns_none(code: str) -> None:
    earns, facts, near = CASES[code]
    assert code in codes(earns, facts)
    near_facts = Facts(name="disavow.TXT") if code == "wrong-name" else facts
    assert code not in codes(near, near_facts)


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("domain:https://a.org/", "domain:a.org"),
        ("domain:https://a.org/page", None),
        ("domain:a.org/", "domain:a.org"),
        ("domain:a.org:8080", None),
        ("domain:*.a.org", "domain:a.org"),
        ("domain:.a.org", "domain:a.org"),
        ("Domain: A.org", "domain:a.org"),
        ("www.a.org", "domain:www.a.org"),
        ("domain:a.org domain:b.org", "domain:a.org\ndomain:b.org"),
        ("https://a.org/x; b.org", "https://a.org/x\ndomain:b.org"),
        ("domain:a.org # why", "# why\ndomain:a.org"),
        ("https://a.org/x # why", "# why\nhttps://a.org/x"),
        ("a.org/page", None),
        ("domain:-", None),
    ],
)
def test_what_was_plainly_meant_is_offered(line: str, fixed: str | None) -> None:
    assert [one.fixed for one in complaints(line)] == [fixed]


LINES = (
    "domain:a.org",
    "domain:www.a.org",
    "https://a.org/x",
    "domain:.b.org",
    "c.org, d.org",
    "#",
    "co.uk",
    "domain:co.uk",
    "domain:e.co.uk",
    "domain:e.co.uk # e",
    "junk junk",
)


@given(st.lists(st.sampled_from(LINES)))
def test_repairing_loses_no_entry_and_leaves_nothing_to_repair(lines: list[str]) -> None:
    document = read("\n".join(lines).encode())
    fixed = repaired(document)
    again = lint(read(fixed.to_bytes()))
    assert [one for one in again if one.fixed is not None or one.code in {"duplicate", "covered"}] == []
    assert difference(document, fixed).taken_back == []


@given(st.binary(max_size=300))
def test_no_bytes_break_the_linter_and_every_complaint_is_of_a_known_kind(body: bytes) -> None:
    for one in lint(read(body), Facts(site="example.com", alive=set())):
        assert one.code in CODES
        assert one.severity is CODES[one.code].severity
        assert one.message.endswith(".")
        assert one.message.isprintable()


@pytest.mark.parametrize(
    ("entry", "speaks"),
    [
        ("domain:shop.example.com", True),
        ("domain:blog.shop.example.com", True),
        ("https://shop.example.com/x", True),
        ("domain:example.com", True),
        ("https://example.com/x", False),
        ("domain:other.example.com", False),
    ],
)
def test_only_what_is_about_the_site_itself_is_its_own(entry: str, speaks: bool) -> None:
    assert ("own-site" in codes(entry)) is speaks


def test_an_entry_that_must_go_makes_no_other_needless() -> None:
    assert "covered" not in codes("domain:co.uk\ndomain:a.co.uk")


def test_a_top_site_that_may_be_taken_out_makes_no_page_of_it_needless() -> None:
    facts = Facts(top={"youtube.com"})
    text = "domain:youtube.com\nhttps://www.youtube.com/spam"
    assert "covered" not in codes(text, facts)
    assert "covered" in codes(text)


def test_private_suffixes_are_named_too() -> None:
    for suffix in ("blogspot.com", "github.io"):
        found = complaints(f"domain:{suffix}")
        assert [one.code for one in found] == ["public-suffix"]
        assert found[0].severity is Severity.ERROR


def test_every_code_stands_in_the_docs_with_its_meaning() -> None:
    text = (Path(__file__).parents[2] / "docs" / "disavow.md").read_text(encoding="utf-8")
    for one in CODES.values():
        assert f"| `{one.code}` | {one.severity} | {one.meaning} |" in text
    assert set(CASES) == set(CODES)

"""Reading pages, held against other people's test files and a second parser.

The folder is named by LINKSTEAD_SHARED_DATA (default: `../shared/data` beside the project).
"""

from __future__ import annotations

import functools
import gzip
import html
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from linkstead.link import VOTING_TYPES, Placement
from linkstead.page import Page, read_page
from linkstead.page.charset import decode, encoding_for_label
from linkstead.urls import absolute_url

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
URL = "http://fakehost/test/page.html"

pytestmark = pytest.mark.skipif(
    not (DATA / "html5lib-tests").is_dir(),
    reason=f"the shared test files are not at {DATA}; set LINKSTEAD_SHARED_DATA to their folder",
)


def real_pages() -> list[Path]:
    return sorted(
        [
            *DATA.glob("boilerplate-readability/test/test-pages/*/source.html"),
            *DATA.glob("linkcheck-lychee-fixtures/fixtures/**/*.html"),
            *DATA.glob("warc-stormcrawler/core/src/test/resources/*.html"),
        ]
    )


# --- html5lib-tests: encodings


def encoding_cases() -> list[tuple[bytes, str]]:
    cases = []
    for name in ("tests1.dat", "tests2.dat", "test-yahoo-jp.dat"):
        for part in (DATA / "html5lib-tests" / "encoding" / name).read_bytes().split(b"#data\n")[1:]:
            body, _, expected = part.partition(b"\n#encoding\n")
            cases.append((body, expected.split(b"\n")[0].strip().decode()))
    return cases


def test_encodings_of_html5lib() -> None:
    """The suite's answers, but where we leave the standard on purpose or it leaves the answer open.

    It expects windows-1252 for pages that declare nothing; for ASCII we say UTF-8, which reads the
    same. It lets a declaration stand that the bytes disprove; we do not.
    """
    differences: Counter[str] = Counter()
    for body, expected in encoding_cases():
        found, wanted = decode(body, ()), encoding_for_label(expected)
        if found.charset == wanted:
            differences["equal"] += 1
        elif found.charset_from == "default" and wanted == "windows-1252":
            differences["undeclared ASCII"] += 1
        elif found.charset_from == "detected":
            differences["the bytes disprove it"] += 1
        else:
            differences[f"unexplained: {body[:80]!r} {found.charset} {wanted}"] += 1
    assert not [reason for reason in differences if reason.startswith("unexplained")], differences
    assert differences["equal"] >= 49, differences


# --- html5lib-tests: tokenizer vectors as pages


def test_the_tokenizer_vectors_can_all_be_read() -> None:
    for path in sorted((DATA / "html5lib-tests" / "tokenizer").glob("*.test")):
        for test in json.loads(path.read_text(encoding="utf-8")).get("tests", ()):
            read_page(test["input"].encode("utf-8", "replace"), url=URL)


def test_character_references_of_html5lib_are_read_in_addresses_and_texts() -> None:
    cases = json.loads(
        (DATA / "html5lib-tests" / "tokenizer" / "namedEntities.test").read_text(encoding="utf-8")
    )
    checked = 0
    for test in cases["tests"]:
        reference, output = test["input"], test["output"]
        if not reference.endswith(";") or output != [["Character", html.unescape(reference)]]:
            continue
        (link,) = read_page(
            f"<a href='https://o.example/?{reference}'>.{reference}.</a>".encode(), url=URL
        ).links
        assert link.anchor_text == " ".join(f".{html.unescape(reference)}.".split())
        assert link.url == absolute_url(f"https://o.example/?{html.unescape(reference)}", URL)
        checked += 1
    assert checked > 2_000


# --- lychee's fixtures: recall and precision of links


def test_links_of_the_link_checkers_fixtures() -> None:
    """Every href of an `a` or `area` that a plain pattern finds outside comments, and no other."""
    found_all, missed, extra = 0, [], []
    for path in sorted((DATA / "linkcheck-lychee-fixtures").rglob("*.html")):
        body = path.read_bytes()
        page = read_page(body, url=URL)
        found = {link.url for link in page.links if link.type in VOTING_TYPES}
        wanted = {
            url
            for raw in plain_hrefs(body.decode("utf-8", "replace"))
            if (url := absolute_url(raw, page.base)) is not None and url.startswith("http")
        }
        found_all += len(found & wanted)
        missed += [(path.name, url) for url in wanted - found]
        extra += [(path.name, url) for url in found - wanted]
    assert found_all > 1_000
    assert missed == []
    assert extra == []


HREF = re.compile(
    r"""<(?:a|area)\s(?:[^<>"']|"[^"]*"|'[^']*')*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""",
    re.IGNORECASE,
)
INVISIBLE = re.compile(
    r"<!--.*?-->|<(script|style|template|textarea)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)


def plain_hrefs(text: str) -> list[str]:
    return [html.unescape(next(filter(None, groups), "")) for groups in HREF.findall(INVISIBLE.sub("", text))]


# --- StormCrawler's pages


def stormcrawler(name: str) -> Page:
    body = (DATA / "warc-stormcrawler" / "core" / "src" / "test" / "resources" / name).read_bytes()
    return read_page(body, url="http://www.example.com/")


def test_the_page_that_exhausts_stacks_is_read() -> None:
    page = stormcrawler("stackexception.html")
    assert page.links
    assert not page.truncated


def test_a_refresh_in_a_page_is_found() -> None:
    page = stormcrawler("redir.html")
    assert page.meta_refresh is not None


def test_links_made_by_script_are_no_links() -> None:
    page = stormcrawler("javascriptLinks.html")
    assert all(link.url.startswith("http") for link in page.links)
    assert not any("javascript" in link.raw.lower() for link in page.links)


def test_a_repeated_link_is_reported_each_time() -> None:
    page = stormcrawler("duplicateLinks.html")
    assert [link.url.partition("#")[0] for link in page.links] == ["http://stormcrawler.net/"] * 2


# --- Common Crawl's page


def test_a_page_out_of_a_crawl_archive_is_read_with_its_headers() -> None:
    raw = gzip.decompress((DATA / "warc-cc-whirlwind" / "whirlwind.warc.gz").read_bytes())
    response = next(part for part in raw.split(b"WARC/1.0\r\n") if b"WARC-Type: response" in part)
    head, body = response.split(b"\r\n\r\n", 2)[1:]
    headers = [
        (name, value) for name, _, value in (line.partition(": ") for line in head.decode().splitlines()[1:])
    ]
    page = read_page(body, url="https://an.wikipedia.org/wiki/Escopete", headers=headers)
    assert (page.charset, page.charset_from, page.language) == ("UTF-8", "header", "an")
    assert page.canonical == "https://an.wikipedia.org/wiki/Escopete"
    found = {(link.url, link.rel) for link in page.links if link.type in VOTING_TYPES}
    assert found == second_opinion(body, page.base)


# --- placement on real pages


@functools.cache
def placement_counts() -> Counter[str]:
    counts: Counter[str] = Counter()
    for folder in sorted((DATA / "boilerplate-readability" / "test" / "test-pages").iterdir()):
        page = read_page((folder / "source.html").read_bytes(), url=URL)
        body = read_page((folder / "expected.html").read_bytes(), url=page.base)
        wanted = Counter(link.url for link in body.links if link.type in VOTING_TYPES)
        links = [link for link in page.links if link.type in VOTING_TYPES]
        total = Counter(link.url for link in links)
        content = Counter(link.url for link in links if link.placement is Placement.CONTENT)
        for address in total:
            right = min(wanted[address], content[address])
            counts["right"] += right
            counts["wrongly content"] += content[address] - right
            counts["missed"] += min(wanted[address], total[address]) - right
    return counts


def test_content_against_boilerplate_on_real_pages() -> None:
    """F1 of content links; the labels are the links inside Readability's own article bodies."""
    counts = placement_counts()
    f1 = 2 * counts["right"] / (2 * counts["right"] + counts["wrongly content"] + counts["missed"])
    assert f1 >= 0.945, counts


# --- a second parser


def second_opinion(body: bytes, base: str) -> set[tuple[str, tuple[str, ...]]]:
    """(absolute URL, rel) of every `a` and `area`, by lexbor."""
    tree = LexborHTMLParser(decode(body, ()).text)
    found = set()
    for node in tree.css("a[href], area[href]"):
        attributes = node.attributes
        url = absolute_url(attributes.get("href") or "", base)
        if url is not None and url.startswith(("http://", "https://")):
            rel = re.split(r"[\s,]+", (attributes.get("rel") or "").lower())
            found.add((url, tuple(filter(None, rel))))
    return found


def test_a_second_parser_finds_the_same_links() -> None:
    """All real pages agree. Known to differ, and on none of them: links inside a template (lexbor's
    `css` finds them, nobody sees them), and a noscript of the head (read where it stands).
    """
    agreed, ours, theirs = 0, [], []
    for path in real_pages():
        body = path.read_bytes()
        page = read_page(body, url=URL)
        found = {(link.url, link.rel) for link in page.links if link.type in VOTING_TYPES}
        other = second_opinion(body, page.base)
        agreed += len(found & other)
        ours += [(path.parent.name, link) for link in found - other]
        theirs += [(path.parent.name, link) for link in other - found]
    assert agreed > 8_000
    assert (ours, theirs) == ([], [])

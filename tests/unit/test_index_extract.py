"""Archives to rows: which links count, what a row says, and what is done with damage."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.errors import FileRefused
from linkstead.index.records import harvest
from linkstead.index.rows import PLAIN, target_of
from linkstead.index.schema import MOST_ANCHOR, ROWS
from linkstead.urls import try_normalise_url
from tests.archives import a, arc, member, packed, response, wat

PAGE = "https://blog.site.org/posts/1"


def read(data: bytes, **options: Any) -> tuple[list[dict[str, Any]], Counter[str]]:
    rows: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    for found in harvest(io.BytesIO(data), "test", **options):
        assert found.rows.schema.equals(ROWS)
        rows += found.rows.to_pylist()
        counts += found.counts
    return rows, counts


def links_of(*links: dict[str, str], **said: Any) -> list[dict[str, Any]]:
    return read(wat(PAGE, list(links), **said))[0]


def test_a_row_says_all_that_a_wat_record_knows() -> None:
    (row,) = links_of(
        a("https://www.example.com/a?b=1#c", "Click here", rel="Noopener NOFOLLOW"),
        headers={"Content-Language": "de-AT"},
        metas=[{"name": "robots", "content": "noindex"}],
    )
    assert row == {
        "target_domain": "com.example",
        "target_url": "https://www.example.com/a?b=1",
        "source_domain": "org.site",
        "source_url": PAGE,
        "authority": None,
        "anchor": "Click here",
        "type": "a",
        "rel": "noopener nofollow",
        "robots": "noindex",
        "followed": False,
        "placement": None,
        "language": "de-at",
        "crawled": date(2026, 5, 18),
        "links": 1,
    }


@pytest.mark.parametrize(
    ("rel", "followed"),
    [
        ("", True),
        ("noopener", True),
        ("nofollow", False),
        ("noopener nofollow", False),
        ("NOFOLLOW", False),
        ("ugc", False),
        ("sponsored noopener", False),
        ("nofollowing", True),
        ("me external", True),
    ],
)
def test_rel_is_read_by_whole_tokens_in_any_case(rel: str, followed: bool) -> None:
    (row,) = links_of(a("https://example.com/", "x", rel=rel))
    assert row["followed"] is followed
    assert row["rel"] == rel.lower()


@pytest.mark.parametrize(
    ("metas", "headers", "robots"),
    [
        ([{"name": "ROBOTS", "content": "NoIndex, NoFollow"}], {}, "noindex nofollow"),
        ([{"name": "googlebot", "content": "nofollow"}], {}, "nofollow"),
        ([{"name": "robots", "content": "none"}], {}, "noindex nofollow"),
        ([{"name": "robots", "content": "max-image-preview:standard"}], {}, ""),
        ([{"name": "description", "content": "nofollow"}], {}, ""),
        ([], {"X-Robots-Tag": "nofollow"}, "nofollow"),
        ([], {"x-robots-tag": ["noindex", "googlebot: nofollow"]}, "noindex nofollow"),
        ([], {"X-Robots-Tag": "otherbot: noindex"}, ""),
    ],
)
def test_the_pages_own_directives_stand_apart_and_count(
    metas: list[dict[str, str]], headers: dict[str, Any], robots: str
) -> None:
    (row,) = links_of(a("https://example.com/"), metas=metas, headers=headers)
    assert row["robots"] == robots
    assert row["followed"] is ("nofollow" not in robots)
    assert row["rel"] == ""


@pytest.mark.parametrize(
    "url",
    [
        "/about",
        "about.html",
        "#top",
        "?page=2",
        "",
        "https://blog.site.org/other",
        "https://shop.site.org/",
        "//www.site.org/x",
        "mailto:me@example.com",
        "javascript:void(0)",
        "tel:+123",
        "https://localhost/",
        "https://192.0.2.7/page",
        "https://[2001:db8::1]/",
        "http://",
    ],
)
def test_what_leads_to_no_other_site_is_no_row(url: str) -> None:
    assert links_of(a(url, "text")) == []


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("//cdn.example.com/x", "https://cdn.example.com/x"),
        ("HTTP://EXAMPLE.com", "http://example.com/"),
        ("  https://example.com/a", "https://example.com/a"),
        ("\\\\example.com\\a", "https://example.com/a"),
        ("https:\\\\example.com/a", "https://example.com/a"),
        ("https://example.com:443/%7Euser/./x/../y", "https://example.com/~user/y"),
        ("https://exämple.com/", "https://xn--exmple-cua.com/"),
        ("https://example.com/?utm_source=x&a=1", "https://example.com/?a=1"),
    ],
)
def test_other_sites_are_seen_however_they_are_written(url: str, target: str) -> None:
    assert [row["target_url"] for row in links_of(a(url))] == [target]


def test_base_moves_relative_links_to_another_site() -> None:
    rows = links_of(a("/about"), a("x"), a("https://site.org/"), base="https://other.net/dir/")
    assert [row["target_url"] for row in rows] == ["https://other.net/about", "https://other.net/dir/x"]


def test_a_relative_base_is_resolved_against_the_page() -> None:
    assert links_of(a("/about"), base="/sub/") == []


def test_only_anchors_and_areas_are_links() -> None:
    kinds = ["A@/href", "AREA@/href", "IMG@/src", "FORM@/action", "A@/data-href", "LINK@/href", "STYLE/#text"]
    rows = links_of(*({"path": kind, "url": f"https://{n}.example.com/"} for n, kind in enumerate(kinds)))
    assert [(row["type"], row["target_url"]) for row in rows] == [
        ("a", "https://0.example.com/"),
        ("area", "https://1.example.com/"),
    ]


def test_of_several_links_to_one_target_the_first_followed_speaks() -> None:
    (row,) = links_of(
        a("https://example.com/x", "first", rel="nofollow"),
        a("https://example.com/x#part", "second"),
        a("https://example.com/x", "third"),
    )
    assert (row["anchor"], row["followed"], row["links"]) == ("second", True, 3)


def test_private_suffixes_are_sites_of_their_own() -> None:
    rows, _ = read(wat("https://me.github.io/", [a("https://you.github.io/"), a("https://me.github.io/x")]))
    assert [row["target_domain"] for row in rows] == ["io.github.you"]


def test_anchors_are_one_line_and_cut_where_they_are_too_long() -> None:
    one, two = links_of(a("https://a.example/", " a \n\t b "), a("https://b.example/", "x" * 5_000))
    assert one["anchor"] == "a b"
    assert len(two["anchor"]) == MOST_ANCHOR
    assert two["anchor"].endswith("…")


def test_only_the_wanted_targets_are_kept_and_the_others_counted() -> None:
    rows, counts = read(wat(PAGE, [a("https://a.com/"), a("https://b.com/")]), only={"com.b"})
    assert [row["target_domain"] for row in rows] == ["com.b"]
    assert counts["other target"] == 1


def test_everything_that_is_left_out_has_a_reason() -> None:
    records = [
        wat(PAGE, [a("https://example.com/"), a("/in"), a("https://x.com/" + "y" * 3_000)]),
        wat(PAGE, [], kind="request"),
        wat(PAGE, [a("https://e.com/")], status="404"),
        wat(PAGE, [a("https://e.com/")], date="yesterday"),
        wat("dns:example.com", [a("https://e.com/")]),
        member("metadata", PAGE, "application/json", b'{"Envelope": {"WARC-Type":"response" oops'),
        member("metadata", PAGE, "application/warc-fields", b"fetchTimeMs: 3"),
    ]
    rows, counts = read(packed(records))
    assert len(rows) == 1
    assert counts == Counter(
        {
            "records": 7,
            "pages": 1,
            "links": 3,
            "internal": 1,
            "url too long": 1,
            "rows": 1,
            "not a response": 2,
            "not a page (status)": 1,
            "unreadable date": 1,
            "page: not http": 1,
            "malformed record": 1,
        }
    )


def test_plain_and_packed_files_give_the_same() -> None:
    records = [wat(f"https://s{n}.org/", [a(f"https://t{n}.com/", "t")]) for n in range(20)]
    assert read(b"".join(records)) == read(packed(records))


def test_batches_are_of_the_size_asked_for() -> None:
    data = packed(wat(f"https://s{n}.org/", [a("https://t.com/")]) for n in range(10))
    sizes = [found.rows.num_rows for found in harvest(io.BytesIO(data), "test", rows_at_once=4)]
    assert sizes == [4, 4, 2]


@pytest.mark.parametrize("cut", [3, 50, 120])
def test_a_clipped_file_gives_what_came_before_and_says_so(cut: int) -> None:
    first = packed([wat("https://s.org/", [a("https://t.com/")])])
    second = packed([wat("https://s2.org/", [a("https://t.com/")])])
    rows, counts = read(first + second[:-cut])
    assert "https://s.org/" in [row["source_url"] for row in rows]
    assert counts["clipped"] == 1


def test_a_whole_file_is_not_called_clipped() -> None:
    assert read(packed([wat("https://s.org/", [a("https://t.com/")])]))[1]["clipped"] == 0


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<html></html>", b"\x1f\x8bnot gzip", packed([b"a,b\n1,2\n"]), b"\x00" * 10_000]
)
def test_a_foreign_file_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read(data)


HTML = (
    '<html lang="en"><head><meta name="robots" content="nofollow"></head><body><main><p>Some words and more'
    ' <a href="https://example.com/x" rel="ugc">Here</a></p></main><footer>'
    '<a href="https://foot.com/"><img alt="Logo"></a></footer></body></html>'
)


def test_a_warc_response_is_read_as_a_look_reads_a_page() -> None:
    rows, counts = read(packed([response(PAGE, HTML)]))
    one, two = rows
    assert (one["anchor"], one["rel"], one["robots"], one["language"]) == ("Here", "ugc", "nofollow", "en")
    assert (two["type"], two["anchor"], two["placement"]) == ("image", "Logo", "footer")
    assert counts["pages"] == 1


def test_an_arc_file_gives_the_same_rows_as_a_warc_file() -> None:
    assert read(arc(PAGE, HTML))[0] == read(response(PAGE, HTML))[0]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (response(PAGE, HTML, status="301 Moved"), "not a page (status)"),
        (response(PAGE, HTML, date="x"), "unreadable date"),
        (member("response", PAGE, "application/http", b"no http at all"), "malformed record"),
        (
            member(
                "response", PAGE, "application/http", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx"
            ),
            "not html",
        ),
    ],
)
def test_answers_that_are_no_pages_are_counted(record: bytes, reason: str) -> None:
    rows, counts = read(packed([record, response("https://s.org/", HTML)]))
    assert counts[reason] == 1 or counts["not a page (status)"] == 1
    assert {row["source_url"] for row in rows} == {"https://s.org/"}


URLS = st.from_regex(
    r"https?://[a-zA-Z0-9.-]{1,20}\.[a-z]{2,4}(:80)?(/[a-zA-Z0-9._~!$&()*+,;=:@%-]{0,8}){0,4}(\?[a-z=&%]{0,9})?",
    fullmatch=True,
)


@given(URLS)
def test_the_short_way_to_a_normal_form_says_what_the_long_way_says(url: str) -> None:
    if PLAIN.fullmatch(url):
        normal = try_normalise_url(url)
        if isinstance(found := target_of(url), tuple):
            assert found[0] == normal
        else:
            assert found == "no domain" or normal is None


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    with contextlib.suppress(FileRefused):
        read(b"WARC/1.0\r\n" + data)

"""The disavow file as bytes and lines: what is read, what is written, what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.disavow.building import Wanted, build
from linkstead.disavow.comparing import difference
from linkstead.disavow.entries import (
    Coverage,
    Entry,
    EntryKind,
    domain_entry,
    hosts_above,
    unicode_of,
    url_entry,
)
from linkstead.disavow.file import LineKind, added, empty, read, removed
from linkstead.errors import InputError

HOSTS = st.lists(st.sampled_from(["a", "b", "shop", "www", "example"]), min_size=1, max_size=4).map(
    lambda labels: ".".join([*labels, "com"])
)
ENTRIES = st.one_of(
    HOSTS.map(lambda host: Entry(EntryKind.DOMAIN, host)),
    st.tuples(HOSTS, st.sampled_from(["", "x", "x/y", "?q=1"])).map(
        lambda pair: Entry(EntryKind.URL, f"https://{pair[0]}/{pair[1]}")
    ),
)


def domain(host: str) -> Entry:
    return Entry(EntryKind.DOMAIN, host)


@given(st.binary(max_size=400))
def test_whatever_was_read_is_written_back_byte_for_byte(body: bytes) -> None:
    assert read(body).to_bytes() == body


@given(st.lists(st.sampled_from(["# why\r\n", "\n", "domain:a.com\r", "https://b.com/x\n", "nonsense\r\n"])))
def test_an_edit_changes_no_other_line(lines: list[str]) -> None:
    body = "".join(lines).encode()
    edited = added(read(body), [domain("new.example")], "reason")
    assert edited.to_bytes().startswith(body)
    back = removed(edited, [domain("new.example")])
    assert [line.text for line in back.lines if line.text.strip() != "# reason"] == [
        line.text for line in read(body).lines
    ]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("domain:Example.COM", LineKind.DOMAIN, "example.com"),
        ("  domain: example.com. ", LineKind.DOMAIN, "example.com"),
        ("DOMAIN:example.com", LineKind.DOMAIN, "example.com"),
        ("domain:bücher.example", LineKind.DOMAIN, "xn--bcher-kva.example"),
        ("domain:192.0.2.1", LineKind.DOMAIN, "192.0.2.1"),
        ("HTTP://Example.com/A?b=1", LineKind.URL, "http://example.com/A?b=1"),
        ("# domain:example.com", LineKind.COMMENT, None),
        ("\t ", LineKind.BLANK, None),
        ("domain:", LineKind.BROKEN, None),
        ("domain:localhost", LineKind.BROKEN, None),
        ("domain:exa mple.com", LineKind.BROKEN, None),
        ("ftp://example.com/", LineKind.BROKEN, None),
        ("https://example.com/a b", LineKind.BROKEN, None),
        ("example.com", LineKind.BROKEN, None),
    ],
)
def test_a_line_is_what_google_would_take_it_for(text: str, kind: LineKind, value: str | None) -> None:
    line = read(text.encode()).lines[0]
    assert line.kind is kind
    assert (None if line.entry is None else line.entry.value) == value


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ("\ufeffdomain:a.com\n".encode(), "utf-8 with a byte order mark"),
        ("domain:a.com\n".encode("utf-16"), "utf-16"),
        ("domain:a.com\n# ü\n".encode("latin-1"), "not utf-8"),
        ("domain:a.com\n# ü\n".encode(), "utf-8"),
        (b"domain:a.com\n", "ascii"),
    ],
)
def test_the_encoding_is_recognised_and_the_entries_are_read(body: bytes, encoding: str) -> None:
    document = read(body)
    assert document.encoding == encoding
    assert list(document.entries()) == [domain("a.com")]
    assert document.to_bytes() == body
    edited = added(document, [domain("b.com")])
    again = read(edited.to_bytes())
    assert list(again.entries()) == [domain("a.com"), domain("b.com")]
    assert not again.encoding.startswith(("utf-16", "utf-8 with"))


def test_a_reason_cannot_become_an_entry_or_a_second_line() -> None:
    made = added(empty(), [domain("a.com")], "bad # links\ndomain:evil.example\x00\u202e")
    assert made.to_bytes() == b"# bad links domain:evil.example\ndomain:a.com\n"
    assert list(read(made.to_bytes()).entries()) == [domain("a.com")]


def test_a_last_line_without_an_end_gets_one_before_something_follows() -> None:
    assert added(read(b"domain:a.com\r\ndomain:b.com"), [domain("c.com")]).to_bytes() == (
        b"domain:a.com\r\ndomain:b.com\r\ndomain:c.com\r\n"
    )


@given(st.lists(ENTRIES, max_size=8), ENTRIES)
def test_coverage_is_what_a_slow_reader_of_the_rules_says(entries: list[Entry], asked: Entry) -> None:
    def covers(entry: Entry) -> bool:
        if entry.kind is EntryKind.URL:
            return entry == asked
        host = asked.host
        return host == entry.value or host.endswith(f".{entry.value}")

    assert (Coverage(entries).of(asked) is not None) == any(covers(entry) for entry in entries)


def test_a_url_stands_for_one_page_alone() -> None:
    coverage = Coverage([Entry(EntryKind.URL, "https://a.com/blog/")])
    assert coverage.of_url("https://a.com/blog/") is not None
    assert coverage.of_url("https://a.com/blog/post") is None
    assert coverage.of_host("a.com") is None


@given(st.lists(ENTRIES, max_size=8), st.lists(ENTRIES, max_size=8))
def test_what_is_new_one_way_is_gone_the_other_way(one: list[Entry], other: list[Entry]) -> None:
    first, second = added(empty(), one), added(empty(), other)
    there, back = difference(first, second), difference(second, first)
    assert there.added == back.removed
    assert set(there.kept) == set(back.kept)
    assert set(there.taken_back) <= set(there.removed)


def test_an_entry_that_a_wider_one_replaces_is_not_taken_back() -> None:
    older = read(b"domain:www.a.com\nhttps://b.com/x\ndomain:c.com\n")
    newer = read(b"domain:a.com\ndomain:b.com\n")
    assert difference(older, newer).taken_back == [domain("c.com")]


@given(st.lists(st.tuples(ENTRIES, st.sampled_from(["", "paid", "spam"])), max_size=10), st.lists(ENTRIES))
def test_a_built_file_covers_all_that_was_wanted_and_keeps_all_that_was_there(
    wanted: list[tuple[Entry, str]], there: list[Entry]
) -> None:
    before = added(empty(), there)
    made = build([Wanted(*one) for one in wanted], before)
    after = Coverage(made.document.entries())
    assert all(after.of(entry) is not None for entry, _ in wanted)
    assert made.document.to_bytes().startswith(before.to_bytes())
    assert build([Wanted(*one) for one in wanted], made.document).added == [], "once is enough"
    assert len(made.added) + len(made.covered) == len({entry for entry, _ in wanted})


def test_a_file_that_google_would_not_take_is_refused_with_what_to_do() -> None:
    many = [Wanted(Entry(EntryKind.URL, f"https://a.com/{number}")) for number in range(100_001)]
    with pytest.raises(InputError, match="Decide on domains instead"):
        build(many)


def test_hosts_are_told_in_both_spellings() -> None:
    assert unicode_of("xn--bcher-kva.example") == "bücher.example"
    assert unicode_of("xn--\u00e4.example") == "xn--\u00e4.example"
    assert list(hosts_above("a.b.example")) == ["a.b.example", "b.example", "example"]
    assert domain_entry("not a host") is None
    assert url_entry("mailto:a@b.com") is None

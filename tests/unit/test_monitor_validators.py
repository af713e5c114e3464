from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.link import Reason
from linkstead.monitor.fetched import Fetched
from linkstead.monitor.validators import MAX_VALUE, Validators, condition, validators_in

URL = "https://blog.example/post"
CHANGED = "Sat, 14 Nov 2026 10:00:00 GMT"

ENTITY_TAGS = [
    ('"abc"', '"abc"'),
    ('W/"abc"', 'W/"abc"'),
    ('""', '""'),
    (' "padded" ', '"padded"'),
    ("abc", None),
    ("*", None),
    ('"a", "b"', None),
    ('w/"abc"', None),
    ('"with "quotes" inside"', None),
    ('"a\r\nX-Evil: 1"', None),
    ('"caf\u00e9"', None),
    ('"' + "x" * (MAX_VALUE - 2) + '"', '"' + "x" * (MAX_VALUE - 2) + '"'),
    ('"' + "x" * MAX_VALUE + '"', None),
    ("", None),
]


@pytest.mark.parametrize(("value", "kept"), ENTITY_TAGS)
def test_only_what_is_an_entity_tag_is_kept(value: str, kept: str | None) -> None:
    found = validators_in(URL, [("ETag", value)])
    assert (None if found is None else found.etag) == kept


@pytest.mark.parametrize(("value", "sent"), ENTITY_TAGS)
def test_an_entity_tag_from_a_restored_backup_is_read_again_before_it_is_sent(
    value: str, sent: str | None
) -> None:
    asked = condition(Validators(URL, value, None), URL)
    assert asked.get("If-None-Match") == (sent if sent == value else None)


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ([("Last-Modified", CHANGED)], CHANGED),
        ([("Last-Modified", CHANGED), ("Date", "Sat, 14 Nov 2026 10:00:01 GMT")], CHANGED),
        ([("Last-Modified", CHANGED), ("Date", CHANGED)], None),
        ([("Last-Modified", CHANGED), ("Date", "Sat, 14 Nov 2026 09:00:00 GMT")], None),
        ([("Last-Modified", CHANGED), ("Date", CHANGED), ("ETag", '"x"')], CHANGED),
        ([("Last-Modified", CHANGED), ("Date", "today")], CHANGED),
        ([("Last-Modified", "yesterday")], None),
        ([("Last-Modified", CHANGED + "\r\nX: y")], None),
        ([("Last-Modified", "")], None),
        ([("last-modified", "Sun, 01 Jan 2023 00:00:00 GMT"), ("LAST-MODIFIED", CHANGED)], CHANGED),
    ],
)
def test_a_date_of_change_is_kept_unless_the_server_makes_it_up_for_each_answer(
    headers: list[tuple[str, str]], kept: str | None
) -> None:
    found = validators_in(URL, headers)
    assert (None if found is None else found.last_modified) == kept


def test_both_are_sent_to_the_page_that_gave_them_and_to_no_other() -> None:
    known = Validators(URL, '"abc"', CHANGED)
    assert condition(known, URL) == {"If-None-Match": '"abc"', "If-Modified-Since": CHANGED}
    assert condition(known, URL + "/") == {}
    assert condition(None, URL) == {}


@pytest.mark.parametrize(
    ("status", "failure", "kept"),
    [(200, None, True), (203, None, False), (404, None, False), (200, Reason.BAD_ANSWER, False)],
)
def test_only_a_whole_page_is_worth_asking_for_again_in_this_way(
    status: int, failure: Reason | None, kept: bool
) -> None:
    fetched = Fetched(
        "https://blog.example/", URL, status=status, headers=(("ETag", '"a"'),), failure=failure
    )
    assert fetched.validators == (Validators(URL, '"a"', None) if kept else None)


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_is_sent_can_break_a_line(etag: str, changed: str) -> None:
    for value in condition(Validators(URL, etag, changed), URL).values():
        assert value.isascii()
        assert value.isprintable()


@given(st.lists(st.tuples(st.sampled_from(["ETag", "Last-Modified", "Date", "X"]), st.text(max_size=40))))
def test_what_is_kept_can_be_sent(headers: list[tuple[str, str]]) -> None:
    found = validators_in(URL, headers)
    sent = condition(found, URL)
    assert len(sent) == (0 if found is None else sum(value is not None for value in found[1:]))

from __future__ import annotations

import pytest

from linkstead.monitor.content import is_page, may_refresh, media_type


@pytest.mark.parametrize(
    ("declared", "head", "expected"),
    [
        ("text/html", b"", True),
        ("application/xhtml+xml", b"", True),
        ("text/xml", b"<?xml", True),
        ("text/plain", b"<!doctype html>", False),
        ("image/png", b"<html>", False),
        ("application/rss+xml", b"<rss>", False),
        ("", b"  \n<!DOCTYPE HTML><p>", True),
        ("", b"\xef\xbb\xbf<html lang=en>", True),
        ("", "<html>".encode("utf-16"), True),
        ("", b"<!-- a comment -->", True),
        ("", b"<article>", False),
        ("", b"<bold>", False),
        ("", b"%PDF-1.7", False),
        ("", b"", False),
        ("application/octet-stream", b"<p>text", True),
        ("application/octet-stream", b"\x1f\x8b\x08", False),
    ],
)
def test_a_page_is_known_by_its_type_and_only_without_one_by_its_bytes(
    declared: str, head: bytes, expected: bool
) -> None:  # fmt: skip
    assert is_page(declared, head) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Text/HTML; charset=utf-8"], "text/html"),
        (["text/plain", "text/html"], "text/html"),
        (["text/plain, text/html"], "text/html"),
        ([], ""),
        ([";;"], ""),
    ],
)
def test_the_last_content_type_counts(values: list[str], expected: str) -> None:
    assert media_type(values) == expected


def test_a_meta_refresh_is_suspected_in_any_spelling() -> None:
    page = '<META HTTP-EQUIV="Refresh" content="0;url=/x">'
    assert may_refresh(page.encode())
    assert may_refresh(page.encode("utf-16"))
    assert not may_refresh(b"<p>refreshing drinks</p>")

"""What kind of answer it is: a page to read, or something else.

By the declared type, and where none is declared by the first bytes, as browsers do
(https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type). A declared type
is believed: `text/plain` with markup in it is shown as text, and no search engine reads links there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Types whose bodies are read for links.
PAGE_TYPES: Final = frozenset(
    {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "application/vnd.wap.xhtml+xml"}
)
#: Declared types that say nothing, most of them named by the standard; then the bytes decide.
VAGUE_TYPES: Final = frozenset(
    {"", "*/*", "unknown/unknown", "application/unknown", "application/octet-stream"}
)

#: Beginnings of markup, from the standard's table, in lower case.
_MARKUP: Final = (
    b"<!doctype html", b"<html", b"<head", b"<script", b"<iframe", b"<h1", b"<div", b"<font", b"<table",
    b"<a", b"<style", b"<title", b"<b", b"<body", b"<br", b"<p", b"<!--", b"<?xml", b"<meta", b"<link",
)  # fmt: skip
_TAG_END: Final = b" \t\r\n\x0c>"
#: Marks that are complete without a blank or `>` behind them.
_OPEN_ENDED: Final = frozenset({b"<!--", b"<?xml"})
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEAD: Final = 2048


def media_type(values: Sequence[str]) -> str:
    """The media type of the last Content-Type header in lower case, without parameters."""
    value = values[-1] if values else ""
    return value.split(",")[-1].split(";")[0].strip().lower()


def is_page(declared: str, head: bytes) -> bool:
    """Whether a body that begins with `head` is read as a page."""
    if declared in PAGE_TYPES:
        return True
    return declared in VAGUE_TYPES and looks_like_markup(head)


def looks_like_markup(head: bytes) -> bool:
    for mark in _MARKS:
        head = head.removeprefix(mark)
    # UTF-16 markup is ASCII with a zero beside each letter.
    text = head[:_HEAD].replace(b"\0", b"").lstrip(b"\t\n\x0c\r ").lower()
    return any(_begins(text, mark) for mark in _MARKUP)


def _begins(text: bytes, mark: bytes) -> bool:
    if not text.startswith(mark):
        return False
    behind = text[len(mark) : len(mark) + 1]
    return mark in _OPEN_ENDED or (behind != b"" and behind in _TAG_END)


def may_refresh(body: bytes) -> bool:
    """Whether a page may send its readers on; worth a look, no proof."""
    head = body[: _HEAD * 32].replace(b"\0", b"").lower()
    return b"http-equiv" in head and b"refresh" in head

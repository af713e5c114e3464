"""The compiled look at WAT's links lets through all that the decoder would have found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.index import wat
from linkstead.index.rows import RowBuilder
from linkstead.index.wat_kernel import LEAST_BYTES, NOT_A_LIST, candidates
from tests.archives import a, wat_body

PAGE = "https://blog.site.org/posts/1"
ROOT = Path(__file__).resolve().parents[2]

hosts = st.sampled_from(
    [
        "https://blog.site.org/",
        "http://blog.site.org/",
        "//www.site.org/",
        "https://example.com/",
        "//ex.org/",
    ]
)
tails = st.sampled_from(["", "a/b", "?q=1#f", "ü", '"quoted"', "{[x]}", "\\back", "a\tb", "é\u2028", "%41"])
urls = st.one_of(
    st.builds("".join, st.tuples(hosts, tails)),
    st.sampled_from(
        [
            "",
            "/",
            "/x",
            "x",
            "#f",
            "?q",
            "..",
            " https://example.com/",
            "HTTP://example.com/",
            "\\\\example.com",
            "/\\example.com",
            "ftp://example.com/",
            "mailto:a@b.c",
            "javascript:void(0)",
            "https:example.com",
            "h",
            "http:",
            "https",
            "data:,x",
            "ws://example.com",
            "\nhttps://example.com/",
        ]
    ),
    st.text(max_size=20),
)
entries = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(
            ["A@/href", "AREA@/href", "IMG@/src", "A@/data-href", "STYLE/#text", "", "A@/hre"]
        ),
        "url": urls,
        "href": urls,
        "text": st.text(max_size=8),
        "alt": st.text(max_size=8),
        "rel": st.sampled_from(["", "nofollow", "noopener UGC"]),
        "extra": st.one_of(
            st.none(), st.integers(), st.lists(st.text(max_size=3)), st.just({"path": "A@/href"})
        ),
    },
)
forms = st.sampled_from(
    [
        {"separators": (",", ":")},
        {"indent": 1},
        {"ensure_ascii": False},
        {"separators": (" , ", " : "), "ensure_ascii": False},
    ]
)


def rows_of(body: bytes) -> tuple[list[dict[str, Any]], dict[str, int]]:
    builder = RowBuilder(None)
    wat.add_record(body, builder)
    return builder.take().to_pylist(), dict(+builder.counts)


def body_of(links: list[dict[str, Any]], form: dict[str, Any], base: str = "") -> bytes:
    written = json.loads(wat_body(PAGE, links, base=base))
    text = json.dumps(written, **form).replace('"WARC-Type": "response"', '"WARC-Type":"response"')
    return text.encode("utf-8", "replace")


@settings(deadline=None)  # the first call compiles
@given(
    st.lists(entries, max_size=8),
    forms,
    st.sampled_from(["", "/sub/", "https://example.com/x/", "\\\\ex.org"]),
)
def test_the_rows_are_those_of_decoding_everything(
    links: list[dict[str, Any]], form: dict[str, Any], base: str
) -> None:
    body = body_of(links, form, base)
    fast = rows_of(body)
    with patch.object(wat, "candidates", lambda *_: (NOT_A_LIST, 0, 0)):
        assert fast == rows_of(body)


def test_internal_links_are_passed_over_without_decoding() -> None:
    links = [
        a("/x", "x"),
        a("https://blog.site.org/y", "y"),
        {"path": "IMG@/src", "url": "https://cdn.net/z"},
    ]
    raw = json.dumps([*links, a("https://example.com/", "E")]).encode()
    spans = np.empty((len(raw) // LEAST_BYTES + 1, 2), np.uint32)
    origin = np.frombuffer(b"https://blog.site.org/", np.uint8)
    count, passed, internal = candidates(np.frombuffer(raw, np.uint8), origin, False, spans)
    assert (count, passed, internal) == (1, 2, 2)
    begin, end = spans[0].tolist()
    assert json.loads(raw[begin:end]) == a("https://example.com/", "E")


@pytest.mark.parametrize(
    "text", ["", "  ", "{}", "[", "[{", '[{"url"', '[{"url":', '[{"url":"x', "[1]", '["x"]', "null"]
)
def test_what_is_no_list_of_objects_is_left_to_the_decoder(text: str) -> None:
    raw = np.frombuffer(text.encode() or b" ", np.uint8)
    spans = np.empty((10, 2), np.uint32)
    assert candidates(raw, np.frombuffer(b"x", np.uint8), False, spans)[0] == NOT_A_LIST


def test_a_link_of_the_wrong_kind_makes_the_record_malformed() -> None:
    _, counts = rows_of(body_of([{"path": "A@/href", "url": 5}], {}))
    assert counts == {"malformed record": 1}


FUZZ = """
import json, random, sys
import numpy as np
from linkstead.index.wat_kernel import LEAST_BYTES, candidates
from tests.archives import a

random.seed(int(sys.argv[1]))
nested = {"path": "A@/href", "extra": [1, {"a": "]"}]}
sample = json.dumps([a("https://example.com/\\\\x", 'q"{}[]'), nested, a("/x")]).encode()
origin = np.frombuffer(b"https://blog.site.org/", np.uint8)
for _ in range(3_000):
    text = bytearray(sample)
    for _ in range(random.randrange(6)):
        text[random.randrange(len(text))] = random.choice(b'{}[]",:\\\\ hA/')
    text = bytes(text[: random.randrange(1, len(text) + 1)])
    spans = np.empty((len(text) // LEAST_BYTES + 1, 2), np.uint32)
    count, _, _ = candidates(np.frombuffer(text, np.uint8), origin, bool(random.getrandbits(1)), spans)
    assert all(0 <= begin < end <= len(text) for begin, end in spans[: max(count, 0)].tolist())
print("fine")
"""


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 1_000))
def test_no_bytes_lead_it_out_of_the_text(seed: int) -> None:
    # uncompiled, so that numpy checks every index
    surroundings = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", FUZZ, str(seed)], env=surroundings, capture_output=True, text=True, check=False
    )
    assert said.stdout == "fine\n", said.stderr[-2000:]

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.link import Reason
from linkstead.monitor.inflate import Body, BodyLimits

LIMITS = BodyLimits(wire=1 << 20, body=1 << 20)


def _read(raw: bytes, coding: str, limits: BodyLimits = LIMITS, step: int = 7_000) -> Body:
    body = Body(coding, limits)
    for start in range(0, len(raw), step):
        if not body.feed(raw[start : start + step]):
            break
    body.close()
    return body


@given(st.binary(max_size=5_000), st.integers(1, 600), st.integers(1, 4))
def test_a_gzip_body_of_several_members_is_read_whatever_its_chunks(
    content: bytes, step: int, members: int
) -> None:
    packed = b"".join(gzip.compress(content) for _ in range(members))
    body = _read(packed, "gzip", step=step)
    assert (body.content, body.failure) == (content * members, None)


@given(st.binary(max_size=5_000), st.integers(1, 600))
def test_a_plain_body_is_read_as_it_is(content: bytes, step: int) -> None:
    body = _read(content, "", step=step)
    assert (body.content, body.failure) == (content, None)


@given(st.binary(min_size=1, max_size=2_000), st.data())
def test_a_gzip_body_that_is_cut_is_told_and_its_beginning_kept(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    end = data.draw(st.integers(1, len(packed) - 1))
    body = _read(packed[:end], "gzip")
    assert body.failure is Reason.BAD_ANSWER
    assert content.startswith(body.content)


@given(st.binary(min_size=1, max_size=300))
def test_whatever_comes_never_raises_and_never_exceeds_the_limit(raw: bytes) -> None:
    body = _read(raw + gzip.compress(raw * 9), "gzip", BodyLimits(wire=5_000, body=500))
    assert len(body.content) <= 500


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "compress"])
def test_a_coding_that_was_not_asked_for_is_not_undone(coding: str) -> None:
    body = _read(b"whatever", coding)
    assert (body.failure, body.content) == (Reason.ENCODING, b"")


def test_what_is_no_gzip_is_told() -> None:
    assert _read(b"<html>", "gzip").failure is Reason.ENCODING


def test_padding_and_noise_behind_the_last_member_are_left_out() -> None:
    for behind in (b"\0\0\0", b"noise", b"\x1f"):
        body = _read(gzip.compress(b"page") + behind, "gzip", step=1)
        assert body.content == b"page"
        assert body.failure is (Reason.BAD_ANSWER if body.failure else None)


def test_a_bomb_is_dropped_and_a_long_page_is_kept_up_to_the_limit() -> None:
    bomb = _read(gzip.compress(bytes(50 << 20)), "gzip")
    assert (bomb.failure, bomb.content) == (Reason.BOMB, b"")
    words = b" ".join(str(number).encode() for number in range(400_000))
    long = _read(gzip.compress(words), "gzip", BodyLimits(wire=4 << 20, body=1 << 20))
    assert (long.failure, long.content) == (Reason.TOO_LARGE, words[: 1 << 20])


def test_more_than_eight_members_are_a_bomb() -> None:
    assert _read(gzip.compress(b"a") * 8, "gzip").content == b"a" * 8
    assert _read(gzip.compress(b"a") * 9, "gzip").failure is Reason.BOMB


def test_bytes_on_the_wire_are_limited() -> None:
    body = _read(b"x" * 3_000, "", BodyLimits(wire=2_000, body=10_000))
    assert body.failure is Reason.TOO_LARGE
    assert len(body.content) <= 2_000


def test_a_bomb_in_one_chunk_is_never_held_whole() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    raw = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    body = Body("gzip", BodyLimits(wire=1 << 20, body=1 << 22))
    assert body.feed(raw) is False
    assert body.failure is Reason.BOMB

"""Webhooks: signed so that a receiver knows them, posted nowhere but where they were sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.alerts import signing
from linkstead.alerts.channels import Outcome
from linkstead.alerts.post import body_of, judge_status, parcel
from linkstead.alerts.signing import sign, verify

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET, NOW = "lsw_secret", 1_795_348_800
DOCS = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"


def _example(text: str) -> Callable[[str, str, bytes], bool]:
    made: dict[str, Callable[[str, str, bytes], bool]] = {}
    exec(textwrap.dedent(text), made)
    return made["is_ours"]


def _examples() -> list[Callable[[str, str, bytes], bool]]:
    in_module = (signing.__doc__ or "").partition("library:\n")[2]
    in_docs = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return [_example(in_module), *map(_example, in_docs)]


def test_the_examples_for_receivers_work() -> None:
    body = b'{"a":1}'
    now = int(time.time())
    assert len(_examples()) == 2
    for is_ours in _examples():
        assert is_ours(SECRET, sign(SECRET, body, at=now), body)
        assert not is_ours(SECRET, sign(SECRET, body, at=now), body + b" ")
        assert not is_ours(SECRET, sign("other", body, at=now), body)
        assert not is_ours(SECRET, sign(SECRET, body, at=now - 400), body)


def test_the_signature_is_the_hmac_of_time_and_body() -> None:
    wanted = hmac.new(b"lsw_secret", b"1795348800.body", hashlib.sha256).hexdigest()
    assert sign(SECRET, b"body", at=NOW) == f"t=1795348800,v1={wanted}"


@given(st.binary(), st.text(min_size=1), st.integers(0, 2**33))
def test_what_is_signed_is_verified_and_nothing_else(body: bytes, secret: str, at: int) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    header = sign(secret, body, at=at)
    assert verify(secret, header, body, now=at)
    assert not verify(secret, header, body + b"x", now=at)
    assert not verify(secret + "x", header, body, now=at)
    assert verify(secret, header, body, now=at + 300)
    assert not verify(secret, header, body, now=at + 301)
    assert not verify(secret, header.replace(f"t={at}", f"t={at + 1}"), body, now=at)


@given(st.text())
def test_a_header_of_any_kind_is_no_error(header: str) -> None:
    assert not verify(SECRET, header, b"body", now=NOW)


def test_one_of_several_signatures_is_enough_but_two_times_are_none() -> None:
    good = sign(SECRET, b"body", at=NOW)
    assert verify(SECRET, f"{good},v1=00", b"body", now=NOW)
    assert verify(SECRET, good.replace("v1=", "v1=00, v1="), b"body", now=NOW)
    assert not verify(SECRET, f"t=1,{good}", b"body", now=NOW)
    assert not verify(SECRET, good.replace("t=", "t=+"), b"body", now=NOW)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.SENT), (204, Outcome.SENT), (301, Outcome.REFUSED), (307, Outcome.REFUSED),
     (400, Outcome.REFUSED), (404, Outcome.REFUSED), (408, Outcome.AGAIN), (410, Outcome.REFUSED),
     (425, Outcome.AGAIN), (429, Outcome.AGAIN), (500, Outcome.AGAIN), (503, Outcome.AGAIN)],
)  # fmt: skip
def test_an_answer_is_judged_by_its_status(status: int, outcome: Outcome) -> None:
    judged = judge_status(status)
    assert judged.outcome is outcome
    assert bool(judged.reason) is (outcome is not Outcome.SENT)


def test_a_parcel_carries_its_name_and_its_signature() -> None:
    body = body_of("d1", "test", {"id": 1, "name": "\ud800ü", "site": "example.com"}, [])
    assert json.loads(body)["events"] == []
    made = parcel("https://hooks.example/", SECRET, "d1", body, at=NOW)
    assert made.headers["X-Linkstead-Delivery"] == "d1"
    assert verify(SECRET, made.headers["X-Linkstead-Signature"], made.body, now=NOW)

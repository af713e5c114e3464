"""F40: the soak itself works, and sees a leak. Its long form is a command, see `tests.faults.soak`."""

from __future__ import annotations

import random

from tests.faults.soak import MIB, Sample, judged, soak


def test_f40_a_short_soak_looks_at_many_pages_and_keeps_its_files() -> None:
    told = soak(15, rate=0.0, count=10, pages=10)  # on a busy machine the process needs some of it to start
    assert told.died == ""
    assert told.fetches > 100
    assert "open files grow in number" not in told.over


def a_day(*, leak: float, files: float = 0.0) -> list[Sample]:
    """A day's samples, one a minute; `leak` in MiB an hour, `files` an hour."""
    dice = random.Random(1)
    return [
        Sample(
            60.0 * minute,
            int((100 + leak * minute / 60 + dice.uniform(0, 8)) * MIB),
            40 + int(files * minute / 60) + dice.randrange(8),
        )
        for minute in range(24 * 60)
    ]


def test_f40_a_leak_of_two_mebibytes_an_hour_is_seen_and_half_a_one_is_not() -> None:
    leaking = judged(a_day(leak=2.0), 1)
    assert leaking.over == ["memory grows by more than 1 MiB an hour"]
    assert leaking.low < 2.0 < leaking.high
    assert judged(a_day(leak=0.5), 1).over == []
    assert judged(a_day(leak=-3.0), 1).over == []


def test_f40_files_that_grow_in_number_are_seen() -> None:
    assert judged(a_day(leak=0.0, files=4.0), 1).over == ["open files grow in number"]

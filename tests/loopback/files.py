"""Files on the loopback web, given whole or by parts as HTTP has it (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.loopback.web import Answer, Hit

if TYPE_CHECKING:
    from collections.abc import Callable

#: The first host in order of names gets this address, so a host that is named like it can be asked without
#: DNS.
HOST = "127.77.0.1"


def file(body: bytes, *, version: str = '"one"', parts: bool = True) -> Callable[[Hit], Answer]:
    """A page that serves a file; `parts` False: always whole."""

    def answer(hit: Hit) -> Answer:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", hit.headers.get("range", "")) if parts else None
        headers = (("ETag", version), ("Content-Type", "application/octet-stream"))
        if wanted is None:
            return Answer(200, body, headers)
        first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
        if first >= len(body):
            return Answer(416, b"", (*headers, ("Content-Range", f"bytes */{len(body)}")))
        said = ("Content-Range", f"bytes {first}-{last}/{len(body)}")
        return Answer(206, body[first : last + 1], (*headers, said))

    return answer


def in_turn(*answers: Callable[[Hit], Answer] | Answer) -> Callable[[Hit], Answer]:
    """One answer after another; the last one for ever."""
    left = list(answers)

    def answer(hit: Hit) -> Answer:
        step = left.pop(0) if len(left) > 1 else left[0]
        return step(hit) if callable(step) else step

    return answer

"""How a receiver knows that a webhook is ours and fresh: a time and an HMAC-SHA-256 in one header.

    X-Linkstead-Signature: t=1795348800,v1=5257a869e7...

`v1` is the hexadecimal HMAC-SHA-256 (RFC 2104, https://www.rfc-editor.org/rfc/rfc2104) of the ASCII time,
a full stop and the body's bytes as sent, under the channel's secret. The time is part of what is signed,
so that an old message cannot be sent again. A receiver in Python, with nothing but its library:

    import hashlib, hmac, time

    def is_ours(secret: str, header: str, body: bytes) -> bool:
        parts = dict(part.split("=", 1) for part in header.split(","))
        if abs(time.time() - int(parts["t"])) > 300:
            return False
        signed = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, hashlib.sha256)
        return hmac.compare_digest(signed.hexdigest(), parts["v1"])
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "X-Linkstead-Signature"
DELIVERY_HEADER: Final = "X-Linkstead-Delivery"
#: seconds that a receiver's clock and the way may differ from ours
TOLERANCE: Final = 300


def sign(secret: str, body: bytes, *, at: int) -> str:
    """The value of the header; `at` in epoch seconds."""
    return f"t={at},v1={_digest(secret, str(at), body)}"


def verify(secret: str, header: str, body: bytes, *, now: int, tolerance: int = TOLERANCE) -> bool:
    """Whether a header signs this body under this secret and is at most `tolerance` seconds old.

    Several `v1` may stand in one header (while a secret is being changed): one that fits is enough.
    """
    at, digests = _read(header)
    if not (at.isascii() and at.isdigit() and len(at) <= 12) or abs(now - int(at)) > tolerance:
        return False
    wanted = _digest(secret, at, body)
    fits = [hmac.compare_digest(wanted.encode(), digest.encode("utf-8", "replace")) for digest in digests]
    return any(fits)


def _read(header: str) -> tuple[str, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    # two times: whoever reads the first and whoever reads the last would disagree
    at = times[0] if len(times) == 1 else ""
    return at, [value for name, _, value in pairs if name == "v1"]


def _digest(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode("ascii") + b"." + body, hashlib.sha256).hexdigest()

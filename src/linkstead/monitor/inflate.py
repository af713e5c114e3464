"""The body of an answer, held to its limits while it arrives.

A gzip stream may grow a thousandfold (RFC 1952 and RFC 1951 set no bound), and a byte limit on decoded
chunks comes too late when one chunk is the whole bomb. So the raw bytes are taken in small slices, and
`zlib` may give back only so much at a time; what it holds back stays compressed.

No other coding is ever asked for, and none is undone: brotli and zstd have no bounded mode that every
binding offers.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from linkstead.link import Reason

#: `Content-Encoding` values that are undone (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1).
GZIP_NAMES: Final = frozenset({"gzip", "x-gzip"})
IDENTITY_NAMES: Final = frozenset({"", "identity", "none"})

#: What sniffing looks at (https://mimesniff.spec.whatwg.org/#reading-the-resource-header is shorter).
HEAD_BYTES: Final = 2048
_SLICE: Final = 16_384
_STEP: Final = 65_536
_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP: Final = 31  # zlib: a gzip wrapper with the largest window


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes on the wire, bytes decoded, decoded bytes for each on the wire, gzip members."""

    wire: int
    body: int
    ratio: int = 100
    members: int = 8


class Body:
    """Collects one body. `feed` until it says stop, then `close`; read `content` and `failure`.

    `failure` is None for a whole body; a body that hit the size limit is kept up to it, a bomb is not.
    """

    def __init__(self, coding: str, limits: BodyLimits) -> None:
        self._limits = limits
        self._gzip = _Gunzip(limits) if coding in GZIP_NAMES else None
        self._parts = bytearray()
        self._wire = 0
        self.failure: Reason | None = None
        if self._gzip is None and coding not in IDENTITY_NAMES:
            self.failure = Reason.ENCODING

    @property
    def content(self) -> bytes:
        return bytes(self._parts)

    @property
    def wire(self) -> int:
        """Raw bytes that were taken."""
        return self._wire

    @property
    def head(self) -> bytes:
        """The first bytes, enough to see what it is."""
        return bytes(self._parts[:HEAD_BYTES])

    def __len__(self) -> int:
        return len(self._parts)

    def feed(self, raw: bytes) -> bool:
        """Take raw bytes; False when no more are wanted."""
        for start in range(0, len(raw), _SLICE):
            if self.failure is not None:
                return False
            self._take(raw[start : start + _SLICE])
        return self.failure is None

    def close(self, *, complete: bool = True) -> None:
        """No more bytes come; `complete` says whether the answer ended as it had promised."""
        cut = not complete or (self._gzip is not None and not self._gzip.whole)
        if self.failure is None and cut and (self._wire or not complete):
            self.failure = Reason.BAD_ANSWER

    def _take(self, raw: bytes) -> None:
        self._wire += len(raw)
        if self._wire > self._limits.wire:
            self.failure = Reason.TOO_LARGE
        elif self._gzip is None:
            self._keep(raw)
        else:
            self._unpack(self._gzip, raw)

    def _unpack(self, gzip: _Gunzip, raw: bytes) -> None:
        gzip.put(raw)
        while self.failure is None and (part := gzip.get()):
            self._keep(part)
        if gzip.failure is not None and self.failure is None:
            self._refuse(gzip.failure)

    def _keep(self, part: bytes) -> None:
        room = self._limits.body - len(self._parts)
        self._parts += part[:room]
        if len(part) > room:
            bomb = self._limits.body > self._limits.ratio * self._wire
            self._refuse(Reason.BOMB if bomb else Reason.TOO_LARGE)

    def _refuse(self, reason: Reason) -> None:
        self.failure = reason
        if reason is Reason.BOMB:
            self._parts.clear()


class _Gunzip:
    """A gzip stream of several members, at most `_STEP` decoded bytes at once."""

    def __init__(self, limits: BodyLimits) -> None:
        self._left = limits.members
        self._held = b""
        self._member = zlib.decompressobj(wbits=_GZIP)
        self._done = False
        self.failure: Reason | None = None

    @property
    def whole(self) -> bool:
        return self._done or self._member.eof

    def put(self, raw: bytes) -> None:
        self._held += raw

    def get(self) -> bytes:
        """The next decoded bytes; empty when more input is needed, at the end and at a failure."""
        while self.failure is None and not self._done and (self._held or not self._member.eof):
            if self._member.eof and not self._next_member():
                return b""
            part = self._decode()
            if part or not self._held:
                return part
        return b""

    def _decode(self) -> bytes:
        try:
            part = self._member.decompress(self._held, _STEP)
        except zlib.error:
            self.failure = Reason.ENCODING
            return b""
        self._held = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return part

    def _next_member(self) -> bool:
        """Open the member behind the one that ended; what is no member (padding) is left out."""
        self._held = self._held.lstrip(b"\0")
        if len(self._held) < len(_GZIP_MAGIC) and _GZIP_MAGIC.startswith(self._held):
            return False  # wait: the next bytes decide
        if not self._held.startswith(_GZIP_MAGIC):
            self._done = True
            return False
        self._left -= 1
        if self._left <= 0:
            self.failure = Reason.BOMB
            return False
        self._member = zlib.decompressobj(wbits=_GZIP)
        return True

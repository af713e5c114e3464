"""From bytes to text: which encoding a page is in, and how sure that is.

The order is that of the HTML standard (https://html.spec.whatwg.org/#determining-the-character-encoding):
byte order mark, `Content-Type` header, `<meta>` found by the prescan of the first 1,024 bytes, then
detection by content. Labels are those of https://encoding.spec.whatwg.org/#names-and-labels, decoded
with the tables of that standard, so that `latin1` means windows-1252 here as in every browser.

A browser believes a declaration even where the bytes disprove it. We read pages to report anchor
texts to people, so a declaration that the bytes disprove is dropped in favour of detection: UTF-8
declared over bytes that are no UTF-8, a legacy encoding declared over valid multi-byte UTF-8, UTF-16
declared over ASCII, an unknown label (`utf-7`), and the labels that the standard decodes to nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import turbohtml
from turbohtml.detect import detect

if TYPE_CHECKING:
    from collections.abc import Sequence

CharsetFrom = Literal["bom", "header", "meta", "detected", "default"]

#: Byte order marks, https://encoding.spec.whatwg.org/#bom-sniff.
_MARKS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xef\xbb\xbf", "UTF-8"),
    (b"\xfe\xff", "UTF-16BE"),
    (b"\xff\xfe", "UTF-16LE"),
)
_PRESCAN_BYTES: Final = 1024
#: How much of the body the content detector looks at; more text does not change its mind.
_DETECT_BYTES: Final = 65_536
_WIDE: Final = frozenset({"UTF-16LE", "UTF-16BE"})
#: A page cut in the middle of a character, or with a stray byte, is still UTF-8: at most one
#: broken byte for each so many good multi-byte characters.
_GOOD_PER_BROKEN: Final = 20
_CHARSET_PARAMETER = re.compile(r"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"',]+))""", re.IGNORECASE)
_LATE_META = re.compile(rb"<meta[\s/][^<>]{0,500}charset", re.IGNORECASE)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

#: What the prescan reads over in one go.
_SPACES = re.compile(rb"[\t\n\x0c\r ]*")
_SPACES_AND_SLASHES = re.compile(rb"[\t\n\x0c\r /]*")
_TO_SPACE = re.compile(rb"[^\t\n\x0c\r >]*")
_ATTRIBUTE_NAME = re.compile(rb"=?[^\t\n\x0c\r />=]*")


class Decoded(NamedTuple):
    """The text of a page, the encoding it was read with, and who named that encoding."""

    text: str
    charset: str
    charset_from: CharsetFrom


class _Claim(NamedTuple):
    charset: str
    source: CharsetFrom


@lru_cache(maxsize=512)
def encoding_for_label(label: str) -> str | None:
    """The canonical WHATWG name for a label such as `latin1`, or None if the standard has none."""
    try:
        return turbohtml.parse(b"", encoding=label.strip("\t\n\x0c\r ")).encoding
    except (LookupError, ValueError):
        return None


def decode(body: bytes, content_types: Sequence[str]) -> Decoded:
    """The text of `body`; `content_types` are the values of its Content-Type headers, last one wins."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return Decoded(_decode(body[len(mark) :], charset), charset, "bom")
    wide = _wide_by_zeros(body[:_PRESCAN_BYTES])
    strict = _strict_utf8(body)
    for claim in (_from_header(content_types), _from_meta(body)):
        if claim is None or not _plausible(body, claim.charset, strict, wide):
            continue
        same = claim.charset == "UTF-8" and strict is not None
        return Decoded(strict if same and strict is not None else _decode(body, claim.charset), *claim)
    if wide is not None:
        return Decoded(_decode(body, wide), wide, "detected")
    return _by_content(body, strict)


def _decode(body: bytes, charset: str) -> str:
    if charset == "UTF-8":
        return body.decode("utf-8", "replace")
    return body.decode(f"whatwg-{charset.lower()}", "replace")


def _strict_utf8(body: bytes) -> str | None:
    """The text if the bytes are UTF-8 without a fault, else None."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _from_header(content_types: Sequence[str]) -> _Claim | None:
    for value in reversed(content_types):
        found = _CHARSET_PARAMETER.search(value)
        charset = None if found is None else encoding_for_label(next(filter(None, found.groups()), ""))
        if charset is not None:
            return _Claim(charset, "header")
    return None


def _from_meta(body: bytes) -> _Claim | None:
    """The prescan's answer, else that of a late meta, for which browsers start again."""
    charset = prescan(body[:_PRESCAN_BYTES])
    if charset is None and len(body) > _PRESCAN_BYTES:
        late = _LATE_META.search(body, _PRESCAN_BYTES // 2, _DETECT_BYTES)
        charset = None if late is None else prescan(body[late.start() : late.start() + _PRESCAN_BYTES])
    return None if charset is None else _Claim(charset, "meta")


def _plausible(body: bytes, charset: str, strict: str | None, wide: str | None) -> bool:
    """Whether the bytes can be what a declaration says they are."""
    if charset == "replacement":
        return False
    if charset in _WIDE:
        return b"\0" in body[:_PRESCAN_BYTES] or not body.isascii()
    if wide is not None:
        return False
    if charset == "UTF-8":
        return strict is not None or _is_nearly_utf8(body)
    return strict is None or body.isascii()


def _is_nearly_utf8(body: bytes) -> bool:
    """UTF-8 but for a few stray bytes, or cut in the middle of a character."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    multibyte = len(text) - len(text.encode("ascii", "ignore")) - broken
    return multibyte >= broken * _GOOD_PER_BROKEN


def _by_content(body: bytes, strict: str | None) -> Decoded:
    if strict is not None:
        return Decoded(strict, "UTF-8", "default" if body.isascii() else "detected")
    if _is_nearly_utf8(body):
        return Decoded(_decode(body, "UTF-8"), "UTF-8", "detected")
    charset, certain = _detected(body)
    return Decoded(_decode(body, charset), charset, "detected" if certain else "default")


def _detected(body: bytes) -> tuple[str, bool]:
    """The detector's answer for the non-ASCII part, which a page may hold back until late.

    Markup is taken out beforehand: a wrong `<meta>` would otherwise decide again.
    """
    first = _NOT_ASCII.search(body)
    start = 0 if first is None else max(0, first.start() - 2)
    found = detect(body[start : start + _DETECT_BYTES].replace(b"<", b" "))
    charset = encoding_for_label(found.encoding or "") or "windows-1252"
    return charset, found.confidence > 0


def _wide_by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: in markup, one byte of most pairs is zero and the other never."""
    pairs = len(head) // 2
    if pairs < 4 or b"\0" not in head:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd * 3 > pairs and even * 20 < pairs:
        return "UTF-16LE"
    if even * 3 > pairs and odd * 20 < pairs:
        return "UTF-16BE"
    return None


def prescan(head: bytes) -> str | None:
    """The encoding that a `<meta>` in the first bytes declares, as canonical name, or None.

    Follows https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding.
    """
    at = 0
    while (at := head.find(b"<", at)) >= 0:
        if head.startswith(b"<!--", at):
            end = head.find(b"-->", at + 2)
            at = len(head) if end < 0 else end + 3
        elif _is_meta(head, at):
            charset, at = _meta_charset(head, at + 6)
            if charset is not None:
                return charset
        elif head[at + 1 : at + 2].isalpha() or (
            head[at + 1 : at + 2] == b"/" and head[at + 2 : at + 3].isalpha()
        ):
            at = _skip_tag(head, at + 1)
        elif head[at + 1 : at + 2] in (b"!", b"/", b"?"):
            end = head.find(b">", at)
            at = len(head) if end < 0 else end + 1
        else:
            at += 1
    return None


def _is_meta(head: bytes, at: int) -> bool:
    after = head[at + 5 : at + 6]
    return head[at + 1 : at + 5].lower() == b"meta" and after != b"" and after in b"\t\n\x0c\r /"


def _skip_tag(head: bytes, at: int) -> int:
    at = _past(_TO_SPACE, head, at)
    while True:
        name, _, at = _attribute(head, at)
        if not name:
            return at


def _meta_charset(head: bytes, at: int) -> tuple[str | None, int]:
    """The charset of the meta tag whose attributes begin at `at`, and where the tag ends."""
    seen: dict[bytes, bytes] = {}
    while True:
        name, value, at = _attribute(head, at)
        if not name:
            break
        seen.setdefault(name, value)
    return (_declared(seen) if at <= len(head) else None), at  # a tag that never ends says nothing


def _declared(attributes: dict[bytes, bytes]) -> str | None:
    label: str | None = None
    if b"charset" in attributes:
        label = attributes[b"charset"].decode("latin-1")
    elif attributes.get(b"http-equiv") == b"content-type":
        found = _CHARSET_PARAMETER.search(attributes.get(b"content", b"").decode("latin-1"))
        label = None if found is None else next(filter(None, found.groups()), None)
    charset = None if label is None else encoding_for_label(label)
    if charset in _WIDE:
        return "UTF-8"  # the standard: what the prescan could read is no UTF-16
    return "windows-1252" if charset == "x-user-defined" else charset


def _attribute(head: bytes, at: int) -> tuple[bytes, bytes, int]:
    """One attribute (name and value in lower case) and the place behind it; no name at the tag's end.

    https://html.spec.whatwg.org/#concept-get-attributes-when-sniffing
    """
    start = _past(_SPACES_AND_SLASHES, head, at)
    if start >= len(head) or head[start] == ord(">"):
        return b"", b"", start + 1
    at = _past(_ATTRIBUTE_NAME, head, start)
    name = head[start:at].lower()
    at = _past(_SPACES, head, at)
    if at >= len(head) or head[at] != ord("="):
        return name, b"", at
    return name, *_value(head, at + 1)


def _value(head: bytes, at: int) -> tuple[bytes, int]:
    at = _past(_SPACES, head, at)
    if head[at : at + 1] in (b'"', b"'"):
        close = head.find(head[at : at + 1], at + 1)
        if close < 0:
            return b"", len(head)
        return head[at + 1 : close].lower(), close + 1
    end = _past(_TO_SPACE, head, at)
    return head[at:end].lower(), end


def _past(pattern: re.Pattern[bytes], head: bytes, at: int) -> int:
    """The place behind what a pattern matches at `at`."""
    found = pattern.match(head, at)
    return at if found is None else found.end()

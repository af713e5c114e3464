"""The WARC records of a look: from a fetch to bytes, and from bytes to what can be shown.

WARC 1.1, ISO 28500:2017
(https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/). Each record is a gzip
member of its own, so that it is read by its place alone:

    response   what the server answered
    revisit    the same bytes as an earlier record: headers only, and a pointer to it
    resource   what a browser made of the page
    metadata   what no answer says: the way there, the certificate, why there was no answer

A `metadata` record stands right behind the record that it is about, or by itself when no answer came.
Bodies are kept decoded and cookies not at all. What the answer said about its coding and length is kept
under `X-Archive-Orig-`, as other archives do, so that every tool reads the block as it is. The line
breaks and zero bytes that a hostile header may hold are taken out.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from linkstead.link import Reason, Redirect

if TYPE_CHECKING:
    from linkstead.monitor.fetched import Fetched

#: Bytes of a body that are kept of one page; a page of a browser may be larger than any that is fetched.
MAX_BODY: Final = 32 * 1024 * 1024
#: zlib's own default. Level 9 takes twice the time for one per cent (docs/decisions/0005-warc.md).
_LEVEL: Final = 6

RESPONSE: Final = "response"
REVISIT: Final = "revisit"
RESOURCE: Final = "resource"
METADATA: Final = "metadata"
WARCINFO: Final = "warcinfo"
#: The kinds of records that hold a body.
WITH_BODY: Final = frozenset({RESPONSE, RESOURCE})

_HTTP: Final = "application/http;msgtype=response"
_FIELDS: Final = "application/warc-fields"
#: A browser's page is written down by us, in one encoding.
RENDERED_TYPE: Final = "text/html;charset=utf-8"
_STANDARD: Final = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_SAME_PAYLOAD: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

#: Headers that describe the bytes on the wire, which are not the bytes that are kept.
_OF_THE_WIRE: Final = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_ORIGINAL: Final = "X-Archive-Orig-"
_LEFT_OUT: Final = "X-Archive-Left-Out"
#: A session that somebody could take over, and no evidence of a link.
_PRIVATE: Final = frozenset({"set-cookie", "set-cookie2"})
#: Bytes of all headers: readers give up at 32 KiB (FastWARC's default).
MAX_HEAD: Final = 30_000
_MAX_URI: Final = 8_000

_NOT_IN_NAMES: Final = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")  # RFC 9110, section 5.6.2
_NOT_IN_VALUES: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_URIS: Final = re.compile(r"[^!-~]|[<>]")

#: WARC-Truncated, by why a body ended early (section 5.13 of the standard).
_TRUNCATED: Final[dict[Reason | None, str]] = {
    Reason.TOO_LARGE: "length",
    Reason.TIMEOUT: "time",
    Reason.CONNECTION: "disconnect",
    Reason.BAD_ANSWER: "disconnect",
}
_KINDS: Final = {
    RESPONSE: WarcRecordType.response,
    REVISIT: WarcRecordType.revisit,
    RESOURCE: WarcRecordType.resource,
    METADATA: WarcRecordType.metadata,
    WARCINFO: WarcRecordType.warcinfo,
}
#: Gives a record its id: a URN such as `urn:uuid:...`.
NewId = Callable[[], str]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What was kept of one look.

    `kind` is one of the words above; `url` the address that answered, `asked_for` the one that was asked
    for; `date` is in epoch seconds. `status` is None and `failure` says why when no answer came.
    `headers` are as kept (see the module), `body` is empty for a revisit until the record that it
    refers to is read. `payload` is the body's digest, `truncated` why the body is not whole (`length`,
    `time`, `disconnect`, `unspecified`), or None. `robots_said` is the word of `RobotsSaid.why`.
    """

    kind: str
    url: str
    date: int
    asked_for: str
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    payload: str = ""
    redirects: tuple[Redirect, ...] = ()
    failure: str = ""
    tls_invalid: str | None = None
    truncated: str | None = None
    robots_said: str = ""
    rendered: bool = False
    record_id: str = ""


class Made(NamedTuple):
    """The members of one look, one behind the other, ready to be written."""

    kind: str
    members: bytes
    payload: str


def payload_digest(body: bytes) -> str:
    """The digest of a body in the spelling of WARC files: `sha1:` and Base32."""
    return _digest(hashlib.sha1(body, usedforsecurity=False).digest())


def _digest(sha1: bytes) -> str:
    return "sha1:" + base64.b32encode(sha1).decode("ascii")


def info_member(file: str, at: int, fields: Iterable[tuple[str, str]], record_id: str) -> bytes:
    """The first member of a file: who wrote it, with what, by which standard."""
    block = _warc_fields((*fields, ("format", "WARC File Format 1.1"), ("conformsTo", _STANDARD)))
    head = (("WARC-Date", _date(at)), ("WARC-Filename", file), ("Content-Type", _FIELDS))
    return _member(WARCINFO, record_id, head, block, None)


def members(fetched: Fetched, *, same_as: Record | None, rendered: bool, info_id: str, new_id: NewId) -> Made:
    """The records of one look.

    `same_as` is an earlier record with a body, to which this one may refer. `info_id` is the id of the
    file's `warcinfo`.
    """
    common = [
        ("WARC-Target-URI", _uri(fetched.final_url)),
        ("WARC-Date", _date(fetched.fetched_at)),
        ("WARC-Warcinfo-ID", f"<{info_id}>"),
    ]
    if fetched.status is None:
        return Made(METADATA, _metadata(fetched, rendered, new_id(), common), "")
    record_id = new_id()
    made = _answer(fetched, same_as, rendered, record_id, common)
    if not _is_worth_telling(fetched, rendered):
        return made
    about = (*common, ("WARC-Concurrent-To", f"<{record_id}>"))
    return made._replace(members=made.members + _metadata(fetched, rendered, new_id(), about))


def _answer(
    fetched: Fetched, same_as: Record | None, rendered: bool, record_id: str, common: list[tuple[str, str]]
) -> Made:
    """The record of an answer: with its body, or as a revisit."""
    body = fetched.body[:MAX_BODY]
    sha1 = hashlib.sha1(body, usedforsecurity=False).digest()
    payload = _digest(sha1)
    content_type = RENDERED_TYPE if rendered else _HTTP
    profile = _profile(fetched, payload, same_as)
    if profile is not None and same_as is not None:
        earlier = (
            ("WARC-Profile", profile),
            ("WARC-Refers-To", same_as.record_id),
            ("WARC-Refers-To-Target-URI", _uri(same_as.url)),
            ("WARC-Refers-To-Date", _date(same_as.date)),
            ("Content-Type", content_type),
        )
        block = b"" if rendered else _http_head(fetched, len(same_as.body))
        sha1 = base64.b32decode(same_as.payload.removeprefix("sha1:"))
        return Made(REVISIT, _member(REVISIT, record_id, (*common, *earlier), block, sha1), same_as.payload)
    head = [*common, *_truncation(fetched), ("Content-Type", content_type)]
    block = body if rendered else _http_head(fetched, len(body)) + body
    kind = RESOURCE if rendered else RESPONSE
    return Made(kind, _member(kind, record_id, head, block, sha1), payload)


def _profile(fetched: Fetched, payload: str, same_as: Record | None) -> str | None:
    """In which sense this look saw the same as an earlier one, or None."""
    if same_as is None or not same_as.body:
        return None
    if fetched.status == HTTPStatus.NOT_MODIFIED and not fetched.body:
        return _NOT_MODIFIED
    return _SAME_PAYLOAD if payload == same_as.payload else None


def _truncation(fetched: Fetched) -> tuple[tuple[str, str], ...]:
    if len(fetched.body) > MAX_BODY:
        return (("WARC-Truncated", "length"),)
    if not fetched.truncated:
        return ()
    return (("WARC-Truncated", _TRUNCATED.get(fetched.failure, "unspecified")),)


def _http_head(fetched: Fetched, length: int) -> bytes:
    """Status line and headers as they are kept, with the empty line behind them."""
    lines = [f"{name}: {value}" for name, value in kept_headers(fetched.headers)]
    head = [f"HTTP/1.1 {_status_text(fetched.status or 0)}", *lines, f"Content-Length: {length}", "", ""]
    return "\r\n".join(head).encode("utf-8", "replace")


def kept_headers(headers: Headers) -> Headers:
    """Headers without cookies and breaks, those of the wire renamed; `X-Archive-Left-Out` counts the rest."""
    clean = [
        (_header_name(name), _NOT_IN_VALUES.sub(" ", value).strip())
        for name, value in headers
        if name.strip().lower() not in _PRIVATE
    ]
    room = MAX_HEAD
    kept: set[int] = set()
    # the shortest first: a flood of long ones cannot push out the few that speak of links
    for size, number in sorted((_size(*header), number) for number, header in enumerate(clean)):
        room -= size
        if room < 0:
            break
        kept.add(number)
    left_out = len(clean) - len(kept)
    told = ((_LEFT_OUT, f"{left_out} headers"),) if left_out else ()
    return (*(header for number, header in enumerate(clean) if number in kept), *told)


def _header_name(name: str) -> str:
    token = _NOT_IN_NAMES.sub("_", name.strip()) or "_"
    return _ORIGINAL + token if token.lower() in _OF_THE_WIRE else token


def _size(name: str, value: str) -> int:
    return len(name) + len(value.encode("utf-8", "replace")) + 4


def _status_text(status: int) -> str:
    """The status with the usual words; those on the wire are not known here."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status:03} Unknown"


def _is_worth_telling(fetched: Fetched, rendered: bool) -> bool:
    """Whether there is something to say that the answer's own record cannot hold."""
    return bool(
        rendered
        or fetched.redirects
        or fetched.url != _uri(fetched.final_url)
        or fetched.tls_invalid
        or fetched.failure is not None
        or fetched.robots.flags
    )


def _metadata(fetched: Fetched, rendered: bool, record_id: str, about: Iterable[tuple[str, str]]) -> bytes:
    """A metadata record: the standard's fields, and one of ours that is read back."""
    fields = []
    if fetched.redirects:
        fields.append(("via", _uri(fetched.redirects[-1].url)))
        fields.append(("hopsFromSeed", "R" * len(fetched.redirects)))
    fields.append(("fetchTimeMs", str(round(fetched.elapsed * 1000))))
    fields.append(("linkstead", json.dumps(_facts(fetched, rendered))))  # ASCII, in one line
    return _member(METADATA, record_id, (*about, ("Content-Type", _FIELDS)), _warc_fields(fields), None)


def _facts(fetched: Fetched, rendered: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "asked_for": fetched.url,
        "url": fetched.final_url,
        "redirects": [[hop.url, hop.status, hop.location] for hop in fetched.redirects],
        "failure": "" if fetched.failure is None else fetched.failure.value,
        "failure_detail": fetched.failure_detail,
        "tls_invalid": fetched.tls_invalid,
        "robots": {"why": fetched.robots.why, "ours": fetched.robots.ours, "flags": fetched.robots.flags},
    }
    if rendered:  # a resource record has no place for what the server said
        facts |= {"rendered": True, "status": fetched.status, "headers": kept_headers(fetched.headers)}
    return facts


def _warc_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    text = "".join(f"{name}: {_NOT_IN_VALUES.sub(' ', value)}\r\n" for name, value in fields)
    return text.encode("utf-8", "replace")


def _member(
    kind: str, record_id: str, head: Iterable[tuple[str, str]], block: bytes, sha1: bytes | None
) -> bytes:
    record = WarcRecord()
    record.init_headers(_KINDS[kind])
    record.headers["WARC-Record-ID"] = f"<{record_id}>"
    for name, value in head:
        record.headers[name] = value
    record.set_bytes_content(block)
    sink = io.BytesIO()
    packed = GzipWriter(sink, compression_level=_LEVEL)
    record.write(packed, checksum_data=True, payload_digest=sha1)
    packed.finish()
    return sink.getvalue()


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _uri(url: str) -> str:
    """An address that cannot break a header; the metadata record has it in full."""
    escaped = _NOT_IN_URIS.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes_of(found[0])), url)
    return escaped[:_MAX_URI] or "urn:linkstead:no-address"


def _bytes_of(character: str) -> bytes:
    return character.encode("utf-8", "replace")

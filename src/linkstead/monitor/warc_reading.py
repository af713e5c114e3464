"""From the members of a WARC file back to what was seen. Nothing damaged is ever given out.

The bytes may come from a restored backup, so they are trusted no more than a page: lengths are looked at
before anything is unpacked, and whatever does not fit together is damage.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from fastwarc.warc import ArchiveIterator, WarcRecord

from linkstead.errors import StoreError
from linkstead.link import Redirect
from linkstead.monitor.warc import (
    MAX_BODY,
    MAX_HEAD,
    METADATA,
    RENDERED_TYPE,
    RESOURCE,
    RESPONSE,
    REVISIT,
    WITH_BODY,
    Headers,
    Record,
    payload_digest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Headers, a body, and room for the fields of a metadata record.
_MAX_BLOCK: Final = MAX_BODY + 4 * MAX_HEAD


def read_members(packed: bytes) -> Record:
    """The look that some members hold. Raises `StoreError`, saying in a few words what is wrong with them."""
    try:
        return _read_look(packed)
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise StoreError(f"not readable: {error}") from None


def _read_look(packed: bytes) -> Record:
    found: Record | None = None
    facts: dict[str, Any] = {}
    for record, block in raw_records(packed):
        kind = record.headers.get("WARC-Type") or ""
        if kind == METADATA:
            facts = _read_facts(block)
        if found is None:
            found = _read(kind, record, block)
    if found is None:
        raise StoreError("no record")
    return _completed(found, facts)


def raw_records(packed: bytes) -> Iterator[tuple[WarcRecord, bytes]]:
    """Each record of some members with its block, digest verified. Raises like `read_members`, or OSError."""
    for record in ArchiveIterator(io.BytesIO(packed), parse_http=False):
        if record.content_length > _MAX_BLOCK:
            raise StoreError("larger than any that is written here")
        if not record.verify_block_digest():
            raise StoreError("its digest does not match")
        yield record, record.reader.read(record.content_length)


def _read(kind: str, record: WarcRecord, block: bytes) -> Record:
    headers = record.headers
    url = headers.get("WARC-Target-URI") or ""
    status: int | None = None
    http: Headers = ()
    body = b""
    if kind == RESOURCE:
        body = block
    elif kind in {RESPONSE, REVISIT} and block:
        status, http, body = _read_http(block)
    payload = headers.get("WARC-Payload-Digest") or ""
    if kind in WITH_BODY and payload != payload_digest(body):
        raise StoreError("its payload digest does not match")
    return Record(
        kind=kind,
        url=url,
        date=_seconds(headers.get("WARC-Date") or ""),
        asked_for=url,
        status=status,
        headers=http,
        body=body,
        payload=payload,
        truncated=headers.get("WARC-Truncated"),
        rendered=kind == RESOURCE,
        record_id=record.record_id or "",
    )


def _read_http(block: bytes) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a block that `_http_head` began."""
    head, _, body = block.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split(" ")[1]), tuple((name, value) for name, _, value in pairs), body


def _read_facts(block: bytes) -> dict[str, Any]:
    for line in block.decode("utf-8").split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "linkstead":
            facts: dict[str, Any] = json.loads(value)
            return facts
    return {}


def _completed(record: Record, facts: dict[str, Any]) -> Record:
    """The record with what its metadata record says."""
    if not facts:
        return record
    known = {field: getattr(record, field) for field in record.__slots__}
    failure = " ".join(filter(None, (facts["failure"], facts["failure_detail"])))
    known |= {
        "url": facts["url"],
        "asked_for": facts["asked_for"],
        "redirects": tuple(Redirect(*hop) for hop in facts["redirects"]),
        "failure": failure,
        "tls_invalid": facts["tls_invalid"],
        "robots_said": facts["robots"]["why"],
        "rendered": facts.get("rendered", False),
    }
    if "status" in facts:
        headers = [(name, value) for name, value in facts["headers"] if name.lower() != "content-type"]
        known |= {"status": facts["status"], "headers": (*headers, ("Content-Type", RENDERED_TYPE))}
    return Record(**known)


def _seconds(date: str) -> int:
    return int(datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())

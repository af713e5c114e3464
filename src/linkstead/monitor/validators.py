"""Asking for a page only if it changed: conditional GET, as a rule.

A server may name the version of what it sent: an entity tag, a date of last change
(https://www.rfc-editor.org/rfc/rfc9110#section-8.8). Sent back with the next request
(https://www.rfc-editor.org/rfc/rfc9110#section-13.1), they let it answer 304 without a body.

Both texts are a stranger's and are kept between looks, so they are read strictly when they come and
once more before they go: an entity tag that is none is dropped (`*` would match any version, a line
break would make a header of its own), and so is a date that a server makes up for each answer.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_VALUE: Final = 1_000

#: RFC 9110, section 8.8.3, without the bytes above ASCII, which no two servers read alike.
_ENTITY_TAG: Final = re.compile(r'(?:W/)?"[!#-~]*"')
_DATE: Final = re.compile(r"[ -~]+")
#: Two changes may share a second: a date is a good sign only if the answer is younger (section 8.8.2.2).
_YOUNGER: Final = timedelta(seconds=1)


class Validators(NamedTuple):
    """What recognises the version of a page that was read, and at which address (`url`, after redirects)."""

    url: str
    etag: str | None
    last_modified: str | None


def validators_in(url: str, headers: Sequence[tuple[str, str]]) -> Validators | None:
    """The validators of an answer with these headers; None when it has no usable one."""
    etag = _entity_tag(_last(headers, "etag"))
    changed = _date_text(_last(headers, "last-modified"))
    if changed is not None and etag is None and not _is_older(changed, _last(headers, "date")):
        changed = None
    return Validators(url, etag, changed) if etag or changed else None


def condition(validators: Validators | None, url: str) -> dict[str, str]:
    """Headers that ask `url` for its page only if it changed; none for another page's validators."""
    if validators is None or validators.url != url:
        return {}
    asked = {
        "If-None-Match": _entity_tag(validators.etag or ""),
        "If-Modified-Since": _date_text(validators.last_modified or ""),
    }
    return {name: value for name, value in asked.items() if value is not None}


def _last(headers: Sequence[tuple[str, str]], name: str) -> str:
    return next((value.strip() for key, value in reversed(headers) if key.lower() == name), "")


def _entity_tag(text: str) -> str | None:
    return text if len(text) <= MAX_VALUE and _ENTITY_TAG.fullmatch(text) else None


def _date_text(text: str) -> str | None:
    return text if _date(text) is not None else None


def _date(text: str) -> datetime | None:
    if len(text) > MAX_VALUE or not _DATE.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _is_older(changed: str, answered: str) -> bool:
    """Whether the page was last changed before the answer was made; unknown counts as yes."""
    then, now = _date(changed), _date(answered)
    return then is None or now is None or now - then >= _YOUNGER

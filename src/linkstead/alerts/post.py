"""A webhook's request and what its answer means. The socket is `journey.posting`'s.

The body is one JSON object: `delivery` (stable over all attempts: fold what comes twice by it), `type`
(`events` or `test`), `project` (id, name, site), `events` (each: id, kind, at in ISO 8601, page_url,
target_url, before, after, worth, sentence, url of its page here). It is signed as `alerts.signing` says.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from linkstead.alerts.channels import Attempt, Outcome
from linkstead.alerts.signing import DELIVERY_HEADER, HEADER, sign
from linkstead.alerts.wording import Told, as_text, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linkstead.alerts.digest import Happened

#: answers that do not mean “never”: wait longer (408, 425, 429), somebody is mending something (5xx)
_PASSING: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Parcel:
    """One POST: where to, with which headers, which bytes."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def body_of(
    delivery: str, kind: str, project: Mapping[str, Any], events: Iterable[tuple[Happened, str]]
) -> bytes:
    """The JSON of a message; `events` come with the address of their page here. Bytes are stable."""
    told = {
        "delivery": delivery,
        "type": kind,
        "project": dict(project),
        "events": [_event(event, url) for event, url in events],
    }
    # lone surrogates, which a page may hold, stay escapes: ASCII only
    return json.dumps(told, separators=(",", ":")).encode("ascii")


def parcel(url: str, secret: str, delivery: str, body: bytes, *, at: int) -> Parcel:
    """The signed request; `at` in epoch seconds."""
    return Parcel(
        url,
        {
            "Content-Type": "application/json",
            DELIVERY_HEADER: delivery,
            HEADER: sign(secret, body, at=at),
        },
        body,
    )


def judge_status(status: int) -> Attempt:
    """What a receiver's answer means. Redirects are never followed: a secret goes where it was sent."""
    if 200 <= status < 300:
        return Attempt(Outcome.SENT)
    if 300 <= status < 400:
        return Attempt(
            Outcome.REFUSED, f"The receiver answered with a redirect ({status}); write its final address."
        )
    if status >= 500 or status in _PASSING:
        return Attempt(Outcome.AGAIN, f"The receiver answered {status}.")
    return Attempt(Outcome.REFUSED, f"The receiver answered {status} and does not take such messages.")


def _event(event: Happened, url: str) -> dict[str, Any]:
    told = Told(event.kind, event.page_url, event.target_url, event.before, event.after)
    return {
        "id": event.id,
        "kind": str(event.kind),
        "at": dt.datetime.fromtimestamp(event.at, dt.UTC).isoformat().replace("+00:00", "Z"),
        "page_url": event.page_url,
        "target_url": event.target_url,
        "before": event.before,
        "after": event.after,
        "worth": event.worth,
        "sentence": as_text(sentence(told)),
        "url": url,
    }

"""The past of one backlink as its page tells it: our looks with their marks, events in words, kept copies."""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from linkstead.alerts.channels import KIND_NAMES, group_of
from linkstead.alerts.wording import Told, sentence
from linkstead.errors import StoreError
from linkstead.journey import kept_pages
from linkstead.link import VIA_CANONICAL, VIA_PAGINATION, Outcome
from linkstead.profile import events

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.alerts.wording import Part
    from linkstead.journey.kept_pages import Places, ShownCopy
    from linkstead.page.snippet import Snippet
    from linkstead.profile.detail import LinkDetail, PastLookRow
    from linkstead.profile.store import Store

#: looks that are shown at once; the others are a click away
FIRST_LOOKS = 12
#: copies that one web process reads at the same time, and how long others wait for their turn (seconds)
_AT_ONCE = threading.BoundedSemaphore(2)
_PATIENCE = 15.0
_BUSY = "Other copies are being read at this moment; try again in a few seconds."

_VIA = {
    VIA_CANONICAL: "found at the page's canonical address",
    VIA_PAGINATION: "found on the next page of its series",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One of our looks; `marks` are words beside it, `record` the copy of it, where one is kept."""

    row: PastLookRow
    marks: tuple[str, ...]
    record: int | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: `name` and `group` as in the inbox, `parts` its sentence."""

    at: int
    name: str
    group: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A link in the source of a page, every sign of it visible."""

    before: str
    markup: str
    after: str
    line: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """A kept copy as the page shows it, or the sentence that says why it is not shown."""

    shown: ShownCopy | None
    excerpts: tuple[Excerpt, ...] = ()
    trouble: str = ""


def looks_of(detail: LinkDetail) -> tuple[Look, ...]:
    """Our looks, newest first."""
    kept = {record for record, _ in detail.records}
    return tuple(
        Look(row, _marks(row), row.evidence_id if row.evidence_id in kept else None) for row in detail.looks
    )


def _marks(row: PastLookRow) -> tuple[str, ...]:
    marks = (
        (row.via is not None, _VIA.get(row.via or "", "found at another address")),
        (row.rendered, "built in a browser"),
        (row.unchanged, "unchanged, says its server"),
        (row.intermittent, "comes and goes"),
    )
    return tuple(words for holds, words in marks if holds)


def events_of(store: Store, backlink_id: int) -> tuple[Happened, ...]:
    """What happened to a backlink, newest first."""
    return tuple(
        Happened(
            row.at,
            KIND_NAMES[row.kind],
            group_of(row.kind).slug,
            sentence(Told(row.kind, row.page_url, row.target_url, row.before, row.after)),
        )
        for row in events.of_backlink(store, backlink_id)
    )


def record_to_show(looks: Iterable[Look]) -> int | None:
    """The newest copy of a look that found the link, else the newest of all."""
    kept = [look for look in looks if look.record is not None]
    found = [look for look in kept if look.row.outcome == Outcome.FOUND]
    return next((look.record for look in found or kept), None)


def copy_of(found: Places, detail: LinkDetail) -> Copy:
    """A kept copy with the links to the target marked; nothing of it where it is damaged."""
    wanted = {row.found_url for row in detail.looks if row.found_url} | {detail.listed.row.target_url or ""}
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        return Copy(None, trouble=_BUSY)
    try:
        shown = kept_pages.shown_copy(settings.LINKSTEAD.evidence, found, wanted - {""})
    except StoreError as error:
        return Copy(None, trouble=str(error))
    finally:
        _AT_ONCE.release()
    return Copy(shown, tuple(_excerpt(one) for one in shown.snippets))


def _excerpt(one: Snippet) -> Excerpt:
    return Excerpt(visible(one.before), visible(one.markup), visible(one.after), one.line, one.cut)


def visible(text: str) -> str:
    r"""A source with its invisible signs written out, so that none of them hides or turns what follows.

    >>> visible("a\u202eb\tc")
    'a[U+202E]b\tc'
    """
    return "".join(sign if sign in "\n\t" or _is_seen(sign) else f"[U+{ord(sign):04X}]" for sign in text)


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

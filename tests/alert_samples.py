"""Backlinks and events in as few rows as they need, for tests of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkstead.events import Event, EventKind
from linkstead.profile import events

if TYPE_CHECKING:
    from linkstead.profile.store import Store

NOON = 1_795_348_800  # 22 November 2026, 12:00 UTC


def backlink(store: Store, project_id: int, number: int, page: str = "", target: str = "") -> int:
    """A backlink with this number as its id; page and target are made with it."""
    page = page or f"https://site{number}.example/page"
    target = target or "https://example.com/"
    store.execute(
        "INSERT INTO page (id, project_id, key, url, domain_id) VALUES (?, ?, ?, ?, 1)",
        (number, project_id, number, page),
    )
    store.execute(
        "INSERT INTO target (id, project_id, key, url) VALUES (?, ?, ?, ?)",
        (number, project_id, number, target),
    )
    store.execute(
        "INSERT INTO backlink (id, project_id, page_id, domain_id, target_id, tld_id, state, followed, rel,"
        " placement, link_type, sources, reported_lost) VALUES (?, ?, ?, 1, ?, 1, 0, 0, 0, 0, 0, 0, 0)",
        (number, project_id, number, number),
    )
    return number


def incident(key: str = "0a1b2c3d4e5f", **more: Any) -> dict[str, Any]:
    """What an event says of a burst with one anchor text."""
    facts = {
        "key": key, "began": "2026-11-18", "last": "2026-11-22", "severity": "warning", "sure": "fair",
        "what": ["new referring domains", "one anchor text"], "domains": 240, "links": 312,
        "says": "240 new referring domains in seven days, where 10.2 were to be expected.",
    }  # fmt: skip
    return facts | more


def happen(
    store: Store,
    project_id: int,
    kind: EventKind,
    number: int,
    *,
    at: int = NOON,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    page: str = "",
    target: str = "",
) -> None:
    """An event of the backlink with this number, which is made if it is not there."""
    with store.transaction():
        if store.one("SELECT 1 FROM backlink WHERE id = ?", (number,)) is None:
            backlink(store, project_id, number, page, target)
        if kind is EventKind.INCIDENT:
            incident = f"{project_id}.{(after or {})['key']}"
            events.write(store, project_id, [Event(kind, at, None, None, before, after, incident)])
            return
        of_target = kind in {EventKind.TARGET_BROKEN, EventKind.TARGET_REPAIRED}
        ids = (None, number) if of_target else (number, None)
        events.write(store, project_id, [Event(kind, at, *ids, before, after)])

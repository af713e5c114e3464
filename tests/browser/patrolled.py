"""What a monitor leaves behind, for pages to show: hosts in every state, a day of looks, events, kept copies.

Times are the machine's own, since the pages compare them with now.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import harbour

from linkstead.events import Event, EventKind
from linkstead.link import Reason
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched
from linkstead.profile import appointments, events, visited
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.profile.store import Store

HOUR = 3_600
DAY = 86_400
LONG_HOST = "a-host-with-a-name-that-nobody-would-want-to-type." * 4 + "example"
TURNED = "\u202ethgir ot tfel"

#: what is remembered of the hosts with most links, one after the other: outcome, reason, seconds, troubles
_HOSTS: tuple[tuple[str, str, float, int], ...] = (
    ("found", "link_present", 0.31, 0),
    ("found", "link_present", 7.2, 0),
    ("blocked", "challenge", 0.4, 0),
    ("unreachable", "timeout", 20.0, 0),
    ("unreachable", "server_error", 0.8, 3),
    ("unreadable", "not_html", 0.2, 0),
    ("missing", "removed", 0.5, 0),
)


def fill(store: Store, project_id: int, folder: Path, now: int) -> None:
    """Watch the project, as if a monitor had gone round for some days."""
    appointments.watch(store, project_id, on=True, now=now)
    _long_host(store, project_id)
    with store.transaction():
        store.execute("UPDATE page SET due_at = ? + (id * 7919) % ? WHERE project_id = ? AND id % 20 <> 0",
                      (now + 600, 7 * DAY, project_id))  # fmt: skip
    _hosts(store, project_id, now)
    _looks(store, project_id, now)
    for number, page in enumerate(("https://hostile.%", "https://rtl.%", "https://long.%")):
        row = store.one(
            "SELECT b.id, p.id, p.url, t.url FROM backlink b JOIN page p ON p.id = b.page_id"
            " JOIN target t ON t.id = b.target_id WHERE p.url LIKE ? AND b.project_id = ?",
            (page, project_id),
        )
        if row is not None:
            _past(store, project_id, folder, now, *row, is_damaged=number == 1)


def _hosts(store: Store, project_id: int, now: int) -> None:
    rows = store.query(
        "SELECT id, key FROM domain WHERE project_id = ? AND links > 0 ORDER BY links DESC, id DESC LIMIT 60",
        (project_id,),
    )
    with store.transaction():
        for number, (domain_id, key) in enumerate(rows):
            outcome, reason, seconds, troubles = _HOSTS[number % len(_HOSTS)] if number < 21 else _HOSTS[0]
            store.execute(
                "UPDATE crawl_host SET last_at = ?, last_outcome = ?, last_reason = ?, last_seconds = ?,"
                " troubles = ? WHERE key = ?",
                (now - 900 * (number + 1), outcome, reason, seconds, troubles, key),
            )
            if number in {7, 14}:
                store.execute("UPDATE crawl_host SET held_until = ? WHERE key = ?", (now + 5 * HOUR, key))
            if number == 8:
                appointments.pause(store, project_id, domain_id, now=now - 2 * DAY)
            if number in {9, 21}:
                store.execute(
                    "UPDATE crawl_host SET holder = 'seed', lease_until = ? WHERE key = ?", (now + DAY, key)
                )


def _long_host(store: Store, project_id: int) -> None:
    with store.transaction():
        store.execute(
            "INSERT INTO domain (id, project_id, key, name, tld_id, links, live)"
            " VALUES (?, ?, ?, ?, 1, 3, 1)",
            (store.ids("domain", 1), project_id, identity_key(LONG_HOST), LONG_HOST),
        )


def _looks(store: Store, project_id: int, now: int) -> None:
    dice = random.Random(3)
    ids = [row[0] for row in store.query("SELECT id FROM backlink WHERE project_id = ?", (project_id,))]
    outcomes = dice.choices(
        ("found", "missing", "blocked", "unreachable", "unreadable"), (90, 3, 4, 2, 1), k=len(ids)
    )
    moments = sorted(now - int(abs(dice.gauss(0, 9)) * HOUR) % DAY for _ in ids)
    store.many(
        "INSERT INTO look (backlink_id, project_id, checked_at, outcome, reason, explanation, followed,"
        " placement, state) VALUES (?, ?, ?, ?, 'x', 'As at the look before.', 2, 0, 1)",
        [(one, project_id, at, word) for one, at, word in zip(ids, moments, outcomes, strict=True)],
    )


def _past(
    store: Store, project_id: int, folder: Path, now: int, backlink_id: int, page_id: int, page: str,
    target: str, *, is_damaged: bool,
) -> None:  # fmt: skip
    """Looks of every kind, events and two copies of one backlink's page, the second of them unchanged."""
    href = target.replace('"', "&quot;")
    body = (
        f'<!doctype html><title>t</title><p>He sets his watch by <a href="{href}">{harbour.HOSTILE}'
        f" {TURNED}</a>, and laughs.</p><!-- </pre></bdi><script>alert(3)</script> -->" + "<p>words " * 40
    ).encode()
    with EvidenceBox(folder, f"seed{backlink_id}") as box:
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        first = Fetched(page, page, status=200, headers=headers, body=body, fetched_at=now - 3 * DAY)
        kept = box.keep(first)
        again = box.keep(Fetched(page, page, status=200, headers=headers, body=body, fetched_at=now - DAY),
                         earlier=kept)  # fmt: skip
    if is_damaged:
        path = folder / kept.file
        path.write_bytes(path.read_bytes()[:-40] + b"\0" * 40)
    with store.transaction():
        first_id = visited.keep_evidence(
            store, project_id, visited.EvidenceRow(page_id, now - 3 * DAY, *kept, None)
        )
        again_id = visited.keep_evidence(
            store, project_id, visited.EvidenceRow(page_id, now - DAY, *again, first_id)
        )
        store.many(
            "INSERT INTO look (backlink_id, project_id, checked_at, outcome, reason, explanation,"
            " http_status, followed, placement, found_url, state, via, rendered, unchanged, intermittent,"
            " evidence_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 1, 1, ?, ?, ?, ?, ?, ?, ?)",
            [
                (backlink_id, project_id, now - 3 * DAY, "found", "link_present", "The link is on the page.",
                 200, target, 1, None, 1, 0, 0, first_id),
                (backlink_id, project_id, now - 2 * DAY, "missing", "removed", "The link is not there.",
                 200, None, 2, None, 0, 0, 1, None),
                (backlink_id, project_id, now - DAY, "found", "link_present", "The link has moved.",
                 200, target, 1, "pagination", 0, 0, 0, again_id),
                (backlink_id, project_id, now - HOUR, "found", "link_present", "As at the look before.",
                 304, target, 1, None, 0, 1, 0, None),
            ],
        )  # fmt: skip
        store.execute(
            "INSERT INTO look_month (backlink_id, month, project_id, found) VALUES (?, 678, ?, 4)",
            (backlink_id, project_id),
        )
        events.write(store, project_id, _events(backlink_id, now))


def _events(backlink_id: int, now: int) -> list[Event]:
    return [
        Event(EventKind.NEW, now - 3 * DAY, backlink_id, None, None, {"anchor_text": harbour.HOSTILE}),
        Event(
            EventKind.ANCHOR_CHANGED,
            now - DAY,
            backlink_id,
            None,
            {"anchor_text": harbour.HOSTILE},
            {"anchor_text": TURNED},
        ),
        Event(EventKind.LOST, now - 2 * DAY, backlink_id, None, None, {"reason": str(Reason.REMOVED)}),
    ]

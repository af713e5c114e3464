"""What the last search for anomalies of a project found, as JSON; one report a project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from linkstead.profile.store import Store


class Report(NamedTuple):
    """When anomalies were searched for (epoch seconds), and what was found (`journey.incidents.as_json`)."""

    made_at: int
    found: dict[str, Any]


def keep(store: Store, project_id: int, found: dict[str, Any], *, now: int) -> None:
    """Keep a report in place of the one before; alone or inside a running transaction."""
    # PostgreSQL's text holds no NUL, and an anchor may
    text = json.dumps(found, ensure_ascii=False).replace("\\u0000", "")
    with store.transaction():
        store.execute(
            "INSERT INTO incident_report (project_id, made_at, report) VALUES (?, ?, ?)"
            " ON CONFLICT (project_id) DO UPDATE SET made_at = excluded.made_at, report = excluded.report",
            (project_id, now, text),
        )


def kept(store: Store, project_id: int) -> Report | None:
    """The last report, or None."""
    row = store.one("SELECT made_at, report FROM incident_report WHERE project_id = ?", (project_id,))
    return None if row is None else Report(int(row[0]), json.loads(row[1]))

"""Judged: a project's summary and what an audit finds in it, kept for the pages that show it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linkstead.profile import figures
from linkstead.quality.audit import audit
from linkstead.reports.formats import to_json

if TYPE_CHECKING:
    from linkstead.profile.store import Store
    from linkstead.summary import Audit


def audit_profile(store: Store, project_id: int, *, now: int) -> Audit:
    """Judge a project as it stands, and keep the result."""
    judged = audit(figures.summary(store, project_id, now=now), now=now)
    text = json.dumps(to_json(judged), ensure_ascii=False)
    with store.transaction():
        store.execute(
            "INSERT INTO summary_cache (project_id, made_at, audit) VALUES (?, ?, ?)"
            " ON CONFLICT (project_id) DO UPDATE SET made_at = excluded.made_at, audit = excluded.audit",
            (project_id, now, text.replace("\\u0000", "")),
        )
    return judged


def kept_audit(store: Store, project_id: int) -> tuple[int, dict[str, Any]] | None:
    """The last audit of a project as (when, JSON object of reports.formats.to_json), or None."""
    row = store.one("SELECT made_at, audit FROM summary_cache WHERE project_id = ?", (project_id,))
    return None if row is None else (int(row[0]), json.loads(row[1]))

"""What we make of each referring domain of a project: one row a domain, written anew by every judging."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.profile.store import Store


class Judged(NamedTuple):
    """A domain's figures, 0 to 1: `likelihood` is None where the evidence is thin, `estimate` never.

    `action` is a word of `quality.recommendation.Action`; `said` holds reasons, interval and what is missing.
    """

    estimate: float
    likelihood: float | None
    flagged: bool
    action: str
    said: dict[str, Any]
    judged_at: int


def write(store: Store, project_id: int, rows: Iterable[tuple[int, Judged]]) -> None:
    """Keep what is made of some domains (by id), in place of what was kept before."""
    with store.transaction():
        store.many(
            "INSERT INTO domain_judgement (domain_id, project_id, estimate, likelihood, flagged, action,"
            " said, judged_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (domain_id) DO UPDATE SET"
            " estimate = excluded.estimate, likelihood = excluded.likelihood, flagged = excluded.flagged,"
            " action = excluded.action, said = excluded.said, judged_at = excluded.judged_at",
            [
                (
                    domain_id,
                    project_id,
                    one.estimate,
                    one.likelihood,
                    int(one.flagged),
                    one.action,
                    # PostgreSQL's text holds no NUL, and an anchor may
                    json.dumps(one.said, ensure_ascii=False).replace("\\u0000", ""),
                    one.judged_at,
                )
                for domain_id, one in rows
            ],
        )


def of_domains(store: Store, domain_ids: Sequence[int]) -> dict[int, Judged]:
    """What is made of these domains, where anything is."""
    rows = store.lookup(
        "SELECT domain_id, estimate, likelihood, flagged, action, said, judged_at FROM domain_judgement"
        " WHERE domain_id IN {keys}",
        domain_ids,
    )
    return {
        int(domain_id): Judged(estimate, likelihood, bool(flagged), action, json.loads(said), int(at))
        for domain_id, estimate, likelihood, flagged, action, said, at in rows
    }


def last_judged(store: Store, project_id: int) -> int | None:
    """When domains of a project were judged last (epoch seconds)."""
    row = store.one("SELECT max(judged_at) FROM domain_judgement WHERE project_id = ?", (project_id,))
    return None if row is None or row[0] is None else int(row[0])

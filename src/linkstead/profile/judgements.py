"""What we make of each referring domain of a project: one row a domain, written anew by every judging."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.summary import DomainRow, JudgedFacts

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


def flagged(store: Store, project_id: int, limit: int) -> JudgedFacts | None:
    """How many referring domains with a link left were judged on enough evidence, and those flagged of them.

    What somebody decided to keep or whitelisted is in neither. The first `limit` flagged ones come by name,
    those with the greatest likelihood first. None while nothing was judged.
    """
    if last_judged(store, project_id) is None:
        return None
    counts = store.one(f"SELECT count(*), coalesce(sum(j.flagged), 0) {_ON_EVIDENCE}", (project_id,))
    judged, found = counts or (0, 0)
    rows = store.query(
        f"SELECT d.name, d.links, j.likelihood {_ON_EVIDENCE} AND j.flagged = 1"
        " ORDER BY j.likelihood DESC, d.links DESC, d.id LIMIT ?",
        (project_id, limit),
    )
    domains = tuple(DomainRow(str(name), int(links), round(float(p), 3)) for name, links, p in rows)
    return JudgedFacts(int(judged), int(found), domains)


_ON_EVIDENCE: Final = (
    "FROM domain_judgement j JOIN domain d ON d.id = j.domain_id"
    " LEFT JOIN decision s ON s.domain_id = j.domain_id"
    " WHERE j.project_id = ? AND j.likelihood IS NOT NULL AND d.links > d.lost"
    " AND coalesce(s.decision, '') NOT IN ('keep', 'whitelist')"
)


def last_judged(store: Store, project_id: int) -> int | None:
    """When a project was judged last (epoch seconds): up to then, what is made of its domains is true."""
    told = store.one("SELECT judged_at FROM project WHERE id = ?", (project_id,))
    newest = store.one("SELECT max(judged_at) FROM domain_judgement WHERE project_id = ?", (project_id,))
    return max(
        (int(row[0]) for row in (told, newest) if row is not None and row[0] is not None), default=None
    )


def finish(store: Store, project_id: int, now: int) -> None:
    """Note that everything has been judged that was to be (`now` in epoch seconds)."""
    with store.transaction():
        store.execute("UPDATE project SET judged_at = ? WHERE id = ?", (now, project_id))

"""Audits that were made of a project, and the rules that it does not want to hear: their only door.

Runs are numbered from 1 in each project. The last MOST_RUNS are kept and before them one a week, for
WEEKS_KEPT: many audits on a day of many imports neither fill a disk nor push last year's out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.errors import UsageError
from linkstead.summary import Suppression

if TYPE_CHECKING:
    from linkstead.profile.store import Store

#: Two months of daily audits.
MOST_RUNS: Final = 60
WEEKS_KEPT: Final = 156
_WEEK: Final = 7 * 86_400
_LONGEST_TEXT: Final = 2_000


class AuditRun(NamedTuple):
    """One audit as the list shows it: `number` counts from 1, `at` is in epoch seconds."""

    number: int
    at: int
    health: int | None
    errors: int
    warnings: int
    notices: int
    suppressed: int


_COLUMNS: Final = ", ".join(AuditRun._fields)


def keep_run(store: Store, project_id: int, run: AuditRun, audit: str) -> int:
    """Keep an audit under the next number (that of `run` is not read) and drop the oldest; its number."""
    with store.transaction():
        store.take_turns([project_id])
        row = store.one("SELECT max(number) FROM audit_run WHERE project_id = ?", (project_id,))
        number = 1 + int((row and row[0]) or 0)
        store.execute(
            f"INSERT INTO audit_run (project_id, {_COLUMNS}, audit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (project_id, *run._replace(number=number), audit.replace("\\u0000", "")),
        )
        _thin_out(store, project_id, number - MOST_RUNS, run.at)
    return number


def _thin_out(store: Store, project_id: int, up_to: int, now: int) -> None:
    """Of the runs up to a number, leave the last one of each week that is not too long ago."""
    store.execute(
        "DELETE FROM audit_run WHERE project_id = ? AND number <= ? AND (at < ? OR EXISTS"
        " (SELECT 1 FROM audit_run o WHERE o.project_id = audit_run.project_id"
        f" AND o.number > audit_run.number AND o.at / {_WEEK} = audit_run.at / {_WEEK}))",
        (project_id, up_to, now - WEEKS_KEPT * _WEEK),
    )


def runs(store: Store, project_id: int, limit: int = MOST_RUNS + WEEKS_KEPT) -> tuple[AuditRun, ...]:
    """The audits of a project, the newest first."""
    rows = store.query(
        f"SELECT {_COLUMNS} FROM audit_run WHERE project_id = ? ORDER BY number DESC LIMIT ?",
        (project_id, limit),
    )
    return tuple(AuditRun(*row) for row in rows)


def run_text(store: Store, project_id: int, number: int | None = None) -> tuple[AuditRun, str] | None:
    """An audit with the JSON that was kept of it; the newest without a number."""
    which, values = ("AND number = ?", (number,)) if number is not None else ("", ())
    row = store.one(
        f"SELECT {_COLUMNS}, audit FROM audit_run WHERE project_id = ? {which} ORDER BY number DESC LIMIT 1",
        (project_id, *values),
    )
    return None if row is None else (AuditRun(*row[:-1]), str(row[-1]))


def suppressions(store: Store, project_id: int) -> tuple[Suppression, ...]:
    """Everything that is suppressed in a project, also what has ended, the oldest first."""
    rows = store.query(
        "SELECT rule, subject, reason, who, at, until FROM audit_suppression WHERE project_id = ?"
        " ORDER BY id",
        (project_id,),
    )
    return tuple(
        Suppression(rule, subject or None, reason, who, at, until)
        for rule, subject, reason, who, at, until in rows
    )


def suppress(store: Store, project_id: int, wanted: Suppression) -> None:
    """Suppress a rule, or one subject of it; said again, the new reason and end replace the old ones.

    Raises `UsageError` without a reason: nobody would know later why a finding is not shown.
    """
    reason = _clean(wanted.reason)
    if not reason:
        raise UsageError("A suppression needs a reason; say why the rule does not concern this site.")
    with store.transaction():
        store.execute(
            "INSERT INTO audit_suppression (project_id, rule, subject, reason, who, at, until)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, rule, subject) DO UPDATE SET"
            " reason = excluded.reason, who = excluded.who, at = excluded.at, until = excluded.until",
            (
                project_id,
                wanted.rule,
                _clean(wanted.subject or ""),
                reason,
                _clean(wanted.who),
                wanted.at,
                wanted.until,
            ),
        )


def unsuppress(store: Store, project_id: int, rule: str, subject: str | None = None) -> int:
    """Let a rule be heard again: with a subject that one alone, without it the whole rule. How many ended."""
    narrowed, values = ("AND subject = ?", (_clean(subject),)) if subject is not None else ("", ())
    with store.transaction():
        return store.execute(
            f"DELETE FROM audit_suppression WHERE project_id = ? AND rule = ? {narrowed}",
            (project_id, rule, *values),
        )


def _clean(text: str) -> str:
    """A text as every engine can keep it: no NUL, no lone surrogates, cut."""
    return text.replace("\0", "")[:_LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8").strip()

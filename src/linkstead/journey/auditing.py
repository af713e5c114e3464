"""Judged: a project's summary and what an audit finds in it, kept for the pages that show it.

summary      profile.figures      what is known
             journey.audited      what was paid, judged, decided and disavowed
judge        quality.audit        findings
suppress     quality.comparison   what somebody does not want to hear, shown apart
health       quality.health       100 less what findings take
compare      quality.comparison   new, fixed and still open since the last audit
keep         profile.audits       every run in short; the last one in full
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from linkstead.journey import audited
from linkstead.profile import audits, figures
from linkstead.quality.audit import audit
from linkstead.quality.comparison import compare
from linkstead.quality.health import health
from linkstead.reports.formats import to_json
from linkstead.summary import Counts, Finding, Severity

if TYPE_CHECKING:
    from linkstead.profile.store import Store
    from linkstead.summary import Audit, Comparison

#: What is kept of every run. The lists of the profile are kept of the last one alone.
_KEPT = ("site", "made_at", "counts", "figures", "verified", "health", "findings", "suppressed", "comparison")


def audit_profile(store: Store, project_id: int, *, now: int) -> Audit:
    """Judge a project as it stands, compare with its last audit, and keep the result."""
    judged = _judged(store, project_id, now)
    value = to_json(judged)
    with store.transaction():
        store.execute(
            "INSERT INTO summary_cache (project_id, made_at, audit) VALUES (?, ?, ?)"
            " ON CONFLICT (project_id) DO UPDATE SET made_at = excluded.made_at, audit = excluded.audit",
            (project_id, now, _text(value)),
        )
        kept = _text({key: value[key] for key in _KEPT})
        audits.keep_run(store, project_id, _run(judged), kept)
    return judged


def _judged(store: Store, project_id: int, now: int) -> Audit:
    known = audited.with_facts(store, project_id, figures.summary(store, project_id, now=now), now=now)
    judged = audit(known, now=now, suppressions=audits.suppressions(store, project_id))
    return replace(
        judged,
        health=health(known.counts, judged.findings),
        comparison=_since_the_last(store, project_id, judged),
    )


def _since_the_last(store: Store, project_id: int, judged: Audit) -> Comparison | None:
    """What has changed since the last audit. What is suppressed now was not mended, and is left out."""
    last = audits.run_text(store, project_id)
    if last is None:
        return None
    run, text = last
    kept = json.loads(text)
    spoken = {each.rule for each in judged.findings}
    silenced = {each.finding.rule for each in judged.suppressed} - spoken
    return compare(
        [each for each in _findings(kept) if each.rule not in silenced],
        judged.findings,
        before_at=run.at,
        counts_before=_counts(kept),
        counts_after=judged.summary.counts,
    )


def _findings(kept: dict[str, Any]) -> tuple[Finding, ...]:
    """The findings of a kept audit, those that were suppressed after the others, each rule once."""
    rows = [*kept.get("findings", ()), *(each["finding"] for each in kept.get("suppressed", ()))]
    by_rule: dict[str, Finding] = {}
    for row in rows:
        words = {field.name: row[field.name] for field in fields(Finding)}
        words |= {"severity": Severity(row["severity"]), "evidence": tuple(row["evidence"])}
        by_rule.setdefault(row["rule"], Finding(**words))
    return tuple(by_rule.values())


def _counts(kept: dict[str, Any]) -> Counts:
    """The counts of a kept audit; those that an older version did not know are 0."""
    known = asdict(Counts())
    return Counts(**{name: int(number) for name, number in kept["counts"].items() if name in known})


def _run(judged: Audit) -> audits.AuditRun:
    def how_many(severity: Severity) -> int:
        return sum(finding.severity is severity for finding in judged.findings)

    return audits.AuditRun(
        number=0,
        at=judged.made_at,
        health=judged.health.score if judged.health else None,
        errors=how_many(Severity.ERROR),
        warnings=how_many(Severity.WARNING),
        notices=how_many(Severity.NOTICE),
        suppressed=len(judged.suppressed),
    )


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "")


def kept_audit(store: Store, project_id: int) -> tuple[int, dict[str, Any]] | None:
    """The last audit of a project as (when, JSON object of reports.formats.to_json), or None."""
    row = store.one("SELECT made_at, audit FROM summary_cache WHERE project_id = ?", (project_id,))
    return None if row is None else (int(row[0]), json.loads(row[1]))


def kept_run(
    store: Store, project_id: int, number: int | None = None
) -> tuple[audits.AuditRun, dict[str, Any]] | None:
    """An audit by its number (the last without one) with what was kept of it, or None.

    Keys of the object: site, made_at, counts, figures, verified, health, findings, suppressed, comparison.
    """
    found = audits.run_text(store, project_id, number)
    return None if found is None else (found[0], json.loads(found[1]))

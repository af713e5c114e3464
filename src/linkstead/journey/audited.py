"""What audits ask beside the figures of a profile: links paid for, judged domains, the disavow file.

Each reads the rows that it is about: paid pages, judged domains, the domains that a file names. No pass goes
over all backlinks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.disavow.comparing import difference
from linkstead.disavow.entries import Coverage, domain_entry
from linkstead.disavow.file import Document, read
from linkstead.disavow.lint import Facts, lint
from linkstead.link import Decision
from linkstead.profile import decisions, disavow_files, domain_facts, judgements, paid_links, valued
from linkstead.quality.payments import paid_facts
from linkstead.quality.recommendation import ENOUGH, WORTH_HAVING, Action, ManualAction
from linkstead.quality.thresholds import METRIC_FLOORS, METRIC_NAMES
from linkstead.summary import DisavowFacts, DomainRow, Severity

if TYPE_CHECKING:
    from linkstead.profile.disavow_files import Version
    from linkstead.profile.store import Store
    from linkstead.profile.valued import ValuedDomain
    from linkstead.summary import ProfileSummary

#: Rows of each list that are handed on.
LISTED: Final = 100
_KEEPING: Final = {
    Decision.KEEP: "you decided to keep it",
    Decision.WHITELIST: "you whitelisted it",
}


class _File(NamedTuple):
    version: Version
    document: Document


def with_facts(store: Store, project_id: int, summary: ProfileSummary, *, now: int) -> ProfileSummary:
    """The summary with what was paid, judged, decided and disavowed; `now` is in epoch seconds."""
    told = domain_facts.manual_action(store, project_id)
    return replace(
        summary,
        manual_action=told if told in (ManualAction.EXPECTED, ManualAction.NOTIFIED) else None,
        paid=paid_facts(paid_links.states(store, project_id), now),
        judged=judgements.flagged(store, project_id, LISTED),
        disavow=disavow_facts(store, project_id, summary.site, summary.metric_name),
    )


def disavow_facts(store: Store, project_id: int, site: str, metric: str | None) -> DisavowFacts | None:
    """The newest kept file beside decisions, links and the uploaded one; None where there is nothing to say.

    `metric` names the vendor's figure that the project shows.
    """
    newest = _newest(store, project_id)
    coverage = Coverage(() if newest is None else newest.document.entries())
    missing = _missing(store, project_id, coverage)
    if newest is None:
        return DisavowFacts(missing_count=len(missing), missing=missing[:LISTED]) if missing else None
    worthy = _worthy(store, project_id, coverage, metric)
    faults = [
        (one.line, one.message)
        for one in lint(newest.document, Facts(site=site, name=newest.version.name))
        if one.severity is Severity.ERROR
    ]
    facts = DisavowFacts(
        version=newest.version.id,
        entries=newest.version.entries,
        missing_count=len(missing),
        missing=missing[:LISTED],
        worthy_count=len(worthy),
        worthy=worthy[:LISTED],
        fault_count=len(faults),
        faults=tuple(faults[:LISTED]),
    )
    return _beside_uploaded(store, project_id, newest, facts)


def _newest(store: Store, project_id: int) -> _File | None:
    for version in disavow_files.versions(store, project_id, limit=1):
        body = disavow_files.body_of(store, project_id, version.id)
        if body is not None:
            return _File(version, read(body))
    return None


def _missing(store: Store, project_id: int, coverage: Coverage) -> tuple[DomainRow, ...]:
    """Domains decided to disavow of which no entry covers every page, those with most links first."""
    names = [
        name
        for name, _ in decisions.standing(store, project_id, Decision.DISAVOW)
        if (entry := domain_entry(name)) is not None and coverage.of(entry) is None
    ]
    links = dict(decisions.links_of(store, project_id, names))
    rows = [DomainRow(name, links.get(name, 0)) for name in names]
    return tuple(sorted(rows, key=lambda row: (-row.links, row.name)))


def _worthy(store: Store, project_id: int, coverage: Coverage, metric: str | None) -> tuple[DomainRow, ...]:
    """Domains that entries cover whole though something speaks for keeping them."""
    wanted = (name for name, _ in decisions.standing(store, project_id, *_KEEPING))
    named = dict.fromkeys((*(name for name in wanted if coverage.of_host(name)), *sorted(coverage.domains)))
    rows = [
        DomainRow(one.name, one.links, why=why)
        for one in valued.of_names(store, project_id, named, sure=ENOUGH)
        if (why := _why_worthy(one, metric)) is not None
    ]
    return tuple(sorted(rows, key=lambda row: (-row.links, row.name)))


def _why_worthy(one: ValuedDomain, metric: str | None) -> str | None:
    """Why a domain is not to be cut off, or None. What somebody decided wins, then what is flagged."""
    decided = None if one.decision is None else Decision(one.decision)
    if decided in _KEEPING:
        return _KEEPING[decided]
    if decided in (Decision.DISAVOW, Decision.REMOVE) or one.flagged or not one.voting:
        return None
    if one.action == Action.KEEP:
        return "our judgement says keep"
    if one.worth is not None and one.worth >= WORTH_HAVING:
        return f"a link of worth {one.worth:.0f} of 100"
    floor = METRIC_FLOORS.get(metric or "")
    if floor is not None and one.metric is not None and one.metric >= floor:
        return f"{METRIC_NAMES[metric or '']} {one.metric:g}"
    return None


def _beside_uploaded(store: Store, project_id: int, newest: _File, facts: DisavowFacts) -> DisavowFacts:
    """The facts with what the search engine has; files that say the same are the same."""
    found = disavow_files.last_uploaded(store, project_id)
    if found is None:
        return facts
    version, body = found
    if version.id == newest.version.id:
        return replace(facts, uploaded=version.id)
    changed = difference(read(body), newest.document)
    return replace(facts, uploaded=version.id, added=len(changed.added), removed=len(changed.removed))

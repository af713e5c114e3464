"""The summary of a profile: what audits judge and reports show.

Counts come from the kept figures (tallies.py) and cost nothing; lists are cut to LISTED rows, the
worthiest first. Comparing sources with each other and with our own looks reads whole tables: a
summary of a million links takes seconds and belongs into a job, whose result is kept.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from linkstead.profile import comparisons, tallies
from linkstead.profile.codes import FOLLOW_UNKNOWN, FOLLOWED, NOT_FOLLOWED, PLACEMENTS, STATES
from linkstead.profile.files import all_files
from linkstead.profile.filters import LinkFilter
from linkstead.profile.queries import links
from linkstead.profile.targets import BROKEN, IN_DOUBT, OK, REDIRECTED, SHOWN_BROKEN, UNKNOWN, shown_outcome
from linkstead.summary import (
    Counts,
    LinkRow,
    MonthRow,
    ProfileSummary,
    SourceRow,
    TargetRow,
    TopRow,
)

if TYPE_CHECKING:
    from linkstead.profile.store import Store

LISTED: Final = 100


def summary(store: Store, project_id: int, *, now: int) -> ProfileSummary:
    """Everything an audit looks at, of one project."""
    site, metric = _project(store, project_id)
    tally = _Tally(store, project_id)
    reasons = _reasons(store, project_id)
    compared = comparisons.compare(store, project_id, LISTED)
    return ProfileSummary(
        site=site,
        made_at=now,
        counts=counts(store, project_id),
        months=_months(tally),
        anchors=_tops(store, project_id, "anchor", "text"),
        tlds=_tlds(store, project_id),
        placements=_placements(store, project_id),
        domains=_tops(store, project_id, "domain", "name"),
        targets=_targets(store, project_id),
        lost=_rows(store, project_id, "lost"),
        in_doubt=_rows(store, project_id, "in doubt"),
        blocked=_rows(store, project_id, "blocked"),
        changes=compared.changes,
        disagreements=comparisons.disagreements(store, project_id),
        sources=_sources(store, project_id),
        reasons=reasons,
        verified=sum(reasons.values()),
        metric_name=metric,
        figures=comparisons.figures(store, project_id, compared),
    )


def _project(store: Store, project_id: int) -> tuple[str, str | None]:
    row = store.one("SELECT site, metric FROM project WHERE id = ?", (project_id,))
    return (str(row[0]), row[1]) if row else ("", None)


class _Tally:
    def __init__(self, store: Store, project_id: int) -> None:
        self._counts: dict[int, dict[int, int]] = {}
        for dim, item, n in store.query(
            "SELECT dim, item, links FROM tally WHERE project_id = ?", (project_id,)
        ):
            self._counts.setdefault(int(dim), {})[int(item)] = int(n)

    def of(self, dim: int) -> dict[int, int]:
        return self._counts.get(dim, {})


def counts(store: Store, project_id: int) -> Counts:
    """Backlinks by state and kind; quick at any size."""
    tally = _Tally(store, project_id)
    states, follows = tally.of(tallies.STATE), tally.of(tallies.FOLLOW)
    by_state = {state.value: states.get(code, 0) for code, state in enumerate(STATES)}
    domains, only = _domain_counts(store, project_id)
    return Counts(
        backlinks=sum(states.values()),
        referring_domains=domains,
        referring_pages=_number(store, "SELECT count(*) FROM page WHERE project_id = ?", project_id),
        targets=_number(
            store,
            "SELECT count(*) FROM target WHERE project_id = ? AND links > 0 AND url <> ''",
            project_id,
        ),
        anchors=_number(store, "SELECT count(*) FROM anchor WHERE project_id = ? AND links > 0", project_id),
        followed=follows.get(FOLLOWED, 0),
        not_followed=follows.get(NOT_FOLLOWED, 0),
        follow_unknown=follows.get(FOLLOW_UNKNOWN, 0),
        unverified=by_state["unverified"],
        live=by_state["live"],
        in_doubt=by_state["in doubt"],
        lost=by_state["lost"],
        blocked=by_state["blocked"],
        unreachable=by_state["unreachable"],
        unreadable=by_state["unreadable"],
        reported_lost=tally.of(tallies.REPORTED_LOST).get(1, 0),
        domains_only=only,
    )


def _domain_counts(store: Store, project_id: int) -> tuple[int, int]:
    with_links = _number(store, "SELECT count(*) FROM domain WHERE project_id = ? AND links > 0", project_id)
    only = _number(
        store,
        "SELECT count(DISTINCT s.domain_id) FROM domain_sighting s JOIN domain d ON d.id = s.domain_id"
        " WHERE s.project_id = ? AND d.links = 0",
        project_id,
    )
    return with_links, only


def _number(store: Store, question: str, *values: int) -> int:
    row = store.one(question, values)
    return int(row[0]) if row else 0


def _months(tally: _Tally) -> tuple[MonthRow, ...]:
    new, lost = Counter[str](), Counter[str]()
    for day, n in tally.of(tallies.NEW_DAY).items():
        if day != tallies.UNKNOWN_DAY:
            new[_month(day)] += n
    for day, n in tally.of(tallies.LOST_DAY).items():
        lost[_month(day)] += n
    named = sorted(month for month in new.keys() | lost.keys() if new[month] or lost[month])
    return tuple(MonthRow(month, new[month], lost[month]) for month in _filled(named))


def _month(day: int) -> str:
    return datetime.fromtimestamp(day * tallies.DAY, UTC).strftime("%Y-%m")


def _filled(months: list[str]) -> list[str]:
    """The months between the first and the last, so that a quiet one shows as nothing."""
    if not months:
        return []
    year, month = map(int, months[0].split("-"))
    found = []
    while (label := f"{year:04}-{month:02}") <= months[-1]:
        found.append(label)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def _tops(store: Store, project_id: int, owner: str, column: str) -> tuple[TopRow, ...]:
    """The heaviest anchors or domains, with the number of referring domains behind each."""
    rows = store.query(
        f"SELECT id, {column}, links, followed, live, lost FROM {owner}"
        " WHERE project_id = ? AND links > 0 ORDER BY links DESC, id LIMIT ?",
        (project_id, LISTED),
    )
    domains = {row[0]: 1 for row in rows} if owner == "domain" else _domains_of(store, owner, rows)
    return tuple(
        TopRow(label=text, links=n, domains=domains.get(row_id, 0), followed=followed, live=live, lost=lost)
        for row_id, text, n, followed, live, lost in rows
    )


def _domains_of(store: Store, owner: str, rows: list[tuple[Any, ...]]) -> dict[int, int]:
    return {
        int(row_id): int(n)
        for row_id, n in store.lookup(
            f"SELECT {owner}_id, count(DISTINCT domain_id) FROM backlink"
            f" WHERE {owner}_id IN {{keys}} GROUP BY {owner}_id",
            [row[0] for row in rows],
        )
    }


def _tlds(store: Store, project_id: int) -> tuple[TopRow, ...]:
    rows = store.query(
        "SELECT t.name, sum(d.links), count(*), sum(d.followed), sum(d.live), sum(d.lost) FROM domain d"
        " JOIN tld t ON t.id = d.tld_id WHERE d.project_id = ? AND d.links > 0"
        " GROUP BY t.name ORDER BY sum(d.links) DESC, t.name LIMIT ?",
        (project_id, LISTED),
    )
    return tuple(TopRow(name, *(int(n) for n in numbers)) for name, *numbers in rows)


def _placements(store: Store, project_id: int) -> tuple[TopRow, ...]:
    rows = store.query(
        "SELECT placement, count(*), count(DISTINCT domain_id),"
        " sum(CASE WHEN followed = 1 THEN 1 ELSE 0 END),"
        " sum(CASE WHEN state = ? THEN 1 ELSE 0 END), sum(CASE WHEN state = ? THEN 1 ELSE 0 END)"
        " FROM backlink WHERE project_id = ? GROUP BY placement ORDER BY count(*) DESC",
        (tallies.LIVE_CODE, tallies.LOST_CODE, project_id),
    )
    return tuple(
        TopRow(str(PLACEMENTS[code] or "unknown"), *(int(n) for n in numbers)) for code, *numbers in rows
    )


def _targets(store: Store, project_id: int) -> tuple[TargetRow, ...]:
    """Our own pages that links point to: those with a fault first, then the most linked."""
    rows = store.query(
        "SELECT url, links, outcome, http_status, final_url, hops, canonical, suggested_url,"
        " suggested_score, suggested_why, id FROM target"
        " WHERE project_id = ? AND links > 0 AND url <> ''"
        f" ORDER BY CASE WHEN {SHOWN_BROKEN} THEN 0 WHEN outcome = 'in doubt' THEN 1"
        " WHEN outcome = 'redirected' THEN 2 ELSE 3 END, links DESC, id LIMIT ?",
        (project_id, LISTED),
    )
    worth = _worth_of_faulty(store, [row[-1] for row in rows if row[2] not in (OK, UNKNOWN, None)])
    found = [_target_row(row[:-1], worth.get(row[-1])) for row in rows]
    # stable: within an outcome those whose links are worth most come first
    return tuple(sorted(found, key=lambda row: (_FAULTS.get(row.outcome, len(_FAULTS)), -(row.worth or 0))))


#: The worst outcome of a page comes first.
_FAULTS: Final = {BROKEN: 0, IN_DOUBT: 1, REDIRECTED: 2}


def _worth_of_faulty(store: Store, target_ids: list[int]) -> dict[int, float]:
    """What the links that are not lost are worth together, page by page."""
    return {
        int(target_id): float(worth)
        for target_id, worth in store.lookup(
            "SELECT b.target_id, sum(j.worth) FROM backlink b JOIN link_judgement j ON j.backlink_id = b.id"
            f" WHERE b.target_id IN {{keys}} AND b.state <> {tallies.LOST_CODE} AND j.worth IS NOT NULL"
            " GROUP BY b.target_id",
            target_ids,
        )
    }


def _target_row(row: tuple[Any, ...], worth: float | None) -> TargetRow:
    url, n, outcome, status, final, hops, canonical, suggested, score, why = row
    chain = tuple(json.loads(hops)) if hops else ()
    return TargetRow(
        url=url,
        links=n,
        outcome=shown_outcome(outcome, status),
        http_status=status,
        final_url=final,
        hops=len(chain),
        chain=chain,
        canonical=canonical,
        suggested_url=suggested,
        suggested_score=score,
        suggested_why=why,
        worth=worth,
    )


def _rows(store: Store, project_id: int, state: str) -> tuple[LinkRow, ...]:
    """The worthiest first, as far as they have been judged; the vendor's figure orders the others."""
    judged = store.one("SELECT 1 FROM link_judgement WHERE project_id = ? LIMIT 1", (project_id,))
    sort = "worth" if judged else "authority"
    page = links(store, project_id, LinkFilter(state=state), sort=sort, limit=LISTED)
    return tuple(listed.row for listed in page.rows)


def _reasons(store: Store, project_id: int) -> dict[str, int]:
    """How many links' last look had which reason."""
    rows = store.query(
        "SELECT l.reason, count(*) FROM backlink b JOIN look l ON l.id = b.look_id"
        " WHERE b.project_id = ? GROUP BY l.reason ORDER BY count(*) DESC",
        (project_id,),
    )
    return {str(reason): int(n) for reason, n in rows}


def _sources(store: Store, project_id: int) -> tuple[SourceRow, ...]:
    alone = {
        tallies.bits_of(bits)[0]: int(n)
        for bits, n in store.query(
            "SELECT sources, count(*) FROM backlink WHERE project_id = ? GROUP BY sources", (project_id,)
        )
        if len(tallies.bits_of(bits)) == 1
    }
    ids = {str(slug): int(row_id) for row_id, slug in store.query("SELECT id, slug FROM source")}
    return tuple(
        SourceRow(
            name=file.name,
            source=file.source,
            rows=file.rows,
            links=file.sightings,
            only_here=alone.get(ids.get(file.source, 0), 0),
            quarantined=file.quarantined,
            skipped=file.skipped,
            first_seen=file.first_seen_min,
            last_seen=file.first_seen_max,
            capped=file.capped,
        )
        for file in all_files(store, project_id)
    )

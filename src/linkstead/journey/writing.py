"""What looks become: states, events, evidence and next appointments, in one transaction.

The transaction first proves that the hosts are still ours: what a process saw that had lost its lease is
not written. Evidence lies on disk before the rows that point to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.journey.settling import Before, events_of, standing_of
from linkstead.link import FROM_HEADER, FROM_ROBOTS_TXT, LinkStatus, Outcome, Reason
from linkstead.monitor.blocks import address_block
from linkstead.monitor.evidence import Kept
from linkstead.monitor.plan import WatchPlan
from linkstead.monitor.schedule import Standing, next_due
from linkstead.monitor.state import Judgement, Past, state_after
from linkstead.profile import events, hosts, looks, page_facts, recording, visited
from linkstead.profile.looks import Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linkstead.events import Event
    from linkstead.journey.looking import Looked
    from linkstead.journey.rota import Held
    from linkstead.link import Verdict
    from linkstead.monitor.evidence import EvidenceBox
    from linkstead.profile.hosts import HostLease, Visited
    from linkstead.profile.looks import DueLink, DuePage
    from linkstead.profile.store import Store

#: Looks older than this no longer bear on a link's state (seconds).
MEMORY: Final = 400 * 86_400


@dataclass(slots=True)
class RunCounts:
    """What one write did for a check that somebody asked for."""

    pages: int = 0
    links: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Written:
    """What one write did. `fenced` are looks of hosts that had become somebody else's."""

    pages: int = 0
    links: int = 0
    fenced: int = 0
    events: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    runs: dict[int, RunCounts] = field(default_factory=dict)
    projects: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Settled:
    """A look at a page, thought through to its end."""

    looked: Looked
    judged: list[Judged]
    events: list[Event]
    due_at: int


class Writer:
    """Writes batches of looks for one process. `also` is called inside the transaction, with what it did."""

    def __init__(
        self,
        store: Store,
        holder: str,
        *,
        box: EvidenceBox | None = None,
        also: Callable[[Store, Written], None] | None = None,
    ) -> None:
        self._store = store
        self._holder = holder
        self._box = box
        self._also = also
        self._plans: dict[int, WatchPlan] = {}

    def forget_plans(self) -> None:
        """Read the projects' plans anew: somebody may have changed one."""
        self._plans.clear()

    def would_be_lost(self, page: DuePage, verdicts: Sequence[Verdict]) -> bool:
        """Whether one of these verdicts would make a link lost that is not lost yet."""
        known = self._before([page], verdicts[0].checked_at)
        return any(
            link.state is not LinkStatus.LOST
            and self._judgement(page, link, verdict, known).state is LinkStatus.LOST
            for link, verdict in zip(page.links, verdicts, strict=True)
        )

    def write(
        self, looked: Sequence[tuple[Held, Looked]], given_back: Mapping[HostLease, Visited]
    ) -> Written:
        """Write looks, then give hosts back."""
        store, written = self._store, Written()
        known = self._before(
            [look.page for _, look in looked], min((look.at for _, look in looked), default=0)
        )
        settled = [(held.lease, self._settled(look, known)) for held, look in looked]
        kept = self._on_disk([one for _, one in settled])
        with store.transaction():
            # one order for everybody, so that nobody waits in a circle: projects, hosts, rows
            store.take_turns({one.looked.page.project_id for _, one in settled})
            fences = {lease.key: lease.fence for lease in (*given_back, *(lease for lease, _ in settled))}
            ours = hosts.still_ours(store, self._holder, fences) if fences else set()
            mine = [one for lease, one in settled if lease.key in ours]
            written.fenced = len(settled) - len(mine)
            by_project: defaultdict[int, list[_Settled]] = defaultdict(list)
            for one in mine:
                by_project[one.looked.page.project_id].append(one)
            for project_id, group in by_project.items():
                self._write_project(project_id, group, kept)
                _count(written, project_id, group)
            if given_back:
                hosts.release(store, self._holder, given_back)
            if self._also is not None:
                self._also(store, written)
        return written

    def _write_project(self, project_id: int, group: Sequence[_Settled], kept: Mapping[int, _OnDisk]) -> None:
        store = self._store
        judged: list[Judged] = []
        visits: list[visited.PageVisit] = []
        for one in group:
            page = one.looked.page
            record = kept.get(page.page_id)
            row_id = None
            if record is not None:
                row = visited.EvidenceRow(page.page_id, one.looked.at, *record.kept, record.earlier_id)
                row_id = visited.keep_evidence(store, project_id, row)
            judged += [replace(each, evidence_id=row_id) for each in one.judged]
            if not _says_nothing(one.looked):
                visits.append(_visit(one, record, row_id))
        recording.record(store, project_id, judged)
        page_facts.keep(store, project_id, map(_facts_row, filter(_has_facts, group)))
        events.write(store, project_id, (event for one in group for event in one.events))
        visited.keep_visits(store, project_id, visits)

    # -- thinking -------------------------------------------------------------------------------

    def _before(self, pages: Sequence[DuePage], at: int) -> Before:
        store = self._store
        ids = [link.backlink_id for page in pages for link in page.links]
        looked_at = [link.backlink_id for page in pages for link in page.links if link.look_id is not None]
        return Before(
            looks.past_looks(store, looked_at, since=at - MEMORY),
            looks.last_found(store, looked_at),
            events.last_changes(store, ids if looked_at else ()),
        )

    def _plan(self, project_id: int) -> WatchPlan:
        plan = self._plans.get(project_id)
        if plan is None:
            row = self._store.one("SELECT plan FROM project WHERE id = ?", (project_id,))
            plan = self._plans[project_id] = WatchPlan.from_json(row[0] if row else None)
        return plan

    def _judgement(self, page: DuePage, link: DueLink, verdict: Verdict, known: Before) -> Judgement:
        past = [Past(*look) for look in known.past.get(link.backlink_id, ())]
        plan = self._plan(page.project_id)
        lost = link.state is LinkStatus.LOST
        return state_after(past, verdict.outcome, verdict.reason, verdict.checked_at, plan, lost_before=lost)

    def _settled(self, looked: Looked, known: Before) -> _Settled:
        page, plan = looked.page, self._plan(looked.page.project_id)
        judged: list[Judged] = []
        happened: list[Event] = []
        standings: list[Standing] = []
        for link, verdict in zip(page.links, looked.verdicts, strict=True):
            judgement = self._judgement(page, link, verdict, known)
            judged.append(
                Judged(
                    link.backlink_id,
                    verdict,
                    judgement.state,
                    judgement.intermittent,
                    # whoever could not see keeps no appointment: the page stays due
                    due_at=None if verdict.reason is Reason.SELF else page.due_at,
                    copy_of=link.look_id if verdict.unchanged else None,
                )
            )
            fresh = events_of(link, verdict, judgement, known, plan)
            happened += fresh
            standings.append(standing_of(link, verdict, judgement, known, changed=bool(fresh)))
        here = looked.at if looked.made_at is None else looked.made_at
        due_at = next_due(standings, plan, now=here, salt=page.page_id, retry_at=looked.fetched.retry_at)
        return _Settled(looked, judged, happened, due_at)

    # -- evidence -------------------------------------------------------------------------------

    def _on_disk(self, settled: Sequence[_Settled]) -> dict[int, _OnDisk]:
        """Records of the looks that are worth one, by page."""
        wanted = [one for one in settled if _worth_keeping(one)]
        if self._box is None or not wanted:
            return {}
        ids = [row_id for one in wanted if (row_id := one.looked.page.evidence_id) is not None]
        rows = visited.evidence_rows(self._store, ids)
        kept: dict[int, _OnDisk] = {}
        for one in wanted:
            earlier_id = one.looked.page.evidence_id
            row = rows.get(earlier_id) if earlier_id is not None else None
            earlier = None if row is None else Kept(*row[2:8])
            drawn = one.looked.drawn
            record = self._box.keep(drawn or one.looked.fetched, earlier=earlier, rendered=drawn is not None)
            same = earlier is not None and record.payload == earlier.payload
            kept[one.looked.page.page_id] = _OnDisk(record, earlier_id if same else None)
        self._box.sync()
        return kept


class _OnDisk(NamedTuple):
    """A record that lies on disk, and the earlier one that holds its body where that is the same."""

    kept: Kept
    earlier_id: int | None


def _worth_keeping(one: _Settled) -> bool:
    """First looks and changes, where there was an answer, and one that is to be believed."""
    looked = one.looked
    if looked.unchanged or looked.fetched.status is None or _says_nothing(looked):
        return False
    before = {link.backlink_id: link.state for link in looked.page.links}
    moved = any(before[each.backlink_id] is not each.state for each in one.judged)
    return looked.page.evidence_id is None or moved or bool(one.events)


def _says_nothing(looked: Looked) -> bool:
    """Whether our own network was in doubt: then even a page that was read may be somebody else's."""
    return any(verdict.reason is Reason.SELF for verdict in looked.verdicts)


def _has_facts(one: _Settled) -> bool:
    return one.looked.figures is not None and not _says_nothing(one.looked)


def _facts_row(one: _Settled) -> page_facts.PageFactsRow:
    """The figures of a page that was read, with what the verdicts say of the page itself."""
    looked, page = one.looked, one.looked.page
    reasons = {verdict.reason for verdict in looked.verdicts}
    facts: dict[str, Any] = {"parked": Reason.PARKED in reasons, "soft_404": Reason.SOFT_404 in reasons}
    if looked.figures is not None:
        facts |= {field.name: getattr(looked.figures, field.name) for field in fields(looked.figures)}
    block = address_block(looked.fetched.address)
    return page_facts.PageFactsRow(page.page_id, page.domain_id, looked.at, block, facts)


def _visit(one: _Settled, record: _OnDisk | None, row_id: int | None) -> visited.PageVisit:
    looked, page, fetched = one.looked, one.looked.page, one.looked.fetched
    whole = fetched.status == 200 and fetched.failure is None and not looked.unchanged
    whole = whole and not _says_nothing(looked)
    if not whole:
        return visited.PageVisit(page.page_id, page.run_id, one.due_at)
    checks = fetched.validators if all(map(_rests_on_the_body, looked.verdicts)) else None
    payload, body_id = page.payload, page.evidence_id
    if record is not None:
        payload = record.kept.payload
        body_id = record.earlier_id if record.earlier_id is not None else row_id
    return visited.PageVisit(
        page.page_id,
        page.run_id,
        one.due_at,
        read=True,
        read_at=looked.at,
        validated_url=None if checks is None else checks.url,
        etag=None if checks is None else checks.etag,
        last_modified=None if checks is None else checks.last_modified,
        payload=payload,
        evidence_id=body_id,
    )


def _rests_on_the_body(verdict: Verdict) -> bool:
    """Whether the verdict stays the same as long as the page's body does.

    A no that a header or robots.txt had said may be taken back while the body stays: a 304 would not tell.
    """
    if verdict.outcome is not Outcome.FOUND or verdict.rendered or verdict.via is not None:
        return False
    return not {FROM_HEADER, FROM_ROBOTS_TXT} & {*verdict.nofollow_from, *verdict.noindex_from}


def _count(written: Written, project_id: int, group: Sequence[_Settled]) -> None:
    written.projects.add(project_id)
    for one in group:
        if _says_nothing(one.looked):
            continue
        page = one.looked.page
        outcomes = Counter(str(verdict.outcome) for verdict in one.looked.verdicts)
        written.pages += 1
        written.links += len(one.looked.verdicts)
        written.events += len(one.events)
        written.outcomes.update(outcomes)
        if page.run_id is not None:
            counts = written.runs.setdefault(page.run_id, RunCounts())
            counts.pages += 1
            counts.links += len(one.looked.verdicts)
            counts.outcomes.update(outcomes)

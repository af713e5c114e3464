"""What looks become: states, events, evidence and next appointments, in one transaction.

The transaction first proves that the hosts are still ours: what a process saw that had lost its lease is
not written. Evidence lies on disk before the rows that point to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.alerts.rules import Seen, changes
from linkstead.link import LinkStatus, Outcome, Reason
from linkstead.monitor.evidence import Kept
from linkstead.monitor.plan import WatchPlan
from linkstead.monitor.schedule import Standing, next_due, value_of
from linkstead.monitor.state import Judgement, Past, state_after
from linkstead.profile import events, hosts, looks, recording, visited
from linkstead.profile.looks import Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linkstead.events import Event
    from linkstead.journey.looking import Looked
    from linkstead.journey.rota import Held
    from linkstead.link import Verdict
    from linkstead.monitor.evidence import EvidenceBox
    from linkstead.profile.hosts import HostLease, Visited
    from linkstead.profile.looks import DueLink, DuePage, PastLook, SeenLook
    from linkstead.profile.store import Store

#: Looks older than this no longer bear on a link's state (seconds).
MEMORY: Final = 400 * 86_400
_DOUBT_AGAIN: Final = 15 * 60
#: An old link counts as unchanged for so long before our first look (seconds).
KNOWN_TO_STAY: Final = 14 * 86_400


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


class _Before(NamedTuple):
    """What was known of the links of a batch."""

    past: Mapping[int, list[PastLook]]
    found: Mapping[int, SeenLook]
    changed: Mapping[int, int]


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
            fences = {lease.key: lease.fence for lease, _ in settled}
            ours = hosts.still_ours(store, self._holder, fences) if fences else set()
            mine = [one for lease, one in settled if lease.key in ours]
            written.fenced = len(settled) - len(mine)
            by_project: defaultdict[int, list[_Settled]] = defaultdict(list)
            for one in mine:
                by_project[one.looked.page.project_id].append(one)
            store.take_turns(by_project)
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
            visits.append(_visit(one, record, row_id))
        recording.record(store, project_id, judged)
        events.write(store, project_id, (event for one in group for event in one.events))
        visited.keep_visits(store, project_id, visits)

    # -- thinking -------------------------------------------------------------------------------

    def _before(self, pages: Sequence[DuePage], at: int) -> _Before:
        store = self._store
        ids = [link.backlink_id for page in pages for link in page.links]
        looked_at = [link.backlink_id for page in pages for link in page.links if link.look_id is not None]
        return _Before(
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

    def _judgement(self, page: DuePage, link: DueLink, verdict: Verdict, known: _Before) -> Judgement:
        past = [Past(*look) for look in known.past.get(link.backlink_id, ())]
        plan = self._plan(page.project_id)
        lost = link.state is LinkStatus.LOST
        return state_after(past, verdict.outcome, verdict.reason, verdict.checked_at, plan, lost_before=lost)

    def _settled(self, looked: Looked, known: _Before) -> _Settled:
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
                    due_at=page.due_at,
                    copy_of=link.look_id if verdict.unchanged else None,
                )
            )
            fresh = _events(link, verdict, judgement, known, plan)
            happened += fresh
            standings.append(_standing(link, verdict, judgement, known, changed=bool(fresh)))
        due_at = next_due(standings, plan, now=looked.at, salt=page.page_id, retry_at=looked.fetched.retry_at)
        if any(verdict.reason is Reason.SELF for verdict in looked.verdicts):
            due_at = min(due_at, looked.at + _DOUBT_AGAIN)
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
    """First looks and changes, where there was an answer."""
    looked = one.looked
    if looked.unchanged or looked.fetched.status is None:
        return False
    before = {link.backlink_id: link.state for link in looked.page.links}
    moved = any(before[each.backlink_id] is not each.state for each in one.judged)
    return looked.page.evidence_id is None or moved or bool(one.events)


def _visit(one: _Settled, record: _OnDisk | None, row_id: int | None) -> visited.PageVisit:
    looked, page, fetched = one.looked, one.looked.page, one.looked.fetched
    whole = fetched.status == 200 and fetched.failure is None and not looked.unchanged
    if not whole:
        return visited.PageVisit(page.page_id, page.run_id, one.due_at)
    plain = all(v.outcome is Outcome.FOUND and not v.rendered and v.via is None for v in looked.verdicts)
    checks = fetched.validators if plain else None
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


def _events(
    link: DueLink, verdict: Verdict, judgement: Judgement, known: _Before, plan: WatchPlan
) -> list[Event]:
    past = known.past.get(link.backlink_id, [])
    earlier = known.found.get(link.backlink_id)
    before = None if earlier is None else _seen_before(earlier)
    after = before if verdict.unchanged and before is not None else _seen_now(verdict, judgement.state)
    since, told = _unreachable(past, verdict, plan)
    return changes(
        before,
        after._replace(state=judgement.state),
        backlink_id=link.backlink_id,
        at=verdict.checked_at,
        previous_state=link.state,
        ever_live=earlier is not None,
        first_seen=link.first_seen,
        unreachable_since=since,
        already_unreachable=told,
        good_looks=judgement.good_looks,
        loss_open=judgement.loss_open,
        plan=plan,
    )


def _seen_now(verdict: Verdict, state: LinkStatus) -> Seen:
    speaks = verdict.speaks
    return Seen(
        state=state,
        outcome=verdict.outcome,
        reason=verdict.reason,
        http_status=verdict.http_status,
        followed=verdict.followed,
        nofollow_from=verdict.nofollow_from,
        rel=() if speaks is None else speaks.rel,
        anchor_text=None if speaks is None else speaks.anchor_text,
        placement=None if speaks is None else str(speaks.placement),
        indexable=verdict.indexable,
        noindex_from=verdict.noindex_from,
        hidden=None if speaks is None else speaks.hidden,
        found_url=None if speaks is None else speaks.url,
        via=verdict.via,
    )


def _seen_before(look: SeenLook) -> Seen:
    return Seen(
        state=LinkStatus.LIVE,
        outcome=look.outcome,
        reason=Reason(look.reason),
        http_status=look.http_status,
        followed=look.followed,
        nofollow_from=_words(look.nofollow_from),
        rel=tuple((look.rel or "").split()),
        anchor_text=look.anchor_text,
        placement=look.placement,
        indexable=look.indexable,
        noindex_from=_words(look.noindex_from),
        hidden=look.hidden,
        found_url=look.found_url,
        via=look.via,
    )


def _words(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(", ")) if joined else ()


def _unreachable(past: Sequence[PastLook], verdict: Verdict, plan: WatchPlan) -> tuple[int | None, bool]:
    """Since when nobody could read the page, and whether that was long enough at the look before."""
    if verdict.outcome is not Outcome.UNREACHABLE or verdict.reason is Reason.SELF:
        return None, False
    run: list[int] = []
    for look in reversed(past):
        if look.outcome is not Outcome.UNREACHABLE:
            break
        if look.reason != Reason.SELF:
            run.append(look.checked_at)
    if not run:
        return verdict.checked_at, False
    return run[-1], run[0] - run[-1] >= plan.unreachable_event_after


def _standing(
    link: DueLink, verdict: Verdict, judgement: Judgement, known: _Before, *, changed: bool
) -> Standing:
    past = known.past.get(link.backlink_id, [])
    first = past[0].checked_at if past else verdict.checked_at
    born_at = first if link.first_seen is None else min(first, link.first_seen)
    # what sources have known for long need not be watched like what has just come up
    steady_since = max(born_at, first - KNOWN_TO_STAY)
    last = max(steady_since, known.changed.get(link.backlink_id, 0))
    return Standing(
        state=judgement.state,
        at=verdict.checked_at,
        misses=judgement.misses,
        troubles=judgement.troubles,
        changed_at=verdict.checked_at if changed else last,
        value=value_of(link.metric, link.followed, link.placement),
        born_at=born_at,
    )


def _count(written: Written, project_id: int, group: Sequence[_Settled]) -> None:
    written.projects.add(project_id)
    for one in group:
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

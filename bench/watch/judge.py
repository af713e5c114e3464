"""The judge of the farm: every look, state and event against the truth, during the run and at its end."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.watch.course import Course
from bench.watch.truth import DAY, FACES, HOUR, Clock, Facts, FarmPage
from bench.watch.web import HIT
from linkstead.link import LinkStatus, Outcome
from linkstead.profile.codes import FOLLOW_WORDS, PLACEMENTS, STATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.profile.store import Store

_BATCH: Final = 20_000
_SHOWN: Final = 40


class LookRow(NamedTuple):
    id: int
    backlink_id: int
    at: int
    outcome: str
    reason: str
    status: int | None
    followed: int
    nofollow_from: str | None
    indexable: int | None
    noindex_from: str | None
    anchor: str | None
    rel: str | None
    placement: int
    hidden: str | None
    found_url: str | None
    via: str | None
    unchanged: int
    state: int


_LOOKS: Final = (
    "SELECT l.id, l.backlink_id, l.checked_at, l.outcome, l.reason, l.http_status, l.followed,"
    " l.nofollow_from, l.indexable, l.noindex_from, a.text, l.rel, l.placement, l.hidden, l.found_url, l.via,"
    " l.unchanged, l.state"
    f" FROM look l LEFT JOIN anchor a ON a.id = l.anchor_id WHERE l.id > ? ORDER BY l.id LIMIT {_BATCH}"
)
#: Rows may be committed a little out of the order of their ids: so many of the youngest wait.
_SETTLED: Final = 2_000


#: A look that brought one of these may be made again at once.
SAYS_NOTHING: Final = (Outcome.UNREACHABLE, Outcome.UNREADABLE)


@dataclass(slots=True)
class Score:
    """What was found. `wrong` counts by what was wrong, `told` holds the first sentences about it."""

    looks: int = 0
    unchanged: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    after_miss: list[float] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    refetched: int = 0
    remade: int = 0

    def blame(self, what: str, sentence: str) -> None:
        self.wrong[what] += 1
        if len(self.told) < _SHOWN:
            self.told.append(f"{what}: {sentence}")


class Judge:
    """Reads what the monitors have written since the last time."""

    def __init__(self, store: Store, clock: Clock, hits: Path, pages: dict[int, FarmPage]) -> None:
        self._store = store
        self._clock = clock
        self._hits_path = hits
        self._pages = pages
        self._offset = 0
        self._hits: defaultdict[int, list[float]] = defaultdict(list)
        self._courses: dict[int, Course] = {}
        self._last_id = 0
        self._wanted: Counter[tuple[int, int, str]] = Counter()
        self.score = Score()

    # -- looks ------------------------------------------------------------------------------------

    def go_on(self, *, end: bool = False) -> None:
        """Judge the looks written since the last call; with `end` all of them."""
        top = self._store.one("SELECT max(id) FROM look")
        until = (int(top[0]) if top and top[0] else 0) - (0 if end else _SETTLED)
        rows = [row for row in self._new_looks() if row.id <= until]
        while rows:
            self._read_hits()
            for row in rows:
                self._look(row)
                self._last_id = row.id
            rows = [row for row in self._new_looks() if row.id <= until]

    def _new_looks(self) -> Iterator[LookRow]:
        return (LookRow(*row) for row in self._store.query(_LOOKS, (self._last_id,)))

    def _read_hits(self) -> None:
        with self._hits_path.open("rb") as source:
            source.seek(self._offset)
            content = source.read()
        whole = len(content) - len(content) % HIT.size
        self._offset += whole
        for n, at, _ in HIT.iter_unpack(content[:whole]):
            self._hits[n].append(at)

    def _look(self, row: LookRow) -> None:
        page, score = self._pages[row.backlink_id], self.score
        score.looks += 1
        score.unchanged += row.unchanged
        score.outcomes[row.outcome] += 1
        course = self._courses.setdefault(row.backlink_id, Course())
        if row.at <= course.at:
            score.blame("order", f"page {page.n} was looked at at {row.at} after {course.at}")
        facts = self._truth(page, row)
        if facts is None:
            return
        for wrong in differences(page, facts, row):
            score.blame("verdict", f"page {page.n} {page.kind} at {row.at}: {wrong}")
        for kind in course.take(facts, row.at, is_new=page.is_new):
            self._wanted[row.backlink_id, row.at, kind] += 1
            if kind == "lost":
                self._loss(page, course, row.at)
        if STATES[row.state] is not course.state:
            score.blame(
                "state",
                f"page {page.n} {page.kind} at {row.at}: {STATES[row.state]}, should be {course.state}",
            )

    def _truth(self, page: FarmPage, row: LookRow) -> Facts | None:
        """What the page showed when this look asked for it."""
        mine = self._hits[page.n]
        asked = [at for at in mine if at <= row.at + 1]
        self._hits[page.n] = [at for at in mine if at > row.at + 1]
        if page.kind.before == "robots":
            if asked:
                self.score.blame("robots", f"page {page.n} was asked for, which robots.txt forbids")
            return FACES["robots"]
        if not asked:
            self.score.blame("unasked", f"page {page.n} has a look at {row.at}, and nobody asked for it")
            return None
        facts = FACES[page.face(self._clock, asked[-1])]
        if len(asked) > 1:
            self._asked_again(page, asked)
        return facts

    def _asked_again(self, page: FarmPage, asked: list[float]) -> None:
        """Twice for one look only after a 304 that says more, and where the first answer said nothing.

        The client asks once more where a connection is closed, the patrol where it had stood still itself.
        """
        if "header" in page.kind.before + page.kind.after:
            self.score.refetched += len(asked) - 1
        elif all(FACES[page.face(self._clock, at)].outcome in SAYS_NOTHING for at in asked[:-1]):
            self.score.remade += len(asked) - 1
        else:
            self.score.blame("twice", f"page {page.n} {page.kind} was asked for at {asked} for one look")

    def _loss(self, page: FarmPage, course: Course, at: int) -> None:
        moment = page.moment(self._clock)
        if at < moment:
            self.score.blame("false loss", f"page {page.n} {page.kind} was called lost before its moment")
        self.score.delays.append((at - moment) / HOUR)
        self.score.after_miss.append((at - course.first_miss) / HOUR)

    # -- events -----------------------------------------------------------------------------------

    def settle(self, allowance: float) -> None:
        """Compare all events, and every page that lost its link for good with what was told of it.

        A link that went longer than `allowance` seconds before the end must have been told as lost.
        """
        self.go_on(end=True)
        had: Counter[tuple[int, int, str]] = Counter()
        for backlink_id, at, kind in self._store.query("SELECT backlink_id, at, kind FROM event"):
            had[backlink_id, at, kind] += 1
            self.score.events[kind] += 1
        for key in had - self._wanted:
            self.score.blame("false event", f"page {self._pages[key[0]].n} {self._pages[key[0]].kind}: {key}")
        for key in self._wanted - had:
            self.score.blame(
                "missing event", f"page {self._pages[key[0]].n} {self._pages[key[0]].kind}: {key}"
            )
        losses = Counter(key[0] for key in had.elements() if key[2] == "lost")
        for backlink_id, page in self._pages.items():
            self._lasting(page, self._courses.get(backlink_id, Course()), losses[backlink_id], allowance)
        self._presents()

    def _lasting(self, page: FarmPage, course: Course, losses: int, allowance: float) -> None:
        """By the page's own story, whatever looks there were: who must be lost, and who never."""
        kind = page.kind
        goes = FACES[kind.before].found and FACES[kind.after].outcome is Outcome.MISSING
        if losses > 1 or (losses and not goes) or (losses and kind.lasts is not None and kind.lasts < DAY):
            self.score.blame("false loss", f"page {page.n} {kind} was told as lost {losses} times")
        gone_for = self._clock.end - page.moment(self._clock)
        if goes and kind.lasts is None and course.seen is not None and gone_for > allowance and not losses:
            self.score.blame(
                "missed loss", f"page {page.n} {kind} went {gone_for / HOUR:.0f} h before the end"
            )

    def _presents(self) -> None:
        """The row of each backlink holds the state after its last look."""
        for backlink_id, state in self._store.query("SELECT id, state FROM backlink"):
            wanted = self._courses.get(backlink_id, Course()).state
            if STATES[state] is not wanted:
                page = self._pages[backlink_id]
                self.score.blame(
                    "present", f"page {page.n} {page.kind} is {STATES[state]}, should be {wanted}"
                )

    def unlooked(self) -> int:
        """Links without any look."""
        return len(self._pages) - len(self._courses)

    def hits_left(self) -> int:
        """Requests that no look came of, though they had an answer that says something."""
        self._read_hits()
        pages = {page.n: page for page in self._pages.values()}
        faces = (FACES[pages[n].face(self._clock, at)] for n, times in self._hits.items() for at in times)
        return sum(facts.outcome not in SAYS_NOTHING for facts in faces)

    def states(self) -> Counter[LinkStatus]:
        return Counter(course.state for course in self._courses.values())


def differences(page: FarmPage, facts: Facts, row: LookRow) -> Iterator[str]:
    """What a look says otherwise than the truth."""
    pairs: dict[str, tuple[Any, Any]] = {
        "outcome": (row.outcome, str(facts.outcome)),
        "reason": (row.reason, row.reason if row.reason in facts.reasons else facts.reasons[0]),
        "followed": (FOLLOW_WORDS[row.followed], not facts.nofollow_from if facts.found else None),
        "anchor": (row.anchor, page.anchor(facts) if facts.found else None),
        "rel": (row.rel, facts.rel if facts.found else None),
        "nofollow": (row.nofollow_from, facts.nofollow_from),
        "placement": (PLACEMENTS[row.placement], facts.placement if facts.found else None),
        "hidden": (row.hidden, facts.hidden),
        "found_url": (row.found_url, page.found_url(facts) if facts.found else None),
        "via": (row.via, facts.via),
        "status": (row.status, 304 if row.unchanged else facts.status),
    }
    if facts.found:
        pairs["indexable"] = (row.indexable, int(facts.noindex_from is None))
        pairs["noindex"] = (row.noindex_from, facts.noindex_from)
    for name, (is_, should) in pairs.items():
        if is_ != should:
            yield f"{name} is {is_!r}, should be {should!r}"

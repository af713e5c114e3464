"""Random pasts of a few backlinks: sources tell, looks see, in any order that can happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from linkstead.link import Link, LinkType, Outcome, Placement, Reason, Verdict
from linkstead.monitor.plan import DEFAULT_PLAN
from linkstead.monitor.state import Past, state_after
from linkstead.profile.looks import Judged
from linkstead.profile.recording import record
from tests.profile_samples import merge, sighting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.link import Sighting
    from linkstead.profile.store import Store

START = 1_700_000_000
HOUR = 3_600
DAY = 86_400
TARGET = "https://example.com/"

_REASONS = {
    Outcome.FOUND: (Reason.LINK_PRESENT,),
    Outcome.MISSING: (Reason.REMOVED, Reason.PAGE_GONE, Reason.PARKED),
    Outcome.BLOCKED: (Reason.FORBIDDEN, Reason.ROBOTS),
    Outcome.UNREACHABLE: (Reason.TIMEOUT, Reason.SELF),
    Outcome.UNREADABLE: (Reason.NOT_HTML,),
}


class Look(NamedTuple):
    """A look at one link, `wait` seconds after the last one."""

    wait: int
    outcome: Outcome
    reason: Reason
    anchor: str = "seen"
    rel: tuple[str, ...] = ()
    unchanged: bool = False
    type: LinkType = LinkType.ANCHOR


class Told(NamedTuple):
    """What a source tells of one link between two looks."""

    source: str
    nofollow: bool | None
    anchor: str | None
    first_seen: int | None
    last_seen: int | None
    lost_at: int | None = None


@st.composite
def looks(draw: st.DrawFn) -> Look:
    outcome = draw(st.sampled_from([*Outcome, Outcome.FOUND, Outcome.FOUND, Outcome.MISSING]))
    return Look(
        draw(st.sampled_from([60, HOUR, 6 * HOUR, DAY, DAY, 7 * DAY, 40 * DAY])),
        outcome,
        draw(st.sampled_from(_REASONS[outcome])),
        draw(st.sampled_from(["seen", "seen", "other"])),
        draw(st.sampled_from([(), (), ("nofollow",), ("ugc", "noopener")])),
        draw(st.booleans()),
        draw(st.sampled_from([LinkType.ANCHOR, LinkType.ANCHOR, LinkType.IMAGE])),
    )


tellings = st.builds(
    Told,
    st.sampled_from(["ahrefs-backlinks", "semrush-backlinks"]),
    st.sampled_from([None, False, True]),
    st.sampled_from([None, "told"]),
    st.sampled_from([None, START - 50 * DAY, START + 3 * DAY]),
    st.sampled_from([None, START - 10 * DAY, START + 30 * DAY]),
    st.sampled_from([None, None, START + 5 * DAY, START + 300 * DAY]),
)

#: The past of one link: long stretches of the same, and sudden changes.
pasts = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([1, 1, 3, 8, 16]), looks()).map(lambda many: [many[1]] * many[0]),
        tellings.map(lambda told: [told]),
    ),
    max_size=6,
).map(lambda parts: [step for part in parts for step in part])


def verdict(step: Look, at: int) -> Verdict:
    found = step.outcome is Outcome.FOUND
    link = Link(TARGET, step.anchor, step.rel, step.type, Placement.FOOTER, 0)
    speaks = link if found and not step.unchanged else None
    return Verdict(
        outcome=step.outcome,
        reason=step.reason,
        explanation="As seen.",
        page_url="https://site1.example.org/post",
        target_url=TARGET,
        checked_at=at,
        links=(link,) if speaks else (),
        speaks=speaks,
        followed=not step.rel if speaks else None,
        indexable=True if speaks else None,
        http_status=(304 if step.unchanged else 200) if found else None,
        unchanged=found and step.unchanged,
    )


class Lived:
    """One backlink on its way through its past."""

    plan = DEFAULT_PLAN

    def __init__(self, store: Store, project_id: int, number: int) -> None:
        self.store, self.project_id, self.number = store, project_id, number
        self.at = START + number
        self.past: list[Past] = []
        self.has_read = False
        merge(store, project_id, self.sighting())
        row = store.one(
            "SELECT b.id FROM backlink b JOIN page p ON p.id = b.page_id"
            " WHERE b.project_id = ? AND p.url = ?",
            (project_id, f"https://site{number}.example.org/post"),
        )
        assert row is not None
        self.id = int(row[0])

    def sighting(self, **told: object) -> Sighting:
        return sighting(self.number, **told)

    def go(self, step: Look | Told) -> None:
        if isinstance(step, Told):
            merge(
                self.store,
                self.project_id,
                self.sighting(
                    nofollow=step.nofollow,
                    anchor_text=step.anchor,
                    first_seen=step.first_seen,
                    last_seen=step.last_seen,
                    lost_at=step.lost_at,
                ),
                source=step.source,
            )
        else:
            self.look(step)

    def look(self, step: Look) -> None:
        if step.unchanged and not self.has_read:
            step = step._replace(unchanged=False)
        self.at += step.wait
        seen = verdict(step, self.at)
        judgement = state_after(self.past, seen.outcome, seen.reason, self.at, self.plan)
        self.past.append(Past(self.at, seen.outcome, seen.reason))
        copy_of = self._last_found() if seen.unchanged else None
        self.has_read |= seen.outcome is Outcome.FOUND
        judged = Judged(self.id, seen, judgement.state, judgement.intermittent, copy_of=copy_of)
        record(self.store, self.project_id, [judged])

    def _last_found(self) -> int:
        row = self.store.one(
            "SELECT id FROM look WHERE backlink_id = ? AND outcome = 'found' ORDER BY checked_at DESC",
            (self.id,),
        )
        assert row is not None
        return int(row[0])

    def kept_past(self) -> list[Past]:
        """The looks that the store still has."""
        return [
            Past(int(at), Outcome(outcome), Reason(reason))
            for at, outcome, reason in self.store.query(
                "SELECT checked_at, outcome, reason FROM look WHERE backlink_id = ? ORDER BY checked_at",
                (self.id,),
            )
        ]


def live_through(store: Store, project_id: int, lives: Sequence[Sequence[Look | Told]]) -> list[Lived]:
    """Backlinks that have lived through these pasts, numbered from 1."""
    lived = []
    for number, steps in enumerate(lives, 1):
        link = Lived(store, project_id, number)
        for step in steps:
            link.go(step)
        lived.append(link)
    return lived

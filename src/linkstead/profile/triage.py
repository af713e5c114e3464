"""The triage queue: referring domains with what is known and made of them, and what was decided.

Two orders: most links first, or the worst by our estimate first (domains that nobody judged come last, those
with most links before the others). A million domains are listed without reading them all:

walked    an index of links, or of estimates, is read in its order until a page is full
few       what somebody decided, or what has a rare word in its name, is looked up and then sorted
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.errors import UsageError
from linkstead.link import Decision
from linkstead.profile import judgements
from linkstead.profile.decisions import ALL, OPEN, Decided, decided

if TYPE_CHECKING:
    from linkstead.profile.judgements import Judged
    from linkstead.profile.store import Store, type_row

KINDS: Final = (OPEN, *(str(one) for one in Decision), ALL)
LINKS: Final = "links"
WORST: Final = "worst"
#: The sorted value of a domain that nobody judged lies below all estimates: its links less this. Up to here
#: a REAL holds every whole number.
_UNJUDGED: Final = 2**53
#: Order -> the sorted value.
SORTS: Final = {LINKS: "d.links", WORST: f"coalesce(j.estimate, d.links - {_UNJUDGED}.0)"}
#: Names that have a word in them are looked up by id if they are no more than this; more are met soon.
_FEW: Final = 2_000
_TOP: Final = (2.0, 2**63 - 1)
_STANDS: Final = "LEFT JOIN decision s ON s.domain_id = d.id"
#: A page of a source first, then who decided about its rows and why: the log of all is long.
_PAGE: Final = (
    "SELECT x.id, x.name, x.links, x.followed, x.live, x.lost, x.place,"
    " l.decision, l.note, l.who, l.at, l.batch FROM"
    " (SELECT d.id, d.name, d.links, d.followed, d.live, d.lost, {order} AS place, s.log_id"
    " FROM {source} ORDER BY {by} DESC, d.id DESC LIMIT {limit}) x"
    " LEFT JOIN decision_log l ON l.id = x.log_id ORDER BY x.place DESC, x.id DESC"
)
#: Where the rows come from. A plus keeps SQLite from an index whose order is of no use to the question.
_FEW_OF: Final = f"domain d {_STANDS} LEFT JOIN domain_judgement j ON j.domain_id = d.id WHERE +d.links > 0"
_DECIDED: Final = (
    "decision s JOIN domain d ON d.id = s.domain_id"
    " LEFT JOIN domain_judgement j ON j.domain_id = d.id WHERE s.project_id = ? AND s.decision = ?"
    " AND +d.links > 0"
)
_BY_LINKS: Final = f"domain d {_STANDS} WHERE d.project_id = ? AND d.links > 0"
_JUDGED: Final = (
    f"domain_judgement j JOIN domain d ON d.id = j.domain_id {_STANDS}"
    " WHERE j.project_id = ? AND +d.links > 0"
)
_NOT_JUDGED: Final = (
    f"domain d {_STANDS} WHERE d.project_id = ? AND d.links > 0"
    " AND NOT EXISTS (SELECT 1 FROM domain_judgement j WHERE j.domain_id = d.id)"
)


class DomainRow(NamedTuple):
    """A referring domain in the queue: its counts, what sources say of it, what we and people make of it.

    `metric` is the highest vendor metric of its links, `first_seen` the earliest sight; `anchor` the anchor
    text that most of its links have, with how many. `order` is the value that it is sorted by.
    """

    domain_id: int
    name: str
    links: int
    followed: int
    live: int
    lost: int
    order: float
    decided: Decided | None
    judged: Judged | None = None
    metric: float | None = None
    first_seen: int | None = None
    anchor: str | None = None
    anchor_links: int = 0


class Queue(NamedTuple):
    """Some domains in order; `after` goes on behind the last of them, None at the end."""

    rows: list[DomainRow]
    after: tuple[float, int] | None


def queue(
    store: Store,
    project_id: int,
    *,
    kind: str = OPEN,
    sort: str = LINKS,
    name: str = "",
    after: tuple[float, int] | None = None,
    limit: int = 50,
) -> Queue:
    """Domains of one of KINDS in one of SORTS; `name` is a part of the domain's name.

    `after` is (sorted value, domain id) of the last row of the page before. Raises `UsageError`.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no list “{kind[:40]}”; there are {', '.join(KINDS)}.")
    if sort not in SORTS:
        raise UsageError(f"Domains cannot be sorted by “{sort[:40]}”; choose {' or '.join(SORTS)}.")
    asked = _Asked(store, project_id, kind, name.lower(), int(limit) + 1)
    found = _found(asked, sort, after)
    rows = [_row(values) for values in found[:limit]]
    last = rows[-1] if len(found) > limit else None
    return Queue(_described(store, rows), None if last is None else (last.order, last.domain_id))


class _Asked(NamedTuple):
    """A question without its order: `name` in lower case, `limit` one row more than a page has."""

    store: Store
    project_id: int
    kind: str
    name: str
    limit: int

    def rows(self, source: str, given: list[object], order: str, by: str = "") -> list[type_row]:
        """Rows of a source in the descending order of `by` (of `order` itself, unless told), then of id."""
        if self.name:
            source += f" AND {self._has_name}"
            given = [*given, self.name]
        sql = _PAGE.format(order=order, source=source, by=by or order, limit=self.limit)
        return self.store.query(sql, given)

    def few(self) -> list[int] | None:
        """The ids of domains with this name, if a name is asked for and they are few."""
        if not self.name:
            return None
        named = self.store.query(
            f"SELECT d.id FROM domain d WHERE d.project_id = ? AND {self._has_name} LIMIT {_FEW + 1}",
            (self.project_id, self.name),
        )
        return None if len(named) > _FEW else [int(row[0]) for row in named]

    @property
    def _has_name(self) -> str:
        """Names are hosts in ASCII and in lower case, so that no LIKE is needed."""
        return "instr(d.name, ?) > 0" if self.store.dialect == "sqlite" else "strpos(d.name, ?) > 0"


def _found(asked: _Asked, sort: str, after: tuple[float, int] | None) -> list[type_row]:
    order = SORTS[sort]
    if sort == LINKS and after is not None:
        after = _whole(after[0]), after[1]
    behind, mark = (f" AND ({order}, d.id) < (?, ?)", [*after]) if after is not None else ("", [])
    if asked.kind not in {OPEN, ALL}:
        return asked.rows(_DECIDED + behind, [asked.project_id, asked.kind, *mark], order)
    still_open = " AND s.domain_id IS NULL" if asked.kind == OPEN else ""
    if (ids := asked.few()) is not None:
        # whole numbers of our own
        among = f" AND d.id IN ({', '.join(map(str, ids))})"
        return asked.rows(_FEW_OF + among + still_open + behind, [*mark], order) if ids else []
    if sort == LINKS:
        return asked.rows(_BY_LINKS + still_open + behind, [asked.project_id, *mark], order)
    return _worst(asked, still_open, after or _TOP)


def _worst(asked: _Asked, still_open: str, after: tuple[float, int]) -> list[type_row]:
    """Those that were judged, the worst first, and then the others."""
    value, row = after
    found: list[type_row] = []
    if value >= 0:
        behind = " AND (j.estimate, j.domain_id) < (?, ?)"
        # by the index's own columns: j.domain_id is d.id
        given: list[object] = [asked.project_id, value, row]
        found = asked.rows(_JUDGED + still_open + behind, given, "j.estimate", "j.estimate DESC, j.domain_id")
        if len(found) == asked.limit or _all_judged(asked.store, asked.project_id):
            return found
        value, row = 0.0, _TOP[1]
    rest = asked._replace(limit=asked.limit - len(found))
    behind = " AND (d.links, d.id) < (?, ?)"
    return found + rest.rows(
        _NOT_JUDGED + still_open + behind,
        [asked.project_id, _whole(value + _UNJUDGED), row],
        f"d.links - {_UNJUDGED}.0",
        "d.links",
    )


def _whole(links: float) -> int:
    """A mark's number of links as the whole number that an index of them can be asked for."""
    return int(max(-1.0, min(links, float(_UNJUDGED))))


def _all_judged(store: Store, project_id: int) -> bool:
    """Whether no domain waits to be judged; told by two numbers, where finding none reads every domain."""
    counts = (
        store.one(f"SELECT count(*) FROM {table} WHERE project_id = ?", (project_id,))
        for table in ("domain", "domain_judgement")
    )
    domains, judged = (0 if row is None else int(row[0]) for row in counts)
    return judged >= domains


def domain(store: Store, project_id: int, domain_id: int) -> DomainRow | None:
    """One referring domain; None when it is none of the project's."""
    found = store.query(
        _PAGE.format(
            order="d.links",
            source=f"domain d {_STANDS} WHERE d.project_id = ? AND d.id = ?",
            by="d.links",
            limit=1,
        ),
        (project_id, domain_id),
    )
    return _described(store, [_row(values) for values in found])[0] if found else None


def _row(values: tuple[Any, ...]) -> DomainRow:
    domain_id, name, links, followed, live, lost, order, *stands = values
    standing = None if stands[0] is None else decided(*stands)
    return DomainRow(
        int(domain_id), str(name), int(links), int(followed), int(live), int(lost), float(order), standing
    )


def _described(store: Store, rows: list[DomainRow]) -> list[DomainRow]:
    """Rows with what we make of them and what their links say: highest metric, first sight, usual anchor."""
    ids = [row.domain_id for row in rows]
    judged = judgements.of_domains(store, ids)
    known = {
        int(domain_id): (metric, seen)
        for domain_id, metric, seen in store.lookup(
            "SELECT domain_id, max(metric), min(first_seen) FROM backlink WHERE domain_id IN {keys}"
            " GROUP BY domain_id",
            ids,
        )
    }
    anchors = _commonest_anchors(store, ids)
    described = []
    for row in rows:
        metric, seen = known.get(row.domain_id, (None, None))
        number, text = anchors.get(row.domain_id, (0, None))
        described.append(
            row._replace(
                judged=judged.get(row.domain_id),
                metric=metric,
                first_seen=seen,
                anchor=text,
                anchor_links=number,
            )
        )
    return described


def _commonest_anchors(store: Store, ids: list[int]) -> dict[int, tuple[int, str]]:
    """The anchor text that most links of each domain have, with how many."""
    anchors: dict[int, tuple[int, str]] = {}
    for domain_id, text, number in store.lookup(
        "SELECT b.domain_id, a.text, count(*) FROM backlink b JOIN anchor a ON a.id = b.anchor_id"
        " WHERE b.domain_id IN {keys} GROUP BY b.domain_id, a.text",
        ids,
    ):
        anchors[int(domain_id)] = max(anchors.get(int(domain_id), (0, "")), (int(number), str(text)))
    return anchors

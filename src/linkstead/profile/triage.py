"""The triage queue: referring domains with what is known and made of them, and what was decided.

Two orders: most links first, or the worst by our estimate first (domains that nobody judged come last).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.errors import UsageError
from linkstead.link import Decision
from linkstead.profile import judgements
from linkstead.profile.decisions import ALL, OPEN, Decided, decided

if TYPE_CHECKING:
    from linkstead.profile.judgements import Judged
    from linkstead.profile.store import Store

KINDS: Final = (OPEN, *(str(one) for one in Decision), ALL)
LINKS: Final = "links"
WORST: Final = "worst"
#: Order -> the sorted value.
SORTS: Final = {LINKS: "d.links", WORST: "coalesce(j.estimate, -1.0)"}
_JUDGED: Final = " LEFT JOIN domain_judgement j ON j.domain_id = d.id"
_DOMAINS: Final = (
    "SELECT d.id, d.name, d.links, d.followed, d.live, d.lost, {order},"
    " l.decision, l.note, l.who, l.at, l.batch"
    " FROM domain d LEFT JOIN decision s ON s.domain_id = d.id LEFT JOIN decision_log l ON l.id = s.log_id"
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
    order = SORTS[sort]
    where = "d.project_id = ? AND d.links > 0"
    given: list[object] = [project_id]
    if kind == OPEN:
        where += " AND s.domain_id IS NULL"
    elif kind != ALL:
        where += " AND s.decision = ?"
        given.append(kind)
    if after is not None:
        where += f" AND ({order} < ? OR ({order} = ? AND d.id < ?))"
        given += [after[0], after[0], after[1]]
    if name:
        where += " AND d.name LIKE ? ESCAPE '!'"
        given.append(f"%{name.lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%")
    joined = _DOMAINS.format(order=order) + (_JUDGED if sort == WORST else "")
    found = store.query(
        f"{joined} WHERE {where} ORDER BY {order} DESC, d.id DESC LIMIT {int(limit) + 1}", given
    )
    rows = [_row(values) for values in found[:limit]]
    last = rows[-1] if len(found) > limit else None
    return Queue(_described(store, rows), None if last is None else (last.order, last.domain_id))


def domain(store: Store, project_id: int, domain_id: int) -> DomainRow | None:
    """One referring domain; None when it is none of the project's."""
    found = store.query(
        f"{_DOMAINS.format(order='d.links')} WHERE d.project_id = ? AND d.id = ?", (project_id, domain_id)
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

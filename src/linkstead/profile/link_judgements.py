"""What we make of each backlink: relevance, worth, what to do. One row a link, written anew by every judging.

Only what differs from before is written, since most of a million links stay as they are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.codes import FOLLOW_WORDS, PLACEMENTS, STATES
from linkstead.profile.known_links import TRAFFIC_METRICS, traffic_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkstead.link import LinkStatus
    from linkstead.profile.store import Store

_AT_ONCE: Final = 2_000


class LinkToJudge(NamedTuple):
    """A backlink with what judging asks of it; None is "not known".

    `indexable` and the text around the link (`left`, `right`) are as our last look found them that found the
    link; `traffic` is a vendor's estimate of visits a month.
    """

    backlink_id: int
    domain_id: int
    page_id: int
    target_id: int
    page_url: str
    page_title: str | None
    anchor_text: str | None
    state: LinkStatus
    followed: bool | None
    placement: str | None
    metric: float | None
    indexable: bool | None
    left: str | None
    right: str | None
    traffic: float | None


class JudgedLink(NamedTuple):
    """What is made of a link: `relevance` 0 to 1, `worth` 0 to 100, `sure` its confidence, 0 to 1.

    `action` is a word of `quality.recommendation.Action`. `words` are those that made the relevance, by
    spaces, or, where it is None, a word of `quality.relevance.WhyNot`.
    """

    relevance: float | None
    same_language: bool | None
    worth: float | None
    sure: float
    action: str
    words: str | None


#: The newest look that found the link: a link that is lost or cannot be seen is worth what it was.
_LAST_FOUND: Final = (
    "CASE WHEN n.outcome = 'found' THEN n.id WHEN n.id IS NOT NULL THEN (SELECT o.id FROM look o"
    " WHERE o.backlink_id = b.id AND o.outcome = 'found' ORDER BY o.checked_at DESC LIMIT 1) END"
)
_LINKS: Final = (
    "SELECT b.id, b.domain_id, b.page_id, b.target_id, p.url, p.title, a.text, b.state, b.followed,"
    f" b.placement, b.metric, l.indexable, l.left_text, l.right_text, {TRAFFIC_METRICS}"
    " FROM backlink b JOIN page p ON p.id = b.page_id LEFT JOIN anchor a ON a.id = b.anchor_id"
    f" LEFT JOIN look n ON n.id = b.look_id LEFT JOIN look l ON l.id = {_LAST_FOUND}"
)


def links_of_domain(store: Store, domain_id: int) -> Iterator[list[LinkToJudge]]:
    """The links of one referring domain, some thousand at a time."""
    after = 0
    while rows := store.query(
        f"{_LINKS} WHERE b.domain_id = ? AND b.id > ? ORDER BY b.id LIMIT {_AT_ONCE}", (domain_id, after)
    ):
        yield [_link(row) for row in rows]
        after = int(rows[-1][0])


def links_of_domains(store: Store, domain_ids: Sequence[int]) -> list[LinkToJudge]:
    """The links of some referring domains that have few each."""
    return [_link(row) for row in store.lookup(f"{_LINKS} WHERE b.domain_id IN {{keys}}", domain_ids)]


def link_to_judge(store: Store, backlink_id: int) -> LinkToJudge | None:
    """One link by its id."""
    row = store.one(f"{_LINKS} WHERE b.id = ?", (backlink_id,))
    return None if row is None else _link(row)


def _link(row: tuple[Any, ...]) -> LinkToJudge:
    state, followed, placement, metric, indexable, left, right, metrics = row[7:]
    seen = None if indexable is None else bool(indexable)
    words = (STATES[state], FOLLOW_WORDS[followed], PLACEMENTS[placement], metric, seen)
    return LinkToJudge._make((*row[:7], *words, left, right, traffic_in(metrics)))


def write(store: Store, project_id: int, rows: Iterable[tuple[int, JudgedLink]]) -> None:
    """Keep what is made of some links (by id), inside the running transaction."""
    judged = {row_id: _rounded(link) for row_id, link in rows}
    before = of_links(store, list(judged))
    store.many(
        "INSERT INTO link_judgement (backlink_id, project_id, relevance, same_language, worth, sure, action,"
        " words) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (backlink_id) DO UPDATE SET"
        " relevance = excluded.relevance, same_language = excluded.same_language, worth = excluded.worth,"
        " sure = excluded.sure, action = excluded.action, words = excluded.words",
        [
            (
                row_id,
                project_id,
                link.relevance,
                None if link.same_language is None else int(link.same_language),
                *link[2:],
            )
            for row_id, link in judged.items()
            if before.get(row_id) != link
        ],
    )


def _rounded(link: JudgedLink) -> JudgedLink:
    """As it is kept, so that a last digit makes no news."""
    return link._replace(
        relevance=None if link.relevance is None else round(link.relevance, 3),
        worth=None if link.worth is None else round(link.worth, 1),
        sure=round(link.sure, 2),
    )


def of_links(store: Store, backlink_ids: Sequence[int]) -> dict[int, JudgedLink]:
    """What is made of these links, where anything is."""
    rows = store.lookup(
        "SELECT backlink_id, relevance, same_language, worth, sure, action, words FROM link_judgement"
        " WHERE backlink_id IN {keys}",
        backlink_ids,
    )
    return {
        int(row_id): JudgedLink(relevance, None if same is None else bool(same), *rest)
        for row_id, relevance, same, *rest in rows
    }


class TargetText(NamedTuple):
    """What one of our own pages says of itself."""

    url: str
    title: str | None
    opening: str | None
    language: str | None


def target_texts(store: Store, target_ids: Sequence[int]) -> dict[int, TargetText]:
    """What these targets say of themselves, by id."""
    rows = store.lookup("SELECT id, url, title, opening, language FROM target WHERE id IN {keys}", target_ids)
    return {int(row_id): TargetText(*rest) for row_id, *rest in rows}


def read_texts(store: Store, project_id: int, most: int) -> Iterator[str]:
    """Title and first words of pages that were read: our own ones, then referring ones, `most` of each."""
    for title, opening in store.query(
        "SELECT title, opening FROM target WHERE project_id = ? AND opening IS NOT NULL ORDER BY id LIMIT ?",
        (project_id, most),
    ):
        yield f"{title or ''} {opening or ''}"
    for (facts,) in store.query(
        "SELECT f.facts FROM domain d JOIN page_facts f ON f.domain_id = d.id WHERE d.project_id = ?"
        " ORDER BY d.id, f.page_id LIMIT ?",
        (project_id, most),
    ):
        said = json.loads(facts)
        yield f"{said.get('title', '')} {said.get('opening', '')}"


def paid_costs(store: Store, project_id: int) -> dict[int, float]:
    """What was paid for links, by the identity key of a page's URL or of a domain's name."""
    rows = store.query(
        "SELECT key, cost FROM paid_link WHERE project_id = ? AND cost IS NOT NULL", (project_id,)
    )
    return {int(key): float(cost) for key, cost in rows}

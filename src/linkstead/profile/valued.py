"""What speaks for keeping some referring domains: decisions, judgements, and what their links are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.profile.codes import FOLLOWED, STATE_CODE
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.profile.store import Store


class ValuedDomain(NamedTuple):
    """A referring domain with what speaks for it.

    `voting` of its links are followed and not known to be gone, `metric` is the highest vendor's figure of
    these, `worth` (0 to 100) the highest of those of which enough is known. `decision` is a word of
    `link.Decision`, `action` one of `quality.recommendation.Action`; None: none.
    """

    name: str
    links: int
    decision: str | None
    flagged: bool
    action: str | None
    voting: int = 0
    metric: float | None = None
    worth: float | None = None


_GONE: Final = (STATE_CODE["lost"], STATE_CODE["in doubt"])
_VOTING: Final = f"b.followed = {FOLLOWED} AND b.state NOT IN ({_GONE[0]}, {_GONE[1]})"


def of_names(store: Store, project_id: int, names: Iterable[str], *, sure: float) -> Iterator[ValuedDomain]:
    """The project's domains among some names, by name; `sure` is how well a worth must be known (0 to 1).

    Reads the rows of these domains alone, their links counted by the engine.
    """
    found = {
        int(row[0]): ValuedDomain(str(row[1]), int(row[2]), row[3], bool(row[4]), row[5])
        for row in store.lookup(
            "SELECT d.id, d.name, d.links, s.decision, coalesce(j.flagged, 0), j.action FROM domain d"
            " LEFT JOIN decision s ON s.domain_id = d.id LEFT JOIN domain_judgement j ON j.domain_id = d.id"
            f" WHERE d.project_id = {int(project_id)} AND d.links > 0 AND d.key IN {{keys}}",
            [identity_key(name) for name in names],
        )
    }
    sums = {
        int(domain_id): (int(links), metric)
        for domain_id, links, metric in store.lookup(
            f"SELECT b.domain_id, count(*), max(b.metric) FROM backlink b WHERE {_VOTING}"
            " AND b.domain_id IN {keys} GROUP BY b.domain_id",
            found,
        )
    }
    worth = {
        int(domain_id): float(most)
        for domain_id, most in store.lookup(
            "SELECT b.domain_id, max(w.worth) FROM backlink b JOIN link_judgement w ON w.backlink_id = b.id"
            f" WHERE {_VOTING} AND w.worth IS NOT NULL AND w.sure >= {float(sure)}"
            " AND b.domain_id IN {keys} GROUP BY b.domain_id",
            sums,
        )
    }
    for domain_id, row in sorted(found.items(), key=lambda item: item[1].name):
        voting, metric = sums.get(domain_id, (0, None))
        yield row._replace(voting=voting, metric=metric, worth=worth.get(domain_id))

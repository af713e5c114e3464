"""Every backlink of a project in slices, with what simulations ask of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.codes import FOLLOW_WORDS, STATES
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.link import LinkStatus
    from linkstead.profile.store import Store

_AT_ONCE: Final = 20_000
#: What vendors call the visits that a page gets (sources.ahrefs, sources.aliases).
_TRAFFIC: Final = re.compile(r'"(?:ahrefs\.page_traffic|mapped\.traffic)":\s*([0-9.]+)')


class KnownLink(NamedTuple):
    """A backlink: `metric` is the vendor's figure that the project shows, `traffic` the page's visits."""

    page_url: str
    domain: str
    target_url: str | None
    followed: bool | None
    state: LinkStatus
    metric: float | None
    traffic: float | None


#: The vendors' figures of a backlink `b` that speak of traffic, for `traffic_in`.
TRAFFIC_METRICS: Final = (
    "(SELECT max(s.metrics) FROM sighting s WHERE s.backlink_id = b.id AND s.metrics LIKE '%traffic%')"
)
_LINKS: Final = (
    f"SELECT b.id, p.url, d.name, t.url, b.followed, b.state, b.metric, {TRAFFIC_METRICS}"
    " FROM backlink b JOIN page p ON p.id = b.page_id JOIN domain d ON d.id = b.domain_id"
    " JOIN target t ON t.id = b.target_id"
)


def every_link(store: Store, project_id: int) -> Iterator[KnownLink]:
    """All backlinks of a project, some 20,000 in memory at a time."""
    after = 0
    while rows := store.query(
        f"{_LINKS} WHERE b.project_id = ? AND b.id > ? ORDER BY b.id LIMIT ?", (project_id, after, _AT_ONCE)
    ):
        yield from map(_link, rows)
        after = int(rows[-1][0])


def links_of_domains(store: Store, project_id: int, names: Iterable[str]) -> Iterator[KnownLink]:
    """The backlinks of some referring domains."""
    ids = store.lookup(
        f"SELECT id FROM domain WHERE project_id = {int(project_id)} AND key IN {{keys}}",
        [identity_key(name) for name in names],
    )
    for (domain_id,) in list(ids):
        yield from map(_link, store.query(f"{_LINKS} WHERE b.domain_id = ? ORDER BY b.id", (domain_id,)))


def _link(row: tuple[Any, ...]) -> KnownLink:
    _, page, domain, target, followed, state, metric, metrics = row
    words = (FOLLOW_WORDS[followed], STATES[state])
    return KnownLink(page, domain, target or None, *words, metric, traffic_in(metrics))


def traffic_in(metrics: str | None) -> float | None:
    """The visits a month that a page gets by a vendor's figures (JSON), where these tell them."""
    found = _TRAFFIC.search(metrics) if metrics else None
    return float(found[1]) if found else None


class ProfileSums(NamedTuple):
    """Sums over a project: backlinks, followed and live ones, and each domain's highest vendor figure."""

    links: int
    followed: int
    live: int
    metrics: dict[str, float]


def sums(store: Store, project_id: int) -> ProfileSums:
    """From the counts that are kept per domain, and one index of the links."""
    row = store.one(
        "SELECT coalesce(sum(links), 0), coalesce(sum(followed), 0), coalesce(sum(live), 0) FROM domain"
        " WHERE project_id = ? AND links > 0",
        (project_id,),
    )
    links, followed, live = row or (0, 0, 0)
    best = store.query(
        "SELECT d.name, m.metric FROM (SELECT domain_id, max(metric) AS metric FROM backlink"
        " WHERE project_id = ? AND metric IS NOT NULL GROUP BY domain_id) m"
        " JOIN domain d ON d.id = m.domain_id",
        (project_id,),
    )
    return ProfileSums(int(links), int(followed), int(live), {str(name): float(most) for name, most in best})


class DomainLinks(NamedTuple):
    """Referring domains by whether anything of them is left."""

    alive: set[str]
    lost: set[str]


def domains_by_loss(store: Store, project_id: int) -> DomainLinks:
    """The referring domains with links: those whose every link is lost, and the others."""
    rows = store.query(
        "SELECT name, links, lost FROM domain WHERE project_id = ? AND links > 0", (project_id,)
    )
    lost = {str(name) for name, links, gone in rows if links == gone}
    return DomainLinks({str(name) for name, _, _ in rows} - lost, lost)

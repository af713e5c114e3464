"""The disavow file held against what is known: profile, decisions, web graph, its own history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.disavow.building import Built, Wanted, build
from linkstead.disavow.entries import EntryKind, domain_entry
from linkstead.disavow.file import Document, read
from linkstead.disavow.lint import Facts
from linkstead.disavow.simulate import Cut, ProfileLink, Whole, simulate
from linkstead.graph import queries
from linkstead.graph.cutting import Weakened, weakened
from linkstead.journey.projects import project_metric
from linkstead.link import Decision, LinkStatus
from linkstead.profile import decisions, disavow_files, known_links
from linkstead.urls import host_of, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Collection

    from linkstead.graph.store import Graph
    from linkstead.profile.store import Store


class Simulation(NamedTuple):
    """What a file cuts of a profile, and of the site's rank where a graph is loaded.

    `scale` says whose authority is summed: the graph's release, or the vendor's figure's name.
    """

    cut: Cut
    scale: str
    rank: Weakened | None


class Lists(NamedTuple):
    """What a person hands in beside a file: hosts never to cut, best known hosts, the file before."""

    whitelist: Collection[str] = ()
    top: Collection[str] = ()
    previous: Document | None = None


NO_LISTS: Final = Lists()
#: Decisions that speak against an entry.
_GOOD: Final = (Decision.WHITELIST, Decision.KEEP)


def facts_of(
    document: Document,
    site: str,
    name: str,
    lists: Lists = NO_LISTS,
    *,
    store: Store | None = None,
    project_id: int = 0,
    graph: Graph | None = None,
) -> Facts:
    """What the linter may know: from the profile its domains and whitelist, from the graph authority.

    Without a file before among the lists, the version that was uploaded last is the one before.
    """
    white, previous, alive, lost = set(lists.whitelist), lists.previous, None, set[str]()
    if store is not None:
        alive, lost = known_links.domains_by_loss(store, project_id)
        white |= {host for host, _ in decisions.standing(store, project_id, *_GOOD)}
        if previous is None and (uploaded := disavow_files.last_uploaded(store, project_id)) is not None:
            previous = read(uploaded[1])
    named = {registrable_domain(entry.host) or entry.host for entry in document.entries()}
    return Facts(
        site=site,
        name=name,
        whitelist=white,
        top=lists.top,
        authority=_worth(graph, named) or {},
        lost=lost,
        alive=alive,
        previous=previous,
    )


def build_from_decisions(store: Store, project_id: int, onto: Document | None = None) -> Built:
    """The file with every domain that somebody decided to disavow, grouped by the notes of the decisions."""
    wanted = []
    for name, decided in decisions.standing(store, project_id, Decision.DISAVOW):
        entry = domain_entry(name)
        if entry is not None:
            wanted.append(Wanted(entry, decided.note or ""))
    return build(wanted, onto)


def standing_file(store: Store, project_id: int) -> Document:
    """The newest version that was kept; an empty file without one."""
    versions = disavow_files.versions(store, project_id, limit=1)
    body = disavow_files.body_of(store, project_id, versions[0].id) if versions else None
    return read(body or b"")


def proposed_file(store: Store, project_id: int) -> Built:
    """The newest version with what was decided since."""
    return build_from_decisions(store, project_id, standing_file(store, project_id))


def keep_file(
    store: Store, project_id: int, body: bytes, *, name: str, who: str, now: int, uploaded: bool = False
) -> disavow_files.Version:
    """Keep a version with its number of entries. Raises `InputError` for a body that is too large."""
    said = disavow_files.Described(name, sum(1 for _ in read(body).entries()))
    return disavow_files.keep(store, project_id, body, said, who=who, now=now, uploaded=uploaded)


def simulate_profile(
    store: Store, project_id: int, document: Document, *, site: str, graph: Graph | None = None
) -> Simulation:
    """Hold a file against a profile, and against the site's rank in a graph.

    Reads the links of the domains that an entry names or lies in; the others count by the sums that are kept.
    The share of the traffic is of those domains alone.
    """
    known, sums = known_links.domains_by_loss(store, project_id), known_links.sums(store, project_id)
    domains = known.alive | known.lost
    worth = _worth(graph, domains)
    authority = sums.metrics if worth is None else worth
    named = {registrable_domain(entry.host) or entry.host for entry in document.entries()}
    # an entry above registrable domains (a public suffix, which lint forbids) touches all below it
    above = {entry.value for entry in document.entries() if registrable_domain(entry.host) is None}
    touched = {name for name in domains if name in named or any(name.endswith(f".{one}") for one in above)}
    links = [
        _profile_link(link, link.metric if worth is None else worth.get(link.domain))
        for link in known_links.links_of_domains(store, project_id, sorted(touched))
    ]
    whole = Whole(
        sums.links,
        sums.followed,
        sums.live,
        len(domains),
        sum(value for name, value in authority.items() if name in domains),
        sum(link.traffic or 0.0 for link in links),
    )
    cut = simulate(links, document, whole)
    if graph is None or worth is None:
        return Simulation(cut, project_metric(store, project_id), None)
    return Simulation(cut, graph.manifest.release, _rank_without(graph, site, document))


def _profile_link(link: known_links.KnownLink, authority: float | None) -> ProfileLink:
    return ProfileLink(
        link.page_url,
        host_of(link.page_url),
        link.domain,
        link.target_url,
        link.followed,
        link.state is LinkStatus.LIVE,
        authority,
        link.traffic,
    )


def _worth(graph: Graph | None, domains: Collection[str]) -> dict[str, float] | None:
    """The graph's authority of some domains; None without a graph that has it."""
    if graph is None or graph.rank("authority") is None:
        return None
    return {name: float(value) for name, value in queries.authorities(graph, sorted(domains)).items()}


def _rank_without(graph: Graph, site: str, document: Document) -> Weakened | None:
    """The site's rank when domains that are cut whole vote no more; pages alone change no domain's vote."""
    node = graph.node(registrable_domain(site) or site) if graph.names is not None else None
    if node is None:
        return None
    hosts = {entry.value for entry in document.entries() if entry.kind is EntryKind.DOMAIN}
    found = {host: graph.node(host) for host in hosts}
    # a release may answer for www.a.com with a.com, which is more than was cut
    return weakened(graph, node, {at for at in found.values() if at is not None and graph.name(at) in hosts})

"""What is known of a referring domain, gathered for who judges it: profile, looks, neighbours, web graph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from linkstead.graph.exchange import Exchange
from linkstead.journey.judging import named_domain, with_graph
from linkstead.journey.page_facts import page_of, traits_of
from linkstead.journey.projects import project_metric, site_of_project
from linkstead.link import Decision
from linkstead.profile import decisions
from linkstead.quality.facts import DomainFacts, Facts, LinkFacts, NetworkFacts, SiteFacts
from linkstead.urls import domain_of_host, identity_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.graph.store import Graph
    from linkstead.journey.lists import Lists
    from linkstead.profile.domain_facts import KnownDomain
    from linkstead.profile.page_facts import PageFactsRow
    from linkstead.profile.store import Store
    from linkstead.profile.targets import OwnTraits
    from linkstead.quality.networks import Networks, Traits


class Gathering:
    """Gathers the facts of a project's referring domains; made once for all of them. `now`: epoch seconds."""

    def __init__(
        self,
        store: Store,
        project_id: int,
        *,
        now: int,
        graph: Graph | None,
        networks: Networks,
        own: OwnTraits | None = None,
        lists: Lists | None = None,
    ) -> None:
        self._lists = lists
        self._now, self._graph, self._networks = now, graph, networks
        self._metric = project_metric(store, project_id)
        site = site_of_project(store, project_id)
        good = decisions.standing(store, project_id, Decision.WHITELIST)
        self._site = SiteFacts(
            site=site,
            languages=own.languages if own and own.languages else None,
            own_sites=frozenset({domain_of_host(site)}),
            partners=frozenset(name for name, _ in good),
        )
        self._exchange = None if graph is None else Exchange(graph, domain_of_host(site))

    def facts(self, known: KnownDomain, pages: Sequence[PageFactsRow]) -> Facts:
        """The facts of a domain, of which these pages were read."""
        page = page_of(pages)
        traits = traits_of(pages, page)
        rel = known.rel
        link = LinkFacts(
            anchor_text=known.anchor_text,
            nofollow=None if rel is None else "nofollow" in rel,
            ugc=None if rel is None else "ugc" in rel,
            sponsored=None if rel is None else "sponsored" in rel,
            placement=known.placement,
            type=known.type,
            pages=known.pages,
        )
        domain = DomainFacts(
            metrics={self._metric: known.metric} if self._metric and known.metric is not None else None,
            first_seen=known.first_seen,
            links=known.links,
            pages=known.pages,
            anchors=known.anchors,
            new_links=known.new_links,
            usual_links=known.usual_links,
            address_block=traits.block,
            lists=None if self._lists is None else self._lists.of(known.name),
        )
        facts = Facts(
            page=page,
            link=link,
            domain=named_domain(domain, known.name),
            network=self._network(known, traits),
            site=self._site,
            now=self._now,
        )
        facts = replace(facts, domain=replace(facts.domain, name=known.name))
        return facts if self._graph is None else with_graph(facts, self._graph)

    def _network(self, known: KnownDomain, traits: Traits) -> NetworkFacts:
        """What our looks saw it share; of links back and chains also what the graph knows."""
        shared = self._networks.of(known.domain_id, traits, identity_key(known.name))
        if self._exchange is None:
            return shared
        back, chains = self._exchange.with_domain(known.name)
        return replace(shared, reciprocal=shared.reciprocal or back, three_way=chains)

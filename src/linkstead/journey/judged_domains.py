"""Every referring domain of a project judged: facts of profile and graph, likelihood, what to do, why.

known        profile.domain_facts, graph    what is known of a domain
pages        journey.page_facts             one kept copy of a page each, where there is one
judged       quality.toxicity               the likelihood that a person would call it spam, with its reasons
worth        quality.value                  what its links may be worth
recommended  quality.recommendation         what to do; what somebody decided always wins
kept         profile.judgements             one row a domain

Without a web graph and without a look of ours the evidence is thin, and the judgement says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from linkstead.journey.judging import default_model, named_domain, with_graph
from linkstead.journey.page_facts import networks, read_pages
from linkstead.journey.projects import project_metric, site_of_project
from linkstead.link import Decision, LinkStatus, Placement
from linkstead.profile import decisions, domain_facts, judgements
from linkstead.profile.judgements import Judged
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.quality import value
from linkstead.quality.facts import DomainFacts, Facts, LinkFacts, NetworkFacts, PageFacts, SiteFacts
from linkstead.quality.recommendation import Case, Kind, ManualAction, recommend
from linkstead.quality.toxicity import judge
from linkstead.urls import domain_of_host

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.graph.store import Graph
    from linkstead.profile.domain_facts import KnownDomain
    from linkstead.profile.store import Store
    from linkstead.quality.toxicity import Judgement, Model

#: How far a word of confidence carries; from recommendation.ENOUGH on something may be done on its strength.
_CONFIDENCE: Final = {"none": 0.0, "low": 0.4, "medium": 0.6, "high": 0.9}
#: A worth of which less is known recommends nothing: of placement alone every text link would be kept.
_KNOWN_WORTH: Final = 0.5
_AT_ONCE: Final = 500
_SHOWN_REASONS: Final = 12


def judge_domains(
    store: Store,
    project_id: int,
    *,
    now: int,
    graph: Graph | None = None,
    evidence: Path | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Counter[str]:
    """Judge every referring domain and keep what is made of it; how many by recommended action.

    `evidence` is the folder of kept pages. Stopped early, what was judged is kept.
    """
    judging = _Judging(store, project_id, now, graph, default_model())
    if evidence is not None:
        judging.take_pages(
            read_pages(store, project_id, evidence, progress=progress, should_stop=should_stop).pages
        )
    counts: Counter[str] = Counter()
    waiting: list[tuple[int, Judged]] = []
    for known in domain_facts.known_domains(store, project_id):
        judged = judging.judged(known)
        counts[judged.action] += 1
        waiting.append((known.domain_id, judged))
        if len(waiting) >= _AT_ONCE:
            judgements.write(store, project_id, waiting)
            waiting.clear()
            progress(Progress("Judging referring domains", counts.total(), None, "domains"))
            if should_stop():
                break
    judgements.write(store, project_id, waiting)
    return counts


class _Judging:
    def __init__(self, store: Store, project_id: int, now: int, graph: Graph | None, model: Model) -> None:
        self.now, self.graph, self.model = now, graph, model
        self.metric = project_metric(store, project_id)
        site = site_of_project(store, project_id)
        good = decisions.standing(store, project_id, Decision.WHITELIST)
        self.site = SiteFacts(
            site=site,
            own_sites=frozenset({domain_of_host(site)}),
            partners=frozenset(name for name, _ in good),
        )
        self.manual = ManualAction(domain_facts.manual_action(store, project_id) or ManualAction.NONE)
        self.pages: dict[int, PageFacts] = {}
        self.networks: dict[int, NetworkFacts] = {}

    def take_pages(self, pages: dict[int, PageFacts]) -> None:
        """What is known of one page of each domain."""
        self.pages, self.networks = pages, networks(pages)

    def judged(self, known: KnownDomain) -> Judged:
        facts = self._facts(known)
        said = judge(facts, self.model)
        worth = value.worth(
            value.Facts(
                authority=facts.domain.authority,
                followed=known.followed,
                placement=Placement(known.placement) if known.placement else None,
            )
        )
        told = recommend(
            Case(
                spam=said.likelihood,
                confidence=_CONFIDENCE[said.confidence],
                value=worth.value if worth.confidence >= _KNOWN_WORTH else None,
                state=LinkStatus.LOST if known.lost else LinkStatus.UNVERIFIED,
                followed=known.followed,
                decision=Decision(known.decision) if known.decision else None,
                kind=_kind(said, facts),
            ),
            self.manual,
        )
        return Judged(
            said.estimate,
            said.likelihood,
            said.flagged,
            str(told.action),
            _said(said, list(told.reasons), worth.sentence),
            self.now,
        )

    def _facts(self, known: KnownDomain) -> Facts:
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
            metrics={self.metric: known.metric} if self.metric and known.metric is not None else None,
            first_seen=known.first_seen,
            links=known.links,
            pages=known.pages,
            anchors=known.anchors,
        )
        facts = Facts(
            page=self.pages.get(known.domain_id, PageFacts()),
            link=link,
            domain=named_domain(domain, known.name),
            network=self.networks.get(known.domain_id, NetworkFacts()),
            site=self.site,
            now=self.now,
        )
        facts = replace(facts, domain=replace(facts.domain, name=known.name))
        return facts if self.graph is None else with_graph(facts, self.graph)


def _kind(said: Judgement, facts: Facts) -> Kind | None:
    if said.exempt is None:
        return None
    if facts.domain.platform:
        return Kind.PLATFORM
    return Kind.OWN if facts.domain.name in facts.site.own_sites else Kind.PARTNER


def _said(said: Judgement, why: list[str], worth: str) -> dict[str, Any]:
    """What is kept of a judgement: enough to read it without judging again."""
    return {
        "interval": list(said.interval),
        "confidence": said.confidence,
        "missing": list(said.missing),
        "exempt": said.exempt,
        "reasons": [
            {
                "signal": one.signal,
                "name": one.name,
                "said": one.said,
                "log_odds": round(one.log_odds, 3),
                "measured": one.measured,
            }
            for one in said.reasons[:_SHOWN_REASONS]
        ],
        "why": why,
        "worth": worth,
    }

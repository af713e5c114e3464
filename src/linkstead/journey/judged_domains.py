"""Every referring domain of a project judged: facts of profile and graph, likelihood, what to do, why.

gathered     journey.gathering              what is known of a domain, its pages and its neighbours
judged       quality.toxicity               the likelihood that a person would call it spam, with its reasons
links        journey.judged_links           relevance, worth and what to do, link by link
recommended  quality.recommendation         what to do about the domain; what somebody decided always wins
kept         profile.judgements             one row a domain; profile.link_judgements: one a link

Without a web graph and without a look of ours the evidence is thin, and the judgement says so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.journey.gathering import Gathering
from linkstead.journey.judged_links import CONFIDENCE, LinkJudging, OfDomain
from linkstead.journey.judging import default_model
from linkstead.journey.judging_basis import basis_of
from linkstead.journey.page_facts import networks_of, own_of, renew_traits
from linkstead.link import Decision
from linkstead.profile import domain_facts, judgements, link_judgements, page_facts, unjudged
from linkstead.profile.judgements import Judged
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.quality.anomalies.dating import SNAPSHOT_SOURCES
from linkstead.quality.networks import Networks
from linkstead.quality.recommendation import DomainAdvice, Kind, ManualAction
from linkstead.quality.toxicity import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkstead.graph.store import Graph
    from linkstead.journey.lists import Lists
    from linkstead.profile.domain_facts import KnownDomain
    from linkstead.profile.link_judgements import LinkToJudge
    from linkstead.profile.store import Store
    from linkstead.profile.targets import OwnTraits
    from linkstead.profile.unjudged import Marked
    from linkstead.quality.facts import Facts
    from linkstead.quality.toxicity import Judgement
    from linkstead.quality.value import Worth

#: Links of so many are held in memory at a time.
_LINKS_AT_ONCE: Final = 2_000
_AT_ONCE: Final = 500
#: Judgements older than this are made anew: domains grow older, and their neighbours change (seconds).
OLDEST: Final = 7 * 86_400
_SHOWN_REASONS: Final = 12
#: For so many domains only those are kept in memory that may be like one of them.
_FEW: Final = 20_000


def judge_domains(
    store: Store,
    project_id: int,
    *,
    now: int,
    graph: Graph | None = None,
    lists: Lists | None = None,
    everything: bool = False,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Counter[str]:
    """Judge the referring domains of which anything changed, with their links; how many by what to do.

    All are judged when `everything` says so, or when what every judgement rests on is another than before
    (`journey.judging_basis`). What changed by time or neighbours alone follows within a week. `lists` are
    those that the user has loaded. Stopped early, what was judged is kept, and the next call goes on there.
    """
    own = own_of(store, project_id, now=now)
    _mark(store, project_id, basis_of(store, project_id, graph=graph, lists=lists, own=own), everything, now)
    counts: Counter[str] = Counter()
    networks = _networks(store, project_id, own, progress, should_stop)
    gathering = Gathering(store, project_id, now=now, graph=graph, networks=networks, own=own, lists=lists)
    judging = _Judging(store, project_id, gathering)
    total = unjudged.waiting(store, project_id)
    for part in _marked(store, project_id):
        if should_stop():
            return counts
        known = domain_facts.known_domains(
            store, [one.domain_id for one in part], now=now, crawl_dated=SNAPSHOT_SOURCES
        )
        rows = judging.judge(known, now)
        with store.transaction():
            store.take_turns([project_id])
            judgements.write(store, project_id, rows)
            unjudged.settle(store, project_id, part)
        counts.update(judged.action for _, judged in rows)
        progress(Progress("Judging referring domains", counts.total(), total, "domains"))
    judgements.finish(store, project_id, now)
    return counts


def _mark(store: Store, project_id: int, rests_on: str, everything: bool, now: int) -> None:
    if everything or rests_on != unjudged.basis(store, project_id):
        unjudged.begin_anew(store, project_id, rests_on)
    else:
        unjudged.mark_older(store, project_id, now - OLDEST)


def _networks(
    store: Store, project_id: int, own: OwnTraits | None, progress: ProgressSink, should_stop: StopAsked
) -> Networks:
    """What all domains share, those to be judged by what their pages say now."""
    done, keys = 0, set[int]()
    for part in _marked(store, project_id):
        if should_stop():
            break
        found = renew_traits(store, project_id, [one.domain_id for one in part])
        if done <= _FEW:
            keys |= found
        done += len(part)
        progress(Progress("Reading what domains have in common", done, None, "domains"))
    if not done:
        return Networks()
    of_keys = keys if done <= _FEW else None
    return networks_of(store, project_id, own, of_keys=of_keys, progress=progress, should_stop=should_stop)


def _marked(store: Store, project_id: int) -> Iterator[list[Marked]]:
    """The domains to be judged, some hundred at a time."""
    last = 0
    while part := unjudged.after(store, project_id, last, _AT_ONCE):
        yield part
        last = part[-1].domain_id


class _Weighed(NamedTuple):
    """A domain whose links are being judged."""

    known: KnownDomain
    said: Judgement
    of_domain: OfDomain
    advice: DomainAdvice


class _Judging:
    def __init__(self, store: Store, project_id: int, gathering: Gathering) -> None:
        self._store, self._project_id, self._gathering = store, project_id, gathering
        self._model = default_model()
        self._manual = ManualAction(domain_facts.manual_action(store, project_id) or ManualAction.NONE)
        self._links = LinkJudging(store, project_id, self._manual)

    def judge(self, part: Sequence[KnownDomain], now: int) -> list[tuple[int, Judged]]:
        """Judge some domains, and keep what is made of their links."""
        pages = page_facts.of_domains(self._store, [known.domain_id for known in part])
        weighed = {
            known.domain_id: self._weighed(
                known, self._gathering.facts(known, pages.get(known.domain_id, []))
            )
            for known in part
        }
        best = self._judge_links(weighed)
        return [(row_id, self._judged(one, best.get(row_id), now)) for row_id, one in weighed.items()]

    def _weighed(self, known: KnownDomain, facts: Facts) -> _Weighed:
        said = judge(facts, self._model)
        of_domain = OfDomain(
            authority=facts.domain.authority,
            spam=said.likelihood,
            confidence=CONFIDENCE[said.confidence],
            decision=Decision(known.decision) if known.decision else None,
            kind=_kind(said, facts),
        )
        advice = DomainAdvice(self._manual, decision=of_domain.decision, kind=of_domain.kind)
        return _Weighed(known, said, of_domain, advice)

    def _judge_links(self, weighed: dict[int, _Weighed]) -> dict[int, Worth]:
        """Judge the links of some domains; the worth of each domain's best link."""
        of_domains = {row_id: one.of_domain for row_id, one in weighed.items()}
        best: dict[int, Worth] = {}
        for links in _links_of(self._store, [one.known for one in weighed.values()]):
            judged = self._links.judged(links, of_domains)
            for link, made in judged:
                weighed[link.domain_id].advice.add(made.told)
                before = best.get(link.domain_id)
                if before is None or made.worth.rank > before.rank:
                    best[link.domain_id] = made.worth
            with self._store.transaction():
                rows = ((link.backlink_id, made.kept()) for link, made in judged)
                link_judgements.write(self._store, self._project_id, rows)
        return best

    def _judged(self, one: _Weighed, best: Worth | None, now: int) -> Judged:
        said = one.said
        told = one.advice.result()
        worth = "" if best is None else best.sentence
        kept = _said(said, list(told.reasons), worth, one.of_domain.kind)
        return Judged(said.estimate, said.likelihood, said.flagged, str(told.action), kept, now)


def _links_of(store: Store, domains: Sequence[KnownDomain]) -> Iterator[list[LinkToJudge]]:
    """The links of some domains, those of small ones together."""
    waiting: list[int] = []
    links = 0
    for known in domains:
        if known.links > _LINKS_AT_ONCE:
            yield from link_judgements.links_of_domain(store, known.domain_id)
            continue
        waiting.append(known.domain_id)
        links += known.links
        if links >= _LINKS_AT_ONCE:
            yield link_judgements.links_of_domains(store, waiting)
            waiting, links = [], 0
    if waiting:
        yield link_judgements.links_of_domains(store, waiting)


def _kind(said: Judgement, facts: Facts) -> Kind | None:
    if said.exempt is None:
        return None
    if facts.domain.platform:
        return Kind.PLATFORM
    return Kind.OWN if facts.domain.name in facts.site.own_sites else Kind.PARTNER


def _said(said: Judgement, why: list[str], worth: str, kind: Kind | None) -> dict[str, Any]:
    """What is kept of a judgement: enough to read it without judging again."""
    return {
        "interval": list(said.interval),
        "confidence": said.confidence,
        "missing": list(said.missing),
        "exempt": said.exempt,
        "kind": None if kind is None else str(kind),
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

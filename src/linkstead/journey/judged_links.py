"""Each backlink judged: how relevant it is, what it is worth to the project, what to do about it.

relevance    quality.relevance         page, surrounding text and anchor against the target's own words
worth        quality.value             authority, placement, relevance, traffic, cost, followed, indexable
to do        quality.recommendation    with the domain's spam likelihood; what somebody decided always wins

Relevance needs a look of ours at the page, and one at the target: without them it is unknown, and the worth
is told without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.journey.projects import project_metric
from linkstead.link import Decision, Placement
from linkstead.profile import decisions, domain_facts, judgements, link_judgements, page_facts
from linkstead.profile.link_judgements import JudgedLink
from linkstead.quality import value
from linkstead.quality.recommendation import Case, Kind, ManualAction, Recommendation, recommend
from linkstead.quality.relevance import (
    Referring,
    Relevance,
    Subject,
    WhyNot,
    counts_of,
    not_known,
    relevance,
    same_language,
    sentence,
)
from linkstead.quality.thresholds import METRIC_NAMES
from linkstead.urls import domain_of, identity_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkstead.profile.link_judgements import LinkToJudge, TargetText
    from linkstead.profile.store import Store
    from linkstead.quality.relevance import PageCounts

#: Of so many pages of either side words are counted: enough to tell common words from rare ones.
_MOST_TEXTS: Final = 5_000
#: How far a word of confidence carries; from recommendation.ENOUGH on something may be done on its strength.
CONFIDENCE: Final = {"none": 0.0, "low": 0.4, "medium": 0.6, "high": 0.9}
#: A worth of which less is known recommends nothing: of placement alone every text link would be kept.
KNOWN_WORTH: Final = 0.5


@dataclass(frozen=True, slots=True)
class OfDomain:
    """What is known of a link's domain; `authority` is 0 to 100 from a web graph."""

    authority: float | None = None
    spam: float | None = None
    confidence: float | None = None
    decision: Decision | None = None
    kind: Kind | None = None


class LinkJudged(NamedTuple):
    """Everything that is made of a link, with its words."""

    relevance: Relevance
    worth: value.Worth
    told: Recommendation

    def kept(self) -> JudgedLink:
        """As the profile keeps it."""
        words = " ".join(each.word for each in self.relevance.words) or None
        return JudgedLink(
            relevance=self.relevance.likeness,
            same_language=self.relevance.same_language,
            worth=self.worth.value,
            sure=self.worth.confidence,
            action=str(self.told.action),
            words=str(self.relevance.why_not) if self.relevance.why_not else words,
        )


class LinkJudging:
    """Judges the links of one project; made once for all of them."""

    def __init__(self, store: Store, project_id: int, manual: ManualAction) -> None:
        self._store, self._manual = store, manual
        self._project_id = project_id
        self._metric_name = METRIC_NAMES.get(project_metric(store, project_id), "")
        self._paid = link_judgements.paid_costs(store, project_id)

    def judged(
        self, links: Sequence[LinkToJudge], domains: Mapping[int, OfDomain]
    ) -> list[tuple[LinkToJudge, LinkJudged]]:
        """What is made of each of these links; `domains` by id."""
        store = self._store
        pages = page_facts.of_pages(store, list({link.page_id for link in links}))
        targets = link_judgements.target_texts(
            store, list({link.target_id for link in links if link.page_id in pages})
        )
        judged = []
        for link in links:
            page = pages.get(link.page_id)
            found = self._relevance(link, page, targets.get(link.target_id))
            judged.append((link, self.weighed(link, domains.get(link.domain_id, OfDomain()), page, found)))
        return judged

    @cached_property
    def _counts(self) -> PageCounts:
        return counts_of(link_judgements.read_texts(self._store, self._project_id, _MOST_TEXTS))

    def weighed(
        self, link: LinkToJudge, domain: OfDomain, page: dict[str, Any] | None, found: Relevance
    ) -> LinkJudged:
        """What is made of a link whose relevance is known; `page` are the facts of its page."""
        worth = value.worth(self._facts(link, domain, page, found.likeness))
        return LinkJudged(found, worth, recommend(case_of(link, domain, worth), self._manual))

    def _relevance(
        self, link: LinkToJudge, page: dict[str, Any] | None, target: TargetText | None
    ) -> Relevance:
        if page is None:
            return not_known(WhyNot.NOT_READ)
        language = page.get("language")
        if target is None or target.opening is None:
            return not_known(WhyNot.FEW_WORDS_OF_TARGET, same_language(language, target and target.language))
        here = Referring(
            title=page.get("title"),
            around=f"{link.left or ''} {link.right or ''}",
            anchor_text=link.anchor_text,
            language=language,
        )
        there = Subject(target.url, target.title, target.opening, target.language)
        return relevance(here, there, self._counts)

    def _facts(
        self, link: LinkToJudge, domain: OfDomain, page: dict[str, Any] | None, likeness: float | None
    ) -> value.Facts:
        authority, whose = domain.authority, "authority"
        if authority is None and self._metric_name:
            authority, whose = link.metric, self._metric_name
        indexable = link.indexable
        if indexable is None and page is not None:
            indexable = page.get("indexable")
        return value.Facts(
            authority=authority,
            followed=link.followed,
            placement=Placement(link.placement) if link.placement else None,
            relevance=likeness,
            indexable=indexable,
            traffic=link.traffic,
            cost=self._cost(link.page_url),
            authority_of=whose,
        )

    def _cost(self, page_url: str) -> float | None:
        """What was paid for this page, or for all pages of its domain."""
        if not self._paid:
            return None
        for_page = self._paid.get(identity_key(page_url))
        return self._paid.get(identity_key(domain_of(page_url))) if for_page is None else for_page


def explained(
    store: Store, project_id: int, backlink_id: int, *, authority: float | None = None
) -> LinkJudged | None:
    """What is made of a link, with the words for it; None where it was not judged yet.

    The relevance is that of the judging, the rest follows from what is known by now. `authority` is the
    domain's in a web graph, where there is one.
    """
    kept = link_judgements.of_links(store, [backlink_id]).get(backlink_id)
    link = link_judgements.link_to_judge(store, backlink_id)
    if kept is None or link is None:
        return None
    manual = ManualAction(domain_facts.manual_action(store, project_id) or ManualAction.NONE)
    page = page_facts.of_pages(store, [link.page_id]).get(link.page_id)
    domain = _kept_domain(store, link.domain_id, authority)
    return LinkJudging(store, project_id, manual).weighed(link, domain, page, kept_relevance(kept))


def _kept_domain(store: Store, domain_id: int, authority: float | None) -> OfDomain:
    kept = judgements.of_domains(store, [domain_id]).get(domain_id)
    if kept is None:
        return OfDomain(authority)
    decision, kind = decisions.standing_of(store, domain_id), kept.said.get("kind")
    return OfDomain(
        authority=authority,
        spam=kept.likelihood,
        confidence=CONFIDENCE[kept.said["confidence"]],
        decision=None if decision is None else Decision(decision),
        kind=Kind(kind) if kind else None,
    )


def kept_relevance(kept: JudgedLink) -> Relevance:
    """A relevance in words, as it was when it was kept."""
    words = (kept.words or "").split()
    if kept.relevance is None:
        why = " ".join(words)
        return not_known(WhyNot(why) if why in set(WhyNot) else WhyNot.NOT_READ, kept.same_language)
    said = sentence(kept.relevance, words, kept.same_language)
    return Relevance(kept.same_language, kept.relevance, (), said)


def case_of(link: LinkToJudge, domain: OfDomain, worth: value.Worth) -> Case:
    """What a recommendation about a link asks."""
    return Case(
        spam=domain.spam,
        confidence=domain.confidence,
        value=worth.value if worth.confidence >= KNOWN_WORTH else None,
        state=link.state,
        followed=link.followed,
        decision=domain.decision,
        kind=domain.kind,
    )

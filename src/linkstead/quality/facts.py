"""What is known of a linking page, its domain and its neighbours: the facts that signals read.

Every value is optional, and None means "not known", never 0. The facts are gathered elsewhere (page
reading, profile, graph, lists); here they are only words. Vendors' metrics keep their own names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ListKind(StrEnum):
    """What standing on a list means. Disavow lists are none of these: they are opinions, not truth."""

    REFERRER_SPAM = "referrer-spam"
    MALWARE = "malware"
    DISPOSABLE = "disposable"
    SHORTENER = "shortener"
    REPUTABLE = "reputable"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A list that names the domain: the list's name as the user gave it, and its kind."""

    name: str
    kind: ListKind


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A referring page as its markup has it.

    `outlinks` counts links to other domains, `external_share` is their part of all links (0 to 1),
    `outlinked_domains` how many domains they go to. `repeated_share` is the part of the runs of three
    words that stand on the page more than once. `template` is a 64-bit simhash of the markup's tags;
    `ids` are identifiers of analytics and advertising accounts; `outlinked` is a sketch of the domains that
    it links to (`page.facts.PageFigures`).
    """

    url: str | None = None
    placements: Mapping[str, int] | None = None
    links: int | None = None
    outlinks: int | None = None
    external_share: float | None = None
    outlinked_domains: int | None = None
    followed_outlinks: int | None = None
    hidden_links: int | None = None
    words: int | None = None
    repeated_share: float | None = None
    title: str | None = None
    opening: str | None = None
    language: str | None = None
    indexable: bool | None = None
    soft_404: bool | None = None
    parked: bool | None = None
    script_built: bool | None = None
    generator: str | None = None
    template: int | None = None
    ids: tuple[str, ...] | None = None
    outlinked: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The link itself.

    `pages` counts the pages of its domain that carry it; `left` and `right` are the text around it.
    """

    anchor_text: str | None = None
    nofollow: bool | None = None
    ugc: bool | None = None
    sponsored: bool | None = None
    placement: str | None = None
    hidden: bool | None = None
    type: str | None = None
    pages: int | None = None
    left: str | None = None
    right: str | None = None

    @property
    def followed(self) -> bool | None:
        """Whether no attribute qualifies the link; None when one is unknown and none says so."""
        told = (self.nofollow, self.ugc, self.sponsored)
        if any(told):
            return False
        return None if None in told else True

    @property
    def image(self) -> bool | None:
        return None if self.type is None else self.type == "image"


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """The referring domain. `host` is what was asked; `name` its registrable domain.

    `links`, `pages` and `anchors` count what the profile holds of it; `new_links` came in the last
    week, `usual_links` in a usual one. `metrics` are vendors' own (`{"moz.spam_score": 31}`). `letters`
    is the log-odds of the name's letters, filled in by the model (`quality.letters`).
    """

    name: str | None = None
    host: str | None = None
    authority: float | None = None
    in_degree: int | None = None
    out_degree: int | None = None
    metrics: Mapping[str, float] | None = None
    first_seen: int | None = None
    links: int | None = None
    pages: int | None = None
    anchors: int | None = None
    new_links: int | None = None
    usual_links: float | None = None
    lists: tuple[ListEntry, ...] | None = None
    address_block: str | None = None
    platform: bool | None = None
    letters: float | None = None


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """What the domain has in common with other referring domains of the profile.

    `same_block`, `same_ids` and `same_template` count other referring domains; `outlink_overlap` is the
    greatest Jaccard similarity of its linked domains with another's. `block_share` and `ids_share` are
    the part of the known web with that address block or identifier: a common value proves nothing.
    """

    same_block: int | None = None
    block_share: float | None = None
    same_ids: int | None = None
    ids_share: float | None = None
    ids_of_ours: bool | None = None
    same_template: int | None = None
    outlink_overlap: float | None = None
    reciprocal: bool | None = None
    three_way: int | None = None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """The user's own site: what is foreign or bought is so only in its light."""

    site: str | None = None
    languages: tuple[str, ...] | None = None
    brand_words: tuple[str, ...] = ()
    own_sites: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()


#: What follows from other facts of a link.
_OF_LINKS = ("followed", "image")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known when a page or a domain is judged. `now` is in epoch seconds."""

    page: PageFacts = field(default_factory=PageFacts)
    link: LinkFacts = field(default_factory=LinkFacts)
    domain: DomainFacts = field(default_factory=DomainFacts)
    network: NetworkFacts = field(default_factory=NetworkFacts)
    site: SiteFacts = field(default_factory=SiteFacts)
    now: int | None = None

    def known_names(self) -> frozenset[str]:
        """The names of all facts that are known, such as `page.words`; `now` stands alone."""
        parts = (("page", self.page), ("link", self.link), ("domain", self.domain))
        found = {
            f"{name}.{fact}"
            for name, part in (*parts, ("network", self.network), ("site", self.site))
            for fact in part.__slots__
            if getattr(part, fact) is not None
        }
        found |= {f"link.{fact}" for fact in _OF_LINKS if getattr(self.link, fact) is not None}
        return frozenset(found if self.now is None else found | {"now"})

    def known(self, need: str) -> bool:
        """Whether a fact such as `page.words` is known; `now` stands alone."""
        part, _, name = need.partition(".")
        value = getattr(self, part)
        return (getattr(value, name) if name else value) is not None

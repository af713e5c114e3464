"""What somebody asks of the open index, read from the address, and addresses made from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlencode

from django.urls import reverse

from linkstead.index.questions import Filters
from linkstead.server.look.lists import Chip

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A domain name has at most 253 characters (RFC 1035).
LONGEST_NAME: Final = 253
_LONGEST: Final = 300
_MOST_OTHERS: Final = 10
_FOLLOWED: Final = {"yes": True, "no": False}
#: Filters of the link index: their name in the address, and for people.
_FILTERS: Final = {
    "within": "Within",
    "followed": "Followed",
    "anchor": "Anchor text",
    "source": "From",
    "language": "Language",
    "least": "Authority, at least",
    "once": "One per domain",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one domain. Texts as they were given, cut at a length; empty: not asked for."""

    #: Offsets beyond this are not asked: the page before says how to narrow the list instead.
    MOST_START: ClassVar[int] = 100_000

    name: str
    part: str = ""
    others: tuple[str, ...] = ()
    start: int = 0
    crawl: str = ""
    older: str = ""
    within: str = ""
    followed: str = ""
    anchor: str = ""
    source: str = ""
    language: str = ""
    least: str = ""
    once: str = ""

    @property
    def url(self) -> str:
        """The address of this question."""
        values = {
            "part": self.part,
            "others": " ".join(self.others),
            "start": self.start,
            "crawl": self.crawl,
            "older": self.older,
            **{key: getattr(self, key) for key in _FILTERS},
        }
        query = urlencode({key: value for key, value in values.items() if value})
        return reverse("atlas:domain", args=(self.name,)) + (f"?{query}" if query else "")

    def but(self, **changes: Any) -> str:  # noqa: ANN401 - a field's value
        """The address of the same question with something else; lists begin at their first row."""
        return replace(self, **({"start": 0} | changes)).url

    def filters(self) -> Filters:
        """What the link index is asked to keep. Numbers that are none are left out."""
        return Filters(
            crawl=self.crawl or None,
            followed=_FOLLOWED.get(self.followed),
            anchor=self.anchor or None,
            source_domain=self.source or None,
            language=self.language.lower() or None,
            min_authority=int(self.least) if self.least.isdecimal() and len(self.least) < 4 else None,
            one_per_domain=bool(self.once),
        )

    def chips(self) -> list[Chip]:
        """Each filter in force, and the address without it."""
        return [
            Chip(label, "" if key == "once" else getattr(self, key), self.but(**{key: ""}))
            for key, label in _FILTERS.items()
            if getattr(self, key)
        ]


def read(name: str, given: Mapping[str, str]) -> Asked:
    """What an address asks; nothing that stands there is an error."""

    def text(key: str) -> str:
        return given.get(key, "").strip()[:_LONGEST]

    start = text("start")
    return Asked(
        name=name.strip()[:LONGEST_NAME].lower(),
        part=text("part"),
        others=tuple(given.get("others", "").replace(",", " ").lower().split()[:_MOST_OTHERS]),
        start=min(int(start), Asked.MOST_START) if start.isdecimal() and len(start) < 10 else 0,
        crawl=text("crawl"),
        older=text("older"),
        **{key: text(key) for key in _FILTERS},
    )


def domain_url(name: str, **asked: Any) -> str:  # noqa: ANN401 - a field's value
    """The page of a domain."""
    return Asked(name, **asked).url

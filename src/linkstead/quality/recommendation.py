"""What to do about a link or a domain: keep, do nothing, watch, ask for removal, disavow.

"Do nothing" is the default, as it is for search engines: they say that they ignore most links that nobody
asked for, and that the disavow tool is for sites with a manual action for unnatural links, or the expectation
of one (support.google.com/webmasters/answer/2648487). So:

1. What the user has decided always wins.
2. Own sites, partners and platforms are never disavowed by us.
3. "Ask for removal" and "disavow" are said only where the user tells of a manual action or expects one, and
   only with a spam likelihood that rests on enough evidence. Asking comes before disavowing.
4. A link worth having is looked at by a person before anything is done about it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from linkstead.link import Decision, LinkStatus

#: From this spam likelihood on a link counts as one that a person would most likely judge spam; our choice.
LIKELY_SPAM: Final = 0.9
#: Up to this one it counts as one that a person would most likely not; our choice.
UNLIKELY_SPAM: Final = 0.3
#: With less confidence nothing is done on the strength of a likelihood; our choice.
ENOUGH: Final = 0.5
#: From this value on a link is worth having; our choice.
WORTH_HAVING: Final = 40


class Action(StrEnum):
    KEEP = "keep"
    DO_NOTHING = "do nothing"
    WATCH = "watch"
    ASK_FOR_REMOVAL = "ask for removal"
    DISAVOW = "disavow"


class ManualAction(StrEnum):
    """What the user tells of the search engine's messages."""

    NONE = "none"
    EXPECTED = "expected"  # links were bought or placed, and the user expects to hear of it
    NOTIFIED = "notified"


class Kind(StrEnum):
    """Whose site the link stands on, where that is known."""

    OWN = "own"
    PARTNER = "partner"
    PLATFORM = "platform"  # many authors under one domain: blogs, forums, code hosts


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a link. `spam`, `confidence`: 0 to 1; `value`: 0 to 100; None: not known."""

    spam: float | None = None
    confidence: float | None = None
    value: float | None = None
    state: LinkStatus = LinkStatus.UNVERIFIED
    followed: bool | None = None
    decision: Decision | None = None
    kind: Kind | None = None
    removal_asked: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do and why, each reason one plain sentence. `decided`: the user has said so."""

    action: Action
    reasons: tuple[str, ...]
    decided: bool = False


_DECIDED: Final[dict[Decision, Action]] = {
    Decision.KEEP: Action.KEEP,
    Decision.WHITELIST: Action.KEEP,
    Decision.WATCH: Action.WATCH,
    Decision.REMOVE: Action.ASK_FOR_REMOVAL,
    Decision.DISAVOW: Action.DISAVOW,
}
_DECIDED_WORDS: Final[dict[Decision, str]] = {
    Decision.KEEP: "You decided to keep it.",
    Decision.WHITELIST: "It is on your list of sites that are never acted against.",
    Decision.WATCH: "You decided to watch it.",
    Decision.REMOVE: "You decided to ask for its removal.",
    Decision.DISAVOW: "You decided to disavow it.",
}
_KINDS: Final[dict[Kind, Recommendation]] = {
    Kind.OWN: Recommendation(Action.KEEP, ("It stands on a site of your own: change it there, if at all.",)),
    Kind.PARTNER: Recommendation(Action.KEEP, ("It stands on a partner's site: talk to them, if at all.",)),
    Kind.PLATFORM: Recommendation(
        Action.DO_NOTHING,
        ("It stands on a platform with many authors: search engines judge its pages one by one.",),
    ),
}
_IGNORED: Final = "Search engines ignore most such links by themselves."
_WHY_ACT: Final[dict[ManualAction, str]] = {
    ManualAction.EXPECTED: "You expect a manual action for unnatural links.",
    ManualAction.NOTIFIED: "Your site has a manual action for unnatural links.",
}


def recommend(case: Case, manual: ManualAction = ManualAction.NONE) -> Recommendation:
    """What to do about one link."""
    told = _told(manual, case.decision, case.kind) or _settled(case)
    return told or _unsure(case, manual) or _judged(case, manual)


class DomainAdvice:
    """What to do about a domain, from what to do about each of its links. One worth keeping protects all.

    Add the links one by one: a domain may have any number of them. What somebody decided about the domain, or
    what its kind says, holds whatever its links are.
    """

    def __init__(
        self, manual: ManualAction, *, decision: Decision | None = None, kind: Kind | None = None
    ) -> None:
        self._told = _told(manual, decision, kind)
        self._first: dict[Action, Recommendation] = {}
        self._counts: Counter[Action] = Counter()

    def add(self, told: Recommendation) -> None:
        """Count a link."""
        self._counts[told.action] += 1
        self._first.setdefault(told.action, told)

    def result(self) -> Recommendation:
        """What follows for the domain; the reasons are those of the first link that it follows from."""
        if self._told is not None:
            return self._told
        links = self._counts.total()
        for action in (Action.KEEP, Action.WATCH, Action.ASK_FOR_REMOVAL, Action.DISAVOW):
            if count := self._counts[action]:
                return Recommendation(action, (*self._first[action].reasons, _part(count, links)))
        if links:
            return self._first[Action.DO_NOTHING]
        return Recommendation(Action.DO_NOTHING, ("None of its links is known.",))


def _part(count: int, links: int) -> str:
    if links == 1:
        return "It has one link."
    return f"That holds for {count:,} of its {links:,} links."


def _told(manual: ManualAction, decision: Decision | None, kind: Kind | None) -> Recommendation | None:
    """What to do where somebody has decided, or where the kind of the site says it; else None."""
    if decision is not None:
        return _decided(decision, manual)
    return None if kind is None else _KINDS[kind]


def _decided(decision: Decision, manual: ManualAction) -> Recommendation:
    reasons = [_DECIDED_WORDS[decision]]
    if decision is Decision.DISAVOW and manual is ManualAction.NONE:
        reasons.append("Without a manual action this seldom helps, and it can cost links that count.")
    return Recommendation(_DECIDED[decision], tuple(reasons), decided=True)


def _settled(case: Case) -> Recommendation | None:
    """Links that nothing can or need be done about."""
    if case.state is LinkStatus.LOST:
        gone: tuple[str, ...] = ("The link is gone from the page.",)
        if _worth_having(case) and not (_sure(case) and (case.spam or 0) >= LIKELY_SPAM):
            gone += (f"It was worth having ({case.value:.0f} of 100): ask for it back.",)
        return Recommendation(Action.DO_NOTHING, gone)
    if case.followed is False:
        return Recommendation(
            Action.DO_NOTHING, ("The link is not followed: search engines are asked not to count it.",)
        )
    return None


def _sure(case: Case) -> bool:
    return case.spam is not None and (case.confidence or 0) >= ENOUGH


def _worth_having(case: Case) -> bool:
    return case.value is not None and case.value >= WORTH_HAVING


def _unsure(case: Case, manual: ManualAction) -> Recommendation | None:
    """Links of which too little is known to judge them."""
    if _sure(case):
        return None
    missing = "There is not enough evidence for a spam likelihood."
    if manual is not ManualAction.NONE:
        return Recommendation(Action.WATCH, (_WHY_ACT[manual], f"{missing} Look at the page yourself."))
    if _worth_having(case):
        return Recommendation(Action.KEEP, (f"It is worth having ({case.value:.0f} of 100).", missing))
    return Recommendation(Action.DO_NOTHING, (missing, _IGNORED))


def _judged(case: Case, manual: ManualAction) -> Recommendation:
    spam = case.spam or 0.0
    words = f"Its spam likelihood is {spam:.0%}."
    if spam < LIKELY_SPAM:
        return _not_spam(case, words, low=spam <= UNLIKELY_SPAM)
    if manual is ManualAction.NONE:
        return Recommendation(Action.DO_NOTHING, (words, _IGNORED, "There is no manual action."))
    if _worth_having(case):
        doubt = f"It also seems worth having ({case.value:.0f} of 100): look at the page before you act."
        return Recommendation(Action.WATCH, (_WHY_ACT[manual], words, doubt))
    if not case.removal_asked:
        first = "Ask for its removal first: search engines want to see that you tried."
        return Recommendation(Action.ASK_FOR_REMOVAL, (_WHY_ACT[manual], words, first))
    return Recommendation(
        Action.DISAVOW,
        (_WHY_ACT[manual], words, "Its removal was asked for, and the link is not known to be gone."),
    )


def _not_spam(case: Case, words: str, *, low: bool) -> Recommendation:
    if low and _worth_having(case):
        return Recommendation(Action.KEEP, (words, f"It is worth having ({case.value:.0f} of 100)."))
    if low:
        return Recommendation(Action.DO_NOTHING, (words, "Nothing speaks against it."))
    return Recommendation(Action.WATCH, (words, "That is too much to pass over and too little to act on."))

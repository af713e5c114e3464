"""Spam likelihood: the chance that a person would judge the linking page spam, with its reasons.

    log-odds = base + sum over the signs of weight(signal) * strength(sign)
    likelihood = 1 / (1 + exp(-log-odds)),  interval = log-odds -+ 1.645 * sqrt(sum of variances)

Weights are log likelihood ratios, given the other signs. A measured one was fitted on labelled domains
(`fitting`), held to its signal's direction and calibrated on others; an assumed one is a hand weight,
and all assumed weights together can never reach the flag threshold. So the figure is monotone in every
sign, the reasons add up to it, and their order does not matter. Another tool's score is held further.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from linkstead.quality.signals.registry import SIGNALS
from linkstead.quality.signals.signal import Direction, Sign, SignalLike

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linkstead.quality.facts import Facts
    from linkstead.quality.letters import Letters
    from linkstead.quality.rule import Evidence

#: Normal quantile of a 90% interval.
QUANTILE: Final = 1.645
#: All vendors' scores together count no more than this (log-odds; a likelihood ratio of 2).
VENDOR_LIMIT: Final = math.log(2)
#: How far below the flag threshold assumed weights must stay, in log-odds.
_MARGIN: Final = 0.1
#: Kinds of evidence, and the facts of which one is enough to have it. The name alone is none.
EVIDENCE: Final[dict[str, tuple[str, ...]]] = {
    "the page (its links and text)": ("page.outlinks", "page.outlinked_domains", "page.words"),
    "the link (anchor text, place)": ("link.anchor_text", "link.placement", "link.hidden"),
    "the domain's standing (authority, referring domains)": ("domain.authority", "domain.in_degree"),
    "what it shares with others": ("network.same_ids", "network.same_template", "network.outlink_overlap"),
}
#: So many kinds of evidence make a judgement.
ENOUGH: Final = 2


@dataclass(frozen=True, slots=True)
class Weight:
    """What a signal weighs: log-odds at full strength (with its sign) and standard error.

    `bad` and `good` are the labelled cases in which it spoke, `ratio` its likelihood ratio alone; None
    where the weight is assumed, not measured.
    """

    log_odds: float
    error: float
    measured: bool
    ratio: float | None = None
    bad: int | None = None
    good: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model. `base` is the log-odds when no signal speaks, `flag_at` a likelihood.

    `learnt_from` and `figures` say how it was made and how well it does; they are shown, not read.
    """

    base: float
    base_error: float
    flag_at: float
    prior: float
    made_on: str
    weights: Mapping[str, Weight] = field(default_factory=dict)
    letters: Letters | None = None
    learnt_from: Mapping[str, object] = field(default_factory=dict)
    figures: Mapping[str, object] = field(default_factory=dict)

    @property
    def assumed_limit(self) -> float:
        """How much all assumed weights together can add."""
        return max(0.0, logit(self.flag_at) - self.base - _MARGIN)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: what was seen, and what it adds to the log-odds."""

    signal: str
    name: str
    said: str
    log_odds: float
    error: float
    strength: float
    measured: bool
    ratio: float | None = None
    cases: int | None = None
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model says. `likelihood` is None when the evidence is thin; `missing` then names it.

    `estimate` and `interval` are the figure and its 90% interval in either case: from thin evidence they
    are shown as such and never flag. `exempt` says why a domain is never flagged (own site, partner,
    platform). `reasons` add up: `base` plus their log-odds is `log_odds`.
    """

    domain: str | None
    likelihood: float | None
    estimate: float
    interval: tuple[float, float]
    log_odds: float
    base: float
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    known: tuple[str, ...]
    confidence: str
    flagged: bool
    exempt: str | None


def logit(chance: float) -> float:
    """Log-odds of a chance, held off 0 and 1."""
    held = min(max(chance, 1e-9), 1 - 1e-9)
    return math.log(held / (1 - held))


def chance_of(log_odds: float) -> float:
    """The inverse of `logit`."""
    return 0.5 * (1.0 + math.tanh(0.5 * log_odds))


def signs_of(facts: Facts, signals: Iterable[SignalLike]) -> list[tuple[SignalLike, Sign]]:
    """The signals that speak, with what they say, in the order of their ids."""
    known = facts.known_names()  # of most domains little is known, and most signals are passed over
    looked = ((signal, signal.look(facts)) for signal in signals if known.issuperset(signal.needs))
    found = [(signal, sign) for signal, sign in looked if sign is not None and sign.strength > 0]
    return sorted(found, key=lambda pair: pair[0].id)


def with_letters(facts: Facts, letters: Letters | None) -> Facts:
    """The facts with the log-odds of the name's letters, where a model can tell them."""
    if letters is None or facts.domain.name is None:
        return facts
    return replace(facts, domain=replace(facts.domain, letters=letters.log_odds(facts.domain.name)))


def judge(facts: Facts, model: Model, signals: Mapping[str, SignalLike] = SIGNALS) -> Judgement:
    """Judge a page or domain by what is known. Pure; no facts make it raise."""
    signs = signs_of(with_letters(facts, model.letters), signals.values())
    reasons = tuple(held([_reason(signal, sign, model) for signal, sign in signs], signals, model))
    log_odds = model.base + math.fsum(reason.log_odds for reason in reasons)
    spread = QUANTILE * math.sqrt(model.base_error**2 + math.fsum(each.error**2 for each in reasons))
    estimate = chance_of(log_odds)
    known, missing = evidence_in(facts)
    enough = len(known) >= ENOUGH
    exempt = why_exempt(facts)
    return Judgement(
        domain=facts.domain.name,
        likelihood=estimate if enough else None,
        estimate=estimate,
        interval=(chance_of(log_odds - spread), chance_of(log_odds + spread)),
        log_odds=log_odds,
        base=model.base,
        reasons=tuple(sorted(reasons, key=lambda reason: (-abs(reason.log_odds), reason.signal))),
        missing=missing,
        known=known,
        confidence=_confidence(known, spread),
        flagged=enough and exempt is None and estimate >= model.flag_at,
        exempt=exempt,
    )


def _reason(signal: SignalLike, sign: Sign, model: Model) -> Reason:
    weight = model.weights.get(signal.id) or assumed(signal)
    return Reason(
        signal=signal.id,
        name=signal.name,
        said=sign.said,
        log_odds=weight.log_odds * sign.strength,
        error=weight.error * sign.strength,
        strength=sign.strength,
        measured=weight.measured,
        ratio=weight.ratio,
        cases=None if weight.bad is None or weight.good is None else weight.bad + weight.good,
        evidence=sign.evidence,
    )


def assumed(signal: SignalLike) -> Weight:
    """A signal's hand weight; nobody measured it, so that it may as well be half or one and a half."""
    direction = 1.0 if signal.direction is Direction.AGAINST else -1.0
    return Weight(direction * signal.assumed, 0.3 * signal.assumed, measured=False)


def held(reasons: list[Reason], signals: Mapping[str, SignalLike], model: Model) -> list[Reason]:
    """The reasons, and what they are held to: a reason of its own takes off what is too much."""
    vendors = [r for r in reasons if r.signal in signals and signals[r.signal].vendor and r.log_odds > 0]
    over = math.fsum(reason.log_odds for reason in vendors) - VENDOR_LIMIT
    if over > 0:
        said = "Other tools' scores count no more than twofold, however many there are."
        reasons = [*reasons, _limit("limit.vendors", "other tools' scores are held", said, over)]
    guessed = [reason for reason in reasons if not reason.measured]
    against = math.fsum(r.log_odds for r in guessed if r.log_odds > 0 or r.signal == "limit.vendors")
    over = against - model.assumed_limit
    if over > 0:
        said = "Weights that nobody has measured cannot pass the flag threshold by themselves."
        reasons = [*reasons, _limit("limit.assumed", "assumed weights are held", said, over)]
    return reasons


def _limit(name: str, title: str, said: str, over: float) -> Reason:
    return Reason(name, title, said, -over, 0.0, 1.0, measured=False)


def evidence_in(facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The kinds of evidence that are known, and those that are missing."""
    known = {kind: any(map(facts.known, needs)) for kind, needs in EVIDENCE.items()}
    return tuple(k for k, there in known.items() if there), tuple(
        k for k, there in known.items() if not there
    )


def why_exempt(facts: Facts) -> str | None:
    """Why a domain is never flagged by default."""
    name = facts.domain.name
    if name is not None and name in facts.site.own_sites:
        return "It is a site of your own."
    if name is not None and name in facts.site.partners:
        return "It is a partner of yours."
    if facts.domain.platform:
        return "It is a platform of many authors; judge its pages one by one."
    return None


def _confidence(known: tuple[str, ...], spread: float) -> str:
    if len(known) < ENOUGH:
        return "none"
    return (
        "high" if len(known) == len(EVIDENCE) and spread < 1.0 else "medium" if len(known) > ENOUGH else "low"
    )

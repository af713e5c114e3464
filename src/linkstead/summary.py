"""What is known of a site's backlinks at one moment: figures, series, lists and findings.

The profile store fills a `ProfileSummary`, the audit rules judge it, reports and pages show it.
Nothing here computes: these are the words that the stages share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How urgent a finding is. `notice` means: good to know, nothing to do today."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit rule found, with its reasons.

    `rule` is the rule's stable id (`LS001`), `title` one sentence with the figures in it, `action`
    what to do in the imperative, `evidence` example rows (each a dict of plain values, at most 20),
    `count` how many rows there are in all.
    """

    rule: str
    severity: Severity
    title: str
    action: str
    count: int
    evidence: tuple[dict[str, str | int | float | None], ...] = ()
    docs: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Backlinks by state and kind; the states add up to `backlinks`."""

    backlinks: int = 0
    referring_domains: int = 0
    referring_pages: int = 0
    targets: int = 0
    anchors: int = 0
    followed: int = 0
    not_followed: int = 0
    follow_unknown: int = 0
    unverified: int = 0
    live: int = 0
    in_doubt: int = 0
    lost: int = 0
    blocked: int = 0
    unreachable: int = 0
    unreadable: int = 0
    reported_lost: int = 0  # a source says lost; our own look has not confirmed it
    domains_only: int = 0  # domains known from a referring-domains table, no page known


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Links first seen and links lost (by our looks or, before those, by a source) in a month."""

    month: str  # YYYY-MM
    new: int
    lost: int


@dataclass(frozen=True, slots=True)
class TopRow:
    """One line of a breakdown: an anchor, a top-level domain, a placement, a domain, a target."""

    label: str
    links: int
    domains: int
    followed: int = 0
    live: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A backlink as lists show it. Times in epoch seconds; `sources` are source slugs.

    `worth` is what judging made of it, 0 to 100 (`quality.value`), None where nobody has judged it.
    """

    page_url: str
    page_title: str | None
    domain: str
    target_url: str | None
    anchor_text: str | None
    state: str
    followed: bool | None
    placement: str | None
    first_seen: int | None
    last_seen: int | None
    last_checked: int | None
    sources: tuple[str, ...]
    metric: float | None = None
    reason: str | None = None
    explanation: str | None = None
    http_status: int | None = None
    worth: float | None = None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A page of ours as our own look found it: `outcome` is ok, redirected, broken, in doubt or unknown.

    `in doubt` failed once and was not looked at again. `hops` counts the redirects, `chain` names them
    (`"301 https://..."`); `canonical` is what the page where they end says of itself. `suggested_url` could
    take the place of a page that fails: `suggested_score` is 0 to 100, `suggested_why` says why. `worth` adds
    up what its links are worth that are not lost (`LinkRow.worth`), for pages with a fault.
    """

    url: str
    links: int
    outcome: str
    http_status: int | None
    final_url: str | None
    hops: int = 0
    chain: tuple[str, ...] = ()
    canonical: str | None = None
    suggested_url: str | None = None
    suggested_score: float | None = None
    suggested_why: str | None = None
    worth: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of a link that our look saw otherwise than a source had told."""

    page_url: str
    target_url: str | None
    what: str  # anchor text, rel, target
    told: str
    seen: str
    source: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that sources say differently about the same links."""

    what: str  # nofollow, lost, anchor text
    count: int
    examples: tuple[dict[str, str | int | float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One imported file, as the report names it."""

    name: str
    source: str
    rows: int
    links: int
    only_here: int
    quarantined: int
    skipped: dict[str, int]
    first_seen: int | None
    last_seen: int | None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class PaidRow:
    """What was paid for the links of a page, or of a whole domain, and the worst that is known of them.

    `until` (epoch seconds) is the first moment that is no longer paid for, None where it is for ever. `state`
    is the worst state of the `links`, None where no backlink is known. `gone` of them are not on the page
    (`lost` of these confirmed), `followed` of the others pass votes. `rel` are the qualifying tokens that
    every one of the others has.
    """

    page_url: str
    domain: str
    cost: float | None
    currency: str | None
    until: int | None
    state: str | None = None
    links: int = 0
    gone: int = 0
    lost: int = 0
    followed: int = 0
    rel: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidPart:
    """Paid links of which one thing is true: how many, the first 100, and what they cost by currency."""

    count: int = 0
    rows: tuple[PaidRow, ...] = ()
    costs: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaidFacts:
    """What audits ask of paid links; a link may stand in several parts."""

    kept: int
    ending: PaidPart  # paid for, and for few days more
    ended: PaidPart  # no longer paid for, and not known to be gone
    gone: PaidPart  # paid for, and none of the links is on its page
    followed: PaidPart  # not known to be gone, and passing votes
    unknown: PaidPart  # paid for, and no backlink is known


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A referring domain as evidence: its links, our spam likelihood (0 to 1) or a reason in words."""

    name: str
    links: int
    likelihood: float | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedFacts:
    """Referring domains with a link left and a judgement on enough evidence, and those that it flagged.

    `domains` are the first 100 flagged ones.
    """

    judged: int
    flagged: int
    domains: tuple[DomainRow, ...] = ()


@dataclass(frozen=True, slots=True)
class DisavowFacts:
    """The newest kept version of the disavow file beside decisions, links and the version uploaded last.

    `version` is its number, None where none is kept; `uploaded` the number of the one uploaded last. `added`
    and `removed` count entries that the newest has and the uploaded one has not, and the other way round.
    `missing` are domains decided to disavow that the newest does not cover, `worthy` domains that it covers
    though their links are worth having, `faults` (line, message) what lint calls an error: the first 100.
    """

    version: int | None = None
    uploaded: int | None = None
    entries: int = 0
    added: int = 0
    removed: int = 0
    missing_count: int = 0
    missing: tuple[DomainRow, ...] = ()
    worthy_count: int = 0
    worthy: tuple[DomainRow, ...] = ()
    fault_count: int = 0
    faults: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """Everything an audit looks at. Lists are cut (100 rows) and sorted by weight."""

    site: str
    made_at: int
    counts: Counts
    months: tuple[MonthRow, ...] = ()
    anchors: tuple[TopRow, ...] = ()
    tlds: tuple[TopRow, ...] = ()
    placements: tuple[TopRow, ...] = ()
    domains: tuple[TopRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    lost: tuple[LinkRow, ...] = ()
    in_doubt: tuple[LinkRow, ...] = ()
    blocked: tuple[LinkRow, ...] = ()
    changes: tuple[Change, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    sources: tuple[SourceRow, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)  # reason of the last look -> links
    verified: int = 0  # links that have at least one look
    metric_name: str | None = None  # the vendor metric shown in lists, such as "ahrefs.dr"
    #: figures that a rule needs beside the cut lists: hidden, noindex, not_canonical, http_200...
    figures: dict[str, int] = field(default_factory=dict)
    #: what the user tells of a manual action for links: expected or notified; None: nothing told
    manual_action: str | None = None
    #: None in these three: not known, and the rules about it are silent
    paid: PaidFacts | None = None
    judged: JudgedFacts | None = None
    disavow: DisavowFacts | None = None


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one finding takes from the health: `points`, with the arithmetic in `words`."""

    rule: str
    severity: Severity
    points: float
    words: str


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a profile, 0 to 100, and what was taken from 100; `score` is None without backlinks."""

    score: int | None
    deductions: tuple[Deduction, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule that somebody does not want to hear, with the reason.

    `subject` narrows it to rows that name it (a page, target, domain, anchor text or file), `until` ends it.
    """

    rule: str
    subject: str | None
    reason: str
    who: str
    at: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding, or the rows of one, that a suppression keeps off the list: still shown as such."""

    finding: Finding
    suppression: Suppression


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A rule that found something in both audits. Rows are known as new or fixed only from whole lists."""

    rule: str
    title: str
    before: int
    now: int
    new_rows: tuple[str, ...] = ()
    fixed_rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    name: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """An audit beside the one before. `before_at` is when that was made (epoch seconds)."""

    before_at: int
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    still_open: tuple[StillOpen, ...]
    figures: tuple[ChangedFigure, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """A dated judgement of one profile. `comparison` is None for the first."""

    site: str
    made_at: int
    summary: ProfileSummary
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    health: Health | None = None
    comparison: Comparison | None = None

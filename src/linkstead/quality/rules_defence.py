"""Rules over what was judged and decided: flagged domains, and the disavow file beside decisions and links.

Search engines say that they ignore most links that nobody asked for, and that the disavow tool is for
sites with a manual action for unnatural links or the expectation of one. So these are notices, and become
warnings only where the user tells of such an action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.quality.recommendation import ManualAction
from linkstead.quality.rule import Evidence, Hit, Rule, examples, number, percent, some, verb
from linkstead.quality.thresholds import limit
from linkstead.summary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.summary import DomainRow, ProfileSummary

_TOLD: Final[dict[str, str]] = {
    ManualAction.EXPECTED: "You expect a manual action: look at them.",
    ManualAction.NOTIFIED: "Your site has a manual action: look at them.",
}


def _graver(summary: ProfileSummary) -> Severity | None:
    """A warning where the user tells of a manual action or expects one."""
    return Severity.WARNING if summary.manual_action in _TOLD else None


def _evidence(rows: Iterable[DomainRow]) -> tuple[Evidence, ...]:
    return examples(
        {"domain": row.name, "links": row.links, "spam_likelihood": row.likelihood, "why": row.why}
        for row in rows
    )


def flagged_share(summary: ProfileSummary, _now: int) -> Hit | None:
    known = summary.judged
    if known is None or known.judged < limit("judged_domains"):
        return None
    if known.flagged < limit("flagged_domains") or known.flagged < limit("flagged_share") * known.judged:
        return None
    share = percent(known.flagged, known.judged)
    told = (
        _TOLD.get(ManualAction(summary.manual_action)) if _graver(summary) and summary.manual_action else None
    )
    title = (
        f"{number(known.flagged)} of {some(known.judged, 'referring domain')} judged on enough evidence "
        f"({share}) {verb(known.flagged, 'looks', 'look')} like spam. "
    )
    calm = "Search engines ignore most such links; without a manual action nothing need be done."
    return Hit(title + (told or calm), known.flagged, _evidence(known.domains), _graver(summary))


def decided_not_in_file(summary: ProfileSummary, _now: int) -> Hit | None:
    known = summary.disavow
    if known is None or not known.missing_count:
        return None
    count = known.missing_count
    what = f"{some(count, 'domain')} decided to disavow"
    if known.version is None:
        title = f"{what} {verb(count, 'is', 'are')} in no file: no disavow file is kept."
    else:
        title = f"{what} {verb(count, 'is', 'are')} not in the newest disavow file (version {known.version})."
    return Hit(title, count, _evidence(known.missing), _graver(summary))


def file_cuts_worthy(summary: ProfileSummary, _now: int) -> Hit | None:
    known = summary.disavow
    if known is None or known.version is None or not known.worthy_count:
        return None
    count = known.worthy_count
    title = (
        f"The newest disavow file (version {known.version}) cuts off {some(count, 'domain')} whose links you "
        "want to keep or that seem worth having."
    )
    return Hit(title, count, _evidence(known.worthy))


def file_not_uploaded(summary: ProfileSummary, _now: int) -> Hit | None:
    known = summary.disavow
    if known is None or known.version is None or known.uploaded == known.version:
        return None
    newest = f"The newest disavow file (version {known.version}, {some(known.entries, 'entry', 'entries')})"
    count, title = known.entries, f"{newest} has never been marked as uploaded."
    if known.uploaded is not None:
        count = known.added + known.removed
        title = (
            f"{newest} is not the one that was uploaded last (version {known.uploaded}): "
            f"{number(known.added)} added, {number(known.removed)} left out."
        )
    row: Evidence = {
        "version": known.version,
        "entries": known.entries,
        "uploaded_version": known.uploaded,
        "added": known.added,
        "left_out": known.removed,
    }
    return Hit(title, count, (row,), _graver(summary))


def file_has_faults(summary: ProfileSummary, _now: int) -> Hit | None:
    known = summary.disavow
    if known is None or known.version is None or not known.fault_count:
        return None
    count = known.fault_count
    title = (
        f"The newest disavow file (version {known.version}) has {some(count, 'fault')} that Google refuses "
        "or misreads."
    )
    return Hit(
        title,
        count,
        examples({"line": line or None, "complaint": words} for line, words in known.faults),
    )


_GOOGLE: Final = "Google: support.google.com/webmasters/answer/2648487"

DEFENCE_RULES: Final = (
    Rule(
        "LS046",
        "flagged-share",
        Severity.NOTICE,
        f"Profiles in which {limit('flagged_share'):.0%} or more of the referring domains that were judged "
        "on enough evidence are flagged as spam by our own judgement; a warning only where you tell of a "
        "manual action for links or expect one.",
        "Search engines have no such figure of their own and ignore most of these links by themselves. "
        "Every site that is found collects some.",
        f"{_GOOGLE} (when to disavow). Share and counts are our choice.",
        "Look at the flagged domains in triage if there is a manual action, or one is to be expected. "
        "Without one nothing need be done.",
        flagged_share,
    ),
    Rule(
        "LS047",
        "decided-not-in-file",
        Severity.NOTICE,
        "Domains that you decided to disavow and that the newest kept file does not cover, or for which no "
        "file is kept; a warning only where you tell of a manual action for links or expect one.",
        "A decision here tells the search engine nothing: only an uploaded file does.",
        f"{_GOOGLE}.",
        "Make the file anew with `linkstead disavow build`, or take the decisions back. Without a manual "
        "action the right file is mostly none.",
        decided_not_in_file,
    ),
    Rule(
        "LS048",
        "file-cuts-worthy",
        Severity.WARNING,
        "Domains that the newest kept file covers whole, though you decided to keep or whitelist them, or "
        "though a link of theirs, not known to be gone, passes votes and seems worth having: by our "
        "judgement, by its worth, or by the vendor’s metric. Domains that you decided to disavow or to have "
        "removed are left out, and so are flagged ones.",
        "Google warns that the tool can harm how a site does in its results where it is used wrongly.",
        f"{_GOOGLE}. What is worth having is our choice.",
        "Take the entries of these domains out of the file, and upload it again. Look at the links first.",
        file_cuts_worthy,
    ),
    Rule(
        "LS049",
        "file-not-uploaded",
        Severity.NOTICE,
        "A kept disavow file that was never marked as uploaded, or one that says something else than the "
        "version uploaded last; a warning only where you tell of a manual action for links or expect one.",
        "There is no interface to upload it by: what the search engine has is what somebody gave it by hand.",
        f"{_GOOGLE}.",
        "Check whether the file is to be uploaded, and mark the version once it is. Nothing is lost by a "
        "file that is not needed.",
        file_not_uploaded,
    ),
    Rule(
        "LS050",
        "file-has-faults",
        Severity.WARNING,
        "Lines of the newest kept file that lint calls an error, such as an address behind `domain:`, your "
        "own site, or a suffix that many share.",
        "A line that is not read protects from nothing, and one that covers too much cuts off what counts.",
        f"{_GOOGLE}; kinds of faults in docs/disavow.md.",
        "Read what `linkstead disavow lint --fix` makes of it, keep the mended file and upload that.",
        file_has_faults,
    ),
)

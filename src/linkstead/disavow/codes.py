"""Everything that the linter can complain of: a stable code, how grave, what it means and who says so."""

from __future__ import annotations

from typing import Final, NamedTuple

from linkstead.summary import Severity

_GOOGLE: Final = "Google: support.google.com/webmasters/answer/2648487"
_SEEN: Final = "seen in published files"
_OURS: Final = "our rule"
_SHOWN: Final = 90


class Code(NamedTuple):
    """A kind of complaint. `severity` in the words of audit findings: notice is good to know."""

    code: str
    severity: Severity
    meaning: str
    source: str


class Complaint(NamedTuple):
    """One complaint; `line` is 0 where the whole file is meant. `fixed` is the line as it was meant."""

    line: int
    code: str
    severity: Severity
    message: str
    fixed: str | None = None


def complain(line: int, code: str, message: str, fixed: str | None = None) -> Complaint:
    """A complaint of a known kind."""
    return Complaint(line, code, CODES[code].severity, message, fixed)


def cut(text: str) -> str:
    """Text of a stranger for a message: printable, and not too long."""
    plain = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"


CODES: Final[dict[str, Code]] = {
    one.code: one
    for one in (
        Code(
            "not-utf8", Severity.ERROR, "The file is not UTF-8 or ASCII; Google takes nothing else.", _GOOGLE
        ),
        Code("too-large", Severity.ERROR, "The file is larger than 2 MB.", _GOOGLE),
        Code(
            "too-many-lines", Severity.ERROR, "The file has more than 100,000 lines; comments count.", _GOOGLE
        ),
        Code("url-too-long", Severity.ERROR, "A URL has more than 2,048 characters.", _GOOGLE),
        Code(
            "domain-with-scheme",
            Severity.ERROR,
            "`domain:` is followed by an address instead of a host.",
            _SEEN,
        ),
        Code(
            "domain-with-path",
            Severity.ERROR,
            "`domain:` is followed by a host and a path, port or query.",
            _SEEN,
        ),
        Code(
            "domain-with-wildcard",
            Severity.ERROR,
            "`domain:` knows no `*`; it covers all hosts below anyway.",
            _SEEN,
        ),
        Code("domain-leading-dot", Severity.ERROR, "`domain:` is followed by a dot.", _SEEN),
        Code("domain-unreadable", Severity.ERROR, "What follows `domain:` is no name of a host.", _OURS),
        Code(
            "bare-domain", Severity.ERROR, "A host without `domain:`; Google would read it as a URL.", _SEEN
        ),
        Code("several-entries", Severity.ERROR, "More than one entry on a line.", _GOOGLE),
        Code(
            "comment-after-entry",
            Severity.ERROR,
            "A comment behind an entry; it needs a line of its own.",
            _GOOGLE,
        ),
        Code("no-entry", Severity.ERROR, "A line that is neither entry nor comment.", _GOOGLE),
        Code("own-site", Severity.ERROR, "The entry covers the site itself or a part of it.", _OURS),
        Code(
            "public-suffix",
            Severity.ERROR,
            "The entry covers everything under a suffix that many share.",
            _SEEN,
        ),
        Code(
            "wrong-name", Severity.WARNING, "The file's name does not end in .txt, as Google asks.", _GOOGLE
        ),
        Code("byte-order-mark", Severity.WARNING, "The file begins with a byte order mark.", _OURS),
        Code("capital-prefix", Severity.WARNING, "`domain:` is written with capitals.", _OURS),
        Code(
            "folder",
            Severity.WARNING,
            "A URL that looks like a folder: only that one page is meant.",
            _GOOGLE,
        ),
        Code("top-site", Severity.WARNING, "The entry covers one of the best known sites.", _SEEN),
        Code(
            "whitelisted",
            Severity.WARNING,
            "The entry covers a domain that somebody whitelisted or decided to keep.",
            _OURS,
        ),
        Code("high-value", Severity.WARNING, "The entry covers a domain of high authority.", _OURS),
        Code(
            "taken-back",
            Severity.WARNING,
            "The previous file covers something that this one does not.",
            _GOOGLE,
        ),
        Code("duplicate", Severity.NOTICE, "The same entry stands above.", _OURS),
        Code(
            "covered",
            Severity.NOTICE,
            "An entry for the domain, or for a domain above, covers it already.",
            _GOOGLE,
        ),
        Code("foreign-script", Severity.NOTICE, "A host outside ASCII, shown in both spellings.", _OURS),
        Code("all-lost", Severity.NOTICE, "Every known link of it is lost already.", _OURS),
        Code("without-links", Severity.NOTICE, "No link of it is known to the project.", _OURS),
    )
}

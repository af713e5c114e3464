"""Tables that are commonly handed in by mistake, beside those that their vendors' files name."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from linkstead.sources.aliases import ALIASES
from linkstead.sources.source import Refusal, Signature

_INSTEAD: Final = "export the backlinks report of the same tool."
_LINK_NAMES: Final = (*ALIASES["source_url"].split("|"), *ALIASES["target_url"].split("|"))

#: Order 40: after every source, before the guesses.
REFUSALS: Final = (
    Refusal(
        "keyword-report",
        "a keyword report",
        _INSTEAD,
        (
            Signature(40, "any", ("Keyword|Top queries|Query|Search term",), absent=_LINK_NAMES),
            Signature(40.1, "any", ("Keyword|Keywords", "Position|Volume|KD|CPC"), absent=_LINK_NAMES),
        ),
    ),
    Refusal(
        "own-pages",
        "a list of your own pages",
        _INSTEAD,
        (Signature(41, "any", ("Address", "Status Code", "Indexability"), absent=_LINK_NAMES),),
    ),
)

#: Parts of Ahrefs' file names of reports that are no link tables (one public importer).
_NAME_HINTS: Final = (
    ("toppages", "Ahrefs' top pages report", "own-pages"),
    ("contentgap", "Ahrefs' content gap, a keyword report", "keyword-report"),
    ("organickeywords", "Ahrefs' organic keywords, a keyword report", "keyword-report"),
    ("linkingauthors", "Ahrefs' linking authors", "authors"),
    ("referringips", "Ahrefs' referring IPs", "addresses"),
    ("keywordreport", "a keyword report", "keyword-report"),
)
_CONTENT_GAP: Final = re.compile(r"\S+/: (?:URL|Organic Position|Traffic)", re.IGNORECASE)


def by_name(name: str) -> Refusal | None:
    """What a file's name says of a table that its header does not explain."""
    plain = re.sub(r"[^a-z]", "", PurePath(name).name.lower())
    for part, what, kind in _NAME_HINTS:
        if part in plain:
            return Refusal(kind, what, _INSTEAD, ())
    return None


def by_pattern(header: tuple[str, ...]) -> Refusal | None:
    """Ahrefs' content gap names each compared site in its headers."""
    if any(_CONTENT_GAP.fullmatch(name.strip()) for name in header):
        return Refusal("keyword-report", "Ahrefs' content gap, a keyword report", _INSTEAD, ())
    return None

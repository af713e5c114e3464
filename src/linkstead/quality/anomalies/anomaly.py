"""What a detector says: one anomaly with its figures, its window and examples."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: An anomaly names so many domains as examples; it carries all of them for the evidence.
MOST_EXAMPLES: Final = 20
_SHOWN: Final = 60


class Kind(StrEnum):
    """What a detector looks at."""

    DOMAINS = "new referring domains"
    LINKS = "new links"
    ANCHOR = "anchor texts"
    TLD = "top-level domains"
    LANGUAGE = "languages"
    SAME_ANCHOR = "one anchor text"
    SAME_PATH = "one path"
    LOW_AUTHORITY = "low authority"
    LOSSES = "confirmed losses"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing out of the ordinary. Days are epoch days, both ends included.

    `observed` and `expected` are in the detector's own unit, which `says` puts into a sentence. `surprise` is
    the probability of so much or more in an ordinary week, or a bound of it. `found_on` is the first day on
    which it could be known. `subject` is the shared anchor text or path shape, if there is one.
    """

    kind: Kind
    source: str
    first: int
    last: int
    found_on: int
    observed: float
    expected: float
    surprise: float
    says: str
    domains: tuple[str, ...] = ()
    subject: str | None = None

    @property
    def examples(self) -> tuple[str, ...]:
        return self.domains[:MOST_EXAMPLES]


def quoted(text: str) -> str:
    """A stranger's text in a sentence: one line, cut, without control and direction characters."""
    visible = (char if unicodedata.category(char)[0] != "C" else " " for char in text[: 4 * _SHOWN])
    plain = " ".join("".join(visible).split())
    return f"“{plain[:_SHOWN]}…”" if len(plain) > _SHOWN else f"“{plain}”"

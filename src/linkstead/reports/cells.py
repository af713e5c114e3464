"""Cells of spreadsheets that others wrote: made harmless on the way out, unchanged on the way back.

A spreadsheet runs a cell that begins like a formula. Such a cell gets an apostrophe in front, in every
one of its lines, also when blanks or full-width forms hide the sign. Reading takes exactly that
apostrophe away again, so that `restore(neutralise(text)) == text` for every text.

Source: OWASP, CSV Injection, owasp.org/www-community/attacks/CSV_Injection; ASVS 5.0, 1.2.10.
"""

from __future__ import annotations

import re
from typing import Final

#: What starts a formula: the signs, TAB, CR and NUL, and the full-width forms of the signs.
_SIGNS: Final = "=+\\-@\t\r\x00＝＋－＠"
#: Blanks that spreadsheets skip before they look for a sign.
_BLANKS: Final = " \u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"

# A line that already begins with apostrophes before a sign gets one more: that makes it reversible.
_DANGEROUS: Final = f"'*[{_BLANKS}]*[{_SIGNS}]"
_LINE_START: Final = r"(?<![^\r\n])"
_TO_MARK: Final = re.compile(f"{_LINE_START}(?={_DANGEROUS})")
_MARKED: Final = re.compile(f"{_LINE_START}'(?={_DANGEROUS})")


def neutralise(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return _TO_MARK.sub("'", text)


def restore(text: str) -> str:
    """The text that was given to `neutralise`."""
    return _MARKED.sub("", text)

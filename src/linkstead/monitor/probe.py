"""The control probe: does a site show the same page for an address that cannot exist?

A page that answers 200 and says in no known words that it is gone gives itself away when an address
made up beside it, a long random name in the same folder, is answered alike. The idea is that of
Bar-Yossef, Broder, Kumar and Tomkins, "Sic transit gloria telae" (WWW 2004,
https://doi.org/10.1145/988672.988716); likeness is measured by simhash (`linkstead.page.fingerprint`).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from linkstead.errors import UsageError
from linkstead.page.fingerprint import NEAR, distance
from linkstead.urls import try_normalise_url

_TOKEN: Final = re.compile(r"[A-Za-z0-9]{12,64}")
#: The ending stays: `.php` and `.html` may be answered by different programs.
_ENDING: Final = re.compile(r"[^/.]\.([A-Za-z0-9]{1,5})$")


def probe_address(url: str, token: str) -> str | None:
    """An address beside a page, named by a random token, without a query; None where there is no such thing.

    The home page has no siblings: a site that shows it for every address is no proof against it.
    Raises `UsageError` for a token that is not 12 to 64 letters and digits.
    """
    if not _TOKEN.fullmatch(token):
        raise UsageError("The token of a probe must be 12 to 64 letters and digits; make a random one.")
    normal = try_normalise_url(url)
    if normal is None:
        return None
    parts = urlsplit(normal)
    if parts.path in ("", "/") and not parts.query:
        return None
    slash = "/" if parts.path.endswith("/") and parts.path != "/" else ""
    folder = parts.path.removesuffix("/").rpartition("/")[0]
    ending = _ENDING.search(parts.path)
    name = f"{token}.{ending[1]}" if ending is not None else token
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{name}{slash}", "", ""))


def says_the_same(
    page_status: int | None,
    page_fingerprint: int | None,
    probe_status: int | None,
    probe_fingerprint: int | None,
) -> bool:
    """Whether the page and the probe were answered alike: the same status and nearly the same text.

    A text of too few words has no fingerprint, and proves nothing.
    """
    if page_fingerprint is None or probe_fingerprint is None or page_status is None:
        return False
    return page_status == probe_status and distance(page_fingerprint, probe_fingerprint) <= NEAR

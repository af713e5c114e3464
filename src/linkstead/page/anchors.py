"""The small grammars of links: rel tokens, anchor texts, `Link:` headers, meta refresh."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from linkstead.page.limits import MAX_ANCHOR, MAX_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Separators of rel tokens: ASCII white space (HTML) and commas, which Google accepts too
#: (developers.google.com/search/docs/crawling-indexing/qualify-outbound-links).
_REL_SEPARATORS = re.compile(r"[\t\n\x0c\r ,]+")
#: https://html.spec.whatwg.org/#shared-declarative-refresh-steps
_REFRESH = re.compile(
    r"[\t\n\x0c\r ]*(?P<seconds>\d+|(?=\.))(?:\.[\d.]*)?"
    r"(?:[\t\n\x0c\r ]*[;,][\t\n\x0c\r ]*|[\t\n\x0c\r ]+|\Z)(?P<url>.*)",
    re.DOTALL,
)
_REFRESH_KEY = re.compile(r"url[\t\n\x0c\r ]*=[\t\n\x0c\r ]*", re.IGNORECASE)
_MAX_SECONDS: Final = 1_000_000
#: One link of a Link header, https://www.rfc-editor.org/rfc/rfc8288#section-3
_HEADER_LINK = re.compile(r"""<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"]*))?)*)""")
_HEADER_REL = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))""", re.IGNORECASE)


@lru_cache(maxsize=4096)
def rel_tokens(rel: str) -> tuple[str, ...]:
    """The lower-case tokens of a rel attribute, in order."""
    return tuple(filter(None, _REL_SEPARATORS.split(rel[:MAX_ATTRIBUTE].lower())))


def clean(text: str | None, limit: int = MAX_ANCHOR) -> str:
    """Text with its white space collapsed, cut to `limit` characters."""
    return " ".join(text[: limit * 4].split())[:limit] if text else ""


def refresh(content: str) -> tuple[float, str] | None:
    """Seconds and address (as written) of a meta refresh; None if it is none or names no address."""
    found = _REFRESH.match(content[:MAX_ATTRIBUTE])
    if found is None:
        return None
    url = found["url"].strip("\t\n\x0c\r ")
    key = _REFRESH_KEY.match(url)
    if key is not None:
        url = url[key.end() :]
    if url[:1] in {'"', "'"}:
        url = url[1:].partition(url[0])[0]
    seconds = min(int(found["seconds"][:9] or 0), _MAX_SECONDS)
    return (float(seconds), url) if url else None


def header_links(values: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each address (as written) and its rel tokens of some `Link:` header values."""
    for value in values:
        for found in _HEADER_LINK.finditer(value):
            rel = _HEADER_REL.search(found[2])
            if rel is not None:
                yield found[1].strip(), rel_tokens(rel[1] or rel[2] or "")

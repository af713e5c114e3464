"""Lines that make no entry: why not, and what was plainly meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from linkstead.disavow.codes import Complaint, complain, cut
from linkstead.disavow.entries import PREFIX, ascii_of, url_entry
from linkstead.urls import parse_url

if TYPE_CHECKING:
    from linkstead.disavow.file import Line

_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s,;]+")


def complaint_of(line: Line) -> Complaint:
    """Why a line makes no entry, and what was meant."""
    bare, number = line.bare, line.number
    if bare.lower().startswith(PREFIX):
        return _of_domain(number, bare[len(PREFIX) :].strip())
    before, mark, comment = bare.partition("#")
    if mark and (meant := _meant(before.strip())):
        fixed = f"# {comment.strip()}\n{meant}"
        return complain(number, "comment-after-entry", "A comment needs a line of its own.", fixed)
    parts = [_meant(part) for part in _SEPARATORS.split(bare) if part]
    if len(parts) > 1 and all(parts):
        fixed = "\n".join(part for part in parts if part)
        return complain(
            number, "several-entries", f"{len(parts)} entries on one line; each needs its own.", fixed
        )
    if (host := ascii_of(bare)) is not None:
        return complain(
            number, "bare-domain", f"Write {PREFIX}{host}; without it Google reads a URL.", f"{PREFIX}{host}"
        )
    return complain(
        number,
        "no-entry",
        f"“{cut(bare)}” is neither domain:host, nor a URL, nor a # comment; mend or take it out.",
    )


def _of_domain(number: int, rest: str) -> Complaint:
    """`domain:` with something behind it that is no host: the first reading that fits."""
    for reading in (_commented, _several, _an_address, _with_wildcard, _with_dot, _with_path):
        found = reading(number, rest)
        if found is not None:
            return found
    return complain(
        number, "domain-unreadable", f"“{cut(rest)}” is no name of a host; mend it or take it out."
    )


def _commented(number: int, rest: str) -> Complaint | None:
    before, mark, comment = rest.partition("#")
    host = ascii_of(before) if mark else None
    if host is None:
        return None
    fixed = f"# {comment.strip()}\n{PREFIX}{host}"
    return complain(number, "comment-after-entry", "A comment needs a line of its own.", fixed)


def _several(number: int, rest: str) -> Complaint | None:
    parts = [part.removeprefix(PREFIX) for part in _SEPARATORS.split(rest) if part]
    hosts = [ascii_of(part) for part in parts]
    if len(parts) < 2 or not all(hosts):
        return None
    fixed = "\n".join(f"{PREFIX}{host}" for host in hosts)
    return complain(
        number, "several-entries", f"{len(parts)} entries on one line; each needs its own.", fixed
    )


def _an_address(number: int, rest: str) -> Complaint | None:
    if not _SCHEME.match(rest):
        return None
    parsed = parse_url(rest)
    host = ascii_of(str(parsed.hostname)) if parsed is not None else None
    is_whole = parsed is not None and str(parsed.pathname) + str(parsed.search) in {"", "/"}
    say = f"A host follows domain:, no address; write {PREFIX}{host or 'example.com'}"
    if host is not None and is_whole:
        return complain(number, "domain-with-scheme", f"{say}.", f"{PREFIX}{host}")
    return complain(number, "domain-with-scheme", f"{say}, or the URL alone on the line.")


def _with_wildcard(number: int, rest: str) -> Complaint | None:
    if "*" not in rest:
        return None
    host = ascii_of(rest.replace("*.", "").replace("*", ""))
    say = "Take the * out: domain: covers all hosts below the one that it names."
    return complain(number, "domain-with-wildcard", say, None if host is None else f"{PREFIX}{host}")


def _with_dot(number: int, rest: str) -> Complaint | None:
    host = ascii_of(rest.lstrip(".")) if rest.startswith(".") else None
    if host is None:
        return None
    return complain(
        number, "domain-leading-dot", f"Write {PREFIX}{host}, without the dot.", f"{PREFIX}{host}"
    )


def _with_path(number: int, rest: str) -> Complaint | None:
    head = re.split(r"[/:?]", rest, maxsplit=1)[0]
    host = ascii_of(head) if head != rest else None
    if host is None:
        return None
    say = f"A host alone follows domain:. Write {PREFIX}{host} for all of it, or one page as https://{cut(rest)}."
    return complain(number, "domain-with-path", say, f"{PREFIX}{host}" if rest[len(head) :] == "/" else None)


def _meant(text: str) -> str | None:
    """A piece of a line as the entry that it plainly is."""
    if text.lower().startswith(PREFIX):
        host = ascii_of(text[len(PREFIX) :])
        return None if host is None else f"{PREFIX}{host}"
    if _SCHEME.match(text):
        return text if url_entry(text) is not None else None
    host = ascii_of(text)
    return None if host is None else f"{PREFIX}{host}"

"""One plain sentence for every event, and how words of strangers are shown in mails, feeds and pages.

A sentence is a tuple of parts, so that text and HTML are made from the same words. What strangers wrote
(URLs, anchor texts, header values) is a `Part` with `foreign` set: cut to 200 characters, on one line,
without marks that would turn the direction of what follows, and isolated from its neighbours:
https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates and <bdi> in HTML.
"""

from __future__ import annotations

import datetime as dt
import html
import unicodedata
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.events import EventKind
from linkstead.link import QUALIFYING_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: characters shown of a title, an anchor or a URL (robustness rule for mails and lists)
LONGEST: Final = 200
_ISOLATE, _POP = "\u2068", "\u2069"
_JOINERS: Final = frozenset("\u200c\u200d")  # formats, too, but Persian, Hindi and emoji are spelt with them
#: general categories that a line of text has no use for: controls, formats (all bidi marks among them),
#: halves of surrogate pairs, private use, line and paragraph separators
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Part(NamedTuple):
    """A piece of a sentence; `foreign` marks words that are not ours."""

    text: str
    foreign: bool = False


type_sentence = tuple[Part, ...]


class Told(NamedTuple):
    """An event as far as its sentence needs it; the fields are those of `profile.events.EventRow`."""

    kind: EventKind
    page_url: str | None
    target_url: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def plain(text: object, longest: int = LONGEST) -> str:
    r"""One line of at most `longest` characters that cannot break a header or turn a neighbour's direction.

    >>> plain("two\r\nlines \u202egnp.exe")
    'two lines gnp.exe'
    """
    # cut first, generously: a title of a megabyte costs no more than one of a page
    given = str(text)[: longest * 8]
    kept = "".join(letter if letter in _JOINERS else _kept(letter) for letter in given)
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    return letter if category not in _DROPPED else "" if category == "Cf" else " "


def bare(url: str | None) -> str:
    """An address without its scheme, as sentences show it: readable, and no mail program makes it a link."""
    text = plain(url or "", LONGEST + 8)
    for scheme in ("https://", "http://"):
        text = text.removeprefix(scheme)
    return plain(text.removesuffix("/") if text.count("/") == 1 else text)


def isolated(text: str) -> str:
    """Foreign words for plain text. ASCII has one direction only and stays as it is."""
    return text if text.isascii() else f"{_ISOLATE}{text}{_POP}"


def as_text(sentence: type_sentence) -> str:
    """A sentence as one line of plain text."""
    return "".join(isolated(part.text) if part.foreign else part.text for part in sentence)


def as_html(sentence: type_sentence) -> str:
    """A sentence as HTML: everything escaped, foreign words in <bdi>."""
    return "".join(
        f"<bdi>{html.escape(part.text)}</bdi>" if part.foreign else html.escape(part.text)
        for part in sentence
    )


def sentence(event: Told) -> type_sentence:
    """What happened, as one sentence. Facts that an event does not carry are left out, never guessed."""
    return _SENTENCES[event.kind](event)


#: Why a look had its outcome, behind a colon (the words of linkstead.link.Reason).
_REASONS: Final[dict[str, str]] = {
    "removed": "the page is there, the link is not",
    "page_gone": "the page is gone",
    "page_redirected": "the page now redirects elsewhere",
    "parked": "the domain is parked",
    "soft404": "the page says that it was not found",
    "dns": "the host name was not found",
    "connection": "no connection",
    "tls": "the encrypted connection failed",
    "timeout": "no answer in time",
    "server_error": "a server error",
    "redirect_loop": "redirects in a circle",
    "too_many_redirects": "too many redirects",
    "bad_redirect": "a redirect to nowhere",
    "address_refused": "its address is not a public one",
    "bad_answer": "an answer that is not HTTP",
    "robots": "robots.txt asks us to stay away",
    "login": "a login is asked for",
    "forbidden": "we are refused",
    "rate_limited": "too many requests",
    "refused": "we are refused",
    "challenge": "a challenge instead of the page",
    "legal": "withheld for legal reasons",
}


def _new(event: Told) -> type_sentence:
    anchor = _fact(event.after, "anchor_text", "anchor")
    said = (Part(" with the text “"), _foreign(anchor), Part("”")) if anchor else ()
    return (_page(event), Part(" links to "), _target(event), *said, Part("."))


def _lost(event: Told) -> type_sentence:
    return (_page(event), Part(" no longer links to "), _target(event), *_why(event), Part("."))


def _not_found(event: Told) -> type_sentence:
    known = Part("; only sources knew the link.")
    return (Part("No link from "), _page(event), Part(" to "), _target(event), *_why(event), known)


def _regained(event: Told) -> type_sentence:
    return (_page(event), Part(" links to "), _target(event), Part(" again."))


def _unreachable(event: Told) -> type_sentence:
    told = Part(" could not be read for a while")
    unknown = Part(". Whether it still links to ")
    return (_page(event), told, *_why(event), unknown, _target(event), Part(" is not known."))


def _moved(event: Told) -> type_sentence:
    where = _fact(event.after, "final_url", "found_url", "page_url")
    to = (Part(": "), Part(bare(where), foreign=True)) if where else ()
    via = {"canonical": " to the page's canonical address", "pagination": " to another page of its series"}
    told = via.get(_fact(event.after, "via"), " to another address")
    return (Part("The link on "), _page(event), Part(f" has moved{told}"), *to, Part("."))


def _rel_changed(event: Told) -> type_sentence:
    now, was = _followed(event.after), _followed(event.before)
    tokens = " ".join(_qualifying(event.after)) or _fact(event.after, "nofollow_from")
    because = (Part(" ("), _foreign(tokens), Part(")")) if tokens and now == "not followed" else ()
    if now and was and now != was:
        return (
            Part("The link on "),
            _page(event),
            Part(f" is now {now}"),
            *because,
            Part(f", it was {was}."),
        )
    return _changed("rel of the link", event, "rel", "nofollow_from")


def _placement_changed(event: Told) -> type_sentence:
    return _changed("placement of the link", event, "placement")


def _anchor_changed(event: Told) -> type_sentence:
    return _changed("anchor text of the link", event, "anchor_text", "anchor", quoted=True)


def _target_changed(event: Told) -> type_sentence:
    return _changed("address in the link", event, "found_url", "target_url", "target")


def _status_changed(event: Told) -> type_sentence:
    return _changed("HTTP status", event, "http_status", "status")


def _indexability_changed(event: Told) -> type_sentence:
    words = {"True": "may be indexed again", "False": "asks not to be indexed"}
    told = words.get(_fact(event.after, "indexable"), "may be indexed in another way than before")
    why = _fact(event.after, "noindex_from")
    because = (Part(" ("), _foreign(why), Part(")")) if why else ()
    return (_page(event), Part(f", which links to you, {told}"), *because, Part("."))


def _hidden_changed(event: Told) -> type_sentence:
    why = _fact(event.after, "hidden")
    if why:
        return (
            Part("The link on "),
            _page(event),
            Part(" is hidden from people now ("),
            _foreign(why),
            Part(")."),
        )
    return (Part("The link on "), _page(event), Part(" can be seen again."))


def _target_broken(event: Told) -> type_sentence:
    status = _fact(event.after, "http_status", "status")
    why = (Part(": HTTP "), _foreign(status)) if status else _why(event)
    return (Part("Your page "), _target(event), Part(", which has backlinks, fails"), *why, Part("."))


def _target_repaired(event: Told) -> type_sentence:
    return (Part("Your page "), _target(event), Part(", which has backlinks, answers again."))


def _incident(event: Told) -> type_sentence:
    """The figures are ours; what its first sign says may quote an anchor text, and is foreign."""
    what = (event.after or {}).get("what")
    began, says = _fact(event.after, "began"), _fact(event.after, "says")
    opening = "More links than usual"
    if what == ["confirmed losses"]:
        opening = "More losses than usual"
    elif _fact(event.after, "severity") == "warning":
        opening = "Links with marks of spam"
    since = f" since {_day(began)}" if began else " were found"
    first = (Part(": "), _foreign(says.removesuffix("."))) if says else ()
    return (Part(f"{opening}{since}"), *first, Part(f".{_so_far(event.after)}"))


def _day(iso: str) -> str:
    try:
        return f"{dt.date.fromisoformat(iso):%-d %b %Y}"
    except ValueError:
        return plain(iso)


def _so_far(facts: Mapping[str, Any] | None) -> str:
    """“ So far 240 domains with 312 links.”, as far as the numbers are known."""
    known = facts or {}
    told = [
        f"{number:,} {one if number == 1 else one + 's'}"
        for one in ("domain", "link")
        if isinstance(number := known.get(f"{one}s"), int) and number > 0
    ]
    return f" So far {' with '.join(told)}." if told else ""


#: Every kind has its sentence; a test holds the table to EventKind.
_SENTENCES: Final[dict[EventKind, Callable[[Told], type_sentence]]] = {
    EventKind.NEW: _new,
    EventKind.LOST: _lost,
    EventKind.NOT_FOUND: _not_found,
    EventKind.REGAINED: _regained,
    EventKind.UNREACHABLE: _unreachable,
    EventKind.REL_CHANGED: _rel_changed,
    EventKind.ANCHOR_CHANGED: _anchor_changed,
    EventKind.TARGET_CHANGED: _target_changed,
    EventKind.PLACEMENT_CHANGED: _placement_changed,
    EventKind.INDEXABILITY_CHANGED: _indexability_changed,
    EventKind.HIDDEN_CHANGED: _hidden_changed,
    EventKind.STATUS_CHANGED: _status_changed,
    EventKind.MOVED: _moved,
    EventKind.TARGET_BROKEN: _target_broken,
    EventKind.TARGET_REPAIRED: _target_repaired,
    EventKind.INCIDENT: _incident,
}


def _page(event: Told) -> Part:
    return Part(bare(event.page_url), foreign=True) if event.page_url else Part("A page")


def _target(event: Told) -> Part:
    return Part(bare(event.target_url), foreign=True) if event.target_url else Part("your site")


def _foreign(text: str) -> Part:
    return Part(plain(text), foreign=True)


def _why(event: Told) -> type_sentence:
    reason = _fact(event.after, "reason")
    return (Part(f": {_REASONS[reason]}"),) if reason in _REASONS else ()


def _changed(what: str, event: Told, *names: str, quoted: bool = False) -> type_sentence:
    """“The anchor text of the link on … is now “x”, it was “y”.”"""
    opened, closed = ("“", "”") if quoted else ("", "")
    now, was = _fact(event.after, *names), _fact(event.before, *names)
    subject = (Part(f"The {what} on "), _page(event))
    if not now and not was:
        return (*subject, Part(" has changed."))
    told = (Part(f" is now {opened}"), _foreign(now), Part(closed)) if now else (Part(" is now empty"),)
    earlier = (Part(f", it was {opened}"), _foreign(was), Part(f"{closed}.")) if was else (Part("."),)
    return (*subject, *told, *earlier)


def _qualifying(facts: Mapping[str, Any] | None) -> list[str]:
    rel = (facts or {}).get("rel")
    return [token for token in rel if token in QUALIFYING_TOKENS] if isinstance(rel, list | tuple) else []


def _followed(facts: Mapping[str, Any] | None) -> str:
    return {"True": "followed", "False": "not followed"}.get(_fact(facts, "followed"), "")


def _fact(facts: Mapping[str, Any] | None, *names: str) -> str:
    """The first of these facts that is there, as a word; lists with their items side by side."""
    for name in names:
        value = (facts or {}).get(name)
        if isinstance(value, list | tuple):
            value = " ".join(map(str, value))
        if value not in (None, ""):
            return str(value)
    return ""

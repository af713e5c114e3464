"""Mails: subject, plain text and HTML from the same digest.

The HTML is paragraphs and lists without tables, colours or pictures, so that every mail program shows
it in the reader's own light or dark. Links lead to this installation only; strangers' addresses are
words. Nothing from outside reaches a subject but the project's name, which its own people chose.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkstead.alerts.wording import as_html, as_text, isolated, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.alerts.digest import Digest, Item, Section

_BODY = (
    "max-width:40em;margin:0 auto;padding:1em;line-height:1.5;overflow-wrap:anywhere;"
    "font-family:-apple-system,'Segoe UI',Roboto,sans-serif"
)
_SUBJECT_NAME = 80


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words; `text` says all that `html` says."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the events: whose they are, where to read on, why this mail came."""

    project: str
    opening: str
    inbox_url: str
    channels_url: str
    why: str
    address_of: Callable[[Item], str]


def letter(digest: Digest, around: Envelope, *, daily: bool) -> Letter:
    """A digest as a mail; a daily one says so in its subject."""
    name = plain(around.project, _SUBJECT_NAME)
    subject = f"{isolated(name)}: {'daily digest, ' if daily else ''}{digest.headline}"
    return Letter(subject, _text(digest, around, name), _html(digest, around, name, subject))


def trial_letter(around: Envelope) -> Letter:
    """What the test button sends."""
    name = plain(around.project, _SUBJECT_NAME)
    words = "This is a test. Alerts of this project reach you at this address."
    text = f"{words}\n\n{isolated(name)}\n{around.inbox_url}\n\n-- \n{around.why}\n{around.channels_url}\n"
    inner = f"<p>{words}</p><p><bdi>{html.escape(name)}</bdi></p>{_foot(around)}"
    return Letter(f"{isolated(name)}: test", text, _page("Test", inner))


def _text(digest: Digest, around: Envelope, name: str) -> str:
    lines = [f"{isolated(name)}: {around.opening}", ""]
    for section in digest.sections:
        title = f"{section.title} ({section.count:,})"
        lines += [title, "=" * len(title), ""]
        for item in section.items:
            lines += [
                f"* {as_text(item.sentence)}{_worth(item)}{_more(item)}",
                f"  {around.address_of(item)}",
            ]
        lines += [*([f"… and {section.untold:,} more in the inbox."] if section.untold else []), ""]
    lines += [f"All of it: {around.inbox_url}", "", "-- ", around.why, around.channels_url, ""]
    return "\n".join(lines)


def _html(digest: Digest, around: Envelope, name: str, subject: str) -> str:
    opening = f"<p><b><bdi>{html.escape(name)}</bdi></b>: {html.escape(around.opening)}</p>"
    sections = "".join(_section(section, around) for section in digest.sections)
    inbox = f'<p><a href="{html.escape(around.inbox_url)}">Read all of it in the inbox</a></p>'
    return _page(subject, opening + sections + inbox + _foot(around))


def _section(section: Section, around: Envelope) -> str:
    items = "".join(
        f'<li style="margin-bottom:.6em">{as_html(item.sentence)}{_worth(item)}{_more(item)} '
        f'<a href="{html.escape(around.address_of(item))}">See it</a></li>'
        for item in section.items
    )
    untold = f"<p>… and {section.untold:,} more in the inbox.</p>" if section.untold else ""
    return (
        f'<h2 style="font-size:1.15em">{html.escape(section.title)} ({section.count:,})</h2>'
        f'<ul style="padding-left:1.2em">{items}</ul>{untold}'
    )


def _more(item: Item) -> str:
    """The site's name is a host in ASCII, so it needs no care."""
    return f" The same on {item.more:,} more of this site." if item.more else ""


def _worth(item: Item) -> str:
    """What the link is worth, as far as somebody has judged it."""
    return "" if item.worth is None else f" Worth {item.worth:.0f} of 100."


def _foot(around: Envelope) -> str:
    return (
        f'<hr><p><small>{html.escape(around.why)} <a href="{html.escape(around.channels_url)}">'
        "Change what you get</a></small></p>"
    )


def _page(title: str, inner: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f'<title>{html.escape(title)}</title></head><body style="{_BODY}">{inner}</body></html>'
    )

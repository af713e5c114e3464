"""robots.txt: what a site asks crawlers to leave alone.

The Robots Exclusion Protocol is RFC 9309 (https://www.rfc-editor.org/rfc/rfc9309); where it leaves a
choice, `OUTCOMES` below says what we do. Rules are matched by Protego. It is given a text that holds
only what concerns the agents asked for, in one spelling:

* the byte order mark is dropped, a product token ends at the first character that may not stand in one
  (`Agent/1.2`, `FOO BAR`), unknown records do not end a group;
* groups for other agents are folded into one, so that a hostile file with 20,000 agents costs no more
  than its length;
* URLs come in their WHATWG serialisation, which is the percent-encoding that the protocol asks for.

The reference are the 142 assertions of Google's own parser: 141 hold, and the one left is a pattern
`%62%61%7A` against `baz`, where RFC 9309 (section 2.2.2) says that the two are equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from protego import Protego

from linkstead.monitor.fetched import RobotsSaid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Our product token (RFC 9309, section 2.2.1) and the one that search engines are asked about.
OUR_AGENT: Final = "linkstead"
SEARCH_AGENT: Final = "googlebot"

MAX_BYTES: Final = 512 * 1024
MAX_REDIRECTS: Final = 5
CACHE_SECONDS: Final = 86_400
#: Unreachable for so long: the last good copy counts, or none at all (section 2.3.1.4).
GIVE_UP_SECONDS: Final = 30 * 86_400
#: A file that could not be reached is asked for again after this time, doubled for each failure.
RETRY_SECONDS: Final = 300

RULES: Final = "rules"
UNAVAILABLE: Final = "unavailable"
UNREACHABLE: Final = "unreachable"

#: Status of robots.txt -> what counts, first match wins. RFC 9309 sections 2.3.1.1 to 2.3.1.4; 429 as
#: Google treats it (developers.google.com/search/docs/crawling-indexing/robots/robots_txt).
OUTCOMES: Final[tuple[tuple[range, str], ...]] = (
    (range(200, 300), RULES),
    (range(429, 430), UNREACHABLE),
    (range(300, 500), UNAVAILABLE),
    (range(500, 600), UNREACHABLE),
)

#: Spellings of the records that matter. Misspellings as Google's own parser reads them.
_RECORDS: Final[dict[str, str]] = {
    "user-agent": "User-agent", "useragent": "User-agent", "user agent": "User-agent",
    "allow": "Allow",
    "disallow": "Disallow", "dissallow": "Disallow", "dissalow": "Disallow", "disalow": "Disallow",
    "diasllow": "Disallow", "disallaw": "Disallow",
    "crawl-delay": "Crawl-delay", "crawl delay": "Crawl-delay", "crawldelay": "Crawl-delay",
}  # fmt: skip
_LINE = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")
#: Characters at which Protego would break a line though the protocol does not.
_OTHER_BREAKS = str.maketrans(dict.fromkeys("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " "))
_MAX_LINE: Final = 16_384
_OTHERS: Final = "some-other-agent"
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """One robots.txt as it was fetched.

    `kind` says what counts (`RULES`, `UNAVAILABLE`, `UNREACHABLE`), `flags` what was odd about it, and
    `status` is the one it came with (None without an answer).
    """

    kind: str
    text: str = ""
    flags: tuple[str, ...] = ()
    status: int | None = None


def read_file(status: int, body: bytes, *, redirects: int = 0, complete: bool = True) -> RobotsFile:
    """Judge an answer to GET /robots.txt. `redirects` were followed to get it."""
    if redirects > MAX_REDIRECTS:
        return RobotsFile(UNAVAILABLE, flags=("too many redirects",), status=status)
    kind = next((kind for statuses, kind in OUTCOMES if status in statuses), UNREACHABLE)
    if kind == RULES and not complete:
        return RobotsFile(UNREACHABLE, flags=("cut short",), status=status)
    if kind != RULES:
        return RobotsFile(kind, flags=(f"status {status}",), status=status)
    return _with_rules(body, status)


def unreachable(why: str) -> RobotsFile:
    """No answer at all: everything is disallowed until there is one (section 2.3.1.4)."""
    return RobotsFile(UNREACHABLE, flags=(why,))


def _with_rules(body: bytes, status: int) -> RobotsFile:
    flags: list[str] = []
    if len(body) > MAX_BYTES:
        body = body[: MAX_BYTES + 1]
        end = max(body.rfind(b"\n"), body.rfind(b"\r"))
        body = body[: end + 1] if end >= 0 else body[:MAX_BYTES]
        flags.append("too long")
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if _HTML.match(text):
        flags.append("robots_not_text")
    return RobotsFile(RULES, text, tuple(flags), status)


def settled(fresh: RobotsFile, last_good: RobotsFile | None, failing_seconds: float) -> RobotsFile:
    """What counts when robots.txt has been unreachable for a while.

    Before thirty days everything stays disallowed; from then on the last good copy counts, else
    nothing is disallowed.
    """
    if fresh.kind != UNREACHABLE or failing_seconds < GIVE_UP_SECONDS:
        return fresh
    flags = (*fresh.flags, "unreachable for 30 days")
    if last_good is not None:
        return RobotsFile(last_good.kind, last_good.text, flags, fresh.status)
    return RobotsFile(UNAVAILABLE, flags=flags, status=fresh.status)


class RobotsRules:
    """The rules of one robots.txt for the agents given (product tokens, without regard to case)."""

    def __init__(self, file: RobotsFile, agents: Sequence[str] = (OUR_AGENT, SEARCH_AGENT)) -> None:
        self._file = file
        tokens = frozenset(token(agent) for agent in agents)
        self._parsed = Protego.parse(_essence(file.text, tokens)) if file.kind == RULES else None

    def allows(self, url: str, agent: str = OUR_AGENT) -> bool:
        """Whether the agent may fetch an absolute URL of this host, percent-encoded as everywhere."""
        if self._parsed is None:
            return self._file.kind == UNAVAILABLE
        name = token(agent) if _TOKEN.fullmatch(agent.strip()) else ""
        return bool(self._parsed.can_fetch(_ascii(url), name))

    def say(self, url: str) -> RobotsSaid:
        """What the file says about one page."""
        delay = None if self._parsed is None else self._parsed.crawl_delay(OUR_AGENT)
        return RobotsSaid(
            ours=self.allows(url),
            search_engines=self.allows(url, SEARCH_AGENT),
            why=self._file.kind,
            flags=self._file.flags,
            crawl_delay=delay,
        )


def token(agent: str) -> str:
    """The product token at the start of an agent's name, in lower case; `*` for everybody."""
    text = agent.strip()
    found = _TOKEN.match(text)
    if found is None:
        return "*" if text.startswith("*") else ""
    return found[0].lower()


def _ascii(url: str) -> str:
    """The URL as it is, in ASCII.

    A character that should have been percent-encoded matches no rule for its encoding, as in Google's
    parser: guessing what a caller meant is not the matcher's business.
    """
    if url.isascii():
        return url
    return "".join(mark if mark.isascii() else quote(mark).replace("%", "%25") for mark in url)


def _essence(text: str, tokens: frozenset[str]) -> str:
    return "\n".join(_lines(text, tokens))


def _lines(text: str, tokens: frozenset[str]) -> Iterator[str]:
    named: set[str] = set()  # agents named since the last rule
    naming = False
    for record, value in _records(text):
        if record != "User-agent":
            naming = False
            yield f"{record}: {value}"
            continue
        if not naming:
            named.clear()
            naming = True
        agent = _canonical_agent(value, tokens)
        if agent not in named:
            named.add(agent)
            yield f"{record}: {agent}"


def _canonical_agent(value: str, tokens: frozenset[str]) -> str:
    """`*`, one of our tokens, or the name that stands for all the others."""
    text = value.strip()
    if text == "*" or (text.startswith("*") and text[1:2].isspace()):
        return "*"
    name = token(text)
    return name if name and name in tokens else _OTHERS


def _records(text: str) -> Iterator[tuple[str, str]]:
    for line in _LINE.split(text):
        content = line[:_MAX_LINE].partition("#")[0].translate(_OTHER_BREAKS).strip()
        record, value = _split(content)
        if record is not None:
            yield record, value


def _split(content: str) -> tuple[str | None, str]:
    """A line as (record, value). Without a colon, two words make a record, as Google reads them."""
    key, colon, value = content.partition(":")
    if colon:
        return _RECORDS.get(key.strip().lower()), value.strip()
    words = content.split()
    if len(words) == 2:
        return _RECORDS.get(words[0].lower()), words[1]
    return None, ""


@lru_cache(maxsize=64)
def rules_of(file: RobotsFile) -> RobotsRules:
    """Compiled rules; files that are alike are compiled once."""
    return RobotsRules(file)

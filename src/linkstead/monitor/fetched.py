"""What one fetch brought home: an answer with its way there, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkstead.monitor.validators import Validators, validators_in

if TYPE_CHECKING:
    from linkstead.link import Reason, Redirect


@dataclass(frozen=True, slots=True)
class RobotsSaid:
    """What a robots.txt says about one page: to us, and to search engines (asked as Googlebot).

    `why` tells how that was found (`rules`, `unavailable`, `unreachable`, `not asked`), `flags` what was
    odd about the file, `crawl_delay` the seconds it asks us to wait.
    """

    ours: bool = True
    search_engines: bool = True
    why: str = "not asked"
    flags: tuple[str, ...] = ()
    crawl_delay: float | None = None


NOT_ASKED = RobotsSaid()


@dataclass(frozen=True, slots=True)
class Fetched:
    """One fetch of a page, all its redirects included.

    `url` is what was asked for, `final_url` the last address that was tried. `status`, `headers` and
    `body` (decoded, cut at a limit when `truncated`) belong to the last answer. `failure` is None, or a
    reason of the outcomes blocked, unreachable and unreadable; a body may stand beside it as far as it
    came. `failure_detail` names only the class of an error, never an inner address. `elapsed` is in
    seconds, `fetched_at` and `retry_at` in epoch seconds; `retry_at` is when the host lets us come back.
    `tls_invalid` says in a few words what is wrong with the certificate of a page that was read anyway.
    `not_modified`: the server says that the page is the version whose validators were sent (304); there
    is no body, and the headers are those of this answer. `requests` and `wire_bytes` count what was asked
    and what came for it, robots.txt and all hops included (heads and bodies as sent, without TLS and
    without bodies of redirects). `turned_away`: the shared door of the address stayed closed, so that the
    page was not asked for and nothing at all was learned. `address` is the first IP address of the last host.
    """

    url: str
    final_url: str
    redirects: tuple[Redirect, ...] = ()
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: Reason | None = None
    failure_detail: str = ""
    elapsed: float = 0.0
    tls_invalid: str | None = None
    truncated: bool = False
    robots: RobotsSaid = NOT_ASKED
    fetched_at: int = 0
    retry_at: int | None = None
    not_modified: bool = False
    requests: int = 0
    wire_bytes: int = 0
    turned_away: bool = False
    address: str | None = None

    @property
    def validators(self) -> Validators | None:
        """What to send with the next fetch, so that an unchanged page need not come again.

        Only of a whole answer with status 200. Whether that was the page and no challenge before it is
        for the caller to judge.
        """
        whole = self.status == 200 and self.failure is None
        return validators_in(self.final_url, self.headers) if whole else None

    def header(self, name: str) -> str:
        """The last value of a header by its lower-case name, or an empty text."""
        return last_header(self.headers, name)


def last_header(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in reversed(headers) if key.lower() == name), "")

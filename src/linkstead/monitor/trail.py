"""One fetch on its way: the hops behind it, the time it has left, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from linkstead.link import Reason, Redirect
from linkstead.monitor.fetched import NOT_ASKED, Fetched, RobotsSaid
from linkstead.monitor.guard import RefusedUrl, WebAddress, read_address
from linkstead.monitor.validators import Validators, condition
from linkstead.urls import absolute_url

_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something did not work: a reason and the class of the error in a few words."""

    reason: Reason
    detail: str


@dataclass(slots=True)
class Answer:
    """What one request brought; the body as far as it came."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: Failure | None = None
    tls_invalid: str | None = None
    requests: int = 0
    wire_bytes: int = 0

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


@dataclass(slots=True)
class Trail:
    """The state of one fetch. `seconds_left` is the time that all its hops may still take."""

    url: str
    max_redirects: int
    seconds_left: float
    fetched_at: int
    validators: Validators | None = None
    final_url: str = ""
    redirects: list[Redirect] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    answer: Answer = field(default_factory=Answer)
    robots: RobotsSaid = NOT_ASKED
    tls_invalid: str | None = None
    elapsed: float = 0.0
    retry_at: int | None = None
    not_modified: bool = False
    requests: int = 0
    wire_bytes: int = 0
    address: str | None = None

    def start(self) -> WebAddress | Fetched:
        address = read_address(self.url)
        self.final_url = self.url
        if isinstance(address, RefusedUrl):
            return self.failed(Reason.ADDRESS_REFUSED, address.why)
        return self._at(address)

    def spend(self, seconds: float) -> None:
        self.elapsed += seconds
        self.seconds_left -= seconds

    def count(self, answer: Answer) -> None:
        """Add one answer, of a page or a robots.txt, to what the fetch has cost."""
        self.requests += answer.requests
        self.wire_bytes += answer.wire_bytes

    def took(self, answer: Answer) -> None:
        """Remember the last answer, and the first thing that was wrong with a certificate."""
        self.answer = answer
        self.tls_invalid = self.tls_invalid or answer.tls_invalid

    def hop(self, base: str, status: int, location: str) -> WebAddress | Fetched:
        """Go where an answer sends us, or end there."""
        if not location.strip():
            return self.failed(Reason.BAD_REDIRECT, "no address")
        shown = (absolute_url(location, base) or location)[:_SHOWN]
        if len(self.redirects) >= self.max_redirects:
            return self.failed(Reason.TOO_MANY_REDIRECTS, f"the next would be {shown}")
        self.redirects.append(Redirect(base, status, shown))
        address = read_address(location, base)
        if isinstance(address, RefusedUrl):
            return self.failed(Reason.BAD_REDIRECT, f"{address.why}: {shown}")
        if address.url in self.seen:
            return self.failed(Reason.REDIRECT_LOOP, f"back to {address.url[:_SHOWN]}")
        return self._at(address)

    def _at(self, address: WebAddress) -> WebAddress:
        self.seen.add(address.url)
        self.final_url = address.url
        return address

    def unchanged(self, address: WebAddress) -> Fetched:
        """The end with a 304: the page we know, if we asked for a newer one."""
        if not condition(self.validators, address.url):
            return self.failed(Reason.BAD_ANSWER, "“not modified”, though we know no version of the page")
        self.not_modified = True
        return self.ended()

    def turned_away(self, retry_at: int) -> Fetched:
        """The end before a visit whose address is being visited by another process of ours."""
        self.retry_at = retry_at
        failed = self.failed(Reason.RATE_LIMITED, "another visit of ours to its server is under way")
        return replace(failed, turned_away=True)

    def failed(self, reason: Reason, detail: str) -> Fetched:
        return self._fetched(Failure(reason, detail))

    def ended(self) -> Fetched:
        return self._fetched(self.answer.failure)

    def _fetched(self, failure: Failure | None) -> Fetched:
        return Fetched(
            url=self.url,
            final_url=self.final_url,
            redirects=tuple(self.redirects),
            status=self.answer.status,
            headers=self.answer.headers,
            body=self.answer.body,
            failure=None if failure is None else failure.reason,
            failure_detail="" if failure is None else failure.detail,
            elapsed=self.elapsed,
            tls_invalid=self.tls_invalid,
            truncated=failure is not None and bool(self.answer.body),
            robots=self.robots,
            fetched_at=self.fetched_at,
            retry_at=self.retry_at,
            not_modified=self.not_modified,
            requests=self.requests,
            wire_bytes=self.wire_bytes,
            address=self.address,
        )

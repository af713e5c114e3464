"""A webhook leaves through the same guarded connector as every look: judged at the socket, never redirected.

A small client of its own, since a POST with a secret wants none of the crawler's patience: no redirects,
no lenient TLS, no robots, no proxy, one deadline for all of it, and not a byte of the answer's body.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Final

import aiohttp
from yarl import URL

from linkstead.alerts.channels import Attempt, Outcome
from linkstead.alerts.post import judge_status
from linkstead.monitor.connection import (
    AddressRefused,
    GuardedConnector,
    PinnedResolver,
    SystemResolver,
    own_addresses,
    tls_fault,
    verifying_context,
)
from linkstead.monitor.guard import RefusedUrl, judge_answer, judge_port, read_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkstead.alerts.post import Parcel
    from linkstead.monitor.connection import Resolver
    from linkstead.monitor.guard import Network, WebAddress

SECONDS: Final = 15.0
_HEADER_BYTES: Final = 16_384

#: What may go wrong on the way, and how it is said. Never an address of the inside, never a body.
_TROUBLE: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (TimeoutError, "The receiver did not answer in time."),
    (aiohttp.ClientConnectorError, "No connection to the receiver."),
    (aiohttp.ClientError, "The receiver did not answer in HTTP."),
    (ValueError, "The receiver did not answer in HTTP."),
    (OSError, "The connection to the receiver broke."),
)


def post(
    parcel: Parcel,
    allowed: Sequence[Network] = (),
    *,
    seconds: float = SECONDS,
    agent: str = "Linkstead",
    resolver: Resolver | None = None,
    ca_file: Path | None = None,
) -> Attempt:
    """Send one parcel and say what came of it; `allowed` are private networks that the operator opened.

    At most `seconds` for everything. Never raises for what the other side does.
    """
    address = read_address(parcel.url)
    if isinstance(address, RefusedUrl):
        return _refused(address.why)
    own = resolver or SystemResolver()
    try:
        return asyncio.run(_post(parcel, address, allowed, seconds, agent, own, ca_file))
    finally:
        if isinstance(own, SystemResolver):
            own.close()


async def _post(
    parcel: Parcel,
    address: WebAddress,
    allowed: Sequence[Network],
    seconds: float,
    agent: str,
    resolver: Resolver,
    ca_file: Path | None,
) -> Attempt:
    try:
        async with asyncio.timeout(seconds):
            found = await _addresses(address, resolver, allowed)
            if isinstance(found, Attempt):
                return found
            return await _send(parcel, address, found, allowed, agent, ca_file)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return _failed(error)


async def _addresses(
    address: WebAddress, resolver: Resolver, allowed: Sequence[Network]
) -> tuple[str, ...] | Attempt:
    """Resolve once and judge all answers as one."""
    try:
        found = (address.host,) if address.literal else tuple(await resolver(address.host, address.port))
    except TimeoutError:
        raise
    except (OSError, UnicodeError):
        found = ()
    if not found:
        return Attempt(Outcome.AGAIN, "The receiver's name was not found.", is_down=True)
    refusal = judge_answer(found, allowed, own_addresses()) or judge_port(address.port, found, allowed)
    return found if refusal is None else _refused(refusal)


async def _send(
    parcel: Parcel,
    address: WebAddress,
    found: tuple[str, ...],
    allowed: Sequence[Network],
    agent: str,
    ca_file: Path | None,
) -> Attempt:
    url = URL(address.url, encoded=True)
    if url.raw_host != address.host or url.port != address.port:
        return _refused("read in two ways")  # the client would go where the guard did not look
    pinned = PinnedResolver()
    pinned.pins[address.host] = found
    async with (
        aiohttp.ClientSession(
            connector=GuardedConnector(pinned, allowed, own_addresses()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": agent, "Accept-Encoding": "identity"},
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        ) as session,
        session.post(
            url,
            data=parcel.body,
            headers=dict(parcel.headers),
            ssl=verifying_context(ca_file),
            allow_redirects=False,
        ) as response,
    ):
        status = response.status
        response.close()  # the body is nobody's business, and may have no end
    return judge_status(status)


def _refused(word: str) -> Attempt:
    return Attempt(
        Outcome.REFUSED,
        f"This address is not posted to ({word}); the operator may open a private network with"
        " LINKSTEAD_ALLOWED_PRIVATE_NETWORKS.",
    )


def _failed(error: BaseException) -> Attempt:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return _refused(cause.word)
        cause = getattr(cause, "os_error", None) or cause.__cause__
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return Attempt(
            Outcome.AGAIN, f"No secure connection to the receiver: {tls_fault(error)}.", is_down=True
        )
    words = next(words for kind, words in _TROUBLE if isinstance(error, kind))
    return Attempt(Outcome.AGAIN, words, is_down=True)

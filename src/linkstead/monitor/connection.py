"""The one connector: sockets are opened only to addresses that the guard let through.

A name is resolved once, all its addresses are judged together, and the connection goes to those very
addresses (no second look-up that could answer differently). The socket factory judges each address
again, because a URL may carry an address instead of a name, and a connection is used only after its
peer was judged as well.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from linkstead.monitor.guard import Address, Network, judge_address

if TYPE_CHECKING:
    from aiohttp.tracing import Trace

#: A name and a port to addresses, as texts.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_DNS_THREADS: Final = 64
#: From robots.txt to the page, and no longer: an idle connection over TLS holds 260 KB, and the next page of
#: its host is seconds away. With two seconds a process that had 256 open grew to 176 MB instead of 128.
_KEEP_ALIVE_SECONDS: Final = 0.5
#: Answers to one request: interim ones (100, 102, 103) and the last.
_MAX_ANSWERS: Final = 20

#: X509_V_ERR codes of OpenSSL (openssl.org/docs/man3.0/man3/X509_STORE_CTX_get_error.html) in our words.
CERTIFICATE_FAULTS: Final[dict[int, str]] = {
    7: "certificate with a false signature",
    9: "certificate not yet valid",
    10: "certificate expired",
    18: "self-signed certificate",
    19: "self-signed certificate in the chain",
    20: "certificate of an unknown issuer",
    21: "certificate of an unknown issuer",
    23: "certificate revoked",
    62: "certificate for another host",
    64: "certificate for another address",
}


class AddressRefused(OSError):
    """Raised inside the connector only, in place of opening a socket; `word` is the guard's."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class SystemResolver:
    """`getaddrinfo` in threads of its own, so that a slow name server holds up nothing else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="linkstead-dns")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _addresses, host, port)
        return tuple(dict.fromkeys(found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int) -> list[str]:
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in infos]


class PinnedResolver(AbstractResolver):
    """Gives aiohttp the addresses that were judged for a host, and knows nothing else."""

    def __init__(self) -> None:
        self.pins: dict[str, tuple[str, ...]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        wanted = [address for address in self.pins.get(host, ()) if _fits(address, family)]
        return [_result(host, address, port) for address in wanted] or _unknown(host)

    async def close(self) -> None:
        self.pins.clear()


def _fits(address: str, family: socket.AddressFamily) -> bool:
    return family == socket.AF_UNSPEC or (":" in address) == (family == socket.AF_INET6)


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


def _unknown(host: str) -> list[ResolveResult]:
    raise OSError(f"{host} was not judged")


class BoundedHandler(ResponseHandler):
    """Ends a connection on which answers come without end.

    aiohttp keeps every interim answer (1xx) and every answer nobody asked for in a queue without a
    bound: measured, 127 MiB in one second of `103 Early Hints`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._answers = 0

    def set_response_params(self, **params: Any) -> None:  # noqa: ANN401 (handed through as they are)
        self._answers = 0
        super().set_response_params(**params)

    def feed_data(self, data: Any, size: int = 0) -> None:  # noqa: ANN401 (aiohttp's own tuple)
        self._answers += 1
        if self._answers <= _MAX_ANSWERS:
            super().feed_data(data, size)
        elif self._answers == _MAX_ANSWERS + 1 and self.transport is not None:
            self.set_exception(HttpProcessingError(code=400, message="answers without end"))
            self.transport.close()


def _bounded(loop: asyncio.AbstractEventLoop) -> ResponseHandler:
    return BoundedHandler(loop)


class GuardedConnector(aiohttp.TCPConnector):
    """A connector that refuses addresses; keep-alive is short, pages of one host are seconds apart."""

    def __init__(self, resolver: PinnedResolver, allowed: Sequence[Network], own: frozenset[Address]) -> None:
        super().__init__(
            resolver=resolver,
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
            socket_factory=self._open,
        )
        self._allowed = allowed
        self._own = own
        self._factory = partial(_bounded, self._loop)

    def _open(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, proto, _, address = info
        self._judge(str(address[0]))
        opened = socket.socket(family, kind, proto)
        opened.setblocking(False)
        return opened

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 (aiohttp's name for it)
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        try:
            self._judge_peer(connection.transport)
        except AddressRefused:
            connection.close()
            raise
        return connection

    def _judge_peer(self, transport: asyncio.Transport | None) -> None:
        peer = None if transport is None else transport.get_extra_info("peername")
        if peer is not None:
            self._judge(str(peer[0]))

    def _judge(self, address: str) -> None:
        refusal = judge_address(address, self._allowed, self._own)
        if refusal is not None:
            raise AddressRefused(refusal)


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """The system's trust, and one more authority if given."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def lenient_context() -> ssl.SSLContext:
    """Reads what any browser of the last twenty years could: for pages whose certificate failed.

    Nothing secret is ever sent, and the verdict carries what was wrong.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


def tls_fault(error: BaseException) -> str:
    """What is wrong with a certificate or a handshake, in a few words."""
    cause: BaseException | None = error
    while cause is not None:
        if hasattr(cause, "verify_code"):
            return CERTIFICATE_FAULTS.get(cause.verify_code, "certificate not trusted")
        # aiohttp's own error wraps the one that knows, and calls itself an SSLError too
        cause = (
            getattr(cause, "certificate_error", None) or getattr(cause, "os_error", None) or cause.__cause__
        )
    return "outdated or broken TLS"


def own_addresses() -> frozenset[Address]:
    """The addresses of this machine, as far as the system tells without asking anybody."""
    texts = {*_names_addresses(), *_route_addresses(), *_ipv6_interfaces()}
    return frozenset(address for text in texts if (address := _read(text)) is not None)


def _names_addresses() -> list[str]:
    try:
        return _addresses(socket.gethostname(), 80)
    except OSError:
        return []


def _route_addresses() -> list[str]:
    """The source addresses of the default routes: a UDP socket that is connected sends nothing."""
    found = []
    for family, far in ((socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "2001:4860:4860::8888")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 53))
                found.append(str(probe.getsockname()[0]))
        except OSError:
            continue
    return found


def _ipv6_interfaces() -> list[str]:
    """Linux lists each interface's IPv6 address as 32 hexadecimal digits."""
    try:
        lines = Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [":".join(line[i : i + 4] for i in range(0, 32, 4)) for line in lines]


def _read(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None

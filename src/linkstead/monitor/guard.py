"""Which addresses the crawler may speak to: public ones, and nothing inside.

A server that fetches what strangers name can be sent to the machine's own doors (server-side request
forgery, OWASP ASVS 5.0.0 requirement 1.3.6). The standard library's `ipaddress` is no guard: in Python
3.11 `is_global` lets through 21 of 54 forbidden addresses. So the ranges stand here, from

* https://www.iana.org/assignments/iana-ipv4-special-registry
* https://www.iana.org/assignments/iana-ipv6-special-registry

IPv6 works the other way round: only global unicast (2000::/3) is open, minus its special blocks. An
address that carries an IPv4 address inside (NAT64, 6to4, Teredo, ISATAP, translated) is judged by what
it carries, since that is where a gateway would send it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from linkstead.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Never reachable, not even where a private network is allowed: cloud machines hand out keys there.
METADATA_ADDRESSES: Final[dict[str, str]] = {
    "169.254.169.254": "AWS, Azure, Google Cloud, OpenStack and others",
    "169.254.170.2": "AWS container credentials",
    "168.63.129.16": "Azure's wire server; it looks like a public address",
    "100.100.100.200": "Alibaba Cloud",
    "192.0.0.192": "Oracle Cloud",
    "fd00:ec2::254": "AWS over IPv6",
    "fd20:ce::254": "Google Cloud over IPv6",
}

#: Names that only resolve inside a cloud.
METADATA_NAMES: Final = frozenset({"metadata.google.internal", "metadata", "instance-data"})

#: IPv4 blocks that are no public web (IANA IPv4 special-purpose registry, and 224.0.0.0/4 multicast).
IPV4_REFUSED: Final[tuple[tuple[str, str], ...]] = (
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared address space"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
)

#: IPv6 blocks with a name of their own; everything outside 2000::/3 is refused anyway.
IPV6_REFUSED: Final[tuple[tuple[str, str], ...]] = (
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::/96", "IPv4-compatible"),
    ("100::/64", "discard"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)

_IPV4 = tuple((IPv4Network(block), word) for block, word in IPV4_REFUSED)
_IPV6 = tuple((IPv6Network(block), word) for block, word in IPV6_REFUSED)
_METADATA = frozenset(ip_address(text) for text in METADATA_ADDRESSES)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TEREDO = IPv6Network("2001::/32")
_6TO4 = IPv6Network("2002::/16")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
#: The upper half of an ISATAP interface identifier (RFC 5214, section 6.1).
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})

#: Ports of the web. Any other is open only on an address of an allowed private network.
PORTS: Final = frozenset({80, 443, 8080, 8443})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def judge_address(
    given: str | Address, allowed_private: Sequence[Network] = (), own: frozenset[Address] = frozenset()
) -> str | None:
    """Why an address is refused, in a few words, or None when it may be contacted.

    `allowed_private` are networks that the operator opened by name; `own` are this machine's own
    addresses. Metadata services stay closed whatever was opened.
    """
    address = _unmapped(given)
    if address is None:
        return "not an address"
    if address in _METADATA:
        return "cloud metadata"
    if is_in(address, allowed_private):
        return None
    if address in own:
        return "this machine's own address"
    return _judge_ipv4(address) if isinstance(address, IPv4Address) else _judge_ipv6(address)


def judge_answer(
    answers: Iterable[str], allowed_private: Sequence[Network] = (), own: frozenset[Address] = frozenset()
) -> str | None:
    """Judge all addresses of one name: a single refused one refuses the whole answer."""
    for answer in answers:
        refusal = judge_address(answer, allowed_private, own)
        if refusal is not None:
            return refusal
    return None


def judge_port(port: int, answers: Iterable[str], allowed_private: Sequence[Network] = ()) -> str | None:
    """Why a port is refused for these addresses, or None."""
    if port in PORTS:
        return None
    addresses = [_unmapped(answer) for answer in answers]
    if addresses and all(a is not None and is_in(a, allowed_private) for a in addresses):
        return None
    return "port"


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """CIDR blocks as networks. Raises `ValueError` with the block in it, for the settings to report."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


def _unmapped(given: str | Address) -> Address | None:
    """The address itself, IPv4-mapped ones as IPv4; None for texts and for zone ids (`fe80::1%eth0`)."""
    try:
        address = ip_address(given) if isinstance(given, str) else given
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address


def _judge_ipv4(address: IPv4Address) -> str | None:
    if address in _METADATA:
        return "cloud metadata"
    return next((word for block, word in _IPV4 if address in block), None)


def _judge_ipv6(address: IPv6Address) -> str | None:
    carried = _carried(address)
    if carried is not None:
        return next((word for inner in carried if (word := _judge_ipv4(inner))), None)
    refusal = next((word for block, word in _IPV6 if address in block), None)
    if refusal is not None:
        return refusal
    if address not in _GLOBAL_UNICAST:
        return "not global"
    return _judge_ipv4(_low(address)) if _is_isatap(address) else None


def _carried(address: IPv6Address) -> tuple[IPv4Address, ...] | None:
    """The IPv4 addresses that a tunnel or translator would send to; None for plain IPv6."""
    bits = int(address)
    if address in _NAT64 or address in _TRANSLATED:
        return (_low(address),)
    if address in _6TO4:
        return (IPv4Address(bits >> 80 & 0xFFFF_FFFF),)
    if address in _TEREDO:  # RFC 4380: the server, and the client with all bits turned
        return IPv4Address(bits >> 64 & 0xFFFF_FFFF), IPv4Address(~bits & 0xFFFF_FFFF)
    if address in _NAT64_LOCAL:
        return _local_nat64(bits)
    return None


def _local_nat64(bits: int) -> tuple[IPv4Address, ...]:
    """Every reading of 64:ff9b:1::/48, since the length of the operator's prefix is unknown here.

    RFC 6052, section 2.2: the IPv4 part follows the prefix and leaves out bits 64 to 71. A reading in
    0.0.0.0/8 means that the part stands elsewhere; with no reading at all the address is refused.
    """
    around = (bits >> 64 & 0xFFFF) << 16 | (bits >> 40 & 0xFFFF)
    split = (bits >> 64 & 0xFF) << 24 | (bits >> 32 & 0xFF_FFFF)
    readings = {around, split, bits >> 24 & 0xFFFF_FFFF, bits & 0xFFFF_FFFF}
    told = sorted(reading for reading in readings if reading > 0x00FF_FFFF)
    return tuple(map(IPv4Address, told)) or (IPv4Address(0),)


def _low(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def _is_isatap(address: IPv6Address) -> bool:
    return int(address) >> 32 & 0xFFFF_FFFF in _ISATAP


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A URL taken apart once, so that nobody after us reads it differently.

    `url` is the WHATWG serialisation without fragment, `host` in ASCII without brackets and final dot,
    `path` with the query, `literal` whether the host is an IP address.
    """

    url: str
    scheme: str
    host: str
    port: int
    path: str
    literal: bool

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class RefusedUrl:
    """A text that is not fetched, and why: `not a web address`, `user info` or `metadata name`."""

    why: str


def read_address(text: str, base: str | None = None) -> WebAddress | RefusedUrl:
    """Take a URL apart as a browser would (https://url.spec.whatwg.org/); only http and https pass."""
    try:
        parsed = parse_url(text, base)
    except (TypeError, ValueError):  # half of a surrogate pair, which no URL can hold
        parsed = None
    scheme = "" if parsed is None else str(parsed.protocol).rstrip(":")
    if parsed is None or scheme not in _DEFAULT_PORTS:
        return RefusedUrl("not a web address")
    if parsed.username or parsed.password:
        return RefusedUrl("user info")
    host = str(parsed.hostname).strip("[]").rstrip(".")
    if not host:
        return RefusedUrl("not a web address")
    if host in METADATA_NAMES:
        return RefusedUrl("metadata name")
    literal = _unmapped(host) is not None
    port = int(parsed.port or _DEFAULT_PORTS[scheme])
    path = f"{parsed.pathname}{parsed.search}"
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port == _DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    return WebAddress(f"{scheme}://{authority}{path}", scheme, host, port, path, literal)

"""The address block of a server: who stands in one small block, and is no customer of a large host, is near.

A block is the /24 of an IPv4 address (Bharat and Mihaila, When experts agree, WWW 2001, call hosts that share
it affiliated) and the /48 of an IPv6 address, which is what one site gets (RFC 6177). Content delivery
networks and page hosts put millions of strangers behind the same addresses: their blocks are no blocks here.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

#: Networks whose addresses many sites share, as their owners publish them, and as of 2026:
#: cloudflare.com/ips, api.fastly.com/public-ip-list, docs.github.com (Pages), Google's front ends
#: (AS15169), Amazon CloudFront (ip-ranges.amazonaws.com, service CLOUDFRONT), Akamai, Automattic, Vercel.
#: Written down without a check against these lists, and not complete: sites behind a network that is
#: missing here look like neighbours.
SHARED: Final[tuple[str, ...]] = (
    *("173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18"),
    *("108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17"),
    *("162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22"),
    *("2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32"),
    *("2a06:98c0::/29", "2c0f:f248::/32"),
    *("151.101.0.0/16", "199.232.0.0/16", "146.75.0.0/17", "167.82.0.0/17", "2a04:4e40::/32"),
    *("185.199.108.0/22", "2606:50c0::/32"),
    *(
        "142.250.0.0/15",
        "172.217.0.0/16",
        "216.58.192.0/19",
        "74.125.0.0/16",
        "2607:f8b0::/32",
        "2a00:1450::/32",
    ),
    *("13.32.0.0/15", "13.35.0.0/16", "13.224.0.0/14", "52.84.0.0/15", "54.230.0.0/16", "99.84.0.0/16"),
    *("108.156.0.0/14", "143.204.0.0/16", "18.64.0.0/14", "2600:9000::/28"),
    *("23.32.0.0/11", "23.192.0.0/11", "104.64.0.0/10", "184.24.0.0/13", "2.16.0.0/13", "2a02:26f0::/32"),
    *("192.0.64.0/18", "76.76.21.0/24", "216.198.79.0/24"),
)

_NETWORKS: Final = tuple(ip_network(network) for network in SHARED)


def address_block(address: str | None) -> str | None:
    """The block of an address, such as `203.0.113.0/24`; None where it is not known or says nothing."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    if any(found.version == network.version and found in network for network in _NETWORKS):
        return None
    if found.version == 4:
        return str(IPv4Network((int(found) & ~0xFF, 24)))
    return str(IPv6Network((int(found) >> 80 << 80, 48)))

"""Who is asking, behind a reverse proxy.

X-Forwarded-* can be written by anybody. They are believed only when the connection comes from a
network in LINKSTEAD_TRUSTED_PROXY, and then the address is the right-most one that is no such proxy.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from linkstead.setting_values import type_network

FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)


class TrustedProxy:
    """Puts the visitor's address and scheme in place, or drops headers that nobody vouches for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._networks: Sequence[type_network] = settings.LINKSTEAD.trusted_proxy

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        if is_in(meta.get("REMOTE_ADDR", ""), self._networks):
            meta["REMOTE_ADDR"] = visitor(
                meta["REMOTE_ADDR"], meta.get("HTTP_X_FORWARDED_FOR", ""), self._networks
            )
            if meta.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "https":
                meta["wsgi.url_scheme"] = "https"
        for name in FORWARDED:
            meta.pop(name, None)
        return self._get_response(request)


def is_in(address: str, networks: Sequence[type_network]) -> bool:
    """Whether an address lies in one of the networks; what is no address lies nowhere."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(number in network for network in networks)


def visitor(connected: str, forwarded_for: str, networks: Sequence[type_network]) -> str:
    """The address of the visitor: from the right, the first that is not one of our proxies."""
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    for hop in reversed(hops):
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            return connected
        if not is_in(hop, networks):
            return hop
        connected = hop
    return connected

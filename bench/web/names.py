"""Hosts of the load web: each a registrable domain of its own on an address of its own, 127.x.y.z.

`.test` is no public suffix of anybody's (RFC 6761, section 6.2), so that `site7.test` is a registrable domain
by the list's default rule, and the pace for one domain never makes the whole web wait in one line.
"""

from __future__ import annotations

from typing import NamedTuple

#: Addresses are 127.16.0.1 and on; 250 in each block of 256.
_FIRST = 16
_BLOCK = 250


class Plan(NamedTuple):
    """What a racer does: so many pages of each host from `first` to before `last`.

    The first `warm` hosts are looked at before anything is measured. `port` speaks http, or https when `tls`
    names the file of the authority that signed the hosts' certificates.
    """

    port: int
    tls: str
    first: int
    last: int
    warm: int
    pages_per_host: int
    concurrency: int
    variants: int

    def urls(self, first: int, last: int, *, by_address: bool = False) -> list[str]:
        """The URLs of all pages; one page of every host before the second of any."""
        scheme = "https" if self.tls else "http"
        return [
            f"{scheme}://{address(n) if by_address else host(n)}:{self.port}{self.path(n, page)}"
            for page in range(self.pages_per_host)
            for n in range(first, last)
        ]

    def path(self, number: int, page: int) -> str:
        return f"/articles/{(number + page) % self.variants}/{page}.html"


def host(number: int) -> str:
    return f"site{number}.test"


def address(number: int) -> str:
    rest, low = divmod(number, _BLOCK)
    high, middle = divmod(rest, 256)
    return f"127.{_FIRST + high}.{middle}.{low + 1}"


def number_of_host(name: str) -> int:
    return int(name.removeprefix("site").removesuffix(".test"))


def number_of_address(text: str) -> int:
    _, high, middle, low = map(int, text.split("."))
    return ((high - _FIRST) * 256 + middle) * _BLOCK + low - 1

"""Which servers stand near each other."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.monitor.blocks import SHARED, address_block


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("203.0.113.0", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("127.0.0.1", "127.0.0.0/24"),
        (None, None),
        ("", None),
        ("page.example", None),
        ("203.0.113.77/24", None),
    ],
)
def test_a_block_is_the_neighbourhood_of_an_address(address: str | None, block: str | None) -> None:
    assert address_block(address) == block


@pytest.mark.parametrize("network", SHARED)
def test_an_address_that_millions_share_has_no_block(network: str) -> None:
    first, *_, last = ip_network(network)[0], ip_network(network)[-1]
    assert address_block(str(first)) is None
    assert address_block(str(last)) is None


@given(st.ip_addresses())
def test_an_address_stands_in_its_own_block(address: object) -> None:
    block = address_block(str(address))
    assert block is None or ip_address(str(address)) in ip_network(block)

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from linkstead.monitor.guard import (
    METADATA_ADDRESSES,
    RefusedUrl,
    WebAddress,
    judge_address,
    judge_answer,
    judge_port,
    read_address,
    read_networks,
)
from tests.faults.forbidden import AZURE, FORBIDDEN, PERMITTED
from tests.shared_data import shared

LOOPBACK = read_networks(["127.0.0.0/8", "::1/128"])


@pytest.mark.parametrize("address", [*FORBIDDEN, AZURE])
def test_a_forbidden_address_is_refused(address: str) -> None:
    assert judge_address(address) is not None


@pytest.mark.parametrize("address", PERMITTED)
def test_a_public_address_is_let_through(address: str) -> None:
    assert judge_address(address) is None


def test_there_are_54_forbidden_and_9_permitted_addresses() -> None:
    assert (len(FORBIDDEN), len(PERMITTED)) == (54, 9)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.77.3.4", "::1", "::ffff:127.0.0.1"])
def test_an_allowed_private_network_is_open(address: str) -> None:
    assert judge_address(address, LOOPBACK) is None


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "10.0.0.1", "fe80::1%lo"]
)
def test_an_allowed_network_opens_no_tunnel_to_it(address: str) -> None:
    assert judge_address(address, LOOPBACK) is not None


@pytest.mark.parametrize("address", METADATA_ADDRESSES)
def test_metadata_stays_closed_whatever_is_allowed(address: str) -> None:
    everything = read_networks(["0.0.0.0/0", "::/0"])
    assert judge_address(address, everything) == "cloud metadata"


def test_the_machines_own_public_address_is_closed_unless_it_was_opened() -> None:
    own = frozenset({ip_address("93.184.216.34")})
    assert judge_address("93.184.216.34", (), own) == "this machine's own address"
    assert judge_address("93.184.216.34", read_networks(["93.184.216.34/32"]), own) is None


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "fe80::1%eth0", "8.8.8.8 ", "0x7f.1"])
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    assert judge_address(text) == "not an address"


@pytest.mark.parametrize(
    "address", ["2606:4700:0:0:0:5efe:7f00:1", "2606:4700::200:5efe:a00:1", "64:ff9b:1:7f00:0:100::"]
)
def test_an_inner_address_in_a_public_wrapping_is_refused(address: str) -> None:
    assert judge_address(address) is not None


@pytest.mark.parametrize("address", ["2002:808:808::", "2606:4700::5efe:808:808", "64:ff9b:1::808:808"])
def test_a_public_address_in_a_wrapping_is_let_through(address: str) -> None:
    assert judge_address(address) is None


@given(st.integers(0, 2**32 - 1))
def test_all_ways_to_write_an_ipv4_address_are_judged_alike(number: int) -> None:
    plain = judge_address(IPv4Address(number))
    mapped = judge_address(IPv6Address(0xFFFF << 32 | number))
    translated = judge_address(IPv6Address(0x64FF9B << 96 | number))
    assert plain == mapped == translated


@given(st.ip_addresses())
def test_nothing_is_opened_that_the_standard_library_calls_private(
    address: IPv4Address | IPv6Address,
) -> None:
    if judge_address(address) is None and address not in ip_network("64:ff9b::/96"):
        assert not address.is_private
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_multicast


def test_one_refused_address_refuses_the_whole_answer() -> None:
    assert judge_answer(["8.8.8.8", "1.1.1.1"]) is None
    assert judge_answer(["8.8.8.8", "10.0.0.1", "1.1.1.1"]) == "private"


def test_other_ports_are_open_only_in_allowed_networks() -> None:
    assert judge_port(8443, ["8.8.8.8"]) is None
    assert judge_port(6379, ["8.8.8.8"]) == "port"
    assert judge_port(6379, ["127.0.0.1"], LOOPBACK) is None
    assert judge_port(6379, ["127.0.0.1", "8.8.8.8"], LOOPBACK) == "port"
    assert judge_port(6379, [], LOOPBACK) == "port"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("file:///etc/passwd", "not a web address"),
        ("javascript:alert(1)", "not a web address"),
        ("nonsense", "not a web address"),
        ("http://user@example.com/", "user info"),
        ("http://:secret@example.com/", "user info"),
        ("http://metadata.google.internal/x", "metadata name"),
        ("http://METADATA.google.internal./x", "metadata name"),
    ],
)
def test_some_urls_are_refused_by_their_text(text: str, why: str) -> None:
    assert read_address(text) == RefusedUrl(why)


def test_an_address_is_taken_apart_once() -> None:
    found = read_address("HTTPS://Exämple.COM.:443/a b?c#d")
    assert found == WebAddress(
        "https://xn--exmple-cua.com/a%20b?c", "https", "xn--exmple-cua.com", 443, "/a%20b?c", literal=False
    )
    assert isinstance(found, WebAddress)
    assert found.origin == "https://xn--exmple-cua.com:443"


def test_the_client_reads_every_url_of_the_url_standard_as_the_guard_does() -> None:
    cases = json.loads(shared("url-wpt-via-ada", "tests/wpt/urltestdata.json").read_text(encoding="utf-8"))
    read = [read_address(case["input"]) for case in cases if isinstance(case, dict) and not case.get("base")]
    addresses = [address for address in read if isinstance(address, WebAddress)]
    assert len(addresses) > 100
    for address in addresses:
        client = URL(address.url, encoded=True)
        assert (client.raw_host, client.port) == (address.host, address.port)

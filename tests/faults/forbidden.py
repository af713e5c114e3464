"""Addresses that no request may reach, and those that must stay open: the lists of our security bar."""

from __future__ import annotations

FORBIDDEN = (
    "127.0.0.1", "127.127.127.127", "0.0.0.0", "0.1.2.3",  # loopback, this host
    "10.0.0.1", "172.16.0.1", "192.168.1.1",  # private
    "169.254.169.254", "169.254.170.2",  # link-local, cloud metadata
    "100.64.0.1", "100.100.100.200",  # shared address space, Alibaba's metadata
    "192.0.0.1", "192.0.0.192",  # protocol assignments, Oracle's metadata
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",  # documentation, benchmarking
    "192.88.99.1",  # 6to4 relay anycast
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",  # multicast, reserved, broadcast
    "::", "::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:100.64.0.1", "::ffff:192.88.99.1",  # IPv4-mapped
    "::127.0.0.1", "::7f00:1", "::a9fe:a9fe",  # IPv4-compatible
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",  # NAT64
    "2002:7f00:1::", "2002:a9fe:a9fe::", "2002:a00:1::",  # 6to4
    "2001:0:0:0:0:0:80ff:fefe", "2001::1",  # Teredo
    "fe80::1", "febf::1", "fec0::1",  # link-local, site-local
    "fc00::1", "fd00:ec2::254", "fd20:ce::254",  # unique local, metadata of AWS and Google
    "ff02::1", "ff0e::1",  # multicast
    "2001:db8::1", "3fff::1", "100::1", "2001:2::1", "2001:20::1", "5f00::1",  # documentation and others
    "::ffff:0:127.0.0.1",  # IPv4-translated
)  # fmt: skip

#: It looks public and is Azure's wire server.
AZURE = "168.63.129.16"

PERMITTED = (
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "151.101.1.69",
    "192.0.66.2",
    "2606:4700:4700::1111",
    "2a00:1450:4009:81f::200e",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",
)


def in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address

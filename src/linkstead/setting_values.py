"""How the text of a setting becomes its value; each raises ValueError with what is needed instead."""

from __future__ import annotations

import ipaddress
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

type_network = ipaddress.IPv4Network | ipaddress.IPv6Network


def plain_text(text: str) -> str:
    return text


def folder(text: str) -> Path:
    if not text:
        raise ValueError("the path of a folder is needed")
    return Path(text).expanduser().absolute()


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        needed = f"a whole number from {lowest:,} to {highest:,} is needed"
        if not (text.isascii() and text.isdigit() and len(text) < 12) or not lowest <= int(text) <= highest:
            raise ValueError(needed)
        return int(text)

    return read


def seconds(text: str) -> float:
    needed = "a number of seconds from 0 to 3600 is needed"
    try:
        number = float(text)
    except ValueError:
        raise ValueError(needed) from None
    if not 0 <= number <= 3600:
        raise ValueError(needed)
    return number


_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off"})


def yes_no(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError("yes or no is needed")
    return text.lower() in _YES


def items(text: str) -> list[str]:
    return [item for item in text.replace(",", " ").split() if item]


def networks(text: str) -> tuple[type_network, ...]:
    try:
        return tuple(ipaddress.ip_network(item) for item in items(text))
    except ValueError as error:
        raise ValueError(f"a list of networks such as 10.0.0.0/8 is needed ({error})") from None


def hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(item.lower() for item in items(text))
    if any("/" in host or "*" in host for host in hosts):
        raise ValueError("a list of host names is needed, without a scheme or a star")
    return hosts


def database(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("an address that begins with postgresql:// is needed, or nothing for SQLite")
    return text


def secret_key(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("at least 32 characters are needed")
    return text


def http_address(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address that begins with http:// or https:// is needed")
    return text.rstrip("/")


def base_url(text: str) -> str:
    address = http_address(text)
    if urlsplit(address).path not in {"", "/"} or urlsplit(address).query:
        raise ValueError("an address without a path is needed")
    return address


def bind(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise ValueError("an IP address of this machine is needed") from None


def canaries(text: str) -> tuple[str, ...]:
    if text.lower() == "none":
        return ()
    pages = tuple(page.strip() for page in text.split(";") if page.strip())
    if not pages or not all(page.startswith(("https://", "http://")) for page in pages):
        raise ValueError("addresses of pages with semicolons between them are needed, or none")
    return pages


def email(text: str) -> str:
    if text and (
        text.count("@") != 1 or text.startswith("@") or text.endswith("@") or len(text.split()) != 1
    ):
        raise ValueError("an e-mail address is needed")
    return text


def mail_host(text: str) -> str:
    if len(text.split()) > 1 or "/" in text or "@" in text:
        raise ValueError("the name or address of a mail server is needed, without a scheme or a port")
    return text


def mail_tls(text: str) -> str:
    if text.lower() not in {"starttls", "tls", "none"}:
        raise ValueError("starttls, tls or none is needed")
    return text.lower()


def time_zone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("the name of a time zone is needed") from None
    return text

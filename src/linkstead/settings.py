"""Every setting of an installation, in one typed table.

A setting is an environment variable `LINKSTEAD_<NAME>`. A secret may also be given as a file:
`LINKSTEAD_<NAME>_FILE`, whose content without the last line break is the value. A name nobody knows
or a value that cannot be read stops the start with one sentence.
"""

from __future__ import annotations

import difflib
import ipaddress
import zoneinfo
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import platformdirs

from linkstead.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX: Final = "LINKSTEAD_"
#: Names that other programs of the project use; they are no settings.
IGNORED: Final = frozenset({"LINKSTEAD_SHARED_DATA"})

type_network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table. `read` makes the value from text and raises ValueError with what is needed.

    `default` and `example` are texts as one would write them; `kind` says the type to a person.
    """

    name: str
    kind: str
    read: Callable[[str], Any]
    default: str
    example: str
    since: str
    help: str
    secret: bool = False

    @property
    def variable(self) -> str:
        return PREFIX + self.name


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation is set to. Made by `read_settings`; see SETTINGS for each one's meaning."""

    data: Path
    database: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    bind: str
    port: int
    workers: int
    allowed_hosts: tuple[str, ...]
    trusted_proxy: tuple[type_network, ...]
    allowed_private_networks: tuple[type_network, ...]
    contact_url: str
    contact_email: str
    fetch_concurrency: int
    host_delay: float
    max_upload_mb: int
    debug: bool
    time_zone: str
    #: the LINKSTEAD_* variables as they were given, for child processes
    given: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)

    @property
    def address(self) -> str:
        """Where a browser finds this installation, without a slash at the end."""
        if self.base_url:
            return self.base_url
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.bind, self.bind)  # noqa: S104 - compared only
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def is_postgresql(self) -> bool:
        return bool(self.database)

    @property
    def sqlite_path(self) -> Path:
        return self.data / "linkstead.sqlite3"

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"


def _text(text: str) -> str:
    return text


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("the path of a folder is needed")
    return Path(text).expanduser().absolute()


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        needed = f"a whole number from {lowest:,} to {highest:,} is needed"
        if not (text.isascii() and text.isdigit() and len(text) < 12) or not lowest <= int(text) <= highest:
            raise ValueError(needed)
        return int(text)

    return read


def _seconds(text: str) -> float:
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


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError("yes or no is needed")
    return text.lower() in _YES


def _items(text: str) -> list[str]:
    return [item for item in text.replace(",", " ").split() if item]


def _networks(text: str) -> tuple[type_network, ...]:
    try:
        return tuple(ipaddress.ip_network(item) for item in _items(text))
    except ValueError as error:
        raise ValueError(f"a list of networks such as 10.0.0.0/8 is needed ({error})") from None


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(item.lower() for item in _items(text))
    if any("/" in host or "*" in host for host in hosts):
        raise ValueError("a list of host names is needed, without a scheme or a star")
    return hosts


def _database(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("an address that begins with postgresql:// is needed, or nothing for SQLite")
    return text


def _secret_key(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("at least 32 characters are needed")
    return text


def _http_address(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address that begins with http:// or https:// is needed")
    return text.rstrip("/")


def _base_url(text: str) -> str:
    address = _http_address(text)
    if urlsplit(address).path not in {"", "/"} or urlsplit(address).query:
        raise ValueError("an address without a path is needed")
    return address


def _bind(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise ValueError("an IP address of this machine is needed") from None


def _email(text: str) -> str:
    if text and (
        text.count("@") != 1 or text.startswith("@") or text.endswith("@") or len(text.split()) != 1
    ):
        raise ValueError("an e-mail address is needed")
    return text


def _time_zone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("the name of a time zone is needed") from None
    return text


_DATA_DEFAULT: Final = platformdirs.user_data_dir("linkstead", appauthor=False)

SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("DATA", "folder", _folder, _DATA_DEFAULT, "/var/lib/linkstead", "0.1",
            "The one folder that holds everything: database, uploads, secret key."),
    Setting("DATABASE", "address", _database, "", "postgresql://linkstead:password@db/linkstead", "0.1",
            "The PostgreSQL database; empty means SQLite in the data folder.", secret=True),
    Setting("SECRET_KEY", "text", _secret_key, "", "the output of: openssl rand -base64 48", "0.1",
            "Signs sessions and encrypts second factors; empty means one made on the first start and kept in "
            "the data folder.", secret=True),
    Setting("BASE_URL", "address", _base_url, "", "https://links.example.com", "0.1",
            "Where browsers find this installation; with https, cookies are sent over https only."),
    Setting("BIND", "IP address", _bind, "127.0.0.1", "0.0.0.0", "0.1",  # noqa: S104 - an example
            "The address of this machine that the server listens on."),
    Setting("PORT", "number", _whole(1, 65535), "8420", "80", "0.1", "The port that the server listens on."),
    Setting("WORKERS", "number", _whole(1, 64), "1", "4", "0.1",
            "How many web processes answer requests; each takes about 100 MB of memory."),
    Setting("ALLOWED_HOSTS", "list of hosts", _hosts, "", "links.example.com, links.internal", "0.1",
            "Host names to answer to besides the one in BASE_URL and this machine's own."),
    Setting("TRUSTED_PROXY", "list of networks", _networks, "", "172.18.0.0/16", "0.1",
            "Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; empty means none."),
    Setting("ALLOWED_PRIVATE_NETWORKS", "list of networks", _networks, "", "10.20.0.0/16", "0.1",
            "Private networks that may be fetched from; empty means none, so that nobody reaches inside."),
    Setting("CONTACT_URL", "address", _http_address, "", "https://example.com/bot", "0.1",
            "The page that tells site owners who is behind the crawler; it is part of its user agent."),
    Setting("CONTACT_EMAIL", "e-mail address", _email, "", "webmaster@example.com", "0.1",
            "Whom site owners may write to when there is no CONTACT_URL; part of the crawler's user agent."),
    Setting("FETCH_CONCURRENCY", "number", _whole(1, 1000), "32", "100", "0.1",
            "How many pages are fetched at once over all sites; never more than one from the same site."),
    Setting("HOST_DELAY", "seconds", _seconds, "5", "10", "0.1",
            "The least time between two requests to the same site."),
    Setting("MAX_UPLOAD_MB", "number", _whole(1, 100_000), "2048", "500", "0.1",
            "The largest upload, all files of one drop together, in megabytes."),
    Setting("DEBUG", "yes or no", _yes_no, "no", "yes", "0.1",
            "Shows programming errors to every visitor; only for work on Linkstead itself."),
    Setting("TIME_ZONE", "time zone", _time_zone, "UTC", "Europe/Vienna", "0.1",
            "The time zone of dates on pages and in reports."),
)  # fmt: skip

_BY_VARIABLE: Final = {setting.variable: setting for setting in SETTINGS}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every LINKSTEAD_* variable. Raises `SettingError` for an unknown name or an unreadable value."""
    given = {
        name: value for name, value in environ.items() if name.startswith(PREFIX) and name not in IGNORED
    }
    for name in given:
        _known(name)
    values = {setting.name.lower(): _value(setting, given) for setting in SETTINGS}
    return Settings(**values, given=given)


def unknown_settings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each LINKSTEAD_* variable that is no setting."""
    complaints = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in IGNORED:
            try:
                _known(name)
            except SettingError as error:
                complaints.append(str(error))
    return tuple(complaints)


def _known(name: str) -> None:
    plain = name.removesuffix("_FILE")
    if name in _BY_VARIABLE or (plain in _BY_VARIABLE and _BY_VARIABLE[plain].secret):
        return
    near = difflib.get_close_matches(name, _BY_VARIABLE, n=1, cutoff=0)
    raise SettingError(
        f"{name} is no setting of Linkstead; did you mean {near[0]}? docs/settings.md lists all."
    )


def _value(setting: Setting, given: Mapping[str, str]) -> Any:  # noqa: ANN401 - each setting has its own type
    text = _given_text(setting, given)
    try:
        return setting.read(setting.default if text is None else text)
    except ValueError as error:
        shown = "" if setting.secret else f" is “{text}”, but"
        # a bind example is 0.0.0.0: it is shown, never used
        raise SettingError(f"{setting.variable}{shown or ':'} {error}; example: {setting.example}.") from None


def _given_text(setting: Setting, given: Mapping[str, str]) -> str | None:
    by_file = given.get(f"{setting.variable}_FILE") if setting.secret else None
    if by_file is None:
        text = given.get(setting.variable)
        return text.strip() if text and text.strip() else None
    if setting.variable in given:
        raise SettingError(f"{setting.variable} and {setting.variable}_FILE are both given; leave one out.")
    try:
        return Path(by_file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{setting.variable}_FILE names a file that cannot be read: {error}.") from None


def as_markdown() -> str:
    """The page docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable; none is required. A name that is not on this page, or a",
        "value that cannot be read, stops the start with a sentence that says which.",
        "",
        "Secrets may be given as a file: add `_FILE` to the name and give the file's path.",
        "",
        "| variable | type | default | example | since | meaning |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_markdown_row(setting) for setting in SETTINGS]
    return "\n".join(lines) + "\n"


def _markdown_row(setting: Setting) -> str:
    default = {"DATA": "the user's data folder, such as `~/.local/share/linkstead`"}.get(
        setting.name, f"`{setting.default}`" if setting.default else "empty"
    )
    name = f"`{setting.variable}`" + (f", `{setting.variable}_FILE`" if setting.secret else "")
    kind = f"{setting.kind}, secret" if setting.secret else setting.kind
    return f"| {name} | {kind} | {default} | `{setting.example}` | {setting.since} | {setting.help} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(as_markdown())

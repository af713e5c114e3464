"""Every setting of an installation, in one typed table.

A setting is an environment variable `LINKSTEAD_<NAME>`. A secret may also be given as a file:
`LINKSTEAD_<NAME>_FILE`, whose content without the last line break is the value. A name nobody knows
or a value that cannot be read stops the start with one sentence.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import platformdirs

from linkstead import setting_values as values
from linkstead.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkstead.setting_values import type_network

PREFIX: Final = "LINKSTEAD_"
#: Names that other programs of the project use; they are no settings.
IGNORED: Final = frozenset({"LINKSTEAD_SHARED_DATA"})


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
    fetch_rate: float
    canaries: tuple[str, ...]
    browser: bool
    browser_sandbox: bool
    max_upload_mb: int
    debug: bool
    time_zone: str
    mail_host: str
    mail_port: int
    mail_user: str = field(repr=False)
    mail_password: str = field(repr=False)
    mail_tls: str
    mail_from: str
    keep_looks_days: int
    evidence_days: int
    evidence_mb: int
    s3_endpoint: str
    s3_region: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_session_token: str = field(repr=False)
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
    def mail_sender(self) -> str:
        """The address that mails come from: as set, else the user if that is one, else a name of ours."""
        if self.mail_from:
            return self.mail_from
        host = urlsplit(self.address).hostname or "localhost"
        return self.mail_user if "@" in self.mail_user else f"linkstead@{host}"

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
    def evidence(self) -> Path:
        return self.data / "evidence"

    @property
    def graphs(self) -> Path:
        """The folder of web graphs, one folder a release."""
        return self.data / "graphs"

    @property
    def index(self) -> Path:
        """The folder of the link index."""
        return self.data / "index"

    @property
    def lists(self) -> Path:
        """Lists of domains that judging asks, a folder for each kind."""
        return self.data / "lists"

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"


_DATA_DEFAULT: Final = platformdirs.user_data_dir("linkstead", appauthor=False)

SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("DATA", "folder", values.folder, _DATA_DEFAULT, "/var/lib/linkstead", "0.1",
            "The one folder that holds everything: database, uploads, secret key."),
    Setting("DATABASE", "address", values.database, "", "postgresql://linkstead:password@db/linkstead", "0.1",
            "The PostgreSQL database; empty means SQLite in the data folder.", secret=True),
    Setting("SECRET_KEY", "text", values.secret_key, "", "the output of: openssl rand -base64 48", "0.1",
            "Signs sessions and encrypts second factors; empty means one made on the first start and kept in "
            "the data folder.", secret=True),
    Setting("BASE_URL", "address", values.base_url, "", "https://links.example.com", "0.1",
            "Where browsers find this installation; with https, cookies are sent over https only."),
    Setting("BIND", "IP address", values.bind, "127.0.0.1", "0.0.0.0", "0.1",  # noqa: S104 - an example
            "The address of this machine that the server listens on."),
    Setting("PORT", "number", values.whole(1, 65535), "8420", "80", "0.1",
            "The port that the server listens on."),
    Setting("WORKERS", "number", values.whole(1, 64), "1", "4", "0.1",
            "How many web processes answer requests; each takes about 100 MB of memory."),
    Setting("ALLOWED_HOSTS", "list of hosts", values.hosts, "", "links.example.com, links.internal", "0.1",
            "Host names to answer to besides the one in BASE_URL and this machine's own."),
    Setting("TRUSTED_PROXY", "list of networks", values.networks, "", "172.18.0.0/16", "0.1",
            "Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; empty means none."),
    Setting("ALLOWED_PRIVATE_NETWORKS", "list of networks", values.networks, "", "10.20.0.0/16", "0.1",
            "Private networks that may be fetched from; empty means none, so that nobody reaches inside."),
    Setting("CONTACT_URL", "address", values.http_address, "", "https://example.com/bot", "0.1",
            "The page that tells site owners who is behind the crawler; it is part of its user agent. Empty "
            "means `/bot` at BASE_URL, a page of ours that needs no sign-in."),
    Setting("CONTACT_EMAIL", "e-mail address", values.email, "", "webmaster@example.com", "0.1",
            "Whom site owners may write to; part of the crawler's user agent and of the page `/bot`."),
    Setting("FETCH_CONCURRENCY", "number", values.whole(1, 1000), "32", "100", "0.1",
            "How many pages are fetched at once over all sites; never more than one from the same site."),
    Setting("HOST_DELAY", "seconds", values.seconds, "5", "10", "0.1",
            "The least time between two requests to the same site."),
    Setting("FETCH_RATE", "pages a second", values.seconds, "20", "5", "0.2",
            "The most pages that one monitor process fetches in a second over all sites, also when it has "
            "to catch up after an outage; 0 means no limit."),
    Setting("CANARIES", "list of pages", values.canaries,
            "https://example.com/ Example Domain; https://www.iana.org/; https://www.wikipedia.org/",
            "https://example.com/ Example Domain; https://www.example.org/", "0.2",
            "Pages that are always there, each with a text that it holds if you like; asked only when looks "
            "fail and none succeed after them, at most every 15 seconds: when they fail too, our own network "
            "is in doubt and nothing is called missing. `none` turns this off."),
    Setting("BROWSER", "yes or no", values.yes_no, "no", "yes", "0.2",
            "Whether pages that scripts build are rendered in Chromium when a link is missing; needs the "
            "extra `browser` and an installed Chromium."),
    Setting("BROWSER_SANDBOX", "yes or no", values.yes_no, "yes", "no", "0.2",
            "Whether Chromium runs in its sandbox; `no` only where the system offers none, as in some "
            "containers: then a page that breaks out of Chromium is stopped by nothing else."),
    Setting("MAX_UPLOAD_MB", "number", values.whole(1, 100_000), "2048", "500", "0.1",
            "The largest upload, all files of one drop together, in megabytes."),
    Setting("DEBUG", "yes or no", values.yes_no, "no", "yes", "0.1",
            "Shows programming errors to every visitor; only for work on Linkstead itself."),
    Setting("TIME_ZONE", "time zone", values.time_zone, "UTC", "Europe/Vienna", "0.1",
            "The time zone of dates on pages and in reports, and of the hour of daily digests."),
    Setting("MAIL_HOST", "host", values.mail_host, "", "smtp.example.com", "0.2",
            "The mail server that takes alerts and digests; empty means that no mail leaves."),
    Setting("MAIL_PORT", "number", values.whole(1, 65535), "587", "465", "0.2", "The mail server's port."),
    Setting("MAIL_USER", "text", values.plain_text, "", "linkstead@example.com", "0.2",
            "Whom to sign in as at the mail server; empty means nobody."),
    Setting("MAIL_PASSWORD", "text", values.plain_text, "", "correct horse battery staple", "0.2",
            "The password of MAIL_USER.", secret=True),
    Setting("MAIL_TLS", "starttls, tls or none", values.mail_tls, "starttls", "tls", "0.2",
            "How the way to the mail server is encrypted: starttls (usual at 587), tls (at 465), or none."),
    Setting("MAIL_FROM", "e-mail address", values.email, "", "linkstead@example.com", "0.2",
            "Whom mails come from; empty means MAIL_USER if it is an address, else linkstead at the host of "
            "BASE_URL."),
    Setting("KEEP_LOOKS_DAYS", "days", values.whole(0, 36_500), "180", "730", "0.2",
            "After so many days, looks that say nothing new become figures per month; what changed stays for "
            "ever. 0 keeps every look."),
    Setting("EVIDENCE_DAYS", "days", values.whole(0, 36_500), "0", "365", "0.2",
            "After so many days, kept copies of pages are deleted; 0 keeps them for ever."),
    Setting("EVIDENCE_MB", "number", values.whole(1, 100_000), "256", "1024", "0.2",
            "How large one file of kept copies grows before the next one is begun, in megabytes."),
    Setting("S3_ENDPOINT", "address", values.http_address, "", "https://minio.example.com", "0.3",
            "The S3-compatible store that s3:// addresses mean; empty means Amazon's in S3_REGION."),
    Setting("S3_REGION", "text", values.plain_text, "us-east-1", "eu-central-1", "0.3",
            "The region of the S3 store; Common Crawl's bucket is in us-east-1."),
    Setting("S3_ACCESS_KEY", "text", values.plain_text, "", "AKIAIOSFODNN7EXAMPLE", "0.3",
            "The access key for s3:// addresses, needs the extra `s3`; empty means requests without a "
            "signature, for public buckets.", secret=True),
    Setting("S3_SECRET_KEY", "text", values.plain_text, "", "the secret that came with the access key",
            "0.3", "The secret of S3_ACCESS_KEY.", secret=True),
    Setting("S3_SESSION_TOKEN", "text", values.plain_text, "", "the token that came with temporary keys",
            "0.3", "The session token of temporary keys.", secret=True),
)  # fmt: skip

_BY_VARIABLE: Final = {setting.variable: setting for setting in SETTINGS}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every LINKSTEAD_* variable. Raises `SettingError` for an unknown name or an unreadable value."""
    given = {
        name: value for name, value in environ.items() if name.startswith(PREFIX) and name not in IGNORED
    }
    for name in given:
        _known(name)
    read = {setting.name.lower(): _value(setting, given) for setting in SETTINGS}
    return Settings(**read, given=given)


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

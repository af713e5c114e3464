"""`linkstead doctor`: what stands between this installation and its work, and what to do about it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
import smtplib
import ssl
import stat
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from linkstead.errors import LinksteadError
from linkstead.monitor.archive import newest_files, used_bytes, verify_files
from linkstead.server.secret import secret_path
from linkstead.settings import unknown_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linkstead.settings import Settings

PYTHON: Final = (3, 11)
LOW_SPACE: Final = 1_000_000_000  # bytes
#: a Public Suffix List older than this misses registries that opened since
OLD_LIST_DAYS: Final = 400
#: earlier than any release of Linkstead, later than any that will run unchanged
SANE_CLOCK: Final = (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
MOST_SKEW_SECONDS: Final = 30
MAIL_SECONDS: Final = 10
#: so many of the newest evidence files are read, as long as they are not larger together
NEWEST_FILES: Final = 3
NEWEST_BYTES: Final = 300_000_000
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `what_to_do` is empty when it is fine; `required` ones stop the server's work."""

    name: str
    ok: bool
    sentence: str
    what_to_do: str = ""
    required: bool = True


def examine(settings: Settings) -> list[Check]:
    """Look at everything. Never raises for what is found, and changes nothing but a probe file."""
    checks = [check(settings) for check in _BEFORE_THE_DATABASE]
    return checks + _database_checks(settings)


def _python(settings: Settings) -> Check:
    del settings
    version = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info[:2] >= PYTHON
    return Check("python", ok, f"Python {version}.", "" if ok else "Install Python 3.11 or newer.")


def _data_folder(settings: Settings) -> Check:
    if not settings.data.is_dir():
        return Check("data folder", False, f"{settings.data} does not exist.", "Run `linkstead serve` once.")
    try:
        with tempfile.NamedTemporaryFile(dir=settings.data, prefix=".doctor-") as probe:
            probe.write(b"probe")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return Check(
            "data folder",
            False,
            f"{settings.data} cannot be written: {error.strerror}.",
            "Give the user that runs Linkstead the right to write there.",
        )
    return Check("data folder", True, f"{settings.data} can be written.")


def _free_space(settings: Settings) -> Check:
    folder = _nearest(settings.data)
    free = shutil.disk_usage(folder).free
    ok = free >= LOW_SPACE
    todo = "" if ok else "Free some space: imports and the database need room to grow."
    return Check("free space", ok, f"{free / 1e9:,.1f} GB are free.", todo)


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _secret(settings: Settings) -> Check:
    if settings.secret_key:
        return Check("secret key", True, "The secret key is given by a setting.")
    path = secret_path(settings)
    if not path.exists():
        return Check("secret key", True, "The secret key will be made on the first start.")
    mode = stat.S_IMODE(path.stat().st_mode)
    ok = not mode & 0o077
    todo = "" if ok else f"Run `chmod 600 {path}`, and make a new key if others could read it."
    return Check("secret key", ok, f"{path} has mode {mode:04o}.", todo)


def _suffix_list(settings: Settings) -> Check:
    del settings
    version = metadata.version("publicsuffixlist")
    made = _date_in(version)
    if made is None:
        return Check("public suffix list", True, f"Version {version}.", required=False)
    age = (dt.datetime.now(dt.UTC).date() - made).days
    todo = "" if age <= OLD_LIST_DAYS else "Upgrade the package publicsuffixlist."
    return Check("public suffix list", not todo, f"From {made:%-d %B %Y}.", todo, required=False)


def _date_in(version: str) -> dt.date | None:
    """The date in a version such as 1.0.2.20261023."""
    digits = version.rpartition(".")[2]
    try:
        return (
            dt.datetime.strptime(digits, "%Y%m%d").replace(tzinfo=dt.UTC).date() if len(digits) == 8 else None
        )
    except ValueError:
        return None


def _browser(settings: Settings) -> Check:
    del settings
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    sentence = (
        f"{found} is there." if found else "No Chromium is there; pages that need one cannot be rendered."
    )
    todo = "" if found else "Install Chromium if you want pages rendered; nothing else needs it."
    return Check("browser", found is not None, sentence, todo, required=False)


def _evidence(settings: Settings) -> Check:
    """How much evidence there is, and whether the newest of it can be read: the rest takes its time."""
    folder = settings.evidence
    try:
        used, newest = used_bytes(folder), newest_files(folder, NEWEST_FILES, NEWEST_BYTES)
        damaged = verify_files(folder, files=newest, unfinished=False)
    except OSError as error:
        return Check(
            "evidence",
            False,
            f"{folder} cannot be read: {error.strerror}.",
            "Give the user that runs Linkstead the right to read and write there.",
        )
    days = settings.evidence_days
    kept = f"for {days:,} days" if days else "for ever: LINKSTEAD_EVIDENCE_DAYS sets for how long"
    said = f"It takes {used / 1e9:,.1f} GB and is kept {kept}. {len(newest)} of its newest files were read."
    if not damaged:
        return Check("evidence", True, said)
    todo = "Look after the disk, and restore that file from a backup if there is one."
    return Check("evidence", False, f"{said} {damaged[0]}", todo)


def _clock(settings: Settings) -> Check:
    del settings
    now = dt.datetime.now(dt.UTC)
    ok = SANE_CLOCK[0] < now < SANE_CLOCK[1]
    todo = "" if ok else "Set this machine's clock; looks at links are dated by it."
    return Check("clock", ok, f"It is {now:%Y-%m-%d %H:%M} UTC by this machine.", todo)


def _base_url(settings: Settings) -> Check:
    stays_inside = ipaddress.ip_address(settings.bind).is_loopback
    if not settings.base_url and stays_inside:
        return Check("address", True, f"Only this machine can reach {settings.address}.")
    wrong = _address_trouble(settings, stays_inside=stays_inside)
    if wrong is not None:
        return Check("address", False, *wrong)
    return Check("address", True, f"People reach it at {settings.base_url}.")


def _address_trouble(settings: Settings, *, stays_inside: bool) -> tuple[str, str] | None:
    """What is wrong with the address and what to do, or None."""
    if not settings.base_url:
        return (
            f"The server listens on {settings.bind}, but LINKSTEAD_BASE_URL is not set.",
            "Set LINKSTEAD_BASE_URL to the address that people type in; other host names are refused.",
        )
    if settings.is_https and not settings.trusted_proxy:
        return (
            f"{settings.base_url} needs a proxy for https, but none is trusted.",
            "Set LINKSTEAD_TRUSTED_PROXY to the proxy's network, so that visitors' addresses are known.",
        )
    if not stays_inside and urlsplit(settings.base_url).hostname in {"localhost", "127.0.0.1", "::1"}:
        return (
            f"{settings.base_url} means this machine alone, but the server listens on {settings.bind}.",
            "Set LINKSTEAD_BASE_URL to the address that others use, or LINKSTEAD_BIND to 127.0.0.1.",
        )
    return None


def _mail(settings: Settings) -> Check:
    """The mail server's greeting, and the way in as it is set; nothing is sent."""
    if not settings.mail_host:
        return Check(
            "mail", True, "No mail server is set: no mail leaves, alerts stay in the inbox.", required=False
        )
    where = f"{settings.mail_host}:{settings.mail_port}"
    try:
        said = _greeting(settings)
    except (OSError, UnicodeError) as error:  # smtplib's errors are OSErrors
        # a sign-in that fails says so in bytes of the server's; its words are not ours to print whole
        line = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        todo = "Correct LINKSTEAD_MAIL_HOST, _PORT, _TLS, _USER or _PASSWORD, or start the mail server."
        return Check(
            "mail", False, f"The mail server at {where} cannot be used: {line}", todo, required=False
        )
    return Check("mail", True, f"The mail server at {where} says: {said}.", required=False)


def _greeting(settings: Settings) -> str:
    """What the mail server calls itself, after the encryption and sign-in that are set."""
    with _mail_connection(settings) as server:
        server.ehlo_or_helo_if_needed()
        said = (server.ehlo_resp or server.helo_resp or b"").decode("utf-8", "replace").split("\n")[0]
        if settings.mail_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
    return "".join(letter for letter in said if letter.isprintable())[:100] or "nothing"


def _mail_connection(settings: Settings) -> smtplib.SMTP:
    host, port = settings.mail_host, settings.mail_port
    if settings.mail_tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=MAIL_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=MAIL_SECONDS)


def _unknown(settings: Settings) -> Check:
    # the environment may hold more than what these settings were read from
    complaints = unknown_settings({**os.environ, **settings.given})
    return Check("settings", not complaints, " ".join(complaints) or "Every setting is known.",
                 "Correct the name or take it away." if complaints else "")  # fmt: skip


_BEFORE_THE_DATABASE: Final[tuple[Callable[[Settings], Check], ...]] = (
    _python, _data_folder, _free_space, _evidence, _secret, _suffix_list, _browser, _clock, _base_url,
    _mail, _unknown,
)  # fmt: skip


def _database_checks(settings: Settings) -> list[Check]:
    if not settings.is_postgresql and not settings.sqlite_path.exists():
        return [Check("database", False, "There is no database yet.", "Run `linkstead serve` once.")]
    try:
        return _ask_database(settings)
    except LinksteadError as error:
        return [Check("database", False, str(error), "See docs/settings.md, LINKSTEAD_DATABASE.")]
    except Exception as error:  # noqa: BLE001 - whatever a driver raises is the finding
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return [Check("database", False, f"The database cannot be used: {line}",
                      "Start the database, or correct LINKSTEAD_DATABASE.")]  # fmt: skip


def _ask_database(settings: Settings) -> list[Check]:
    from linkstead.server.boot import start_django

    start_django(settings)
    from django.db import connection

    from linkstead.server.bootstrap import newer_parts, waiting_parts

    connection.ensure_connection()
    checks = [Check("database", True, f"{connection.display_name} answers.")]
    if newer := newer_parts():
        checks.append(Check("tables", False, f"They were written by a newer Linkstead ({newer[-1]}).",
                            "Start that version, or restore a backup made by this one."))  # fmt: skip
        return checks
    if waiting := waiting_parts():
        checks.append(
            Check("tables", False, f"{len(waiting)} changes wait.", "Start `linkstead serve` once.")
        )
        return checks
    checks.append(Check("tables", True, "They fit this version."))
    if connection.vendor == "sqlite":
        checks.append(_journal())
    return [
        *checks,
        _database_clock(),
        _alive("work", "imports wait"),
        _alive("monitor", "links are not looked at"),
    ]


def _journal() -> Check:
    from django.db import connection

    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    ok = mode == "wal" and synchronous == 2
    todo = "" if ok else "Put the data folder on a local disk: a write-ahead log needs one."
    return Check("journal", ok, f"SQLite's journal mode is {mode}, synchronous {synchronous}.", todo)


def _database_clock() -> Check:
    from django.db import connection

    question = {
        "sqlite": "SELECT unixepoch('now')",
        "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question)
        skew = abs(time.time() - float(cursor.fetchone()[0]))
    ok = skew < MOST_SKEW_SECONDS
    todo = "" if ok else "Let both machines keep time by NTP."
    return Check("database clock", ok, f"It differs by {skew:.0f} s from this machine's.", todo)


def _alive(kind: str, otherwise: str) -> Check:
    from linkstead.server.jobs.beats import alive

    count = alive(kind).count()
    name = {"work": "worker"}.get(kind, kind)
    if count:
        return Check(name, True, f"{count} alive.")
    return Check(
        name, False, f"None is alive: {otherwise}.", f"Start `linkstead serve`, or `linkstead {kind}`."
    )

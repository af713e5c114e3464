"""How the database is reached: SQLite in the data folder, or PostgreSQL by its address.

SQLite runs with a write-ahead log and synchronous FULL: what was committed survives a power cut.
Every transaction begins IMMEDIATE, so that a writer waits at its start and never fails in the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from linkstead.settings import Settings

#: seconds that a writer waits for another one
BUSY_TIMEOUT = 30
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={BUSY_TIMEOUT * 1000}",
    "cache_size=-65536",
    "mmap_size=1073741824",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)


def django_database(settings: Settings) -> dict[str, Any]:
    """The entry of Django's DATABASES."""
    return _postgresql(settings.database) if settings.is_postgresql else _sqlite(settings)


def _sqlite(settings: Settings) -> dict[str, Any]:
    # a new file can give space back later; said first of all, and not to a file that is there: that would
    # write to it each time
    new = () if settings.sqlite_path.exists() else ("auto_vacuum=INCREMENTAL",)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(settings.sqlite_path),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_TIMEOUT,
            "init_command": " ".join(f"PRAGMA {pragma};" for pragma in (*new, *_PRAGMAS)),
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "linkstead",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "10", **options},
    }

"""The fault tests' PostgreSQL, where the server's packages are installed."""

from __future__ import annotations

try:
    from tests.postgres import postgresql_server, postgresql_url

    __all__ = ["postgresql_server", "postgresql_url"]
except ImportError:  # without psycopg SQLite alone is tested
    pass

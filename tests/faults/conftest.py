"""The fault tests' PostgreSQL, where the server's packages are installed."""

from __future__ import annotations

try:
    from tests.postgres import postgresql_server

    __all__ = ["postgresql_server"]
except ImportError:  # without psycopg SQLite alone is tested
    pass

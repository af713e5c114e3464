"""For all tests."""

from __future__ import annotations

from linkstead.urls import public_suffixes


def pytest_sessionfinish() -> None:
    # the matchers are compiled objects, which complain when the interpreter ends before them
    public_suffixes.cache_clear()

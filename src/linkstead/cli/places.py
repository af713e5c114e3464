"""Where the rows of a site are: in the file that `audit` keeps, or in the server's database."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.profile.store import Store
    from linkstead.settings import Settings


@contextmanager
def server_store(settings: Settings) -> Iterator[tuple[Store, str]]:
    """The server's database on a connection of its own, and what a person calls it.

    Raises `InputError` where there is none yet, `UsageError` where the server's packages are missing.
    """
    name = "the server's database" if settings.is_postgresql else str(settings.sqlite_path)
    if not settings.is_postgresql and not settings.sqlite_path.exists():
        raise InputError("Nothing is kept here yet; name a SITE that was audited, or a --workspace.")
    if find_spec("django") is None:
        raise UsageError(
            "The server's database needs the server's packages; install them with"
            " `pip install 'linkstead[server]'`, or name a --workspace."
        )
    from linkstead.server.boot import start_django

    start_django(settings)
    from linkstead.server.tracking.stores import work_store

    with work_store() as store:
        yield store, name


@contextmanager
def server_project(settings: Settings, site: str, project: int | None = None) -> Iterator[tuple[Store, int]]:
    """The server's project of a site: the only one, or the one that is named by its number.

    Raises `InputError` where there is none, `UsageError` where several are and none is named.
    """
    with server_store(settings) as (store, name):
        rows = store.query("SELECT id FROM project WHERE site = ? ORDER BY id", (site,))
        found = [int(row_id) for (row_id,) in rows if project in (None, int(row_id))]
        if not found:
            raise InputError(
                f"There is no such project of {site} in {name}; its address has its number: /p/N/."
            )
        if len(found) > 1:
            numbers = ", ".join(map(str, found))
            raise UsageError(
                f"The server has several projects of {site}; say which: --project N ({numbers})."
            )
        yield store, found[0]

"""The project that a site's backlinks belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.errors import StoreError
from linkstead.urls import site_of

if TYPE_CHECKING:
    from linkstead.profile.store import Store


def find_or_create_project(store: Store, site: str, *, now: int) -> int:
    """The id of the project of a site, as the command line's own file holds it.

    Raises `UrlError` when `site` is none.
    """
    host = site_of(site)
    with store.transaction():
        row = store.one("SELECT id FROM project WHERE site = ? ORDER BY id LIMIT 1", (host,))
        if row is None:
            row = store.one(
                "INSERT INTO project (name, site, created_at) VALUES (?, ?, ?) RETURNING id",
                (host, host, now),
            )
    if row is None:
        raise StoreError("The project could not be entered into the profile; try again.")
    return int(row[0])


def site_of_project(store: Store, project_id: int) -> str:
    """The site (host) that a project is about. Raises `StoreError` when there is no such project."""
    row = store.one("SELECT site FROM project WHERE id = ?", (project_id,))
    if row is None:
        raise StoreError("That project is gone; choose another one.")
    return str(row[0])


def project_metric(store: Store, project_id: int) -> str:
    """The name of the vendor's figure that the project shows, such as ahrefs.dr; empty without one."""
    row = store.one("SELECT metric FROM project WHERE id = ?", (project_id,))
    return str(row[0]) if row is not None and row[0] else ""

"""A small invented site's exports, for a first look around. All names and pages are made up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linkstead.settings import Settings

SITE: Final = "harborlight.example"
FILES: Final = ("ahrefs-backlinks.csv", "search-console-latest-links.csv", "semrush-backlinks.csv")


def load(settings: Settings) -> bool:
    """Give the first administrator a project of the sample files; False when there is a project already.

    The database must have been prepared.
    """
    from linkstead.server.boot import start_django

    start_django(settings)
    from linkstead.journey import import_file
    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project
    from linkstead.server.projects.services import create_project
    from linkstead.server.tracking.importing import refresh_audit
    from linkstead.server.tracking.stores import work_store

    owner = User.objects.order_by("pk").first()
    if owner is None or Project.objects.exists():
        return False
    project = create_project(owner, site=SITE, name="Harborlight (sample)")
    now = int(time.time())
    with work_store() as store:
        for name in FILES:
            import_file(store, project.pk, Path(__file__).with_name(name), now=now)
    refresh_audit(project.pk)
    return True

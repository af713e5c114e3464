"""Prepares a data folder for the browser: a person, a full project, an empty one. Prints their ids as JSON.

Run as a process of its own with LINKSTEAD_DATA set: `python seed.py [links]`.
"""

from __future__ import annotations

import json
import os
import sys
import time

import harbour
import patrolled

from linkstead.journey import audit_profile
from linkstead.journey.judged_domains import judge_domains
from linkstead.server.bootstrap import prepare
from linkstead.settings import read_settings

EMAIL = "ines@harborlight.example"
PASSWORD = "the lamps are lit at dusk"


def main(links: int, *, hostile: bool) -> dict[str, object]:
    """Fill the folder; what the tests must know of it."""
    settings = read_settings(os.environ)
    prepare(settings)
    from linkstead.server.accounts import services as accounts
    from linkstead.server.accounts.models import User
    from linkstead.server.projects import services as projects
    from linkstead.server.tracking.stores import profile_store

    user = User.objects.get()
    accounts.introduce(user, email=EMAIL, password=PASSWORD, name="Ines")
    accounts.add_user("tomas@harborlight.example")
    full = projects.create_project(user, site=harbour.SITE)
    empty = projects.create_project(user, site="empty.example")
    idle = projects.create_project(user, site="idle.example")
    now = int(time.time())
    with profile_store() as store:
        harbour.fill(store, idle.pk, 30, hostile=False)
        store.execute("UPDATE project SET metric = 'ahrefs.dr' WHERE id = ?", (full.pk,))
        harbour.fill(store, full.pk, links, hostile=hostile)
        patrolled.fill(store, full.pk, settings.evidence, now)
        judge_domains(store, full.pk, now=now)
        audit_profile(store, full.pk, now=now)
        row = store.one(
            "SELECT b.id FROM backlink b JOIN page p ON p.id = b.page_id WHERE p.url LIKE 'https://hostile.%'"
        )
        damaged = store.one(
            "SELECT b.id FROM backlink b JOIN page p ON p.id = b.page_id WHERE p.url LIKE 'https://rtl.%'"
        )
    return {
        "full": full.pk,
        "empty": empty.pk,
        "idle": idle.pk,
        "hostile": row[0] if row else None,
        "damaged": damaged[0] if damaged else None,
    }


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(json.dumps(main(asked, hostile="--calm" not in sys.argv)))

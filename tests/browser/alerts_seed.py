"""Puts alerts into a prepared data folder (LINKSTEAD_DATA): `python alerts_seed.py <project> <how many>`."""

from __future__ import annotations

import os
import sys
import time

import harbour

from linkstead.events import Event, EventKind
from linkstead.profile import events
from linkstead.server.boot import start_django
from linkstead.settings import read_settings

#: kind, before, after; the hostile ones stand among the calm
KINDS = (
    (EventKind.LOST, {"anchor_text": "the lamp guide"}, {"reason": "removed"}),
    (EventKind.NEW, None, {"anchor_text": "tide lamps"}),
    (EventKind.ANCHOR_CHANGED, {"anchor_text": "Harborlight"}, {"anchor_text": harbour.HOSTILE}),
    (EventKind.REL_CHANGED, {"followed": True, "rel": []}, {"followed": False, "rel": ["nofollow", "ugc"]}),
    (EventKind.REGAINED, {"state": "lost"}, {"anchor_text": "fog signals"}),
    (EventKind.ANCHOR_CHANGED, {"anchor_text": harbour.LONG}, {"anchor_text": harbour.RIGHT_TO_LEFT}),
    (EventKind.TARGET_BROKEN, {"http_status": 200}, {"http_status": 404}),
    (EventKind.UNREACHABLE, {"state": "live"}, {"reason": "dns"}),
    (EventKind.NOT_FOUND, None, {"reason": "page_gone"}),
)
#: of the whole project; its first sign quotes an anchor text
INCIDENT = {
    "key": "0a1b2c3d4e5f", "began": "2026-11-18", "last": "2026-11-22", "severity": "warning",
    "sure": "strong", "what": ["one anchor text", "new referring domains"], "domains": 214, "links": 236,
    "says": f"206 of 214 new domains share the anchor text “{harbour.HOSTILE[:60]}”; 0.4 would be usual.",
}  # fmt: skip


def main(project: int, count: int) -> None:
    """Events of the last days, the newest a few minutes ago; channels with every kind of message."""
    start_django(read_settings(os.environ))
    from linkstead.server.accounts.models import User
    from linkstead.server.alerts import handing, services
    from linkstead.server.alerts.models import Channel, Delivery
    from linkstead.server.projects.models import Project
    from linkstead.server.tracking.stores import profile_store

    row, user, now = Project.objects.get(pk=project), User.objects.order_by("pk").first(), int(time.time())
    assert user is not None
    with profile_store() as store:
        links = [
            one
            for (one,) in store.query("SELECT id FROM backlink WHERE project_id = ? LIMIT 500", (project,))
        ]
        targets = [one for (one,) in store.query("SELECT id FROM target WHERE project_id = ?", (project,))]
        made = []
        for number in range(count):
            kind, before, after = KINDS[number % len(KINDS)]
            of_target = kind is EventKind.TARGET_BROKEN
            ids = (None, targets[number % len(targets)]) if of_target else (links[number % len(links)], None)
            made.append(Event(kind, now - (count - number) * 1_700, *ids, before, after))
        news = Event(EventKind.INCIDENT, now - 600, None, None, None, INCIDENT, f"{project}.0a1b2c3d4e5f")
        made.append(news)
        with store.transaction():
            events.write(store, project, made)
    mail = services.add_mail(row, user, "team@harborlight.example")
    services.add_webhook(row, user, "https://hooks.harborlight.example/linkstead?token=" + "a" * 40)
    handing.hand_on()
    refused = "The mail server said: 550 5.1.1 nobody of that name lives here."
    for state, reason in (("sent", ""), ("parked", refused)):
        delivery = handing.new_delivery(mail, Delivery.Kind.IMMEDIATE, handing.database_now())
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state,
            reason=reason,
            events=3,
            attempt=1,
            sent_at=delivery.created_at if state == "sent" else None,
        )
    Channel.objects.filter(pk=mail.pk).update(failures=1, problem=refused, problem_at=delivery.created_at)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

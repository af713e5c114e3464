"""Incidents are a new kind of event: channels that never chose otherwise take it at once, as new ones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps

#: what a channel was made with until now, by its kind
_WAS = {
    "mail": {"lost", "regained", "target_broken", "target_repaired"},
    "webhook": {
        "new", "lost", "not_found", "regained", "unreachable", "rel_changed", "anchor_changed",
        "target_changed", "placement_changed", "indexability_changed", "hidden_changed", "status_changed",
        "moved", "target_broken", "target_repaired",
    },
}  # fmt: skip


def take_incidents(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    del schema_editor
    for channel in apps.get_model("alerts", "Channel").objects.all():
        if set(channel.immediate) == _WAS.get(channel.kind):
            channel.immediate = [*channel.immediate, "incident"]
            channel.save(update_fields=["immediate"])


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]

    operations = [
        migrations.RunPython(take_incidents, migrations.RunPython.noop),
    ]

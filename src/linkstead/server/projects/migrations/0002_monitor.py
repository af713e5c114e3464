"""The profile's second version: appointments, leases, events, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


def upgrade_profile(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from linkstead.profile.schema import upgrade

    del apps
    for statement in upgrade(schema_editor.connection.vendor, 1, 2):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(upgrade_profile, migrations.RunPython.noop)],
            state_operations=[
                migrations.AddField("project", "watching", models.SmallIntegerField(default=0)),
                migrations.AddField("project", "plan", models.TextField(null=True)),
                migrations.AddField("project", "targets_due_at", models.BigIntegerField(null=True)),
            ],
        ),
    ]

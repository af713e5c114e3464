"""The profile's third version: audits that were made, and what the other parts of judging keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


def upgrade_profile(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from linkstead.profile.schema import upgrade

    del apps
    for statement in upgrade(schema_editor.connection.vendor, 2, 3):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_monitor")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(upgrade_profile, migrations.RunPython.noop)],
            state_operations=[
                migrations.AddField("project", "audit_days", models.BigIntegerField(null=True)),
                migrations.AddField("project", "manual_action", models.TextField(null=True)),
            ],
        ),
    ]

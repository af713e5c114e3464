"""The profile's fifth version: which domains are to be judged anew, and what they may share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


def upgrade_profile(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from linkstead.profile.schema import upgrade

    del apps
    for statement in upgrade(schema_editor.connection.vendor, 4, 5):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_links_judged")]

    operations = [
        migrations.RunPython(upgrade_profile, migrations.RunPython.noop),
    ]

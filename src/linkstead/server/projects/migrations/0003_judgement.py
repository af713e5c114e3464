"""The profile's third version: decisions on referring domains, and what judgement keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


def upgrade_profile(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """From whatever version is there: a new database got all of them from the migration before."""
    from linkstead.profile.schema import upgrade

    del apps
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM profile_version")
        version = int(cursor.fetchone()[0])
    for statement in upgrade(connection.vendor, version):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_monitor")]

    operations = [migrations.RunPython(upgrade_profile, migrations.RunPython.noop)]

"""The profile's tables, exactly as `linkstead.profile.schema` spells them, and memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


def create_profile(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from linkstead.profile.schema import first_version

    del apps
    for statement in first_version(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(create_profile, migrations.RunPython.noop)],
            state_operations=[
                migrations.CreateModel(
                    name="Project",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("name", models.TextField()),
                        ("site", models.TextField()),
                        ("created_at", models.BigIntegerField()),
                        ("metric", models.TextField(null=True)),
                        ("verify_requested_at", models.BigIntegerField(null=True)),
                    ],
                    options={"managed": False, "db_table": "project"},
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("viewer", "Viewer"), ("editor", "Editor"), ("admin", "Admin")], max_length=8
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="projects.project",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "project"), name="projects_one_role_per_person"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["viewer", "editor", "admin"])),
                        name="projects_known_role",
                    ),
                ],
            },
        ),
    ]

"""A check of chosen links may be open beside a check of the whole project."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial"), ("projects", "0002_monitor")]

    operations = [
        migrations.RemoveConstraint("verifyrun", "tracking_one_open_check"),
        # checks that an older version ran half: their pages are asked for again
        migrations.RunSQL(
            "UPDATE tracking_verifyrun SET state = 'waiting', worker = '' WHERE state = 'running'",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "verifyrun",
            models.UniqueConstraint(
                fields=("project",),
                condition=models.Q(state__in=["waiting", "running"], backlink_ids__isnull=True),
                name="tracking_one_open_check_of_all",
            ),
        ),
    ]

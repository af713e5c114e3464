from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Imports may bring links of the server's link index."""

    dependencies = [("tracking", "0002_checks_side_by_side")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="crawl",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]

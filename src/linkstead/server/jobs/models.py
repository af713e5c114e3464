"""Which processes are alive."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Beat(models.Model):
    """A process's sign of life, by the database's clock: clocks of two machines are never compared."""

    worker = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=16)  # work, monitor
    host = models.CharField(max_length=255)
    process = models.BigIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.kind} {self.worker}"

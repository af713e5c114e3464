"""The Django app `jobs`."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "linkstead.server.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

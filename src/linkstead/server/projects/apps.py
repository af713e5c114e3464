"""The Django app `projects`."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "linkstead.server.projects"
    label = "projects"
    default_auto_field = "django.db.models.BigAutoField"

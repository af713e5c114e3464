"""The Django app of the look; it has no rows."""

from __future__ import annotations

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "linkstead.server.look"
    label = "look"

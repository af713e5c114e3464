"""The Django app `atlas`; it has no rows of its own."""

from __future__ import annotations

from django.apps import AppConfig


class AtlasConfig(AppConfig):
    name = "linkstead.server.atlas"
    label = "atlas"

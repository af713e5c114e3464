"""The Django app `watching`; it has no rows of its own."""

from __future__ import annotations

from django.apps import AppConfig


class WatchingConfig(AppConfig):
    name = "linkstead.server.watching"
    label = "watching"

"""The Django app of the explorer; it has no rows of its own."""

from __future__ import annotations

from django.apps import AppConfig


class ExplorerConfig(AppConfig):
    name = "linkstead.server.explorer"
    label = "explorer"

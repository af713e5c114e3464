"""The Django app `alerts`."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "linkstead.server.alerts"
    label = "alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the rail how many events somebody has not read."""
        from linkstead.server.alerts.inbox import unread
        from linkstead.server.look import rail

        rail.COUNTS["alerts:inbox"] = unread

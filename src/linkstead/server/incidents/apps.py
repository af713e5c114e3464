"""The Django app `incidents`; the report is a row of the profile (`profile.incident_reports`)."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "linkstead.server.incidents"
    label = "incidents"

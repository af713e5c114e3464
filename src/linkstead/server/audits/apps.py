"""The Django app `audits`; runs and suppressions are rows of the profile (`profile.audits`)."""

from __future__ import annotations

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "linkstead.server.audits"
    label = "audits"

"""The Django app `triage`; decisions are rows of the profile (`profile.decisions`)."""

from __future__ import annotations

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "linkstead.server.triage"
    label = "triage"

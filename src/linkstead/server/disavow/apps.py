"""The Django app `disavow`; versions of the file are rows of the profile (`profile.disavow_files`)."""

from __future__ import annotations

from django.apps import AppConfig


class DisavowConfig(AppConfig):
    name = "linkstead.server.disavow"
    label = "disavow"

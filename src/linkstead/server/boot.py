"""Start Django inside this process for given settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from linkstead.errors import UsageError

if TYPE_CHECKING:
    from linkstead.settings import Settings

MODULE = "linkstead.server.settings"


def start_django(settings: Settings) -> None:
    """Make models importable. Once started, another installation's settings are refused.

    `settings` must come from `read_settings`: child processes read the same variables again.
    """
    import django
    from django.conf import settings as django_settings

    if not django_settings.configured:
        os.environ.update(settings.given)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", MODULE)
        django.setup()
    running = django_settings.LINKSTEAD
    if (running.data, running.database) != (settings.data, settings.database):
        raise UsageError("This process already serves another data folder; start a new one.")

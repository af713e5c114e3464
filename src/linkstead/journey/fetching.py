"""The crawler's settings, out of the installation's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead import __version__
from linkstead.monitor.fetch import FetchSettings

if TYPE_CHECKING:
    from linkstead.settings import Settings


def fetch_settings(settings: Settings) -> FetchSettings:
    """How this installation fetches: whom it may reach, how gently, under which name."""
    contact = settings.contact_url or (f"mailto:{settings.contact_email}" if settings.contact_email else "")
    return FetchSettings(
        allowed_private_networks=settings.allowed_private_networks,
        version=__version__,
        contact=contact,
        concurrency=settings.fetch_concurrency,
        host_delay=settings.host_delay,
    )

"""The crawler's settings, out of the installation's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead import __version__
from linkstead.monitor.fetch import FetchSettings

if TYPE_CHECKING:
    from linkstead.settings import Settings


def fetch_settings(settings: Settings) -> FetchSettings:
    """How this installation fetches: whom it may reach, how gently, under which name."""
    about = settings.contact_url or FetchSettings().contact_url
    mail = f"; mailto:{settings.contact_email}" if settings.contact_email else ""
    return FetchSettings(
        allowed_private_networks=settings.allowed_private_networks,
        user_agent=f"Linkstead/{__version__} (+{about}{mail})",
        concurrency=settings.fetch_concurrency,
        delay_seconds=settings.host_delay,
    )

"""The crawler's settings, out of the installation's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead import __version__
from linkstead.monitor.fetch import FetchSettings

if TYPE_CHECKING:
    from linkstead.settings import Settings


def fetch_settings(settings: Settings) -> FetchSettings:
    """How this installation fetches: whom it may reach, how gently, under which name."""
    about = contact_url(settings)
    mail = f"; mailto:{settings.contact_email}" if settings.contact_email else ""
    return FetchSettings(
        allowed_private_networks=settings.allowed_private_networks,
        user_agent=f"Linkstead/{__version__} (+{about}{mail})",
        concurrency=settings.fetch_concurrency,
        delay_seconds=settings.host_delay,
    )


def contact_url(settings: Settings) -> str:
    """The page that tells site owners who is behind the crawler: as set, else `/bot` of this server.

    Without an address that others can open it is the project's own page.
    """
    if settings.contact_url:
        return settings.contact_url
    return f"{settings.base_url}/bot" if settings.base_url else FetchSettings().contact_url

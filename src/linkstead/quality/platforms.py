"""Platforms: domains under which many people publish. What one of them does says little of the others.

The private section of the Public Suffix List names hosts such as github.io; the table below adds
domains where authors share one host. Compiled by hand, of names known to everybody.
"""

from __future__ import annotations

from typing import Final

from linkstead.urls import registrable_domain

PLATFORMS: Final = frozenset(
    (
        "archive.org", "bandcamp.com", "behance.net", "bitbucket.org", "blogger.com", "blogspot.com",
        "dailymotion.com", "discord.com", "facebook.com", "flickr.com", "github.com", "gitlab.com",
        "goodreads.com", "google.com", "instagram.com", "issuu.com", "linkedin.com", "livejournal.com",
        "medium.com", "pinterest.com", "quora.com", "reddit.com", "scribd.com", "slideshare.net",
        "soundcloud.com", "sourceforge.net", "stackexchange.com", "stackoverflow.com", "substack.com",
        "tiktok.com", "tumblr.com", "twitch.tv", "twitter.com", "vimeo.com", "vk.com", "weebly.com",
        "wikipedia.org", "wix.com", "wordpress.com", "x.com", "yelp.com", "youtube.com",
    )
)  # fmt: skip


def is_platform(name: str) -> bool | None:
    """True for a platform; None otherwise, since a table cannot say that a domain is none."""
    if name in PLATFORMS:
        return True
    open_to_all = name.isascii() and registrable_domain(name) is None
    return True if open_to_all and registrable_domain(name, private=False) else None

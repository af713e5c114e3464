"""The crawler's own page: who comes, why, how often, and how to be left alone. Needs no sign-in.

Its address is part of the crawler's User-Agent (see journey.fetching), so that every owner of a site who
reads a log finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from linkstead.journey.fetching import fetch_settings
from linkstead.monitor.pacing import MAX_CRAWL_DELAY, MAX_RETRY_AFTER, REST_FACTOR
from linkstead.monitor.robots import OUR_AGENT

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def bot(request: HttpRequest) -> HttpResponse:
    """Template watching/bot.html."""
    fetch = fetch_settings(settings.LINKSTEAD)
    about = settings.LINKSTEAD.contact_url
    context = {
        "agent": fetch.agent,
        "token": OUR_AGENT.capitalize(),
        "delay": fetch.delay_seconds,
        "rest_factor": int(REST_FACTOR),
        "longest_crawl_delay": int(MAX_CRAWL_DELAY),
        "longest_retry_days": int(MAX_RETRY_AFTER // 86_400),
        "most_megabytes": fetch.max_body // (1024 * 1024),
        "email": settings.LINKSTEAD.contact_email,
        "about": about if about and about != request.build_absolute_uri(reverse("bot")) else "",
    }
    return render(request, "watching/bot.html", context)

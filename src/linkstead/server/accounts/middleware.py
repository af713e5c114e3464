"""Somebody who came by a sign-in link and has no password yet chooses one before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_OPEN = frozenset({"accounts:welcome", "account_logout", "health", "look:theme", "look:vega"})


class Welcome:
    """Leads people without a password to the welcome page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Django calls this once the page is known."""
        match = request.resolver_match
        if match is None or match.view_name in _OPEN or not request.user.is_authenticated:
            return None
        return None if request.user.has_usable_password() else redirect("accounts:welcome")

"""Requests that are refused before a page sees them, with a sentence instead of a bare 400."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class Refused(BadRequest):
    """A request that cannot be served; `status` is the answer's, the message is for a person."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Template tracking/refused.html with the reason, or 400.html for a malformed request."""
    if isinstance(exception, Refused):
        return render(request, "tracking/refused.html", {"reason": str(exception)}, status=exception.status)
    return render(request, "400.html", status=400)

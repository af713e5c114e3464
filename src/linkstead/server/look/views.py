"""The choice of colours, the style page, the chart scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from linkstead.server.look import samples
from linkstead.server.look import vega as scripts

if TYPE_CHECKING:
    from django.http import HttpRequest

THEMES = ("system", "light", "dark")
_YEAR = 365 * 86_400


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice; without scripts this is how it is done."""
    asked = request.POST.get("theme", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = redirect(back)
    if asked in THEMES:
        answer.set_cookie("theme", asked, max_age=_YEAR, samesite="Lax", secure=request.is_secure())
    return answer


@require_GET
@gzip_page
def style(request: HttpRequest) -> HttpResponse:
    """Every part of the pages, light beside dark, with texts that are hostile and far too long."""
    return render(request, "look/style.html", samples.context())


@require_GET
@cache_control(public=True, max_age=_YEAR, immutable=True)
def vega(request: HttpRequest, version: str) -> HttpResponse:
    """The chart scripts; an older address gets the present scripts, not an error."""
    del request, version
    content = scripts.bundle(Path(settings.LINKSTEAD_CACHE_DIR))
    return HttpResponse(
        content,
        content_type="text/javascript; charset=utf-8",
        headers={"Content-Encoding": "gzip", "Vary": "Accept-Encoding"},
    )

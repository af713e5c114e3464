"""Every address of the server."""

from __future__ import annotations

from django.urls import include, path

from linkstead.server import health

handler400 = "linkstead.server.refusals.bad_request"

urlpatterns = [
    path("healthz", health.health, name="health"),
    path("", include("linkstead.server.projects.urls")),
    path("p/<int:project_id>/", include("linkstead.server.tracking.urls")),
    path("p/<int:project_id>/", include("linkstead.server.explorer.urls")),
    path("look/", include("linkstead.server.look.urls")),
    path("account/", include("linkstead.server.accounts.urls")),
]

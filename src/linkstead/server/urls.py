"""Every address of the server."""

from __future__ import annotations

from django.urls import include, path

from linkstead.server import health
from linkstead.server.watching import bot

handler400 = "linkstead.server.refusals.bad_request"

urlpatterns = [
    path("healthz", health.health, name="health"),
    path("bot", bot.bot, name="bot"),
    path("", include("linkstead.server.projects.urls")),
    path("p/<int:project_id>/", include("linkstead.server.tracking.urls")),
    path("p/<int:project_id>/", include("linkstead.server.explorer.urls")),
    path("p/<int:project_id>/alerts/", include("linkstead.server.alerts.urls")),
    path("p/<int:project_id>/monitor/", include("linkstead.server.watching.urls")),
    path("p/<int:project_id>/triage/", include("linkstead.server.triage.urls")),
    path("p/<int:project_id>/disavow/", include("linkstead.server.disavow.urls")),
    path("p/<int:project_id>/incidents/", include("linkstead.server.incidents.urls")),
    path("p/<int:project_id>/audits/", include("linkstead.server.audits.urls")),
    path("domains/", include("linkstead.server.atlas.urls")),
    path("look/", include("linkstead.server.look.urls")),
    path("account/", include("linkstead.server.accounts.urls")),
]

"""Addresses of imports and checks, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.tracking import views

app_name = "tracking"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/pull/", views.pull, name="pull"),
    path("imports/<int:run_id>/", views.import_row, name="import_row"),
    path("imports/<int:run_id>/mapping/", views.mapping, name="mapping"),
    path("imports/<int:run_id>/cancel/", views.cancel_import, name="cancel_import"),
    path("imports/<int:run_id>/again/", views.import_again, name="import_again"),
    path("imports/<int:run_id>/quarantine.csv", views.quarantine, name="quarantine"),
    path("check/", views.check, name="check"),
    path("check/cancel/", views.cancel_check, name="cancel_check"),
    path("check/status/", views.check_status, name="check_status"),
]

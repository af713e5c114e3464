"""Addresses of one project's backlinks; included under the project's own address."""

from __future__ import annotations

from django.urls import path

from linkstead.server.explorer import views

app_name = "explorer"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("months.svg", views.months_picture, name="months_picture"),
    path("backlinks/", views.backlinks, name="backlinks"),
    path("backlinks/check/", views.check_these, name="check_these"),
    path("backlinks/export.csv", views.export, name="export"),
    path("backlinks/<int:backlink_id>/", views.backlink, name="backlink"),
    path("backlinks/<int:backlink_id>/evidence/<int:evidence_id>/", views.evidence, name="evidence"),
    path("backlinks/<int:backlink_id>/evidence/<int:evidence_id>/source/", views.source, name="source"),
]

"""Addresses of a project's triage, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.triage import views

app_name = "triage"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("decide/", views.decide, name="decide"),
    path("judge/", views.judge, name="judge"),
    path("manual/", views.manual, name="manual"),
    path("undo/<int:batch>/", views.undo, name="undo"),
    path("domains/<int:domain_id>/", views.domain, name="domain"),
]

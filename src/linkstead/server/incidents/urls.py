"""Addresses of a project's incidents, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.incidents import views

app_name = "incidents"
urlpatterns = [
    path("", views.report, name="report"),
    path("look/", views.look, name="look"),
    path("<slug:key>/evidence/", views.evidence, name="evidence"),
    path("<slug:key>/decide/", views.decide, name="decide"),
]

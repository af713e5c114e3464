"""Addresses of the open index; they belong to no project."""

from __future__ import annotations

from django.urls import path

from linkstead.server.atlas import views

app_name = "atlas"
urlpatterns = [
    path("", views.search, name="search"),
    path("-/suggestions/", views.suggestions, name="suggestions"),
    path("<str:name>/", views.domain, name="domain"),
]

"""Addresses of the look."""

from __future__ import annotations

from django.urls import path

from linkstead.server.look import views

app_name = "look"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("style/", views.style, name="style"),
    path("vega-<str:version>.js", views.vega, name="vega"),
]

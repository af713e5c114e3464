"""Addresses of a project's audits, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.audits import views

app_name = "audits"
urlpatterns = [
    path("", views.newest, name="newest"),
    path("<int:number>/", views.run, name="run"),
    path("now/", views.now, name="now"),
    path("schedule/", views.schedule, name="schedule"),
    path("suppress/", views.suppress, name="suppress"),
    path("unsuppress/", views.unsuppress, name="unsuppress"),
]

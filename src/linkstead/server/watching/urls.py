"""Addresses of a project's monitor, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.watching import plan_views, views

app_name = "watching"
urlpatterns = [
    path("", views.monitor, name="monitor"),
    path("now/", views.now, name="now"),
    path("watch/", views.watch, name="watch"),
    path("check/", views.check_all, name="check_all"),
    path("check/<int:run_id>/cancel/", views.cancel, name="cancel"),
    path("hosts/<int:domain_id>/pause/", views.pause, name="pause"),
    path("hosts/<int:domain_id>/resume/", views.resume, name="resume"),
    path("hosts/<int:domain_id>/check/", views.check_host, name="check_host"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/change/", plan_views.change, name="change_plan"),
    path("plan/defaults/", plan_views.defaults, name="default_plan"),
]

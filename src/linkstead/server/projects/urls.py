"""Addresses of projects and their settings."""

from __future__ import annotations

from django.urls import path

from linkstead.server.projects import views

app_name = "projects"
urlpatterns = [
    path("", views.project_list, name="list"),
    path("new/", views.new, name="new"),
    path("p/<int:project_id>/settings/", views.settings, name="settings"),
    path("p/<int:project_id>/settings/name/", views.rename, name="rename"),
    path("p/<int:project_id>/settings/delete/", views.delete, name="delete"),
    path("p/<int:project_id>/settings/members/", views.add_member, name="add_member"),
    path("p/<int:project_id>/settings/members/<int:user_id>/", views.set_member, name="set_member"),
    path(
        "p/<int:project_id>/settings/members/<int:user_id>/remove/", views.remove_member, name="remove_member"
    ),
]

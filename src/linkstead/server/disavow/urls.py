"""Addresses of a project's disavow file, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.disavow import views

app_name = "disavow"
urlpatterns = [
    path("", views.file, name="file"),
    path("download/", views.download, name="download"),
    path("cut/", views.cut, name="cut"),
    path("keep/", views.keep, name="keep"),
    path("bring/", views.bring, name="bring"),
    path("mend/", views.mend, name="mend"),
    path("versions/<int:version_id>/", views.version, name="version"),
    path("versions/<int:version_id>/uploaded/", views.uploaded, name="uploaded"),
]

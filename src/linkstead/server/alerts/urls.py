"""Addresses of a project's alerts, under their project's."""

from __future__ import annotations

from django.urls import path

from linkstead.server.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="read"),
    path("channels/", views.channels, name="channels"),
    path("channels/mail/", views.add_mail, name="add_mail"),
    path("channels/webhook/", views.add_webhook, name="add_webhook"),
    path("channels/<int:channel_id>/", views.channel, name="channel"),
    path("channels/<int:channel_id>/pause/", views.pause, name="pause"),
    path("channels/<int:channel_id>/test/", views.test, name="test"),
    path("channels/<int:channel_id>/secret/", views.secret, name="secret"),
    path("channels/<int:channel_id>/delete/", views.delete, name="delete"),
    path("deliveries/<int:delivery_id>/retry/", views.retry, name="retry"),
]

"""Addresses of signing in. Only the pages of allauth that this server means to have.

Left out on purpose: signing up, e-mail addresses and lost passwords by mail. Whoever lost a password
gets a sign-in link from an administrator or from `linkstead user link`.
"""

from __future__ import annotations

from allauth.account import views as allauth_views
from django.urls import include, path

from linkstead.server.accounts import views

own = (
    [
        path("sign-in/<str:token>/", views.sign_in_link, name="sign_in_link"),
        path("welcome/", views.welcome, name="welcome"),
        path("people/", views.people, name="people"),
        path("people/<int:user_id>/link/", views.person_link, name="person_link"),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(own)),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("two-steps/", include("allauth.mfa.urls")),
]

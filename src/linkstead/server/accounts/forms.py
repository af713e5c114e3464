"""What people write about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from linkstead.server.accounts.services import FIRST_EMAIL

if TYPE_CHECKING:
    from linkstead.server.accounts.models import User


class WelcomeForm(forms.Form):
    """E-mail address and password of somebody who came by a sign-in link."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=256,
        help_text="At least 12 characters; a sentence is easiest to keep in mind.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Password again",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, data: Any = None) -> None:  # noqa: ANN401 - Django's own word for it
        given = "" if user.email == FIRST_EMAIL else user.email
        super().__init__(data, initial={"email": given})
        self._user = user

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        password = cleaned.get("password")
        if password and password != cleaned.get("again"):
            self.add_error("again", "The two passwords differ; write the same one twice.")
        if password:
            self._judge(password, cleaned.get("email", ""))
        return cleaned

    def _judge(self, password: str, email: str) -> None:
        self._user.email = email or self._user.email
        try:
            validate_password(password, self._user)
        except forms.ValidationError as error:
            self.add_error("password", error)


class NewPersonForm(forms.Form):
    """Somebody new; an administrator hands the sign-in link on."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    is_administrator = forms.BooleanField(
        label="Administrator of this server", required=False, help_text="May add people and see who is here."
    )

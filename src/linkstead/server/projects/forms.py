"""What people write about projects and members."""

from __future__ import annotations

from django import forms

from linkstead.errors import InputError
from linkstead.server.projects.models import Role
from linkstead.server.projects.services import NAME_LENGTH
from linkstead.urls import site_of


class NewProjectForm(forms.Form):
    """A site and, if one likes, a name."""

    site = forms.CharField(
        label="Site",
        max_length=2_000,
        help_text="The site whose backlinks you want to know, such as example.com.",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "url", "placeholder": "example.com"}
        ),
    )
    name = forms.CharField(
        label="Name", required=False, max_length=NAME_LENGTH, help_text="Empty means the site's own."
    )

    def clean_site(self) -> str:
        try:
            return site_of(self.cleaned_data["site"])
        except InputError as error:
            raise forms.ValidationError(str(error)) from error


class RenameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=NAME_LENGTH)


class MemberForm(forms.Form):
    """Somebody who already signs in here."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.VIEWER)


class DeleteForm(forms.Form):
    """The site written out, so that nobody deletes by a slip."""

    site = forms.CharField(label="Write the site's name to delete the project", max_length=2_000)

    def __init__(self, wanted: str, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type] # a QueryDict or None
        self._wanted = wanted

    def clean_site(self) -> str:
        site = str(self.cleaned_data["site"])
        if site.strip().lower() != self._wanted:
            raise forms.ValidationError(f"Write {self._wanted} to delete this project.")
        return site

"""What people write about channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings

from linkstead.alerts.channels import CHANNELS, GROUPS, KIND_NAMES

if TYPE_CHECKING:
    from linkstead.server.alerts.models import Channel

#: in the order of the inbox
KINDS = [(str(kind), KIND_NAMES[kind]) for group in GROUPS for kind in group.kinds]
HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class MailForm(forms.Form):
    """Whom to write to."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class WebhookForm(forms.Form):
    """Where to post to."""

    url = forms.CharField(
        label="Address",
        max_length=2_000,
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "autocomplete": "off",
                "placeholder": "https://…",
                "spellcheck": "false",
            }
        ),
    )


class ChannelForm(forms.Form):
    """What a channel gets and when."""

    immediate = forms.MultipleChoiceField(
        label="At once", choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple
    )
    digest = forms.BooleanField(label="A daily digest of everything", required=False)
    digest_hour = forms.TypedChoiceField(label="Digest at", choices=HOURS, coerce=int)

    def __init__(self, channel: Channel, data: object = None) -> None:
        super().__init__(
            data,  # type: ignore[arg-type] # a QueryDict or None
            initial={
                "immediate": channel.immediate,
                "digest": channel.digest,
                "digest_hour": channel.digest_hour,
            },
        )
        self._channel = channel
        self.fields[
            "digest_hour"
        ].help_text = f"In the time zone {settings.TIME_ZONE}; days without news bring no mail."
        if not CHANNELS[channel.kind].has_digest:
            del self.fields["digest"], self.fields["digest_hour"]

    @property
    def hour(self) -> int:
        """The hour chosen; as it was, where none was."""
        chosen = self.cleaned_data.get("digest_hour")
        return self._channel.digest_hour if chosen in (None, "") else int(chosen)

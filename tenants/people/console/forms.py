"""Forms for signing in and for choosing a password."""

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.people.models import Member


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("User name or e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def focus_password(self) -> None:
        """After a refusal: what has to be typed again is the password."""
        self.fields["username"].widget.attrs.pop("autofocus", None)
        self.fields["password"].widget.attrs["autofocus"] = True


def _rules() -> str:
    """What the validators of the settings ask for, in one sentence."""
    options = [row.get("OPTIONS", {}) for row in settings.AUTH_PASSWORD_VALIDATORS]
    count = next((given["min_length"] for given in options if "min_length" in given), 8)
    said = _("At least %(count)s characters, no common password, and not like your name or user name.")
    return said % {"count": count}


class NewPasswordForm(forms.Form):
    """Twice the same, strong enough for this member."""

    new_password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, member: Member, *args, **kwargs) -> None:  # noqa: ANN002, ANN003
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["new_password"].help_text = _rules()

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        validate_password(password, self.member)
        return password

    def clean(self) -> dict:
        values = super().clean()
        if values.get("again") and values.get("new_password") and values["again"] != values["new_password"]:
            self.add_error("again", ValidationError(_("The two are not the same."), code="different"))
        return values


class PasswordForm(NewPasswordForm):
    """Changing one's own: the present password first, so that an open page at an empty desk is not enough."""

    password = forms.CharField(
        label=_("Present password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["password", "new_password", "again"]

    def clean_password(self) -> str:
        if not self.member.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your present password."), code="wrong")
        return self.cleaned_data["password"]

"""Forms of the people pages in both admin sites."""

from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from tenants.people.errors import LastOperator, LastOwner
from tenants.people.models import Member, Role
from tenants.people.policies import can_change_member, grantable_roles
from tenants.people.queries import is_last_key_holder, key_role


class MemberForm(forms.ModelForm):
    """`by` is the member who fills it in; set by the admin."""

    by: Member
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=(), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Member
        fields = ["name", "username", "email", "roles", "language", "is_active"]

    def __init__(self, *args, **kwargs) -> None:  # noqa: ANN002, ANN003
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            allowed = set(grantable_roles(self.by)) | set(self.instance.roles or ())
            cast(forms.MultipleChoiceField, self.fields["roles"]).choices = [
                choice for choice in Role.choices if choice[0] in allowed
            ]

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()

    def clean_roles(self) -> list[str]:
        """Roles above one's own can be neither given nor taken away."""
        wanted, had = set(self.cleaned_data["roles"]), set(self.instance.roles or ())
        if (wanted ^ had) - set(grantable_roles(self.by)):
            raise ValidationError(_("You cannot grant a role above your own."), code="above")
        return [role for role in Role.values if role in wanted]

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if self.instance.pk and not can_change_member(self.by, self.instance):
            raise ValidationError(_("Only an owner may change an owner."), code="owner")
        role = key_role()
        stays = values.get("is_active") and role in values.get("roles", ())
        stored = Member.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        if stored and not stays and is_last_key_holder(stored):
            error = LastOperator() if role == Role.OPERATOR else LastOwner()
            raise ValidationError(error.message, code="last")
        return values

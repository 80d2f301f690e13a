"""Forms of the people pages in both admin sites."""

from collections.abc import Iterable
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from tenants.context import is_public
from tenants.people.errors import LastOperator, LastOwner
from tenants.people.models import Member, Role, Seat
from tenants.people.policies import can_change_member, grantable_roles
from tenants.people.queries import is_last_key_holder, key_role

OF_TENANTS = ("team", "site", "mentor", "seat", "seat_firm", "seat_ends_at")
"""Operators have neither teams nor seats."""


def is_key_holder(roles: Iterable[str]) -> bool:
    return key_role() in roles


def roles_field(by: object) -> forms.MultipleChoiceField:
    """Those that `by` may give, for many people at once."""
    allowed = set(grantable_roles(by))
    choices = [choice for choice in Role.choices if choice[0] in allowed]
    return forms.MultipleChoiceField(
        label=_("Roles"), choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


class MemberForm(forms.ModelForm):
    """`by` is the member who fills it in; set by the admin."""

    by: Member
    BESIDE_ROLES: tuple[str, ...] = ()
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=(), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Member
        fields = [
            "name",
            "username",
            "email",
            "roles",
            "language",
            "is_active",
            "team",
            "site",
            "mentor",
            "seat",
            "seat_firm",
            "seat_ends_at",
        ]

    def __init__(self, *args, **kwargs) -> None:  # noqa: ANN002, ANN003
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            allowed = set(grantable_roles(self.by)) | set(self.instance.roles or ())
            cast(forms.MultipleChoiceField, self.fields["roles"]).choices = [
                choice for choice in Role.choices if choice[0] in allowed
            ]
        if "mentor" in self.fields:
            others = Member.objects.filter(is_active=True).exclude(pk=self.instance.pk)
            cast(forms.ModelChoiceField, self.fields["mentor"]).queryset = others
        if "seat" in self.fields:
            self.fields["seat"].required = False
        if is_public():
            for name in OF_TENANTS:
                self.fields.pop(name, None)

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()

    def clean_seat(self) -> str:
        """A form that says nothing of it changes nothing of it."""
        return self.cleaned_data["seat"] or self.instance.seat

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
        self._check_seat(values)
        role = key_role()
        stays = values.get("is_active") and role in values.get("roles", ())
        stored = Member.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        if stored and not stays and is_last_key_holder(stored):
            error = LastOperator() if role == Role.OPERATOR else LastOwner()
            raise ValidationError(error.message, code="last")
        return values

    def started(self, member: Member) -> list[str]:
        """Called once somebody new is kept."""
        return []

    def _check_seat(self, values: dict) -> None:
        """Whoever comes for a while has a day on which they go; whoever is set working again has it ahead of them."""
        seat, ends = values.get("seat"), values.get("seat_ends_at")
        if seat and seat != Seat.PERMANENT and not ends:
            self.add_error("seat_ends_at", _("A temporary or outsourced seat needs its end."))
        if seat == Seat.PERMANENT and ends:
            self.add_error("seat_ends_at", _("A permanent seat has no end. Choose temporary or outsourced."))
        if (
            ends
            and "seat_ends_at" in self.changed_data
            and ends <= timezone.now()
            and values.get("is_active")
        ):
            self.add_error(
                "seat_ends_at", _("This moment is over. To end the access now, switch it off above.")
            )
        if ends and is_key_holder(values.get("roles", ())):
            self.add_error("seat_ends_at", _("An owner's seat does not end by itself."))

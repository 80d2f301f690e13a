"""Members as a sheet: one row each, told apart by user name; wrong rows are named before anything is saved."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from tenants.exports import SafeResource
from tenants.people.acting import acting_now
from tenants.people.models import Member, Role
from tenants.people.policies import can_change_member, grantable_roles


class RolesWidget(Widget):
    """`agent, supervisor` in a cell."""

    def clean(self, value: object, row: dict | None = None, **kwargs: object) -> list[str]:
        wanted = [
            word.strip().lower() for word in str(value or "").replace(";", ",").split(",") if word.strip()
        ]
        unknown = [word for word in wanted if word not in Role.values]
        if unknown:
            raise ValueError(_("There is no role called %(role)s.") % {"role": unknown[0][:40]})
        return wanted

    def render(self, value: list[str] | None, obj: object = None, **kwargs: object) -> str:
        return ", ".join(value or ())


class MemberResource(SafeResource):
    roles = Field(attribute="roles", column_name="roles", widget=RolesWidget())

    class Meta:
        model = Member
        import_id_fields = ["username"]
        fields = ("username", "name", "email", "roles", "language", "is_active")
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def before_import_row(self, row, **kwargs) -> None:  # noqa: ANN001, ANN003
        super().before_import_row(row, **kwargs)
        row["username"] = str(row.get("username") or "").strip().lower()
        if not row["username"]:
            raise ValueError(_("The user name is missing."))

    def init_instance(self, row=None) -> Member:  # noqa: ANN001
        """No sheet carries passwords; a new member gets one by invitation."""
        member = super().init_instance(row)
        member.set_unusable_password()
        return member

    def before_save_instance(self, instance: Member, row, **kwargs) -> None:  # noqa: ANN001, ANN003
        """The same rules as the form's: an upload is not a way around them."""
        by = acting_now().member
        stored = Member.objects.filter(pk=instance.pk).first() if instance.pk else None
        if stored and not can_change_member(by, stored):
            raise ValidationError(_("Only an owner may change an owner."))
        if (set(instance.roles) ^ set(stored.roles if stored else ())) - set(grantable_roles(by)):
            raise ValidationError(_("You cannot grant a role above your own."))

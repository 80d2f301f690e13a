"""Members as a sheet: one row each, told apart by user name; wrong rows are named before anything is saved."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

from tenants.errors import DomainError
from tenants.exports import SafeResource
from tenants.people.acting import acting_now
from tenants.people.actions import end_access
from tenants.people.models import Member, Role, Seat, Site, Team
from tenants.people.policies import can_change_member, grantable_roles
from tenants.people.queries import key_role


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


class ByNameWidget(Widget):
    """A row by its name in any case; an empty cell is none."""

    def __init__(self, rows: type[Team] | type[Site], unknown: Promise) -> None:
        super().__init__()
        self._rows, self._unknown = rows, unknown

    def clean(self, value: object, row: dict | None = None, **kwargs: object) -> Team | Site | None:
        name = str(value or "").strip()
        if not name:
            return None
        found = self._rows.objects.filter(name__iexact=name).first()
        if found is None:
            raise ValueError(str(self._unknown) % {"name": name[:40]})
        return found

    def render(self, value: object, obj: object = None, **kwargs: object) -> str:
        return str(value or "")


class MentorWidget(Widget):
    """Somebody by user name."""

    def clean(self, value: object, row: dict | None = None, **kwargs: object) -> Member | None:
        name = str(value or "").strip()
        found = Member.objects.filter(username__iexact=name).first() if name else None
        if name and found is None:
            raise ValueError(_("There is nobody with the user name %(name)s.") % {"name": name[:40]})
        return found

    def render(self, value: Member | None, obj: object = None, **kwargs: object) -> str:
        return value.username if value else ""


class SeatWidget(Widget):
    def clean(self, value: object, row: dict | None = None, **kwargs: object) -> str:
        word = str(value or Seat.PERMANENT).strip().lower()
        if word not in Seat.values:
            said = _("A seat is permanent, temporary or outsourced, not %(word)s.")
            raise ValueError(said % {"word": word[:40]})
        return word

    def render(self, value: str | None, obj: object = None, **kwargs: object) -> str:
        return str(value or "")


class EndWidget(Widget):
    """`2026-12-31 18:00` on the tenant's clock; a day alone means its end."""

    def clean(self, value: object, row: dict | None = None, **kwargs: object) -> datetime | None:
        text = value.isoformat(" ") if isinstance(value, date) else str(value or "").strip()
        if not text:
            return None
        try:
            day = parse_date(text)
            moment = datetime.combine(day + timedelta(days=1), time()) if day else parse_datetime(text)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            raise ValueError(_("This is no day and no moment. Write it like 2026-12-31 18:00."))
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

    def render(self, value: datetime | None, obj: object = None, **kwargs: object) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


class MemberResource(SafeResource):
    roles = Field(attribute="roles", column_name="roles", widget=RolesWidget())
    team = Field(
        attribute="team",
        column_name="team",
        widget=ByNameWidget(Team, gettext_lazy("There is no team called %(name)s.")),
    )
    site = Field(
        attribute="site",
        column_name="site",
        widget=ByNameWidget(Site, gettext_lazy("There is no site called %(name)s.")),
    )
    mentor = Field(attribute="mentor", column_name="mentor", widget=MentorWidget())
    seat = Field(attribute="seat", column_name="seat", widget=SeatWidget())
    seat_ends_at = Field(attribute="seat_ends_at", column_name="seat_ends_at", widget=EndWidget())

    class Meta:
        model = Member
        import_id_fields = ["username"]
        fields = (
            *("username", "name", "email", "roles", "language", "is_active"),
            *("team", "site", "mentor", "seat", "seat_firm", "seat_ends_at"),
        )
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
        _check_seat(instance)
        if stored and stored.is_active and not instance.is_active:
            _end_access(stored)
            instance.session_epoch = stored.session_epoch


def _check_seat(member: Member) -> None:
    """As the form says it."""
    if member.seat != Seat.PERMANENT and member.seat_ends_at is None:
        raise ValidationError(_("A temporary or outsourced seat needs its end."))
    if member.seat == Seat.PERMANENT and member.seat_ends_at is not None:
        raise ValidationError(_("A permanent seat has no end. Choose temporary or outsourced."))
    if member.seat_ends_at and key_role() in member.roles:
        raise ValidationError(_("An owner's seat does not end by itself."))


def _end_access(member: Member) -> None:
    try:
        end_access(member=member, at=timezone.now())
    except DomainError as refusal:
        raise ValidationError(refusal.message) from refusal

"""People of one schema: members of a tenant in its own, operators in the public one; and what they did."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tenants.context import current_schema
from tenants.people.organisation import RolloutStep, Site, Team
from tenants.people.roles import OPERATOR_ROLES, TENANT_ROLES, Language, Role, Seat
from tenants.people.verbs import verb_name

__all__ = [
    "OPERATOR_ROLES",
    "TENANT_ROLES",
    "ApiToken",
    "AuditEntry",
    "Language",
    "Member",
    "Role",
    "RolloutStep",
    "Seat",
    "SignInAttempt",
    "Site",
    "Team",
]


class Members(BaseUserManager):
    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(username__iexact=username)


class Member(AbstractBaseUser):
    """One person who may sign in at one host. Rights come from roles and the apps' policies, nothing else."""

    username = models.CharField(_("user name"), max_length=64, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    name = models.CharField(_("full name"), max_length=80)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices), verbose_name=_("roles"), default=list
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, blank=True)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    site = models.ForeignKey(
        Site,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("site"),
        help_text=_("Empty: the team's."),
    )
    mentor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="mentees",
        verbose_name=_("mentor"),
        help_text=_("May listen to this person's calls, silently, and to nobody else's."),
    )
    seat = models.CharField(_("seat"), max_length=12, choices=Seat.choices, default=Seat.PERMANENT)
    seat_firm = models.CharField(
        _("comes from"), max_length=80, blank=True, help_text=_("The firm that sends them.")
    )
    seat_ends_at = models.DateTimeField(
        _("seat ends"),
        null=True,
        blank=True,
        help_text=_("From this moment on they are signed out. A call in hand goes on."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # Part of every session's hash: raising it ends them all.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects = Members()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    # Read by third-party code; our own rights are policies on roles.
    is_superuser = False

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="people_member_username_once",
                violation_error_message=_("This user name is taken."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="people_member_email_once",
                condition=~models.Q(email=""),
                violation_error_message=_("This e-mail address is taken."),
            ),
            models.CheckConstraint(
                condition=models.Q(seat="permanent", seat_ends_at=None) | ~models.Q(seat="permanent"),
                name="people_member_permanent_seats_do_not_end",
                violation_error_message=_("A permanent seat has no end. Choose temporary or outsourced."),
            ),
            models.CheckConstraint(
                condition=~models.Q(mentor=models.F("id")),
                name="people_member_not_ones_own_mentor",
                violation_error_message=_("Nobody is their own mentor."),
            ),
        ]

    def __init__(self, *args, **kwargs) -> None:  # noqa: ANN002, ANN003
        super().__init__(*args, **kwargs)
        # Ids repeat between schemas; remembering where one came from keeps an operator from being
        # written down as the tenant's member with the same id.
        self.home_schema = current_schema()

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_staff(self) -> bool:
        """Who may see the admin at all; each of its pages asks its own policy."""
        return self.is_active and bool(self.roles)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_perms(self, perms: list, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    @property
    def is_seat_over(self) -> bool:
        """True from the very moment on, whether or not anything has noticed it yet."""
        return self.seat_ends_at is not None and self.seat_ends_at <= timezone.now()

    @property
    def own_site(self) -> Site | None:
        """The person's, else the team's."""
        return self.site or (self.team.site if self.team else None)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}|{self.session_epoch}"
        if self.is_seat_over:
            # Every session asks for this hash before it is believed: none survives the end of the seat.
            value += "|over"
        return salted_hmac("tenants.people.session", value, secret=secret, algorithm="sha256").hexdigest()

    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles if role in Role.values]


class AuditEntry(models.Model):
    """Who changed what, when, from where. A trigger refuses UPDATE and DELETE, for us as well."""

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    actor_name = models.CharField(_("name then"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    verb = models.CharField(_("did"), max_length=60)
    subject = models.CharField(_("to"), max_length=120, help_text=_("Kind and id, like people.member:12"))
    subject_name = models.CharField(_("name of it"), max_length=200, blank=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "-id"]), models.Index(fields=["verb", "-id"])]

    def __str__(self) -> str:
        return f"{self.actor_name or '–'} · {verb_name(self.verb)} · {self.subject_name or self.subject}"


class SignInAttempt(models.Model):
    """One try at a password: what the limit against guessing counts. The login typed is kept as a keyed hash only."""

    account = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)
    succeeded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-in attempts")
        indexes = [models.Index(fields=["account", "at"]), models.Index(fields=["address", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class ApiToken(models.Model):
    """A key for programs. Only its hash is kept; the text is shown once."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="api_tokens", verbose_name=_("member"))
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

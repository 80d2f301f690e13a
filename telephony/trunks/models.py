"""A trunk, where calls go by it, how each switch finds it now, what uses it, and what was tried."""

from django.db import models
from django.utils.translation import gettext_lazy as _

NOBODY = "0000"
"""Shown by a call of the operator's own where the account is no number."""


class Trunk(models.Model):
    """A line to a carrier. Switches know it by `key`, which never changes; the secret is sealed and never shown."""

    class Way(models.TextChoices):
        REGISTER = "register", _("Our switch registers with user name and password")
        ADDRESS = "address", _("The carrier knows our address, we know theirs")

    class Transport(models.TextChoices):
        UDP = "udp", "UDP"
        TCP = "tcp", "TCP"
        TLS = "tls", "TLS"

    class Srtp(models.TextChoices):
        """The values of `rtp_secure_media`, but for the first."""

        OFF = "off", _("Not encrypted")
        OFFERED = "optional", _("Encrypted where the carrier agrees (SRTP offered)")
        REQUIRED = "mandatory", _("Encrypted, or no call (SRTP required)")

    class CallerForm(models.TextChoices):
        FROM = "from", _("From: the number in the sender itself")
        ASSERTED = "pid", _("P-Asserted-Identity: the account in the sender, the number beside it")
        REMOTE_PARTY = "rpid", _("Remote-Party-ID: as before, in the older spelling")

    class Codecs(models.TextChoices):
        A_FIRST = "PCMA:PCMU", _("G.711 A-law, else µ-law")
        MU_FIRST = "PCMU:PCMA", _("G.711 µ-law, else A-law")
        A_ALONE = "PCMA", _("G.711 A-law alone")
        MU_ALONE = "PCMU", _("G.711 µ-law alone")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being set up")
        IN_USE = "in_use", _("In use")
        OFF = "off", _("Switched off")

    name = models.CharField(_("name"), max_length=60, unique=True)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    cell = models.ForeignKey("cells.Cell", on_delete=models.PROTECT, related_name="+", verbose_name=_("cell"))
    nodes = models.JSONField(
        _("switches"), default=list, blank=True, help_text=_("None named: every switch of the cell.")
    )
    host = models.CharField(_("carrier's host"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=5060)
    transport = models.CharField(
        _("transport"), max_length=4, choices=Transport.choices, default=Transport.UDP
    )
    srtp = models.CharField(_("speech"), max_length=9, choices=Srtp.choices, default=Srtp.OFF)
    own_ca = models.TextField(
        _("own certificate authority"), blank=True, default="", help_text=_("Empty: those everybody trusts.")
    )
    tls_problem = models.CharField(
        _("what is wrong with its certificate"), max_length=12, blank=True, default=""
    )
    tls_more = models.CharField(_("names in its certificate"), max_length=200, blank=True, default="")
    tls_until = models.DateTimeField(_("its certificate ends at"), null=True, blank=True)
    tls_checked_at = models.DateTimeField(_("its certificate was looked at"), null=True, blank=True)
    way = models.CharField(_("who is known how"), max_length=10, choices=Way.choices, default=Way.REGISTER)
    username = models.CharField(_("user name"), max_length=64, blank=True)
    sealed_secret = models.TextField(_("password, sealed"), blank=True, default="")
    secret_set_at = models.DateTimeField(_("password set at"), null=True, blank=True)
    networks = models.JSONField(_("addresses calls come from"), default=list, blank=True)
    addresses = models.JSONField(_("addresses its host has"), default=list, blank=True)
    resolves = models.BooleanField(_("its host has an address"), null=True)
    codecs = models.CharField(_("codecs"), max_length=20, choices=Codecs.choices, default=Codecs.A_FIRST)
    caller_form = models.CharField(
        _("our number goes in"), max_length=5, choices=CallerForm.choices, default=CallerForm.FROM
    )
    dial_prefix = models.CharField(_("dialled before each number"), max_length=8, blank=True)
    channels_out = models.PositiveSmallIntegerField(_("calls out at once"), default=30)
    channels_in = models.PositiveSmallIntegerField(_("calls in at once"), default=30)
    calls_per_second = models.PositiveSmallIntegerField(_("new calls per second"), default=5)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    changed_at = models.DateTimeField(_("changed at"))
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("calls in a row that failed at the carrier"), default=0)
    failed_cause = models.CharField(_("with what"), max_length=40, blank=True)
    second_at = models.DateTimeField(_("second counted"), null=True, blank=True)
    second_calls = models.PositiveSmallIntegerField(_("calls begun in it"), default=0)

    class Meta:
        verbose_name = _("SIP trunk")
        verbose_name_plural = _("SIP trunks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"t{self.pk}"

    @property
    def own_number(self) -> str:
        """What the operator's own calls show: the account, where it is a number."""
        return self.username if self.username.removeprefix("+").isdecimal() else NOBODY

    @property
    def is_registered(self) -> bool:
        return self.way == self.Way.REGISTER

    @property
    def is_secure(self) -> bool:
        return self.transport == self.Transport.TLS

    def is_on(self, node: str) -> bool:
        return not self.nodes or node in self.nodes


class TrunkRoute(models.Model):
    """Numbers that begin with `prefix` (digits, with the country; "" are all) go by this trunk, in this order."""

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="routes", verbose_name=_("trunk"))
    prefix = models.CharField(_("numbers that begin with"), max_length=16, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("route of a trunk")
        verbose_name_plural = _("routes of trunks")
        ordering = ["prefix", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["trunk", "prefix"], name="a_trunk_once_for_a_prefix")]

    def __str__(self) -> str:
        return f"{self.prefix or '*'} {self.position} → {self.trunk}"


class TrunkSight(models.Model):
    """How one switch finds a trunk: its registration in the switch's word, and whether the carrier answers."""

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="sights", verbose_name=_("trunk"))
    node = models.CharField(_("switch"), max_length=40)
    registration = models.CharField(_("registration"), max_length=16, blank=True)
    is_up = models.BooleanField(_("reachable"), null=True)
    ping_ms = models.FloatField(_("answer after, ms"), null=True)
    sip_status = models.PositiveSmallIntegerField(_("last answer of the carrier"), null=True)
    phrase = models.CharField(_("its words"), max_length=80, blank=True)
    own_until = models.DateTimeField(_("the switch's certificate ends at"), null=True)
    seen_at = models.DateTimeField(_("seen at"))
    since = models.DateTimeField(_("so since"))

    class Meta:
        verbose_name = _("state of a trunk")
        verbose_name_plural = _("states of trunks")
        ordering = ["trunk", "node"]
        constraints = [models.UniqueConstraint(fields=["trunk", "node"], name="a_trunk_once_at_a_switch")]

    def __str__(self) -> str:
        return f"{self.trunk} {self.node} {self.registration}"


class TrunkCall(models.Model):
    """A leg that goes, or is about to go, by a trunk. Reserved before the switch is asked; gone with the leg."""

    leg_id = models.UUIDField(_("leg"), primary_key=True)
    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="calls", verbose_name=_("trunk"))
    node = models.CharField(_("switch"), max_length=40, blank=True)
    is_inbound = models.BooleanField(_("came in"), default=False)
    began_at = models.DateTimeField(_("began at"))
    reserved_until = models.DateTimeField(
        _("reserved until"), null=True, blank=True, help_text=_("Empty: the switch has the leg.")
    )

    class Meta:
        verbose_name = _("call by a trunk")
        verbose_name_plural = _("calls by trunks")

    def __str__(self) -> str:
        return str(self.leg_id)


class TrunkFault(models.Model):
    """Something is wrong with a trunk, from one moment to another."""

    class Kind(models.TextChoices):
        DOWN = "down", _("The carrier does not answer")
        REFUSED = "refused", _("The carrier refuses our registration")
        FULL = "full", _("All its calls are in use")
        FAILING = "failing", _("Calls fail at the carrier")
        TLS = "tls", _("The carrier's certificate is not accepted")

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="faults", verbose_name=_("trunk"))
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    node = models.CharField(_("switch"), max_length=40, blank=True)
    detail = models.CharField(_("more"), max_length=120, blank=True)
    raised_at = models.DateTimeField(_("since"))
    cleared_at = models.DateTimeField(_("over at"), null=True, blank=True)

    class Meta:
        verbose_name = _("fault of a trunk")
        verbose_name_plural = _("faults of trunks")
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["trunk", "kind", "node"],
                condition=models.Q(cleared_at=None),
                name="one_open_fault_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trunk} {self.kind}"


class TrunkTest(models.Model):
    """A test call by one trunk, asked for on its page: what the carrier answered, and when."""

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="tests", verbose_name=_("trunk"))
    number = models.CharField(_("number"), max_length=32)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.CharField(_("asked by"), max_length=150, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_answered = models.BooleanField(_("picked up"), default=False)
    sip_status = models.PositiveSmallIntegerField(_("SIP answer"), null=True)
    cause = models.CharField(_("cause"), max_length=40, blank=True)
    ringing_ms = models.PositiveIntegerField(_("post-dial delay, ms"), null=True)
    answered_ms = models.PositiveIntegerField(_("answered after, ms"), null=True)
    mos = models.FloatField(_("MOS"), null=True)

    class Meta:
        verbose_name = _("test call by a trunk")
        verbose_name_plural = _("test calls by trunks")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.trunk} {self.asked_at:%F %T}"

"""Forms of requirements, meetings, risks and cases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts.actions import partnership
from tenants.contracts.actions import requirements as req
from tenants.contracts.console.acts import CUSTOMER, VENDOR, ActForm, ReasonForm, day_field
from tenants.contracts.models import ChangeRequest, Risk, Side
from tenants.contracts.queries.partnership import meetings_of

KEY = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z"


def _words(label: Any, longest: int, *, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea({"rows": rows}), **more)


class RequirementForm(ActForm):
    act, sides = "write_requirement", VENDOR
    title, button = _("Write a requirement"), _("Write the requirement")

    key = forms.RegexField(
        KEY, label=_("Its number"), help_text=_("Such as R-01. The same number again writes it anew.")
    )
    title_of = forms.CharField(label=pgettext_lazy("of a text", "Title"), max_length=160)
    text = _words(_("In words"), 2000, required=False)
    setting = forms.CharField(
        label=_("Where it is set"),
        max_length=200,
        required=False,
        help_text=_("A page such as /flows/, or who does it where."),
    )
    test = forms.CharField(
        label=_("How it is accepted"),
        max_length=300,
        required=False,
        help_text=_("What one does, and what one sees then."),
    )

    @property
    def line(self) -> req.Line:
        given = self.cleaned_data
        return req.Line(
            key=given["key"],
            title=given["title_of"],
            **{name: given[name] for name in ("text", "setting", "test")},
        )

    def do(self) -> None:
        req.write_requirement(tenant=self.desk.tenant, line=self.line, at=self.desk.now)


class DropRequirement(ActForm):
    act, sides = "drop_requirement", VENDOR

    def do(self) -> None:
        req.drop_requirement(tenant=self.desk.tenant, requirement_id=self.row_id)


class ConfirmVersion(ActForm):
    act, sides = "confirm", CUSTOMER

    def do(self) -> None:
        req.confirm_requirements(tenant=self.desk.tenant, at=self.desk.now)


class AcceptRequirement(ActForm):
    act, sides = "accept", CUSTOMER

    def do(self) -> None:
        req.accept_requirement(tenant=self.desk.tenant, requirement_id=self.row_id, day=self.desk.today)


class ChangeForm(RequirementForm):
    """The operator says at once what it takes; the customer is told."""

    act, sides = "change", (Side.VENDOR, Side.CUSTOMER)
    title, button = _("Ask for a change"), _("Ask for the change")

    field_order = ("what", "key")
    what = forms.ChoiceField(label=_("What is done"), choices=ChangeRequest.Act.choices, initial="change")
    key = forms.RegexField(KEY, label=_("Its number"), help_text=_("Of a new one: a number that is free."))
    reason = forms.CharField(label=_("What for"), max_length=300)
    impact_days = forms.IntegerField(label=_("Takes, days"), min_value=0, max_value=3650, initial=0)
    impact_cost = forms.DecimalField(
        label=_("Costs"), min_value=0, max_digits=12, decimal_places=2, initial=0, max_value=1_000_000_000
    )

    def prepare(self) -> None:
        self.fields["title_of"].required = False
        self.fields["title_of"].help_text = _("What is left empty stays as it is.")
        if not self.desk.is_vendor:
            del self.fields["impact_days"], self.fields["impact_cost"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("what") == ChangeRequest.Act.ADD and not given.get("title_of"):
            self.add_error("title_of", _("A new requirement needs a title."))
        return given

    def do(self) -> None:
        given = self.cleaned_data
        impact = None
        if self.desk.is_vendor:
            impact = req.Impact(days=given["impact_days"], cost=given["impact_cost"])
        wish = req.Wish(act=given["what"], line=self.line, reason=given["reason"])
        req.request_change(tenant=self.desk.tenant, wish=wish, at=self.desk.now, impact=impact)


class AssessChange(ActForm):
    act, sides = "assess", VENDOR

    impact_days = forms.IntegerField(min_value=0, max_value=3650)
    impact_cost = forms.DecimalField(min_value=0, max_digits=12, decimal_places=2)

    def do(self) -> None:
        impact = req.Impact(days=self.given["impact_days"], cost=self.given["impact_cost"])
        req.assess_change(tenant=self.desk.tenant, change_id=self.row_id, impact=impact, at=self.desk.now)


class ApproveChange(ActForm):
    act, sides = "approve", CUSTOMER

    def do(self) -> None:
        req.approve_change(tenant=self.desk.tenant, change_id=self.row_id, at=self.desk.now)


class RefuseChange(ReasonForm):
    act = "refuse"

    def do(self) -> None:
        req.refuse_change(tenant=self.desk.tenant, change_id=self.row_id, reason=self.given["reason"])


# --- meetings ---


class MinutesForm(ActForm):
    act, sides = "write_minutes", VENDOR
    title, button = _("Write minutes"), _("Write the minutes")

    held_on = day_field(_("Held on"))
    about = forms.CharField(label=_("About"), max_length=160)
    attendees = forms.CharField(label=_("Who was there"), max_length=400, required=False)
    minutes = _words(_("Minutes"), 8000, rows=6)

    def do(self) -> None:
        given = self.given
        about = given.pop("about")
        partnership.write_minutes(tenant=self.desk.tenant, title=about, **given)


class TaskForm(ActForm):
    act = "add_task"
    title, button = _("Add an action"), _("Add the action")

    meeting = forms.TypedChoiceField(label=pgettext_lazy("with a tenant", "Meeting"), coerce=int)
    what = forms.CharField(label=_("What is done"), max_length=300)
    side = forms.ChoiceField(label=_("Done by"), choices=Side.choices)
    owner = forms.CharField(label=_("Responsible"), max_length=120)
    due_on = day_field(_("Due"))

    def prepare(self) -> None:
        self.fields["meeting"].choices = [(one.pk, str(one)) for one in meetings_of(self.desk.tenant)]

    def do(self) -> None:
        given = self.given
        meeting_id = given.pop("meeting")
        partnership.add_task(tenant=self.desk.tenant, meeting_id=meeting_id, task=partnership.Task(**given))


class FinishTask(ActForm):
    act = "finish_task"

    def do(self) -> None:
        partnership.finish_task(
            tenant=self.desk.tenant, task_id=self.row_id, side=self.desk.side, at=self.desk.now
        )


# --- risks ---


class RiskForm(ActForm):
    """With a row: another assessment of it."""

    act, sides = "write_risk", VENDOR
    title, button = _("Assess a risk"), _("Save the risk")

    kind = forms.ChoiceField(label=_("Kind"), choices=Risk.Kind.choices)
    what = forms.CharField(label=_("What may happen"), max_length=200)
    likelihood = forms.IntegerField(label=_("Likelihood, 1 to 5"), min_value=1, max_value=5, initial=3)
    impact = forms.IntegerField(label=_("Impact, 1 to 5"), min_value=1, max_value=5, initial=3)
    mitigation = _words(_("What is done about it"), 1000)
    owner = forms.CharField(label=_("Responsible"), max_length=120)
    review_on = day_field(_("Looked at again on"))

    def do(self) -> None:
        given = self.given
        danger = partnership.Danger(title=given.pop("what"), **given)
        partnership.write_risk(tenant=self.desk.tenant, danger=danger, risk_id=self.row_id or None)


class CloseRisk(ActForm):
    act, sides = "close_risk", VENDOR

    def do(self) -> None:
        partnership.close_risk(tenant=self.desk.tenant, risk_id=self.row_id)


class BeginRegister(ActForm):
    act, sides = "begin_register", VENDOR

    def do(self) -> None:
        partnership.begin_register(tenant=self.desk.tenant, today=self.desk.today)


# --- cases ---


class CaseForm(ActForm):
    act, sides = "write_case", VENDOR
    title, button = _("Write a case"), _("Ask for consent to this text")

    trade = forms.CharField(label=_("Trade"), max_length=60)
    title_of = forms.CharField(label=pgettext_lazy("of a text", "Title"), max_length=120)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    story = _words(_("Story"), 3000, rows=5)
    story_zh = _words(_("Story in Chinese"), 3000, rows=5)

    def do(self) -> None:
        given = self.given
        story = partnership.Story(title=given.pop("title_of"), **given)
        partnership.write_case(
            tenant=self.desk.tenant, story=story, at=self.desk.now, case_id=self.row_id or None
        )


class AllowCase(ActForm):
    act, sides = "allow_case", CUSTOMER

    def do(self) -> None:
        partnership.allow_case(tenant=self.desk.tenant, case_id=self.row_id, at=self.desk.now)


class WithdrawCase(ActForm):
    act = "withdraw_case"

    def do(self) -> None:
        partnership.withdraw_case(tenant=self.desk.tenant, case_id=self.row_id, at=self.desk.now)

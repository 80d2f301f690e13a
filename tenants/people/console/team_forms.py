"""Forms of teams and of the rollout."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.people.models import Member, RolloutStep, Site, Team
from tenants.people.policies import Role
from tenants.people.queries import members_with
from tenants.people.queries.teams import with_those_below


class TeamForm(forms.Form):
    """A team that is there (`team`), or a new one."""

    name = forms.CharField(label=_("Name"), max_length=80)
    parent = forms.ModelChoiceField(
        label=_("Belongs to"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("No team: at the top"),
    )
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("None")
    )
    leads = forms.ModelMultipleChoiceField(
        label=_("Led by"),
        queryset=Member.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Team leads and supervisors. They see the calls of this team and of those below it."),
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        below = with_those_below([team.pk]) if team else set()
        self.fields["parent"].queryset = Team.objects.exclude(pk__in=below)
        self.fields["site"].queryset = Site.objects.all()
        self.fields["leads"].queryset = members_with(Role.TEAM_LEAD, Role.SUPERVISOR)

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"],
            "parent_id": given["parent"].pk if given["parent"] else None,
            "site_id": given["site"].pk if given["site"] else None,
            "lead_ids": [lead.pk for lead in given["leads"]],
        }


class MoveForm(forms.Form):
    """From the tree: which team, and where to."""

    team = forms.ModelChoiceField(label=_("Move the team"), queryset=Team.objects.none(), empty_label=None)
    parent = forms.ModelChoiceField(
        label=_("under"), queryset=Team.objects.none(), required=False, empty_label=_("No team: at the top")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["team"].queryset = self.fields["parent"].queryset = Team.objects.all()


class PeopleForm(forms.Form):
    """Who is put into a team."""

    people = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=Member.objects.filter(is_active=True), required=False
    )


class StepForm(forms.ModelForm):
    class Meta:
        model = RolloutStep
        fields = ["title", "responsible", "due_on", "note"]
        widgets = {
            "due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        chosen = (Role.PROJECT_MANAGER, Role.PROJECT_MEMBER, Role.OWNER, Role.ADMIN)
        self.fields["responsible"].queryset = members_with(*chosen)

"""Forms of the floor's pages: they say what is wrong before anything is saved."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony import actions
from telephony.actions.seats import check_place
from telephony.models import Agent, Entry, Flow, Queue
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter_public
from tenants.errors import DomainError
from tenants.numbers import to_e164

MOST_NAMED = 20
"""Of one's numbers, in the help under a field."""


class AgentForm(forms.ModelForm):
    class Meta:
        model = Agent
        fields = ["member", "name", "extension", "is_active", "ring_on", "may_ring_elsewhere"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "extension" in self.fields and not self.instance.pk:
            self.fields["extension"].initial = actions.next_extension()
        if "ring_on" in self.fields:
            self.fields["ring_on"].required = False
        if "member" in self.fields:
            taken = Agent.objects.values("member_id")
            members = self.fields["member"].queryset
            self.fields["member"].queryset = members.filter(is_active=True).exclude(pk__in=taken)

    def clean_ring_on(self) -> str:
        return self.cleaned_data["ring_on"] or self.instance.ring_on

    def clean_extension(self) -> str:
        extension = self.cleaned_data["extension"].strip()
        if not (extension.isascii() and extension.isdigit() and 2 <= len(extension) <= 8):
            raise forms.ValidationError(_("An extension is 2 to 8 digits."), code="digits")
        return extension

    def clean(self) -> dict:
        values = super().clean() or {}
        was_active = (
            bool(self.instance.pk) and Agent.objects.filter(pk=self.instance.pk, is_active=True).exists()
        )
        if values.get("is_active") and not was_active:
            try:
                actions.check_seats(adding=1)
            except DomainError as refusal:
                raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return values


class PlaceForm(forms.ModelForm):
    """An agent's place in a queue; not outside of what their seat is narrowed to."""

    def clean(self) -> dict:
        values = super().clean() or {}
        queue, agent = values.get("queue"), values.get("agent")
        if queue is not None and agent is not None and agent.pk:
            try:
                check_place(member=agent.member, queue=queue)
            except DomainError as refusal:
                raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return values


class EntryForm(forms.ModelForm):
    class Meta:
        model = Entry
        fields = ["number_e164", "queue", "flow", "is_shown"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Only flows that callers can be led to: published, and not put away. A new row begins with what is free."""
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "number_e164" in self.fields:
            self._begin()
        if "flow" in self.fields:
            usable = Flow.objects.filter(is_archived=False, published__isnull=False).defer("draft")
            self.fields["flow"].queryset = usable

    def _begin(self) -> None:
        taken, tenant = set(Entry.objects.values_list("number_e164", flat=True)), current_tenant()
        with enter_public():
            free = [number for number in tenant_queries.numbers_of(tenant) if number not in taken]
        queues = list(Queue.objects.filter(state=Queue.State.OPEN)[:2])
        self.fields["number_e164"].help_text = (
            _("Yours that lead nowhere yet: %(numbers)s") % {"numbers": ", ".join(free[:MOST_NAMED])}
            if free
            else _("Every number you have leads somewhere. Your operator lends you more.")
        )
        self.fields["number_e164"].initial = free[0] if free else ""
        if len(queues) == 1:
            self.fields["queue"].initial = queues[0]

    def clean_number_e164(self) -> str:
        """Only numbers of this tenant: another's would steal their callers."""
        tenant = current_tenant()
        number = to_e164(self.cleaned_data["number_e164"], str(tenant.country))
        if number is None:
            raise forms.ValidationError(_("This is no telephone number."), code="number")
        with enter_public():
            owner = tenant_queries.tenant_of_number(number)
        if owner is None or owner.pk != tenant.pk:
            raise forms.ValidationError(_("This number is not one of yours."), code="not_yours")
        return number

"""Forms of the desk of numbers, for operators and for tenants."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from telephony.models import Agent, DisplayPool, Queue
from telephony.number_limits import place_words, regions_of
from tenants.desk.queries import KINDS_OF_PAPERS, NUMBER_COUNTRIES, NUMBER_KINDS, NUMBER_OUTSIDE, NUMBER_USES

LONGEST_REST = 3650


class DayInput(forms.DateInput):
    input_type = "date"


class TermsForm(forms.Form):
    use = forms.ChoiceField(label=gettext_lazy("Permitted for"), choices=NUMBER_USES)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=200, required=False)
    regions = forms.CharField(
        label=gettext_lazy("Permitted regions"),
        max_length=600,
        required=False,
        help_text=gettext_lazy(
            "Countries, provinces or cities, separated by commas: China, Guangdong, Guangdong/Shenzhen. Empty:"
            " everywhere."
        ),
    )
    outside = forms.ChoiceField(label=gettext_lazy("A call outside of that"), choices=NUMBER_OUTSIDE)

    def clean_regions(self) -> tuple[str, ...]:
        known, unknown = regions_of(self.cleaned_data["regions"])
        if unknown:
            raise forms.ValidationError(
                _("No country or region is called %(names)s."), params={"names": ", ".join(unknown[:5])}
            )
        return known

    @staticmethod
    def written(regions: list[str]) -> str:
        """As they stand in the field, in the reader's language; read back by `regions_of`."""
        return ", ".join(place_words(one, "en") if len(one) == 2 else one for one in regions)


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS_OF_PAPERS)
    reference = forms.CharField(
        label=gettext_lazy("Reference"), max_length=80, help_text=gettext_lazy("The number of the licence.")
    )
    expires_on = forms.DateField(label=gettext_lazy("Valid until"), required=False, widget=DayInput())
    warn_days = forms.IntegerField(
        label=gettext_lazy("Told before, days"), min_value=1, max_value=365, initial=30
    )
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("PDF, PNG or JPEG, 10 MB at most.")
    )


class LeaveForm(forms.Form):
    """`rest_days` is asked for only where the number is taken back, not retired."""

    rest_days = forms.IntegerField(
        label=gettext_lazy("Days of quarantine"),
        min_value=0,
        max_value=LONGEST_REST,
        initial=90,
        help_text=gettext_lazy("Callers of the tenant still dial it. With 0 it may be lent at once."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, *args: Any, is_for_good: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_for_good:
            del self.fields["rest_days"]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class WishForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=NUMBER_KINDS)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=NUMBER_COUNTRIES)
    area_code = forms.CharField(
        label=gettext_lazy("Area code"), max_length=8, required=False, help_text=gettext_lazy("Such as 021.")
    )
    use = forms.ChoiceField(label=gettext_lazy("Wanted for"), choices=NUMBER_USES)
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=200,
        help_text=gettext_lazy("What it is used for: the carrier asks for it."),
    )
    regions = forms.CharField(
        label=gettext_lazy("Regions"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Where those you talk with are. Empty: everywhere."),
    )


class PoolForm(forms.Form):
    """Only numbers that are the tenant's are offered; the action looks again."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        label=gettext_lazy("Calls for the queue"),
        required=False,
        empty_label=gettext_lazy("All queues without a pool of their own"),
    )
    way = forms.ChoiceField(label=gettext_lazy("Which is shown"), choices=DisplayPool.Way.choices)
    numbers = forms.MultipleChoiceField(
        label=gettext_lazy("Numbers"), widget=forms.CheckboxSelectMultiple, required=False
    )
    least_connected = forms.IntegerField(
        label=gettext_lazy("Numbers rest below, percent answered"),
        min_value=1,
        max_value=99,
        required=False,
        help_text=gettext_lazy("Of those called last. Empty: no number rests."),
    )
    judged_calls = forms.IntegerField(
        label=gettext_lazy("Judged by so many calls"),
        min_value=5,
        max_value=500,
        initial=20,
        required=False,
    )
    rest_minutes = forms.IntegerField(
        label=gettext_lazy("A rest takes, minutes"),
        min_value=10,
        max_value=43_200,
        initial=1440,
        required=False,
        help_text=gettext_lazy("1440 is a day. When all rest, the first to be rested is shown."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, own: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.all()
        self.fields["numbers"].choices = own

    def clean(self) -> dict[str, Any]:
        """What is left empty is as usual."""
        given = super().clean() or {}
        usual = {"judged_calls": 20, "rest_minutes": 1440}
        return given | {name: value for name, value in usual.items() if given.get(name, 0) is None}


class MaskForm(forms.Form):
    agent = forms.ModelChoiceField(Agent.objects.none(), label=gettext_lazy("Agent"))
    number = forms.ChoiceField(label=gettext_lazy("Virtual number"), required=False)

    def __init__(self, *args: Any, own: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agent"].queryset = Agent.objects.filter(is_active=True)
        self.fields["number"].choices = [("", _("none: as the pools say")), *own]


def language() -> str:
    return get_language() or "en"

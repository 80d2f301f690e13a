"""What a page of agreements lets somebody do: a form that knows its action, posted to the page it stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants.contracts.console.desk import Desk
from tenants.contracts.models import Side
from tenants.errors import BadInput, DomainError, NotFound

BOTH = (Side.VENDOR, Side.CUSTOMER)
VENDOR, CUSTOMER = (Side.VENDOR,), (Side.CUSTOMER,)
LARGEST_ROW = 2**62


def day_field(label: str | Promise, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class ActForm(forms.Form):
    """`act` is its name in the page, `sides` who may. `row`: which row it is about, where it is about one."""

    act = ""
    title: str | Promise = ""
    button: str | Promise = ""
    sides: tuple[str, ...] = BOTH

    row = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ROW, widget=forms.HiddenInput)

    def __init__(self, desk: Desk, data: Any = None, files: Any = None, initial: dict | None = None) -> None:
        self.desk = desk
        super().__init__(data, files, initial=initial, auto_id=f"{self.act}-%s", label_suffix="")
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on whose page it is."""

    @property
    def given(self) -> dict[str, Any]:
        """Without the row."""
        return {name: value for name, value in self.cleaned_data.items() if name != "row"}

    @property
    def row_id(self) -> int:
        """0 is no row's."""
        return self.cleaned_data.get("row") or 0

    def do(self) -> str | None:
        """Calls the action; where to go afterwards, None to stay."""
        raise NotImplementedError


class ReasonForm(ActForm):
    """A button beside a row, with room for a reason."""

    reason = forms.CharField(max_length=300, required=False)


@dataclass(frozen=True)
class Page:
    """`context(desk, request)` is what it shows; `acts` what may be done on it."""

    template: str
    acts: tuple[type[ActForm], ...]
    context: Callable[[Desk, HttpRequest], dict[str, Any]]
    files: bool = False


def serve(request: HttpRequest, desk: Desk, page: Page) -> HttpResponse:
    """What was typed stays where it was refused."""
    refused: ActForm | None = None
    if request.method == "POST":
        form = _posted(request, desk, page)
        answer = _done(request, form)
        if answer is not None:
            return answer
        refused = form
    context = page.context(desk, request)
    shown = {**context.pop("forms", {}), **({refused.act: refused} if refused else {})}
    seen = {"desk": desk, "forms": shown, "refused": refused, **context}
    return render(request, f"tenants/contracts/{page.template}.html", seen, status=422 if refused else 200)


def _posted(request: HttpRequest, desk: Desk, page: Page) -> ActForm:
    asked = request.POST.get("act", "")
    kind = next((one for one in page.acts if one.act == asked and desk.side in one.sides), None)
    if kind is None:
        raise NotFound
    return kind(desk, request.POST, request.FILES)


def _done(request: HttpRequest, form: ActForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        where = form.do()
    except BadInput as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
    else:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(where or request.path)
    return None

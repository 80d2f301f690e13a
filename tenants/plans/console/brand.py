"""The tenant's own look: the form, and what its pages load of it."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tenants.errors import BadInput
from tenants.people.console.access import member_required
from tenants.plans.actions.brand import change_brand
from tenants.plans.colours import parsed, stylesheet
from tenants.plans.doors import standing_of
from tenants.plans.models import Brand
from tenants.plans.pictures import MOST_BYTES
from tenants.plans.policies import BRAND_ROLES

FOR_GOOD = "public, max-age=31536000, immutable"
"""What is told stands in the address: another colour or logo has another one."""


class BrandForm(forms.Form):
    product_name = forms.CharField(
        label=gettext_lazy("Name of the product"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("In the head of every page. Empty: the name of your company."),
    )
    accent = forms.RegexField(
        r"^#[0-9a-fA-F]{6}\Z",
        label=gettext_lazy("Colour"),
        required=False,
        help_text=gettext_lazy("Of buttons and links, such as #2350c4. Empty: ours."),
        error_messages={"invalid": gettext_lazy("Write it as # and six digits, such as #2350c4.")},
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, 200 kB at most, up to 1024 pixels wide and high."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    drops_logo = forms.BooleanField(label=gettext_lazy("Show no logo"), required=False)

    def clean_accent(self) -> str:
        return self.cleaned_data["accent"].lower()


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*BRAND_ROLES)
def brand(request: HttpRequest) -> HttpResponse:
    standing = standing_of(request.tenant)
    initial = {"product_name": standing.product_name, "accent": standing.accent}
    form = BrandForm(request.POST or None, request.FILES or None, initial=initial, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, form.cleaned_data)
        except BadInput as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("plans:brand")
    seen = {"form": form, "standing": standing, "tab": "brand"}
    return render(request, "tenants/plans/brand.html", seen, status=422 if form.errors else 200)


def _change(request: HttpRequest, given: dict) -> None:
    change_brand(
        tenant=request.tenant,
        product_name=given["product_name"],
        accent=given["accent"],
        logo=given["logo"].read(MOST_BYTES + 1) if given["logo"] else None,
        drops_logo=given["drops_logo"],
        at=timezone.now(),
    )


@require_GET
def colours(request: HttpRequest, accent: str) -> HttpResponse:
    """For the sign-in page too: of nobody, made from the address alone."""
    colour = parsed(accent)
    if colour is None:
        raise Http404
    return HttpResponse(
        stylesheet(colour), content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_GOOD}
    )


@require_GET
def logo(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Of the host's own tenant; for the sign-in page too."""
    found = Brand.objects.filter(tenant_id=request.tenant.pk).first()
    if found is None or not found.fingerprint or found.fingerprint != fingerprint:
        raise Http404
    headers = {
        "Cache-Control": FOR_GOOD,
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(found.logo), content_type=found.logo_type, headers=headers)

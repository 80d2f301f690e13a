"""A tenant's name for the product, colour and logo."""

from datetime import datetime

from django.db import transaction

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.actions.modules import settle
from tenants.plans.colours import ENOUGH, WHITE, contrast, parsed
from tenants.plans.errors import ColourTooFaint, LogoNotUsable
from tenants.plans.models import Brand
from tenants.plans.pictures import MOST_BYTES, picture_of


@transaction.atomic
def change_brand(
    *, tenant: Tenant, product_name: str, accent: str, logo: bytes | None, drops_logo: bool, at: datetime
) -> None:
    """`accent` "" is our own colour; `logo` None leaves it as it is. Raises ColourTooFaint, LogoNotUsable."""
    kind = _checked(accent, logo)
    with enter_public():
        brand, _made = Brand.objects.select_for_update().get_or_create(tenant=tenant)
        before = _told(brand)
        brand.product_name, brand.accent = product_name, accent
        if logo is not None:
            brand.logo, brand.logo_type = logo, kind
        elif drops_logo:
            brand.logo, brand.logo_type = None, ""
        brand.save()
        settle(tenant=tenant, at=at)
        after = _told(brand)
    if before != after:
        record_audit(verb="changed", subject="plans.brand", before=before, after=after)


def _checked(accent: str, logo: bytes | None) -> str:
    """The kind of the picture."""
    colour = parsed(accent) if accent else None
    if accent and (colour is None or contrast(colour, WHITE) < ENOUGH):
        raise ColourTooFaint(field="accent", ratio=f"{contrast(colour, WHITE):.1f}" if colour else "–")
    if logo is None:
        return ""
    picture = picture_of(logo) if len(logo) <= MOST_BYTES else None
    if picture is None or not picture.fits:
        raise LogoNotUsable(field="logo")
    return picture.kind


def _told(brand: Brand) -> dict[str, str]:
    return {"product_name": brand.product_name, "accent": brand.accent, "logo": brand.fingerprint}

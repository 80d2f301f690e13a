"""The number inventory as a sheet."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field

from tenants.exports import SafeResource
from tenants.models import Number
from tenants.numbers import to_e164


class NumberResource(SafeResource):
    """Lending is not done by upload: the tenant is shown, never read."""

    tenant = Field(attribute="tenant__schema_name", column_name="tenant", readonly=True)

    class Meta:
        model = Number
        import_id_fields = ["e164"]
        fields = (
            "e164", "country", "kind", "area_code", "monthly_fee", "currency", "carrier", "trunk", "carrier_fee",
            "expires_on", "state", "tenant",
        )  # fmt: skip
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def before_import_row(self, row, **kwargs) -> None:  # noqa: ANN001, ANN003
        super().before_import_row(row, **kwargs)
        row.pop("state", None)
        country = str(row.get("country") or "").strip().upper()
        number = to_e164(str(row.get("e164") or ""), country)
        if number is None:
            raise ValidationError(
                _("%(raw)s is no telephone number of %(country)s.")
                % {"raw": str(row.get("e164"))[:40], "country": country or "–"}
            )
        row["country"], row["e164"] = country, number

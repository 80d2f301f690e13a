"""The register of devices as a sheet."""

from tenants.desk.models import Asset
from tenants.exports import SafeResource


class AssetResource(SafeResource):
    class Meta:
        model = Asset
        fields = (
            "id", "kind", "name", "serial", "place", "state", "count", "spares", "least_spares", "every_days",
            "bought_on", "warranty_until", "due_on",
        )  # fmt: skip
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True

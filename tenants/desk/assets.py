"""What works on a device mean for it: when it is due again, and how many spares are left."""

from datetime import date, timedelta

from django.db import transaction

from tenants.desk.models import Asset, AssetWork


def due_after(asset: Asset, last: date | None, today: date) -> date | None:
    """Counted from the last maintenance, else from when it was bought; None: it needs none."""
    if not asset.every_days or asset.state == Asset.State.RETIRED:
        return None
    return (last or asset.bought_on or today) + timedelta(days=asset.every_days)


@transaction.atomic
def settle_asset(*, asset_id: int, new_works: list[AssetWork], today: date) -> None:
    """After the device or its works were saved: spares used and added, and the day it is due."""
    asset = Asset.objects.select_for_update().get(pk=asset_id)
    for work in new_works:
        if work.kind == AssetWork.Kind.REPLACED:
            asset.spares = max(0, asset.spares - work.count)
            asset.serial = work.serial or asset.serial
        elif work.kind == AssetWork.Kind.RESTOCKED:
            asset.spares += work.count
    kept = asset.works.exclude(kind=AssetWork.Kind.RESTOCKED)
    asset.due_on = due_after(asset, kept.values_list("done_on", flat=True).first(), today)
    asset.save(update_fields=["spares", "serial", "due_on"])

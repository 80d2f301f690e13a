"""A second cell that looks served, for the operators' page, and everything as before; run as a program beside the
product. Its worker is nobody: a tenant that is moved there has to be taken back at once.
"""

import os
import sys
from datetime import timedelta

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    serve() if "serve" in sys.argv else clear()


def serve() -> None:
    from django.utils import timezone

    from telephony.cells.models import Cell, Lease, SwitchNode

    now, later = timezone.now(), timezone.now() + timedelta(hours=1)
    cell = Cell.objects.create(name="second")
    SwitchNode.objects.create(name="second-1", cell=cell, last_seen_at=later)
    report = {"is_routing": True, "epoch": 1}
    Lease.objects.create(
        cell=cell, holder="nobody", epoch=1, expires_at=now + timedelta(hours=1), report=report
    )


def clear() -> None:
    from telephony.cells.models import Cell, CellMove
    from tenants.models import Tenant

    CellMove.objects.all().delete()
    Tenant.objects.filter(cell="second").update(cell="main")
    Cell.objects.filter(name="second").delete()


if __name__ == "__main__":
    main()

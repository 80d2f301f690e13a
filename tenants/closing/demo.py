"""The demo's sellers, so that its months can be closed."""

from django.db import transaction

from tenants.closing.models import Seller

SELLERS = (
    (
        "CN",
        "CN",
        "云呼通信技术有限公司",
        "91310000MA1FL0000X",
        "上海市浦东新区世纪大道 1 号",
        "示例银行上海分行 1001 2233",
    ),
    ("GB", "GB", "Cloud Call Ltd", "GB123456789", "1 High Street, London", "Example Bank 20-00-00 12345678"),
)


@transaction.atomic
def sellers() -> None:
    """Called by the demo's opening, in the public schema; safe to repeat."""
    for country, series, name, tax_number, address, bank in SELLERS:
        Seller.objects.get_or_create(
            country=country,
            defaults={
                "series": series,
                "name": name,
                "tax_number": tax_number,
                "address": address,
                "bank": bank,
            },
        )

"""Numbers in the operators' console: stored in one spelling, lent and taken back, brought in from a sheet."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants.models import Number
from tenants.people.models import AuditEntry

NUMBERS = "/admin/tenants/number/"


def number_form(**changes) -> dict:
    return {
        "e164": "020 7946 0777",
        "country": "GB",
        "kind": "local",
        "monthly_fee": "9.00",
        "currency": "GBP",
        "carrier": "",
        "lend_to": "",
    } | changes


def test_a_number_is_stored_in_one_spelling_and_lent(operator, acme, published):
    operator.post(NUMBERS + "add/", number_form(lend_to=acme.pk))
    number = Number.objects.get()
    assert (number.e164, number.tenant, number.state) == ("+442079460777", acme, "assigned")
    operator.post(f"{NUMBERS}{number.pk}/take-back/")
    number.refresh_from_db()
    assert (number.tenant, number.state) == (None, "quarantine")
    assert [
        entry.verb
        for entry in AuditEntry.objects.order_by("id").filter(subject=f"tenants.number:{number.pk}")
    ] == ["added", "assigned", "taken back"]


def test_finance_sees_a_number_but_is_offered_no_lending(operator, member, client_of):
    number = Number.objects.create(e164="+442079460777", country="GB")
    finance = client_of(member(None, "operator_finance"))
    page = f"{NUMBERS}{number.pk}/change/"
    assert "Lend to" in operator.get(page).content.decode()
    seen = finance.get(page)
    assert seen.status_code == 200
    assert "Lend to" not in seen.content.decode()


def test_a_lent_number_stays_with_its_tenant_when_lent_to_another(operator, acme, globex, published, now):
    from tenants.lending import assign_number

    number = Number.objects.create(e164="+442079460777", country="GB")
    assign_number(number_id=number.pk, tenant_id=acme.pk, at=now)
    answer = operator.post(f"{NUMBERS}{number.pk}/change/", number_form(lend_to=globex.pk), follow=True)
    assert "belongs to another tenant" in " ".join(str(message) for message in answer.context["messages"])
    assert Number.objects.get().tenant == acme


def test_a_400_number_is_lent_from_the_inventory_only_with_its_licence(
    operator, acme, globex, published, now
):
    from tenants.desk.models import NumberPaper

    number = Number.objects.create(e164="4005550177", country="CN", kind="shared_cost")
    wanted = number_form(e164="4005550177", country="CN", kind="shared_cost", currency="CNY", lend_to=acme.pk)
    refused = operator.post(f"{NUMBERS}{number.pk}/change/", wanted)
    assert "need a licence that is valid today" in refused.content.decode()
    assert Number.objects.get().tenant is None
    NumberPaper.objects.create(
        kind="licence", tenant=acme, reference="A-1", expires_on=timezone.localdate(), media_type="x",
        size=1, sha256="a" * 64, stored_as="x", wrapped="x", wrapped_by="x", added_at=now,
    )  # fmt: skip
    operator.post(f"{NUMBERS}{number.pk}/change/", wanted | {"lend_to": globex.pk})
    assert Number.objects.get().tenant is None
    operator.post(f"{NUMBERS}{number.pk}/change/", wanted)
    assert Number.objects.get().tenant == acme


def test_what_can_be_no_rows_id_is_no_page_for_any_button_of_a_row(operator):
    for row in ("desk", "take-back"):
        for odd in ("abc", "1.5", "%00", "9" * 40, "None", "1/2"):
            assert operator.get(f"{NUMBERS}{odd}/{row}/").status_code in (302, 403, 404), (row, odd)
    for odd in ("abc", "%27", "9" * 40):
        assert operator.get(f"/admin/tenants/tenant/{odd}/suspend/").status_code in (302, 403, 404)


def test_a_malformed_number_is_refused(operator):
    answer = operator.post(NUMBERS + "add/", number_form(e164="12"))
    assert "no telephone number" in answer.content.decode()
    assert not Number.objects.exists()


def test_numbers_come_in_from_a_sheet_and_wrong_rows_are_named(operator):
    head = "e164,country,kind,monthly_fee,currency,carrier\n"
    good = "020 7946 0777,GB,local,9.00,GBP,BT\n400 555 0177,CN,shared_cost,100,CNY,\n"

    def upload(text):
        return operator.post(
            NUMBERS + "import/",
            {"format": "0", "resource": "0", "import_file": SimpleUploadedFile("n.csv", text.encode())},
        )

    answer = upload(head + good + "12,GB,local,1,GBP,\n")
    assert "is no telephone number of GB" in answer.content.decode()
    assert not Number.objects.exists()
    page = upload(head + good)
    operator.post(NUMBERS + "process_import/", page.context["confirm_form"].initial)
    assert list(Number.objects.values_list("e164", "state")) == [
        ("+442079460777", "free"),
        ("4005550177", "free"),
    ]

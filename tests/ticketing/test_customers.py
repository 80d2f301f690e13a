import pytest
from django.utils import timezone

from tenants.errors import BadInput
from tenants.people.models import AuditEntry
from ticketing import actions, queries
from ticketing.models import Customer, CustomerPhone


def wang(at, **given):
    fields = {"name": "王芳", "numbers": ["138 1234 2211"], "country": "CN", "at": at} | given
    return actions.create_customer(**fields)


@pytest.mark.parametrize(
    ("country", "stored", "spellings"),
    [
        (
            "CN",
            "13812342211",
            [
                "+8613812342211",
                "008613812342211",
                "8613812342211",
                "13812342211",
                "138 1234 2211",
                "138-1234-2211",
                "+86 138 1234 2211",
                " 13812342211 ",
                "(+86)13812342211",
            ],
        ),
        (
            "CN",
            "010-65551234",
            ["+861065551234", "01065551234", "0086 10 6555 1234", "861065551234", "(010) 6555 1234"],
        ),
        (
            "GB",
            "020 7946 0958",
            ["+442079460958", "00442079460958", "442079460958", "02079460958", "(020) 7946-0958"],
        ),
        ("CN", "400-820-8820", ["4008208820", "400 820 8820"]),
    ],
)
def test_a_number_finds_its_customer_in_every_spelling(in_acme, now, country, stored, spellings):
    who = actions.create_customer(name="Wang", numbers=[stored], country=country, at=now)
    found = {spelling: queries.customer_of_number(spelling, country) for spelling in spellings}
    assert found == dict.fromkeys(spellings, who)


@pytest.mark.parametrize(
    "number", ["", "anonymous", "13812342212", "2211", "<script>", "${system x}", "9" * 2000]
)
def test_another_number_finds_nobody(in_acme, now, number):
    wang(now)
    assert queries.customer_of_number(number, "CN") is None


def test_a_number_belongs_to_one_customer_only(in_acme, now):
    first = wang(now)
    with pytest.raises(actions.NumberAlreadyTaken):
        wang(now, name="李雷", numbers=["+86 138-1234-2211"])
    assert list(Customer.objects.all()) == [first]
    assert CustomerPhone.objects.get().raw == "138 1234 2211"


def test_what_is_no_number_is_refused_and_nothing_is_written(in_acme, now):
    with pytest.raises(BadInput) as refusal:
        wang(now, numbers=["call me"])
    assert refusal.value.field == "number"
    assert not Customer.objects.exists()
    assert not AuditEntry.objects.exists()


def test_giving_a_number_twice_keeps_it_once(in_acme, now):
    who = wang(now)
    actions.add_number(customer_id=who.pk, raw="+8613812342211", country="CN", at=now)
    assert [phone.e164 for phone in who.phones.all()] == ["+8613812342211"]


def test_a_customer_of_acme_is_unknown_to_globex(acme, globex, inside, now):
    with inside(acme):
        wang(now)
    with inside(globex):
        assert queries.customer_of_number("13812342211", "CN") is None
        assert list(queries.search_customers("王")) == []
        wang(now, name="Other")
        assert queries.customer_of_number("13812342211", "CN").name == "Other"


def test_search_finds_by_the_customers_own_id(in_acme, inside, globex, now):
    who = wang(now)
    wang(now, name="Other", numbers=["13900000000"])
    assert list(queries.search_customers(f"#{who.pk}")) == [who]
    assert list(queries.search_customers("#x")) == list(queries.search_customers("#99999999999")) == []
    with inside(globex):
        assert list(queries.search_customers(f"#{who.pk}")) == []


@pytest.mark.parametrize("text", ["王", "芳", "1234", "138-1234", "0086138", "13812342211", "重要"])
def test_search_finds_by_name_part_of_number_and_tag(in_acme, now, text):
    who = wang(now, tags=["重要"])
    wang(now, name="Other", numbers=["13900000000"])
    assert list(queries.search_customers(text)) == [who]


@pytest.mark.parametrize("text", ["李", "99", "5555", "%", "_"])
def test_search_finds_nobody_else(in_acme, now, text):
    wang(now)
    assert list(queries.search_customers(text)) == []


def test_tags_are_tidied(in_acme, now):
    who = wang(now, tags=[" 大客户 ", "", "大客户", "x" * 60])
    assert who.tags == ["大客户", "x" * 40]


def test_a_change_is_written_down_with_before_and_after(in_acme, now):
    who = wang(now)
    actions.change_customer(customer_id=who.pk, at=now, level="vip", name="王芳")
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.before, entry.after) == (
        "customer.changed",
        {"level": "standard"},
        {"level": "vip"},
    )
    assert Customer.objects.get().version == 2


def test_changing_nothing_writes_nothing(in_acme, now):
    who = wang(now)
    written = AuditEntry.objects.count()
    actions.change_customer(customer_id=who.pk, at=now, name=" 王芳 ", level="standard")
    assert Customer.objects.get().version == 1
    assert AuditEntry.objects.count() == written


def test_the_full_number_never_reaches_the_audit_log(in_acme, now):
    who = wang(now)
    assert actions.reveal_number(phone=who.phones.get(), by=None) == "+8613812342211"
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.after) == ("customer.number_revealed", {"number": "138****2211"})
    assert "13812342211" not in str(list(AuditEntry.objects.values()))


def test_a_search_among_many_is_quick(in_acme, now):
    Customer.objects.bulk_create(Customer(name=f"Customer {n}") for n in range(20_000))
    CustomerPhone.objects.bulk_create(
        CustomerPhone(customer_id=key, e164=f"+8613{n:09d}", raw="")
        for n, key in enumerate(Customer.objects.values_list("pk", flat=True))
    )
    began = timezone.now()
    assert len(queries.search_customers("0001234")[:51]) == 11
    assert (timezone.now() - began).total_seconds() < 1

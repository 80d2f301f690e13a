"""What the two demo tenants are made of: names, terms, numbers. Numbers are from ranges nobody answers."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    roles: tuple[str, ...]
    is_login: bool = True


@dataclass(frozen=True)
class DemoPlan:
    code: str
    name: str
    currency: str


@dataclass(frozen=True)
class Script:
    schema_name: str
    name: str
    domain: str
    language: str
    country: str
    time_zone: str
    currency: str
    number: str
    number_kind: str
    number_fee: Decimal
    plan: DemoPlan
    sla: str
    people: tuple[Person, ...]


def _staff(owner: str, admin: str, supervisor: str, inspector: str, finance: str) -> tuple[Person, ...]:
    return (
        Person("owner", owner, ("owner",)),
        Person("admin", admin, ("admin",)),
        Person("supervisor", supervisor, ("supervisor",)),
        Person("inspector", inspector, ("inspector",)),
        Person("finance", finance, ("finance",)),
    )


def _agents(*names: str) -> tuple[Person, ...]:
    """The first two are for people to sign in as; the others are the crew that works by itself."""
    return tuple(
        Person(f"agent{position}", name, ("agent",), is_login=position <= 2)
        for position, name in enumerate(names, start=1)
    )


XINGHE = Script(
    schema_name="xinghe",
    name="星河电器",
    domain="xinghe.localhost",
    language="zh-hans",
    country="CN",
    time_zone="Asia/Shanghai",
    currency="CNY",
    number="4005550100",
    number_kind="shared_cost",
    number_fee=Decimal("100.00"),
    plan=DemoPlan("standard-cn", "标准版", "CNY"),
    sla="99.9 %",
    people=_staff("周建国", "陈静", "刘洋", "赵敏", "孙丽")
    + _agents("王芳", "李强", "张伟", "吴娟", "郑浩", "林雪"),
)
HARBOUR = Script(
    schema_name="harbour",
    name="Harbour Travel",
    domain="harbour.localhost",
    language="en",
    country="GB",
    time_zone="Europe/London",
    currency="GBP",
    number="+442079460101",
    number_kind="local",
    number_fee=Decimal("9.00"),
    plan=DemoPlan("standard-gb", "Standard", "GBP"),
    sla="99.9 %",
    people=_staff("Margaret Hill", "Tom Fletcher", "Priya Shah", "Helen Ward", "Owen Price")
    + _agents("Alice Morgan", "Ben Carter", "Chloe Adams", "Daniel Reid", "Emma Walsh", "Finn Doyle"),
)
SCRIPTS = (XINGHE, HARBOUR)
OPERATORS = (
    Person("operator", "Olivia Operator", ("operator",)),
    Person("finance", "Felix Finance", ("operator_finance",)),
)
FREE_NUMBERS = (
    ("+442079460102", "GB", "local", "GBP"),
    ("+442079460103", "GB", "local", "GBP"),
    ("4005550101", "CN", "shared_cost", "CNY"),
)

"""Olga asks for acme to be deleted, Adam confirms: what tests of whole houses begin with."""

from contactcenter.celery import app
from tenants.context import enter
from tenants.leaving.actions import houses
from tenants.leaving.models import HouseAsk
from tenants.mails.models import Mail
from tenants.people.models import AuditEntry

PASSWORD = "correct horse battery"


def form(**more) -> dict[str, str]:
    return {"typed": "Acme", "reason": "we stop", "password": PASSWORD} | more


def confirmed(acme, now, olga, adam, **more) -> HouseAsk:
    with enter("acme"):
        asked = {"typed": acme.name, "again": "", "reason": "we stop", "needs_archive": False} | more
        ask = houses.ask_house(**asked, by=olga, at=now)
        assert houses.confirm_house(ask_id=ask.pk, by=adam, at=now)
    return HouseAsk.objects.select_related("tenant").get(pk=ask.pk)


def worker(work):
    app.conf.update(task_always_eager=True)
    try:
        return work()
    finally:
        app.conf.update(task_always_eager=False)


def verbs(schema: str) -> list[str]:
    with enter(schema):
        told = AuditEntry.objects.filter(subject__startswith="leaving.houseask").order_by("pk")
        return [f"{one.actor_name}: {one.verb}" for one in told]


def news() -> list[tuple[str, str]]:
    return [
        (mail.key.split(">")[0].split(":")[2], mail.name)
        for mail in Mail.objects.filter(kind="house").order_by("pk")
    ]

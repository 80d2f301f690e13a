"""Celery shells of mails: at once when one was written, and each half minute for those that are due again."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.mails import sending


@shared_task(name="mails.send", expires=60)
def send() -> int:
    return sending.send_due()


@shared_task(name="mails.forget_old")
def forget_old() -> int:
    return sending.forget_old(timezone.now())


SCHEDULE = {
    "mails: send what is due": {"task": "mails.send", "schedule": 30.0, "options": {"expires": 25}},
    "mails: forget old ones": {"task": "mails.forget_old", "schedule": crontab(hour="4", minute="11")},
}

"""Celery shells of telephony; the tenant travels by tenants.tasks."""

from collections.abc import Iterable
from pathlib import Path

import structlog
from celery import shared_task
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from telephony.actions.music import lay_music
from telephony.actions.number_desk import count_calls
from telephony.actions.page_phones import forget_page_phones
from telephony.actions.planned_work import tell_due_follow_ups
from telephony.actions.truth import thin_differences
from telephony.hearing import FOLDER as UTTERANCES
from telephony.hearing import forget_left_behind
from telephony.queries.prompts import wordings_to_speak
from telephony.speaking import speak_wording
from telephony.texting import ask_by_text
from telephony.vault_tasks import SCHEDULE as OF_THE_VAULT
from tenants.tasks import for_every_tenant, tenant_task

log = structlog.get_logger()


@tenant_task(name="telephony.speak_wording")
def speak_wording_later(wording_id: int) -> bool:
    return speak_wording(wording_id)


def send_to_be_spoken(wording_ids: Iterable[int]) -> None:
    """Without a broker the texts stand in their rows, and the task of the minute finds them."""
    try:
        for wording_id in wording_ids:
            speak_wording_later.delay(wording_id)
    except OperationalError:
        log.warning("Texts wait to be spoken because the task queue is away.")


@tenant_task(name="telephony.keep_sounds")
def keep_sounds() -> int:
    """What was lost on the way: texts nobody has spoken yet, and the switch's music as the rows say."""
    lay_music()
    waiting = wordings_to_speak(timezone.now())
    for wording_id in waiting:
        speak_wording(wording_id)
    return len(waiting)


@shared_task(name="telephony.keep_sounds_everywhere")
def keep_sounds_everywhere() -> int:
    forget_left_behind(Path(str(settings.SWITCH["recordings_dir"])) / UTTERANCES)
    return for_every_tenant(keep_sounds)


@tenant_task(name="telephony.count_calls_of_numbers")
def count_calls_of_numbers() -> int:
    return count_calls(timezone.now())


@shared_task(name="telephony.count_calls_of_numbers_everywhere")
def count_calls_of_numbers_everywhere() -> int:
    return for_every_tenant(count_calls_of_numbers)


@tenant_task(name="telephony.thin_differences")
def thin_old_differences() -> int:
    return thin_differences(at=timezone.now())


@shared_task(name="telephony.thin_differences_everywhere")
def thin_differences_everywhere() -> int:
    return for_every_tenant(thin_old_differences)


@tenant_task(name="telephony.forget_page_phones")
def forget_phones_of_pages() -> int:
    return forget_page_phones(at=timezone.now())


@shared_task(name="telephony.forget_page_phones_everywhere")
def forget_page_phones_everywhere() -> int:
    return for_every_tenant(forget_phones_of_pages)


@tenant_task(name="telephony.tell_due_work")
def tell_due_work() -> int:
    return tell_due_follow_ups(at=timezone.now())


@shared_task(name="telephony.tell_due_work_everywhere")
def tell_due_work_everywhere() -> int:
    return for_every_tenant(tell_due_work)


@tenant_task(name="telephony.ask_by_text")
def ask_callers_by_text() -> int:
    return ask_by_text(timezone.now())


@shared_task(name="telephony.ask_by_text_everywhere")
def ask_by_text_everywhere() -> int:
    return for_every_tenant(ask_callers_by_text)


SCHEDULE = {
    "ask callers by text message": {
        "task": "telephony.ask_by_text_everywhere",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget phones of closed pages": {
        "task": "telephony.forget_page_phones_everywhere",
        "schedule": crontab(minute=17),
    },
    "tell whose work is due": {"task": "telephony.tell_due_work_everywhere", "schedule": 60.0},
    "count the calls of numbers": {
        "task": "telephony.count_calls_of_numbers_everywhere",
        "schedule": crontab(hour=2, minute=20),
    },
    "thin old differences": {
        "task": "telephony.thin_differences_everywhere",
        "schedule": crontab(hour=3, minute=40),
    },
    "speak what waits": {"task": "telephony.keep_sounds_everywhere", "schedule": 60.0},
    **OF_THE_VAULT,
}

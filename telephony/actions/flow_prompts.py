"""A text written in passing, while a flow is drawn: a prompt of its own, in each language it was written in."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from telephony.actions.prompts import keep_prompt, word_prompt
from telephony.models import Prompt
from telephony.text import plain_line
from tenants.people.policies import Member


@transaction.atomic
def write_prompt(
    *, name: str, wordings: Mapping[str, str], by: Member | None, at: datetime
) -> tuple[Prompt, list[int]]:
    """The prompt, and the ids of its wordings for whoever has them spoken. A name that is taken gets a number."""
    prompt = keep_prompt(name=_free_name(name))
    rows = [
        word_prompt(prompt_id=prompt.pk, language=language, text=text, at=at, by=by)
        for language, text in wordings.items()
    ]
    return prompt, [row.pk for row in rows]


def _free_name(wanted: str) -> str:
    """Main menu, Main menu 2, …: who writes a text in passing does not think of names."""
    name = plain_line(wanted, 70) or str(_("Prompt"))
    taken = set(Prompt.objects.filter(name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)

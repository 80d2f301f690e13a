"""Words in a sealed column: clear to Python, unreadable in the database, and no other tenant's key opens them."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from telephony.models import Call, Survey, SurveyAnswer
from tenants.context import enter
from tenants.resealing import seal_old_texts, sealed_fields
from tenants.secrets import SecretUnreadable

WORDS = "The lady in Shanghai 说她等了很久"
KEPT = "select comment from {}.telephony_surveyanswer order by call_id"


@pytest.fixture
def answers(acme, globex, now):
    """One in each house, with the same words."""
    return {schema: answer(schema, WORDS, now) for schema in ("acme", "globex")}


def answer(schema: str, words: str, now) -> SurveyAnswer:
    with enter(schema):
        survey, _ = Survey.objects.get_or_create(name="After the call")
        call = Call.objects.create(arrived_at=now)
        return SurveyAnswer.objects.create(
            call=call, survey=survey, scale="csat", asked_at=now + timedelta(minutes=1), comment=words
        )


def kept(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(KEPT.format(schema))
        return [row[0] for row in cursor.fetchall()]


def keep(schema: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"update {schema}.telephony_surveyanswer set comment = %s", [words])


def test_words_are_clear_to_us_and_to_nobody_who_has_the_disk(answers):
    assert {f"{model._meta.label}.{field.name}" for model, field in sealed_fields()} == {
        "telephony.SurveyAnswer.comment",
        "quality.PhraseCheck.transcript",
    }
    for schema, row in answers.items():
        [text] = kept(schema)
        assert text.startswith("sealed:")
        assert not any(word in text for word in WORDS.split())
        with enter(schema):
            assert SurveyAnswer.objects.get(pk=row.pk).comment == WORDS
            assert SurveyAnswer.objects.values_list("comment", flat=True).get() == WORDS
    assert kept("acme") != kept("globex")


def test_words_open_in_their_own_house_and_column_alone(answers):
    [theirs] = kept("globex")
    keep("acme", theirs)
    with enter("acme"), pytest.raises(SecretUnreadable):
        SurveyAnswer.objects.get()
    keep("acme", theirs[:-6] + "AAAAA=")
    with enter("acme"), pytest.raises(SecretUnreadable):
        SurveyAnswer.objects.get()
    with enter("globex"):
        assert SurveyAnswer.objects.get().comment == WORDS


def test_nobody_looks_for_what_is_sealed(answers):
    with enter("acme"):
        assert SurveyAnswer.objects.exclude(comment="").count() == 1
        assert SurveyAnswer.objects.filter(comment__isnull=True).count() == 0
        for wanted in ({"comment": WORDS}, {"comment__icontains": "Shanghai"}, {"comment__in": [WORDS]}):
            with pytest.raises(FieldError):
                list(SurveyAnswer.objects.filter(**wanted))


def test_at_night_old_words_are_sealed_with_the_newest_key(answers, settings):
    keep("acme", WORDS)
    with enter("acme"):
        assert SurveyAnswer.objects.get().comment == WORDS
        assert seal_old_texts() == 1
        assert seal_old_texts() == 0
        [before] = kept("acme")
        old = settings.DATA_KEYS
        settings.DATA_KEYS = ("a new key", *old)
        assert SurveyAnswer.objects.get().comment == WORDS
        assert seal_old_texts() == 1
        settings.DATA_KEYS = ("a new key",)
        assert SurveyAnswer.objects.get().comment == WORDS
        assert kept("acme") != [before]
        # What no key of ours opens is refused in words, and left as it is.
        settings.DATA_KEYS = ("somebody's",)
        assert seal_old_texts() == 0
        with pytest.raises(SecretUnreadable):
            SurveyAnswer.objects.get()
    settings.DATA_KEYS = old
    with enter("globex"):
        assert SurveyAnswer.objects.get().comment == WORDS


def test_what_was_changed_in_the_database_is_told_and_does_not_stop_the_rest(answers, settings, now):
    answer("acme", "another", now)
    [broken, whole] = kept("acme")
    settings.DATA_KEYS = ("a new key", *settings.DATA_KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            "update acme.telephony_surveyanswer set comment = %s where comment = %s", [broken[:-8], broken]
        )
    with enter("acme"):
        assert seal_old_texts() == 1
    assert broken[:-8] in kept("acme")
    assert whole not in kept("acme")

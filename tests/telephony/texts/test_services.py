"""Each kind of service as it is asked and as it refuses, against a server of ours that judges as theirs do."""

import json

import pytest

from telephony.actions.text_services import drop_text_service, keep_text_service
from telephony.models import TextService
from telephony.texts.failures import WORDS, TextFailed, in_words
from telephony.texts.port import TextMessage
from telephony.texts.providers import PROVIDERS, send_text
from tenants.context import enter
from tenants.errors import BadInput
from tenants.people.models import AuditEntry
from tests.telephony.texts.conftest import SECRETS, SETTINGS, an_account
from tests.telephony.texts.stand_ins import KEY, SECRET

BOTH = sorted(PROVIDERS)


def a_message(provider: str, address: str, *, secret: str | None = None, **more: str) -> TextMessage:
    return TextMessage(
        number="+8613812342211",
        text='您好 "&}{\n',
        key="acme-7",
        code="1-2-abc",
        settings=SETTINGS[provider] | {"url": f"http://{address}"} | more,
        secret=SECRETS[provider] if secret is None else secret,
    )


def failure(provider: str, message: TextMessage) -> tuple[str, bool]:
    with pytest.raises(TextFailed) as failed:
        send_text(provider, message)
    assert failed.value.reason in WORDS
    assert KEY not in in_words(failed.value.reason)
    return failed.value.reason, failed.value.may_have_left


def test_alibaba_is_asked_as_it_wants(outside):
    assert send_text("alibaba", a_message("alibaba", outside.address)) == "biz^0"
    [told] = outside.taken
    assert (told["PhoneNumbers"], told["OutId"]) == ("13812342211", "acme-7")
    assert (told["SignName"], told["TemplateCode"]) == ("阿克米", "SMS_1")
    assert json.loads(told["TemplateParam"]) == {"code": "1-2-abc"}


def test_a_json_service_is_asked_as_documented_and_takes_a_key_once(outside):
    message = a_message("json", outside.address, sender="Acme")
    assert [send_text("json", message), send_text("json", message)] == ["m-1", "same"]
    assert outside.taken == [{"to": "+8613812342211", "text": '您好 "&}{\n', "id": "acme-7", "from": "Acme"}]


@pytest.mark.parametrize("provider", BOTH)
def test_a_wrong_key_is_told_as_such(outside, provider):
    for secret in {"alibaba": ("other:x", f"{KEY}:other"), "json": ("other",)}[provider]:
        assert failure(provider, a_message(provider, outside.address, secret=secret)) == ("refused", False)
    assert failure(provider, a_message(provider, outside.address, secret="密\r\n钥")) == ("settings", False)
    assert outside.taken == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "busy"),
        ("isv.AMOUNT_NOT_ENOUGH", "busy"),
        ("isv.MOBILE_NUMBER_ILLEGAL", "bad_number"),
        ("isv.SMS_TEMPLATE_ILLEGAL", "settings"),
        ("Whatever", "bad_answer"),
    ],
)
def test_alibabas_refusals_are_told_as_what_they_are(outside, code, reason):
    outside.status, outside.code = 200, code
    assert failure("alibaba", a_message("alibaba", outside.address)) == (reason, False)


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (429, ("busy", False)),
        (404, ("settings", False)),
        (422, ("bad_number", False)),
        (500, ("bad_answer", True)),
    ],
)
def test_refusals_of_a_json_service_are_told_as_what_they_are(outside, status, found):
    outside.status = status
    assert failure("json", a_message("json", outside.address)) == found


@pytest.mark.parametrize("provider", BOTH)
def test_what_broke_off_may_have_left_and_what_never_began_has_not(outside, provider):
    outside.is_cut_off = True
    assert failure(provider, a_message(provider, outside.address)) == ("unreachable", True)
    assert len(outside.taken) == 1


@pytest.mark.parametrize("provider", BOTH)
def test_nothing_leads_into_our_network(outside, settings, provider):
    outside.redirect = "http://169.254.169.254/latest/"
    assert failure(provider, a_message(provider, outside.address))[0] == "bad_answer"
    settings.PRIVATE_SERVICES = frozenset()
    before = outside.asked
    assert failure(provider, a_message(provider, outside.address)) == ("not_encrypted", False)
    for url in (f"https://{outside.address}", "https://10.0.0.1/", "https://[::1]/"):
        assert failure(provider, a_message(provider, "", url=url)) == ("private_address", False)
    assert outside.asked == before


def test_the_key_is_sealed_kept_when_left_empty_and_written_into_no_log(acme, globex, outside):
    with enter("acme"):
        service = an_account(outside, "alibaba")
        assert SECRET not in service.secret
        again = keep_text_service(
            service_id=service.pk, name="Anew", provider="alibaba", settings=SETTINGS["alibaba"]
        )
        assert (again.secret, again.is_used, again.name) == (service.secret, True, "Anew")
        assert not any(SECRET in str(entry.after) + str(entry.before) for entry in AuditEntry.objects.all())
        second = an_account(outside, "json")
        assert list(TextService.objects.filter(is_used=True)) == [second]
        drop_text_service(service_id=second.pk)
        with pytest.raises(BadInput):
            keep_text_service(
                name="x", provider="json", settings={"url": "https://x", "text_en": "no"}, secret="k"
            )
        with pytest.raises(BadInput):
            keep_text_service(name="x", provider="json", settings={"url": "https://x"}, secret="")
        assert TextService.objects.count() == 1
    with enter("globex"):
        assert not TextService.objects.exists()

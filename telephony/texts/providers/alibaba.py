"""Alibaba Cloud SMS: a template approved there, with one variable; the request signed as their remote calls are.

The secret is `<AccessKey ID>:<AccessKey secret>`. Links may not stand in variables: the template has the address,
and the variable the code at its end, as in "https://acme.example.com/s/${code}/".
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from json import dumps, loads
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from telephony.speech.providers.alibaba import signature
from telephony.text import plain_line
from telephony.texts.failures import TextFailed
from telephony.texts.port import SECONDS, Field, TextMessage
from tenants.outward import Answer, request

ADDRESS = "https://dysmsapi.aliyuncs.com"
_REASONS = {
    "isv.MOBILE_NUMBER_ILLEGAL": "bad_number",
    "isv.MOBILE_COUNT_OVER_LIMIT": "bad_number",
    "isv.BUSINESS_LIMIT_CONTROL": "busy",
    "isv.DAY_LIMIT_CONTROL": "busy",
    "isv.MONTH_LIMIT_CONTROL": "busy",
    "isv.AMOUNT_NOT_ENOUGH": "busy",
    "isv.OUT_OF_SERVICE": "busy",
    "isp.SYSTEM_ERROR": "busy",
    "Throttling": "busy",
    "Throttling.User": "busy",
    "InvalidAccessKeyId.NotFound": "refused",
    "InvalidAccessKeyId.Inactive": "refused",
    "SignatureDoesNotMatch": "refused",
    "isp.RAM_PERMISSION_DENY": "refused",
    "isv.ACCOUNT_NOT_EXISTS": "refused",
    "isv.ACCOUNT_ABNORMAL": "refused",
}


class Alibaba:
    FIELDS = (
        Field(name="sign_name", is_required=True),
        Field(name="template", is_required=True),
        Field(name="variable", is_required=True, default="code"),
        Field(name="url", default=ADDRESS),
    )
    IS_REPEATABLE = False

    def address(self, settings: Mapping[str, str]) -> str:
        return str(settings.get("url") or ADDRESS)

    def send(self, message: TextMessage) -> str:
        key_id, _colon, key_secret = message.secret.partition(":")
        if not key_id or not key_secret:
            raise TextFailed("settings")
        asked = _asked(message, key_id)
        signed = {"Signature": signature(asked, key_secret)} | asked
        url = f"{self.address(message.settings).rstrip('/')}/?{urlencode(signed, quote_via=quote)}"
        return _receipt(request("GET", url, seconds=SECONDS))


def _asked(message: TextMessage, key_id: str) -> dict[str, str]:
    return {
        "AccessKeyId": key_id,
        "Action": "SendSms",
        "Format": "JSON",
        "OutId": message.key,
        "PhoneNumbers": _number(message.number),
        "RegionId": "cn-hangzhou",
        "SignName": message.needed("sign_name"),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": str(uuid4()),
        "SignatureVersion": "1.0",
        "TemplateCode": message.needed("template"),
        "TemplateParam": dumps({message.setting("variable", "code"): message.code}),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Version": "2017-05-25",
    }


def _number(e164: str) -> str:
    """Eleven digits at home, country code and number without a plus abroad."""
    return e164.removeprefix("+86").removeprefix("+")


def _receipt(answer: Answer) -> str:
    """Every answer is JSON, refusals too; theirs come with a 400, 403 or with a 200."""
    try:
        said: Any = loads(answer.body)
        code = str(said["Code"])
    except (ValueError, KeyError, TypeError):
        raise TextFailed("bad_answer", may_have_left=answer.status < 400 or answer.status >= 500) from None
    if code == "OK" and answer.status == 200:
        return plain_line(str(said.get("BizId") or ""), 80)
    if code in _REASONS:
        raise TextFailed(_REASONS[code])
    # What stands in sign name and template is wrong in a dozen ways, each with a code of its own.
    raise TextFailed("settings" if code.startswith(("isv.", "Missing", "Invalid")) else "bad_answer")

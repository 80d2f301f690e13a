"""The paper of a bill: the same bytes each time, both languages, whatever a person typed is only text."""

import re
import zlib
from base64 import a85decode

import pytest

from tenants.closing.actions.crediting import credit_bill
from tenants.closing.models import Bill, Payer
from tenants.closing.paper import paper
from tenants.closing.typesetting import NAMED_FONT, marked, runs
from tests.closing.conftest import AT


def words_of(body: bytes) -> str:
    """What the pages say: Latin as it stands, Chinese from its UCS-2."""
    chinese = next(iter(re.findall(rb"/Encoding /UniGB-UCS2-H /Name (/F\d+)", body)), None)
    found = ""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", body, re.S):
        page = zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
        font = b""
        for named, text in re.findall(rb"(/F\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", page, re.S):
            font = named or font
            plain = re.sub(rb"\\([0-7]{3}|.)", _unescaped, text, flags=re.S)
            found += plain.decode("utf-16-be" if font == chinese else "cp1252")
        found += " "
    return found


def _unescaped(match: re.Match[bytes]) -> bytes:
    sign = match.group(1)
    return (
        bytes([int(sign, 8)]) if len(sign) == 3 else {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(sign, sign)
    )


def test_the_same_bill_gives_the_same_bytes_in_both_languages(invoice) -> None:
    bill = invoice()
    chinese, english = paper(bill, "zh-hans"), paper(bill, "en")
    assert chinese == paper(Bill.objects.get(pk=bill.pk), "zh-hans")
    assert chinese.startswith(b"%PDF-")
    assert NAMED_FONT.encode() in chinese
    for word in ("账单", "艾可米（上海）贸易有限公司", "应付合计", "人民币玖佰壹拾壹元捌角贰分", "编号"):
        assert word in words_of(chinese), word
    for word in ("Invoice", "911.82", "CN2026-000001", "91310115TEST00001X", "Page 1 of 1"):
        assert word in words_of(english), word


def test_what_a_person_typed_is_text(acme, terms_of, invoice) -> None:
    title = "<b>x</b> & </font>\u202e ünder £5 €6 名"
    Payer.objects.update(title=title)
    words = words_of(paper(invoice(), "en"))
    assert "<b>x</b> & </font> ünder £5 €6" in words
    assert marked("a<名") == (f'<font name="Helvetica">a&lt;</font><font name="{NAMED_FONT}">名</font>')
    assert runs("\u202e\x07") == []


def test_marks_follow_what_they_stand_beside() -> None:
    """A Chinese font draws a quotation mark as wide as a character, and not every one has the point in the middle."""
    assert runs("CN1 · Page 2") == [(True, "CN1 · Page 2")]
    assert runs("once; “Rounding” is … × 2") == [(True, "once; “Rounding” is … × 2")]
    assert runs("列为“舍入”。") == [(False, "列为“舍入”。")]
    assert runs("号 · 页") == [(False, "号"), (True, " · "), (False, "页")]


def test_a_credit_note_names_what_it_corrects_and_why(invoice) -> None:
    note = credit_bill(bill_id=invoice().pk, reason="坐席数有误", at=AT)
    words = words_of(paper(note, "zh-hans"))
    for word in ("贷项通知单", "CN2026C-000001", "CN2026-000001", "坐席数有误", "退还合计"):
        assert word in words, word


def test_a_font_that_cannot_be_used_is_named_instead(invoice, settings, tmp_path) -> None:
    from tenants.closing.typesetting import chinese_font

    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    settings.BILL_FONT = str(broken)
    chinese_font.cache_clear()
    try:
        assert chinese_font() == NAMED_FONT
    finally:
        chinese_font.cache_clear()


@pytest.mark.parametrize("count", [60])
def test_a_long_bill_has_as_many_pages_as_it_needs(acme, terms_of, prices, charge, count: int) -> None:
    from tenants.billing.models import Price
    from tests.closing.conftest import close

    for place in range(count):
        prefix = f"+99{place:03d}"
        Price.objects.create(
            price_list=prices, direction="outbound", prefix=prefix, label=f"Land {place}", per_minute=1
        )
    for place in range(count):
        charge(60, other_number=f"+99{place:03d}1234")
    close(acme)
    words = words_of(paper(Bill.objects.get(), "en"))
    assert "Page 3 of " in words
    assert "Land 59" in words

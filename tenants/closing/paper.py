"""A bill on paper: PDF, A4, in English or Chinese. The same bill gives the same bytes everywhere."""

from decimal import Decimal
from io import BytesIO

from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tenants.closing.capitals import in_capitals
from tenants.closing.models import Bill, BillLine, month_text
from tenants.closing.typesetting import chinese_font, marked, runs
from tenants.closing.wording import amount_text, is_chinese, notes_of, percent_text, tax_words, title_of

INK, QUIET, RULE = colors.HexColor("#1a1d21"), colors.HexColor("#5a616b"), colors.HexColor("#c9ced6")
WIDTHS = [9 * mm, 61 * mm, 20 * mm, 20 * mm, 22 * mm, 14 * mm, 18 * mm, 22 * mm]
MARGIN = 12 * mm


def paper(bill: Bill, language: str) -> bytes:
    """`bill` with its lines and taxes; `language` is `en` or `zh-hans`."""
    with override(language):
        return _paper(bill)


def _paper(bill: Bill) -> bytes:
    made = BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=14 * mm,
        bottomMargin=20 * mm,
        title=f"{title_of(bill)} {bill.number}",
        author=bill.seller.get("name", ""),
        lang="zh-CN" if is_chinese() else "en",
        invariant=1,
    )
    story = [_head(bill), Spacer(1, 6 * mm), _parties(bill), Spacer(1, 6 * mm), _lines(bill)]
    story += [Spacer(1, 4 * mm), _sums(bill), Spacer(1, 6 * mm), _notes(bill)]
    document.build(story, canvasmaker=_numbered(bill.number))
    return made.getvalue()


def _text(words: object, size: float = 9, *, is_bold: bool = False, is_quiet: bool = False) -> Paragraph:
    return Paragraph(marked(words, is_bold=is_bold), _style(size, is_quiet=is_quiet))


def _figure(words: object, size: float = 9, *, is_bold: bool = False) -> Paragraph:
    return Paragraph(marked(words, is_bold=is_bold), _style(size, is_right=True))


def _style(size: float, *, is_quiet: bool = False, is_right: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{is_quiet}{is_right}",
        fontName=chinese_font(),
        fontSize=size,
        leading=size * (1.5 if is_chinese() else 1.35),
        textColor=QUIET if is_quiet else INK,
        alignment=TA_RIGHT if is_right else 0,
        # Chinese breaks between any two signs, not at spaces.
        wordWrap=None if is_right else "CJK" if is_chinese() else None,
        splitLongWords=1,
    )


def _plain(value: Decimal, most: int) -> str:
    """Without noughts at the end, but never fewer than two decimals."""
    text = f"{value:,.{most}f}"
    whole, _point, parts = text.partition(".")
    return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"


def _head(bill: Bill) -> Table:
    dates = [(pgettext("bill", "Number"), bill.number), (_("Issued on"), bill.issued_on.isoformat())]
    dates.append((_("Month"), month_text(bill.month)))
    if bill.due_on:
        dates.append((_("Due on"), bill.due_on.isoformat()))
    if bill.corrects:
        dates.append((_("Corrects invoice"), bill.corrects.number))
    right = Table(
        [[_text(name, is_quiet=True), _figure(value)] for name, value in dates],
        colWidths=[32 * mm, 42 * mm],
        style=_tight(),
    )
    left = [
        _text(title_of(bill), 20, is_bold=True),
        Spacer(1, 3 * mm),
        _text(bill.seller.get("name", ""), 11),
    ]
    return Table([[left, right]], colWidths=[112 * mm, 74 * mm], style=_tight())


def _parties(bill: Bill) -> Table:
    seller = _party(_("Seller"), bill.seller.get("name", ""), bill.seller)
    payer = _party(_("Customer"), bill.payer.get("title", ""), bill.payer)
    return Table([[payer, seller]], colWidths=[93 * mm, 93 * mm], style=_tight())


def _party(role: str, name: str, told: dict[str, str]) -> list[Paragraph]:
    rows = [_text(role, is_quiet=True), _text(name, 10, is_bold=True)]
    named = {"tax_number": _("Tax number"), "address": _("Address"), "bank": _("Bank and account")}
    colon = "：" if is_chinese() else ": "
    rows += [_text(f"{words}{colon}{told[key]}") for key, words in named.items() if told.get(key)]
    return rows


def _lines(bill: Bill) -> Table:
    head = ["", _("What"), _("Quantity"), _("Unit price"), _("Net"), _("Tax rate"), _("Tax"), _("Amount")]
    cells = [[_text(head[0]), _text(head[1], 8, is_quiet=True), *(_head_figure(one) for one in head[2:])]]
    cells += [_line(bill, line) for line in bill.lines.all()]
    table = Table(cells, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def _head_figure(words: str) -> Paragraph:
    return Paragraph(marked(words), _style(8, is_quiet=True, is_right=True))


def _line(bill: Bill, line: BillLine) -> list[object]:
    what = [_text(line.kind_text)]
    what += [_text(more, 8, is_quiet=True) for more in (line.label, line.late_text) if more]
    has_price = not line.is_rounding and bool(line.quantity)
    return [
        _text(line.position, is_quiet=True),
        what,
        _figure(_plain(line.quantity, 6) if has_price else "", 8),
        _figure(_plain(line.unit_price, 6) if has_price else "", 8),
        _figure(amount_text(line.net, bill.places), 8),
        _figure(percent_text(line.tax_percent), 8),
        _figure(amount_text(line.tax, bill.places), 8),
        _figure(amount_text(line.gross, bill.places), 8),
    ]


def _sums(bill: Bill) -> Table:
    rows = [[_text(_("Net")), _figure(amount_text(bill.net, bill.places))]]
    rows += [
        [_text(tax_words(tax, bill)), _figure(amount_text(tax.tax, bill.places))] for tax in bill.taxes.all()
    ]
    words = _("Given back") if bill.is_credit else _("Total to pay")
    total = f"{amount_text(bill.total, bill.places)} {bill.currency}"
    rows.append([_text(words, 11, is_bold=True), _figure(total, 11, is_bold=True)])
    inner = Table(rows, colWidths=[58 * mm, 46 * mm], style=_tight())
    inner.setStyle(TableStyle([("LINEABOVE", (0, -1), (-1, -1), 0.8, INK)]))
    capitals = [_text(_("In capitals"), 8, is_quiet=True), _text(in_capitals(bill.total), 10)]
    left = capitals if bill.currency == "CNY" else ""
    return Table([[left, inner]], colWidths=[82 * mm, 104 * mm], style=_tight())


def _notes(bill: Bill) -> Table:
    return Table(
        [[_text(words, 8, is_quiet=True)] for words in notes_of(bill)], colWidths=[186 * mm], style=_tight()
    )


def _tight() -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
    )


def _numbered(number: str) -> type[Canvas]:
    """A canvas that knows at the end how many pages there are, and writes it below each."""
    language = get_language() or "en"

    class Numbered(Canvas):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, object]] = []

        def showPage(self) -> None:  # noqa: N802  (the library's name)
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for page, kept in enumerate(self._kept, start=1):
                self.__dict__.update(kept)
                with override(language):
                    words = _("Page %(page)s of %(pages)s") % {"page": page, "pages": len(self._kept)}
                _draw(self, f"{number} · {words}")
                super().showPage()
            super().save()

    return Numbered


def _draw(canvas: Canvas, words: str) -> None:
    """A line at the foot, right."""
    parts = [("Helvetica" if latin else chinese_font(), part) for latin, part in runs(words)]
    x = A4[0] - MARGIN - sum(canvas.stringWidth(part, font, 8) for font, part in parts)
    canvas.setFillColor(QUIET)
    for font, part in parts:
        canvas.setFont(font, 8)
        canvas.drawString(x, 10 * mm, part)
        x += canvas.stringWidth(part, font, 8)

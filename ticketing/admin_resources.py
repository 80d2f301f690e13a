"""Customers as a sheet: wrong rows are named before anything is saved, and a second import changes nothing.

A row is a known customer when its id says so or one of its numbers is theirs; else it is a new one.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from tenants.context import current_tenant
from tenants.exports import SafeResource
from tenants.numbers import to_e164
from ticketing import actions
from ticketing.models import Customer, CustomerPhone, Ticket


class TagsWidget(Widget):
    """`大客户, 冰箱` in a cell."""

    def clean(self, value: object, row: dict | None = None, **kwargs: object) -> list[str]:
        return actions.tidy_tags(re.split(r"[,，、;；]", str(value or "")))

    def render(self, value: object, obj: object = None, **kwargs: object) -> str:
        return ", ".join(value or ())


class CustomerResource(SafeResource):
    tags = Field(attribute="tags", column_name="tags", widget=TagsWidget())
    numbers = Field(column_name="numbers", readonly=True)

    class Meta:
        model = Customer
        import_id_fields = ["id"]
        fields = ("id", "name", "level", "language", "tags", "note", "numbers")
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def before_import(self, dataset, **kwargs) -> None:
        """The sheet may leave out the column of ids; numbers seen once may not come again."""
        super().before_import(dataset, **kwargs)
        if "id" not in (dataset.headers or []):
            dataset.append_col([""] * len(dataset), header="id")
        self.seen: dict[str, int] = {}
        self.country = current_tenant().country
        self.parsed: dict[str, str | None] = {}
        self.holders = self._holders(dataset)

    def _holders(self, dataset) -> dict[str, int | None]:
        """Of every number of the sheet who has it now, asked at once: one question for each row made it four times as
        long.
        """
        texts = dataset["numbers"] if "numbers" in (dataset.headers or []) else []
        numbers = {self._parsed(raw) for text in texts for raw in _parts(text)} - {None}
        known = CustomerPhone.objects.filter(e164__in=numbers).values_list("e164", "customer_id")
        return dict.fromkeys(numbers) | dict(known)

    def get_instance(self, instance_loader, row):
        """Nobody needs to be asked for who has no id."""
        return super().get_instance(instance_loader, row) if row["id"] else None

    def before_import_row(self, row, row_number=None, **kwargs) -> None:
        super().before_import_row(row, row_number=row_number, **kwargs)
        numbers = [self._number(raw) for raw in _parts(row.get("numbers"))]
        for number in numbers:
            first = self.seen.setdefault(number, row_number)
            if first != row_number:
                raise ValidationError(
                    _("The number %(number)s is already in row %(row)s.") % {"number": number, "row": first}
                )
        row["e164"] = list(dict.fromkeys(numbers))
        row["id"] = self._identity(row)
        row["level"] = str(row.get("level") or Customer.Level.STANDARD).strip().lower()

    def _number(self, raw: str) -> str:
        number = self._parsed(raw)
        if number is None:
            raise ValidationError(_("%(raw)s is not a telephone number.") % {"raw": raw[:40]})
        return number

    def _parsed(self, raw: str) -> str | None:
        if raw not in self.parsed:
            self.parsed[raw] = to_e164(raw, self.country)
        return self.parsed[raw]

    def _identity(self, row) -> str:
        """The id of the customer the row means; refused when its numbers belong to somebody else."""
        given = str(row.get("id") or "").strip()
        if not self.holders.keys() >= set(row["e164"]):
            # Written in a way that was undone since, such as behind an apostrophe.
            asked = CustomerPhone.objects.filter(e164__in=row["e164"]).values_list("e164", "customer_id")
            self.holders |= dict.fromkeys(row["e164"]) | dict(asked)
        holders = {self.holders[number] for number in row["e164"]} - {None}
        if len(holders) > 1 or (given and holders - {int(given) if given.isdecimal() else 0}):
            raise ValidationError(_("A number of this row belongs to another customer."))
        return given or (str(holders.pop()) if holders else "")

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        known = set(instance.phones.values_list("e164", flat=True)) if instance.pk else set()
        has_new = not set(row["e164"]) <= known
        return not has_new and super().skip_row(instance, original, row, import_validation_errors)

    def after_save_instance(self, instance, row, **kwargs) -> None:
        super().after_save_instance(instance, row, **kwargs)
        actions.give_numbers(customer=instance, raws=row["e164"], country=self.country)

    def dehydrate_numbers(self, customer: Customer) -> str:
        return "; ".join(phone.e164 for phone in customer.phones.all()) if customer.pk else ""


def _parts(text: object) -> list[str]:
    """`138…; 139…` in a cell."""
    return [raw.strip() for raw in re.split(r"[;；,，\n]", str(text or "")) if raw.strip()]


class TicketResource(SafeResource):
    """To read only: tickets change by what is done to them, not by upload."""

    customer = Field(attribute="customer__name", column_name="customer", readonly=True)
    assignee = Field(attribute="assignee__name", column_name="assignee", readonly=True)

    class Meta:
        model = Ticket
        fields = (
            "number",
            "subject",
            "description",
            "type",
            "priority",
            "state",
            "customer",
            "assignee",
            "call_id",
            "due_at",
            "opened_at",
            "resolved_at",
            "closed_at",
        )
        export_order = fields

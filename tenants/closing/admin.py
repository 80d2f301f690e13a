"""Closing in the operators' console: what finance types (rates, sellers, payers, days, accounts, receivers), and the
bills as they were issued. Closing, crediting and payments have pages of their own.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from tenants.closing.account_words import kind_in_words, use_in_words
from tenants.closing.actions.receivers import new_secret
from tenants.closing.admin_forms import AccountForm, ReceiverForm, TaxRuleForm
from tenants.closing.models import Account, Payer, Receiver, ReminderPolicy, Seller, TaxRate, TaxRule
from tenants.closing.policies import can_close, can_see_closes
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_sites import AuditedModelAdmin, ConsolePage, operator_site


class TermsAdmin(AuditedModelAdmin):
    policy = staticmethod(can_close)
    view_policy = staticmethod(can_see_closes)


class TaxRateAdmin(TermsAdmin):
    list_display = ["country", "code", "name", "treatment", "percent", "valid_from"]
    list_filter = ["country", "treatment"]


class TaxRuleAdmin(TermsAdmin):
    form = TaxRuleForm
    list_display = ["country", "kind_in_words", "code"]
    list_filter = ["country"]
    readonly_fields = ["kind_in_words"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["country", "kind" if self.has_change_permission(request, obj) else "kind_in_words", "code"]

    @admin.display(description=_("kind of charge"), ordering="kind")
    def kind_in_words(self, rule: TaxRule) -> str:
        return kind_in_words(rule.kind)


class SellerAdmin(TermsAdmin):
    list_display = ["name", "country", "series", "tax_number"]


class PayerAdmin(TermsAdmin):
    list_display = ["tenant", "title", "tax_number", "payment_days", "is_tax_included", "is_reminded"]
    list_select_related = ["tenant"]
    search_fields = ["title", "tenant__name"]


class ReminderPolicyAdmin(TermsAdmin):
    list_display = ["first_days", "second_days", "warning_days", "suspension_days", "is_suspending"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One row is all there is."""
        return super().has_add_permission(request) and not ReminderPolicy.objects.exists()


class AccountAdmin(TermsAdmin):
    form = AccountForm
    list_display = ["number", "name", "use_in_words"]
    search_fields = ["number", "name", "use"]
    readonly_fields = ["use_in_words"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["use" if self.has_change_permission(request, obj) else "use_in_words", "number", "name"]

    @admin.display(description=_("what goes there"), ordering="use")
    def use_in_words(self, account: Account) -> str:
        return use_in_words(account.use)


class ReceiverAdmin(TermsAdmin):
    form = ReceiverForm
    list_display = ["name", "url", "is_active"]
    actions_detail = ["make_secret"]

    def has_make_secret_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_close(request.user)

    @action(description=_("New secret"), url_path="secret", permissions=["make_secret"])
    def make_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        receiver = self.get_object(request, str(object_id))
        if receiver is None:
            raise Http404
        back = reverse("admin:closing_receiver_change", args=[receiver.pk])
        effects = [_("The old one is void at once. The new one is shown this once.")]
        page = ask(request, self, Question(_("New secret"), _("New secret"), back, effects))
        if page is not None:
            return page
        clear = new_secret(receiver_id=receiver.pk)
        messages.warning(request, _("The secret, shown this once: %(secret)s") % {"secret": clear})
        return redirect(back)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name", "url", "is_active"]


operator_site.register(TaxRate, TaxRateAdmin)
operator_site.register(TaxRule, TaxRuleAdmin)
operator_site.register(Seller, SellerAdmin)
operator_site.register(Payer, PayerAdmin)
operator_site.register(ReminderPolicy, ReminderPolicyAdmin)
operator_site.register(Account, AccountAdmin)
operator_site.register(Receiver, ReceiverAdmin)
operator_site.pages.append(ConsolePage("/finance/", _("Months and bills"), "receipt_long", can_see_closes))

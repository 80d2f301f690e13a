"""Terms of plans, notices and wishes in the operators' console; the rest has pages of its own."""

from django.contrib.admin import display
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from tenants.people.admin_sites import AuditedModelAdmin, ConsolePage, operator_site
from tenants.plans.actions import settle_all
from tenants.plans.admin_forms import NoticeForm, PlanTermsForm
from tenants.plans.models import Acknowledgement, Notice, PlanTerms, Wish
from tenants.plans.policies import can_announce, can_switch_modules


class PlanTermsAdmin(AuditedModelAdmin):
    policy = staticmethod(can_switch_modules)
    form = PlanTermsForm
    list_display = ["plan", "shown_modules", "calls_at_once", "requests_per_day"]
    list_select_related = ["plan"]
    search_fields = ["plan__name", "plan__code"]

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:  # noqa: ANN001
        """Whoever has the plan has its terms at once."""
        super().save_related(request, form, formsets, change)
        settle_all(at=timezone.now())

    @display(description=_("modules"))
    def shown_modules(self, terms: PlanTerms) -> int:
        return len(terms.modules)


class AcknowledgementInline(TabularInline):
    """Who has read it; nobody writes that for them."""

    model = Acknowledgement
    fields = readonly_fields = ["tenant", "by_name", "at"]
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_announce(request.user)


class NoticeAdmin(AuditedModelAdmin):
    policy = staticmethod(can_announce)
    list_display = ["title", "starts_at", "ends_at", "effect", "shown_read", "withdrawn_at"]
    list_filter = ["effect"]
    search_fields = ["title", "title_zh"]
    form = NoticeForm
    inlines = [AcknowledgementInline]

    @display(description=_("read by tenants"))
    def shown_read(self, notice: Notice) -> int:
        return notice.acknowledgements.count()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was announced is withdrawn, not undone."""
        return False


class WishAdmin(AuditedModelAdmin):
    policy = staticmethod(can_announce)
    list_display = ["title", "tenant", "state", "asked_at"]
    list_filter = ["state"]
    list_select_related = ["tenant"]
    search_fields = ["title", "tenant__name"]
    fields = ["title", "tenant", "about", "by_name", "asked_at", "state", "answer"]
    readonly_fields = ["title", "tenant", "about", "by_name", "asked_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


operator_site.register(PlanTerms, PlanTermsAdmin)
operator_site.register(Notice, NoticeAdmin)
operator_site.register(Wish, WishAdmin)
operator_site.pages.append(ConsolePage("/plans/", _("Plans and use"), "inventory_2", can_switch_modules))

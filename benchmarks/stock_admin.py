"""The calls' list as the admin theme makes it by itself, beside ours: the addresses of a tenant and one more."""

from django.http import HttpRequest
from django.urls import path
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from contactcenter.urls import urlpatterns as ours
from telephony.admin.calls import CallAdmin
from telephony.models import Call


class StockSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return True


class StockCallAdmin(ModelAdmin):
    """The same columns, filters and search; counting and paging as they come."""

    list_display = CallAdmin.list_display
    list_filter = CallAdmin.list_filter
    list_filter_submit = True
    list_select_related = CallAdmin.list_select_related
    search_fields = ["caller_number"]
    list_per_page = CallAdmin.list_per_page
    shown_caller = CallAdmin.shown_caller

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return True

    has_module_permission = has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


site = StockSite(name="stock")
site.register(Call, StockCallAdmin)
urlpatterns = [path("stock/", site.urls), *ours]

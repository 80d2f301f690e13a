"""What all pages of the floor have in common: administrators change it, leaders look, the worker hears of it."""

from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst

from telephony import actions, policies
from telephony.queries.flows import is_named


class FloorAdmin:
    policy = staticmethod(policies.can_configure)
    view_policy = staticmethod(policies.can_look_at_configuration)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Runs last of all that is saved, so the worker reads the whole of it."""
        super().save_related(request, form, formsets, change)
        actions.floor_changed()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        actions.floor_changed()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a call flow names stays, or its callers would not come to where they were led."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not is_named(obj))


class PolicyInline:
    """Rows inside a page follow the page's policies; a row's other end is called what its kind is called."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not db_field._verbose_name:
            kwargs.setdefault("label", capfirst(db_field.related_model._meta.verbose_name))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The column's head names a field to the eye; a screen reader needs the name on the field."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and field.label:
            field.widget.attrs.setdefault("aria-label", capfirst(str(field.label)))
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policies.can_look_at_configuration(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policies.can_configure(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policies.can_configure(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policies.can_configure(request.user)

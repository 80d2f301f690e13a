"""The table of a list, beside the theme's tag of the same use: see tenants/lists/rows.py."""

from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from unfold.templatetags.unfold_list import result_headers

from tenants.lists.rows import rows_of

register = template.Library()


@register.inclusion_tag("tenants/lists/rows.html", takes_context=True)
def list_rows(context: template.Context, cl: ChangeList) -> dict[str, Any]:
    headers = list(result_headers(cl))
    return {
        "cl": cl,
        "result_headers": headers,
        "num_sorted_fields": sum(1 for header in headers if header["sortable"] and header["sorted"]),
        "rows": list(rows_of(cl, headers)),
        "actions_row": context.get("actions_row"),
        "has_add_permission": cl.model_admin.has_add_permission(context["request"]),
    }

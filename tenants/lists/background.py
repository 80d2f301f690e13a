"""A sheet too long for one request is handed to a task; shorter ones go the way of import-export, in one request."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tenants.lists.sheets import FORMATS, begin_sheet
from tenants.lists.tasks import send_sheet
from tenants.typed import whole

LARGE = 200_000
"""Bytes: some two thousand rows, a few seconds of work."""


class BackgroundSheets:
    """Mixed into an admin that imports."""

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        given = request.FILES.get("import_file")
        kind = Path(given.name or "").suffix.lower().lstrip(".") if given else ""
        if request.method != "POST" or given is None or (given.size or 0) < LARGE or kind not in FORMATS:
            return super().import_action(request, **kwargs)  # type: ignore[misc]
        if not self.has_import_permission(request):  # type: ignore[attr-defined]
            return super().import_action(request, **kwargs)  # type: ignore[misc]
        which = whole(request.POST.get("resource", "")) or 0
        classes = self.get_import_resource_classes(request)  # type: ignore[attr-defined]
        sheet = begin_sheet(
            place=self.opts.label_lower,  # type: ignore[attr-defined]
            resource=which if which < len(classes) else 0,
            file_name=given.name or "",
            file_format=kind,
            content=given.read(),
            by=request.user,
            at=timezone.now(),
        )
        send_sheet(sheet.pk)
        return redirect("admin:lists_sheetimport_change", sheet.pk)

"""What both consoles have beside their lists: the search of everything, and where kept filters are written."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from unfold.dataclasses import SearchResult

from tenants.errors import DomainError
from tenants.lists.actions import delete_view, save_view
from tenants.lists.finding import Finder, found_by

SEARCH_RESULTS = 50


class SitePages:
    """Mixed into the site; `finders` is what its search knows."""

    finders: list[Finder]

    def get_urls(self) -> list:
        own = [
            path("find/", self.admin_view(require_GET(self.find)), name="find"),  # type: ignore[attr-defined]
            path("lists/keep/", self.admin_view(require_POST(self.keep)), name="lists_savedview_keep"),  # type: ignore[attr-defined]
            path(
                "lists/drop/<int:object_id>/",
                self.admin_view(require_POST(self.drop)),  # type: ignore[attr-defined]
                name="lists_savedview_drop",
            ),
        ]
        return own + super().get_urls()  # type: ignore[misc]

    # --- the search ---

    def search(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """While it is typed. Not unfold's own: its cache key is user id and term, the same in every tenant."""
        term = request.GET.get("s", "").strip()[:100]
        if not term:
            return HttpResponse()
        results: list[Any] = self._search_apps(self.get_app_list(request), term.lower())  # type: ignore[attr-defined]
        for finder, rows in found_by(self.finders, request.user, term, with_wide=False):
            results += [
                SearchResult(row.title, f"{finder.name} · {row.description}".strip(" ·"), row.link, "search")
                for row in rows
            ]
        everywhere = reverse("admin:find") + "?" + urlencode({"q": term})
        results = results[:SEARCH_RESULTS] + [
            SearchResult(term, _("Search everywhere"), everywhere, "search")
        ]
        context = {"results": results, "page_obj": None, "page_counter": 0, "execution_time": 0}
        return TemplateResponse(
            request, "unfold/helpers/search_results.html", context, headers={"HX-Trigger": "search"}
        )

    def find(self, request: HttpRequest) -> HttpResponse:
        """Everything at once, every tenant asked where that is needed."""
        term = request.GET.get("q", "").strip()[:100]
        pages = self._search_apps(self.get_app_list(request), term.lower()) if term else []  # type: ignore[attr-defined]
        own: dict = self.each_context(request)  # type: ignore[attr-defined]
        context = own | {
            "title": _("Search"),
            "term": term,
            "pages": pages[:SEARCH_RESULTS],
            "found": list(found_by(self.finders, request.user, term, with_wide=True)),
        }
        return TemplateResponse(request, "tenants/lists/find.html", context)

    # --- kept filters ---

    def keep(self, request: HttpRequest) -> HttpResponse:
        said = request.POST.get
        try:
            save_view(
                member=request.user,
                place=said("place", "")[:120],
                name=said("name", ""),
                query=said("query", ""),
            )
        except DomainError as problem:
            self._tell(request, problem)
        return self._back(request)

    def drop(self, request: HttpRequest, object_id: int) -> HttpResponse:
        delete_view(member=request.user, view_id=object_id)
        return self._back(request)

    def _tell(self, request: HttpRequest, problem: DomainError) -> None:
        from django.contrib import messages

        messages.error(request, problem.message)

    def _back(self, request: HttpRequest) -> HttpResponse:
        where = request.POST.get("back", "")
        is_ours = url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()})
        return redirect(where if is_ours and where.startswith("/admin/") else "admin:index")

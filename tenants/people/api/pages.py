"""Keyset pages: steady while rows are added, and as quick on page 1,000 as on the first."""

from rest_framework.pagination import CursorPagination


class ByName(CursorPagination):
    ordering = ("name", "id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class NewestFirst(CursorPagination):
    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

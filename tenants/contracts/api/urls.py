"""Nothing of agreements is asked by programs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

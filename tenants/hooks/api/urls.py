from django.urls import URLPattern

app_name = "hooks_api"
urlpatterns: list[URLPattern] = []

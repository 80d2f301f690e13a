from django.urls import path, re_path

from tenants.hooks.console import deliveries, endpoints

app_name = "hooks"
urlpatterns = [
    path("webhooks/", endpoints.endpoint_list, name="endpoints"),
    path("webhooks/new/", endpoints.new_endpoint, name="endpoint_new"),
    path("webhooks/<int:endpoint_id>/", deliveries.endpoint_page, name="endpoint"),
    path("webhooks/<int:endpoint_id>/change/", endpoints.change_endpoint, name="endpoint_change"),
    re_path(
        r"^webhooks/(?P<endpoint_id>[0-9]{1,9})/(?P<act>pause|resume|test|secret|delete)/$",
        endpoints.act_on_endpoint,
        name="endpoint_act",
    ),
    path("webhooks/deliveries/<int:delivery_id>/", deliveries.delivery_page, name="delivery"),
    path("webhooks/deliveries/<int:delivery_id>/again/", deliveries.send_again, name="delivery_again"),
]

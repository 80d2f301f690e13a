"""Pages of a tenant's own numbers."""

from django.urls import path

from telephony.console import own_numbers

urlpatterns = [
    path("numbers/", own_numbers.numbers, name="own_numbers"),
    path("numbers/apply/", own_numbers.apply, name="number_apply"),
    path("numbers/applications/<int:application_id>/withdraw/", own_numbers.withdraw, name="number_withdraw"),
    path("numbers/papers/", own_numbers.hand_in_paper, name="own_paper_new"),
    path("numbers/papers/<int:paper_id>/", own_numbers.paper, name="own_paper"),
    path("numbers/displays/", own_numbers.displays, name="displays"),
    path("numbers/displays/new/", own_numbers.pool, name="display_pool_new"),
    path("numbers/displays/<int:pool_id>/", own_numbers.pool, name="display_pool"),
    path("numbers/<int:number_id>/", own_numbers.number, name="own_number"),
]

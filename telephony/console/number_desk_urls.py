"""Pages of the desk of numbers at the operators' hosts."""

from django.urls import path

from telephony.console import network, number_applications, number_desk

urlpatterns = [
    path("numbers/", number_desk.numbers, name="numbers"),
    path("numbers/idle/", number_desk.idle, name="idle_numbers"),
    path("numbers/applications/", number_applications.applications, name="number_applications"),
    path("numbers/papers/<int:paper_id>/", number_desk.paper, name="number_paper_file"),
    path("numbers/<int:number_id>/", number_desk.number, name="number"),
    path("numbers/<int:number_id>/terms/", number_desk.number_terms, name="number_terms"),
    path("numbers/<int:number_id>/paper/", number_desk.number_paper, name="number_paper"),
    path("numbers/<int:number_id>/wake/", number_desk.wake, name="number_wake"),
    path("numbers/<int:number_id>/leave/<str:to>/", number_desk.leave, name="number_leave"),
    path("network/ports/", network.ports, name="ports"),
    path("network/sizing/", network.sizing, name="sizing"),
]

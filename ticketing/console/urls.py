"""Pages of customers and tickets."""

from django.urls import path

from ticketing.console import customers, panel_frames, panels, pop, tickets

app_name = "ticketing"

urlpatterns = [
    path("customers/", customers.customer_list, name="customers"),
    path("customers/new/", customers.new_customer, name="new_customer"),
    path("customers/<int:customer_id>/", customers.customer_page, name="customer"),
    path("customers/<int:customer_id>/edit/", customers.edit_customer, name="edit_customer"),
    path("customers/<int:customer_id>/numbers/", customers.add_number, name="add_number"),
    path(
        "customers/<int:customer_id>/numbers/<int:phone_id>/reveal/",
        customers.reveal_number,
        name="reveal_number",
    ),
    path(
        "customers/<int:customer_id>/numbers/<int:phone_id>/dial/", customers.dial_number, name="dial_number"
    ),
    path(
        "customers/<int:customer_id>/numbers/<int:phone_id>/remove/",
        customers.remove_number,
        name="remove_number",
    ),
    path("customers/pop/<uuid:call_id>/", pop.pop, name="pop"),
    path(
        "customers/pop/<uuid:call_id>/customer/", pop.create_customer_in_call, name="create_customer_in_call"
    ),
    path("customers/pop/<uuid:call_id>/ticket/", pop.create_from_call, name="create_from_call"),
    path("panels/", panels.panel_list, name="panels"),
    path("panels/new/", panels.new_panel, name="new_panel"),
    path("panels/<int:panel_id>/", panels.panel_page, name="panel"),
    path("panels/<int:panel_id>/change/", panels.edit_panel, name="edit_panel"),
    path("panels/<int:panel_id>/secret/", panels.renew_secret, name="panel_secret"),
    path("panels/<int:panel_id>/delete/", panels.delete_panel, name="delete_panel"),
    path("panels/<int:panel_id>/open/", panel_frames.open_panel, name="open_panel"),
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/new/", tickets.new_ticket, name="new_ticket"),
    path("tickets/<int:number>/", tickets.ticket_page, name="ticket"),
    path("tickets/<int:number>/edit/", tickets.edit_ticket, name="edit_ticket"),
    path("tickets/<int:number>/state/", tickets.change_state, name="ticket_state"),
    path("tickets/<int:number>/comment/", tickets.comment, name="ticket_comment"),
    path("tickets/<int:number>/assignee/", tickets.assign, name="ticket_assignee"),
]

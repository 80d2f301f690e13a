"""Finance's pages at the operators' hosts."""

from django.urls import path

from tenants.closing.console import accounts, bills, closes

app_name = "finance"
urlpatterns = [
    path("finance/", closes.closes, name="closes"),
    path("finance/closes/start/", closes.start, name="start"),
    path("finance/closes/<int:closerun_id>/", closes.run, name="run"),
    path("finance/closes/<int:closerun_id>/cancel/", closes.cancel, name="cancel"),
    path("finance/bills/", bills.bill_list, name="bills"),
    path("finance/bills/<int:bill_id>/", bills.bill_page, name="bill"),
    path("finance/bills/<int:bill_id>/paper.pdf", bills.bill_paper, name="paper"),
    path("finance/bills/<int:bill_id>/credit/", bills.credit, name="credit"),
    path("finance/bills/sheet.<str:kind>", bills.sheet, name="sheet"),
    path("finance/books.csv", bills.books, name="books"),
    path("finance/accounts/", accounts.account_list, name="accounts"),
    path("finance/accounts/<str:schema>/", accounts.account, name="account"),
    path("finance/payments/<int:payment_id>/take-back/", accounts.take_back, name="take_back"),
]

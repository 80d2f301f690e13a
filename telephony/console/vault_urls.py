"""Pages of how recordings are kept: storage and keys, retention, holds and purges, and what was not recorded."""

from django.urls import path

from telephony.console import holds, retention, unrecorded, vault

urlpatterns = [
    path("recordings/storage/", vault.storage_page, name="vault"),
    path("recordings/storage/new/", vault.storage_form, name="storage_new"),
    path("recordings/storage/<int:storage_id>/", vault.storage_form, name="storage"),
    path("recordings/storage/<str:act>/", vault.storage_act, name="storage_act"),
    path("recordings/retention/", retention.retention_page, name="retention"),
    path("recordings/retention/<int:run_id>/export/", retention.run_proof, name="retention_proof"),
    path("recordings/holds/", holds.hold_page, name="holds"),
    path("recordings/holds/<str:act>/", holds.hold_act, name="hold_act"),
    path("recordings/missing/", unrecorded.missing_page, name="unrecorded"),
    path("recordings/missing/export/", unrecorded.missing_export, name="unrecorded_export"),
]

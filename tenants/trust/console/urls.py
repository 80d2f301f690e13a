from django.urls import path, re_path

from tenants.trust.console import audit, proof

app_name = "trust"
urlpatterns = [
    path("audit/", audit.audit_log, name="audit"),
    path("audit/check/", audit.check, name="audit_check"),
    re_path(r"^audit/export/(?P<form>csv|xlsx)/$", audit.export, name="audit_export"),
    path("proof/", proof.proof, name="proof"),
    path("proof/run/", proof.run, name="proof_run"),
]

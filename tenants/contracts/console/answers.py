"""A signed paper as a download, written down."""

from django.http import HttpResponse

from tenants.contracts import papers
from tenants.contracts.queries.agreements import signature_of
from tenants.errors import NotFound
from tenants.models import Tenant
from tenants.people.actions import record_audit


def paper_answer(tenant: Tenant, signature_id: int) -> HttpResponse:
    """Never shown in the page: whatever is in it, our address does not run it."""
    found = signature_of(tenant, signature_id)
    if found is None:
        raise NotFound
    content = papers.read(found)
    record_audit(verb="downloaded", subject=f"contracts.signature:{found.pk}")
    answer = HttpResponse(content, content_type=found.media_type)
    ending = papers.ENDINGS.get(found.media_type, "bin")
    answer["Content-Disposition"] = (
        f'attachment; filename="agreement-{found.agreement_id}-{found.side}.{ending}"'
    )
    return answer

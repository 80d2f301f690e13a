"""Papers on their way out and in (tenants/leaving): those of numbers, and those both sides signed.

A deletion takes papers of numbers away; signed ones stay with the terms they prove (tenants/leaving/erasing_house.py).
"""

from collections.abc import Iterator
from typing import Any

from telephony.paper_store import brought, read, remove
from tenants.context import current_tenant, enter
from tenants.contracts.actions.agreements import lay_signed
from tenants.contracts.queries.agreements import signature_of
from tenants.desk.actions import lay_paper
from tenants.desk.errors import PaperMissing
from tenants.desk.queries import paper as paper_of
from tenants.desk.queries import papers_of_tenant
from tenants.leaving import registry
from tenants.leaving.registry import FileKind, FileMissing, Place


def connect() -> None:
    for table in ("desk_numberpaper", "contracts_signature"):
        registry.add_local(table, "stored_as", "wrapped", "wrapped_by")
    for kind in (PAPERS, SIGNED):
        registry.add_files(kind)
    registry.add_place(Place("papers", remove_papers, lambda schema: []))


def _paper_ids(schema: str, tenant_id: int) -> str:
    return (
        "SELECT row_number() OVER (ORDER BY id) || ':' || id FROM public.desk_numberpaper"  # noqa: S608
        f" WHERE tenant_id = {int(tenant_id)} ORDER BY id"
    )


def _signed_ids(schema: str, tenant_id: int) -> str:
    return (
        "SELECT row_number() OVER (ORDER BY s.id) || ':' || s.id FROM public.contracts_signature s"  # noqa: S608
        " JOIN public.contracts_agreement a ON a.id = s.agreement_id"
        f" WHERE a.tenant_id = {int(tenant_id)} ORDER BY s.id"
    )


def _opened(paper: Any) -> tuple[int, str, Iterator[bytes]]:
    if paper is None:
        raise FileMissing("deleted")
    try:
        content = read(paper)
    except PaperMissing:
        raise FileMissing("missing") from None
    return len(content), paper.sha256, iter((content,))


def _paper_opened(pk: str) -> tuple[int, str, Iterator[bytes]]:
    return _opened(paper_of(int(pk)))


def _signed_opened(pk: str) -> tuple[int, str, Iterator[bytes]]:
    return _opened(signature_of(current_tenant(), int(pk)))


def _put_paper(pk: str, file: Any) -> None:
    lay_paper(paper_id=int(pk), kept=brought(file.read()))


def _put_signed(pk: str, file: Any) -> None:
    lay_signed(signature_id=int(pk), kept=brought(file.read()))


def remove_papers(schema: str) -> dict[str, int]:
    """Papers lie together, whosever they are: their rows name them."""
    with enter(schema):
        papers = papers_of_tenant(current_tenant())
    for paper in papers:
        if paper.stored_as:
            remove(paper.stored_as)
    return {"files": len(papers)}


PAPERS = FileKind("papers", "bin", _paper_ids, _paper_opened, _put_paper, house="desk.numberpaper")
SIGNED = FileKind("signed", "bin", _signed_ids, _signed_opened, _put_signed, house="contracts.signature")

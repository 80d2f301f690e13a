"""What callers are asked after a call, written where each switch of the cell finds it without us."""

from pathlib import Path

import structlog

from telephony import queries
from telephony.freeswitch.documents import UnsafeText
from telephony.freeswitch.survey_document import AskedSurvey, survey_document, write_surveys
from tenants.context import enter, every_tenant

log = structlog.get_logger()


def survey_documents(cell: str) -> dict[str, str]:
    """Schema → document, of the cell's tenants that ask anything."""
    found = {}
    for tenant in every_tenant():
        if tenant.cell != cell:
            continue
        with enter(tenant.schema_name):
            terms = queries.survey_terms()
        if terms:
            found[tenant.schema_name] = _document(tenant.schema_name, terms)
    return {schema: document for schema, document in found.items() if document}


def _document(schema: str, terms: list[queries.SurveyTerms]) -> str:
    try:
        return survey_document(schema, [AskedSurvey(**vars(one)) for one in terms])
    except UnsafeText as error:
        log.warning("A tenant's surveys cannot be asked.", tenant=schema, problem=str(error))
        return ""


def write_survey_files(conf_directory: Path, documents: dict[str, str]) -> bool:
    try:
        return write_surveys(conf_directory, documents)
    except OSError as error:
        log.warning("The surveys could not be written for the switch.", problem=type(error).__name__)
        return False

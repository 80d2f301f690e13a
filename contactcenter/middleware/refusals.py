"""A refusal raised in a page's view becomes an answer a person or a program can act on."""

from contactcenter.errors import page_answer
from tenants.errors import DomainError


class RefusalsAsAnswers:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return page_answer(request, exception) if isinstance(exception, DomainError) else None

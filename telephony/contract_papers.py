"""Signed papers of agreements lie where the papers of numbers lie: sealed, each with a key of its own."""

from telephony import paper_store
from tenants.contracts import papers


def connect() -> None:
    papers.answer_with(paper_store.keep, paper_store.read)

"""Reads of scripts and quick replies, as agents get them: in use and approved."""

from typing import Any

from django.db.models import QuerySet

from telephony.models import Snippet


def usable_snippets() -> QuerySet[Snippet]:
    return (
        Snippet.objects.filter(is_active=True, approved_at__isnull=False)
        .select_related("queue", "disposition")
        .prefetch_related("texts")
    )


def snippet_rows(language: str) -> list[dict[str, Any]]:
    """For a page: each with its texts by language, `text` in the reader's or whichever there is.

    Those of every queue have `queue` None; which fit a call is the page's to know.
    """
    rows = []
    for snippet in usable_snippets():
        texts = {text.language: text.text for text in snippet.texts.all()}
        if not texts:
            continue
        rows.append(
            {
                "id": snippet.pk,
                "kind": snippet.kind,
                "title": snippet.title,
                "shortcut": snippet.shortcut,
                "queue": snippet.queue_id,
                "disposition": snippet.disposition_id,
                "texts": texts,
                "text": texts.get(language) or next(iter(texts.values())),
            }
        )
    return rows

"""Views of the floor somebody keeps for themselves."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from telephony.floor_errors import TooManyViews, ViewNeedsName
from telephony.models import FloorView

MOST_VIEWS = 30
LONGEST_QUERY = 1000


@transaction.atomic
def keep_floor_view(*, member: Any, name: str, query: str, is_default: bool) -> FloorView:
    """One of this name is replaced; being opened first is taken from another. Raises ViewNeedsName, TooManyViews."""
    name = " ".join(name.split())[:60]
    if not name:
        raise ViewNeedsName(field="name")
    own = FloorView.objects.select_for_update().filter(member=member)
    if not own.filter(name=name).exists() and own.count() >= MOST_VIEWS:
        raise TooManyViews
    if is_default:
        own.filter(is_default=True).exclude(name=name).update(is_default=False)
    values = {"query": plain_query(query), "is_default": is_default}
    view, _new = FloorView.objects.update_or_create(member=member, name=name, defaults=values)
    return view


def delete_floor_view(*, member: Any, view_id: int) -> None:
    """Only their own."""
    FloorView.objects.filter(member=member, pk=view_id).delete()


def plain_query(query: str) -> str:
    """As an address's query and nothing else: what it becomes part of is a link."""
    pairs = [pair for pair in parse_qsl(query[:LONGEST_QUERY], max_num_fields=None) if pair[0].isidentifier()]
    return urlencode(pairs)[:LONGEST_QUERY]

"""What many members' pages show of messages, read for all of them in one go."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber

from telephony.models import Announcement, AnnouncementRead, ChatMessage, GroupMember

LATEST = 20


def unread_of(member_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """How many lines of whom each has not read: by reader, then by writer; nobody without any."""
    unread = ChatMessage.objects.filter(recipient_id__in=member_ids, read_at=None).order_by()
    found: dict[int, dict[int, int]] = {}
    for reader, writer, count in unread.values_list("recipient_id", "sender_id").annotate(Count("pk")):
        found.setdefault(reader, {})[writer] = count
    return found


def announced_to(member_ids: Collection[int], at: datetime) -> dict[int, list[tuple[Announcement, bool]]]:
    """As `messages.announcements_for`, of each the latest, newest first, and whether that member has read it."""
    groups = _groups_of(member_ids, at)
    rows = _latest(set().union(*groups.values()), at)
    there = AnnouncementRead.objects.filter(announcement__in=rows, member_id__in=member_ids)
    read = set(there.values_list("announcement_id", "member_id"))
    found = {}
    for member_id in member_ids:
        mine = [row for row in rows if row.group_id is None or row.group_id in groups.get(member_id, ())]
        found[member_id] = [(row, (row.pk, member_id) in read) for row in mine[:LATEST]]
    return found


def _groups_of(member_ids: Collection[int], at: datetime) -> dict[int, set[int]]:
    there = GroupMember.objects.filter(Q(until=None) | Q(until__gt=at), agent__member_id__in=member_ids)
    groups: dict[int, set[int]] = {}
    for member_id, group_id in there.values_list("agent__member_id", "group_id"):
        groups.setdefault(member_id, set()).add(group_id)
    return groups


def _latest(group_ids: Collection[int], at: datetime) -> list[Announcement]:
    """Those that are not past: the newest to everybody and the newest to each of these groups."""
    newest = Window(RowNumber(), partition_by="group_id", order_by=["-at", "-pk"])
    there = Announcement.objects.filter(
        Q(until=None) | Q(until__gt=at), Q(group=None) | Q(group_id__in=group_ids)
    )
    return list(there.annotate(place=newest).filter(place__lte=LATEST).select_related("by"))

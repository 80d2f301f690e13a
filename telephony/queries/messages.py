"""Reads of what members say to each other: conversations, announcements and who has read them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from telephony import policies
from telephony.models import Agent, Announcement, AnnouncementRead, ChatMessage, GroupMember
from tenants.people.policies import Role
from tenants.people.queries import members_with

LATEST = 100
"""Lines of one conversation a page shows."""
WHO_WRITE = (Role.AGENT, *policies.LEADERS)


@dataclass(frozen=True)
class Correspondent:
    """Somebody one may write to. `presence` is empty for those who take no calls."""

    member_id: int
    name: str
    username: str
    leads: bool
    presence: str = ""
    unread: int = 0
    last: ChatMessage | None = None


def correspondents(member: Any) -> list[Correspondent]:
    """Everybody who works here but oneself: whom one wrote with last comes first, then those who lead, then by name."""
    unread, last = unread_by_sender(member), last_messages(member)
    presence = dict(Agent.objects.filter(is_active=True).values_list("member_id", "presence"))
    found = [
        Correspondent(
            member_id=one.pk,
            name=str(one),
            username=one.username,
            leads=policies.can_see_floor(one),
            presence=presence.get(one.pk, ""),
            unread=unread.get(one.pk, 0),
            last=last.get(one.pk),
        )
        for one in members_with(*WHO_WRITE).exclude(pk=member.pk)
    ]
    return sorted(found, key=_order)


def _order(one: Correspondent) -> tuple:
    return (-(one.last.pk if one.last else 0), not one.leads, one.presence != Agent.Presence.ONLINE, one.name)


def correspondent(member: Any, other_id: int) -> Any:
    """The member one may write to, or None."""
    return members_with(*WHO_WRITE).exclude(pk=member.pk).filter(pk=other_id).first()


def messages_with(member: Any, other_id: int, limit: int = LATEST) -> list[ChatMessage]:
    """The latest lines between the two, oldest first."""
    found = _of(member).filter(Q(sender_id=other_id) | Q(recipient_id=other_id))
    return list(found.select_related("sender").order_by("-pk")[:limit])[::-1]


def last_messages(member: Any) -> dict[int, ChatMessage]:
    """The last line with each one ever written with, by member."""
    other = Case(When(sender_id=member.pk, then=F("recipient_id")), default=F("sender_id"))
    latest = _of(member).annotate(other=other).order_by("other", "-pk").distinct("other")
    return {row.other: row for row in latest}


def unread_by_sender(member: Any) -> dict[int, int]:
    unread = ChatMessage.objects.filter(recipient_id=member.pk, read_at=None).order_by()
    return dict(unread.values_list("sender_id").annotate(Count("pk")))


def _of(member: Any) -> QuerySet[ChatMessage]:
    return ChatMessage.objects.filter(Q(sender_id=member.pk) | Q(recipient_id=member.pk))


# --- announcements


@dataclass(frozen=True)
class ToldAnnouncement:
    """For those who lead: who has read it, who has not."""

    row: Announcement
    read: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def announcements_for(member: Any, at: datetime) -> QuerySet[Announcement]:
    """Those that are not past, to everybody and to the groups of this agent; `is_read`: by this member."""
    groups = GroupMember.objects.filter(Q(until=None) | Q(until__gt=at), agent__member_id=member.pk)
    mine = Q(group=None) | Q(group_id__in=groups.values("group_id"))
    read = AnnouncementRead.objects.filter(announcement=OuterRef("pk"), member_id=member.pk)
    there = Announcement.objects.filter(Q(until=None) | Q(until__gt=at))
    return there.filter(mine).select_related("by").annotate(is_read=Exists(read))


def announcement(announcement_id: int) -> Announcement | None:
    return Announcement.objects.select_related("by", "group").filter(pk=announcement_id).first()


def told_announcements(limit: int = 50) -> list[ToldAnnouncement]:
    """The latest, with the names of those who have and have not read them."""
    rows = list(Announcement.objects.select_related("by", "group")[:limit])
    readers: dict[int, set[int]] = {}
    for announcement_id, member_id in AnnouncementRead.objects.filter(announcement__in=rows).values_list(
        "announcement_id", "member_id"
    ):
        readers.setdefault(announcement_id, set()).add(member_id)
    people = list(members_with(*WHO_WRITE))
    return [_told(row, people, readers.get(row.pk, set())) for row in rows]


def _told(row: Announcement, people: Iterable[Any], readers: set[int]) -> ToldAnnouncement:
    asked = [one for one in people if one.pk != row.by_id]
    if row.group_id is not None:
        of_group = set(
            GroupMember.objects.filter(group=row.group_id).values_list("agent__member_id", flat=True)
        )
        asked = [one for one in asked if one.pk in of_group]
    names = [(str(one), one.pk in readers) for one in asked]
    return ToldAnnouncement(
        row, [name for name, is_read in names if is_read], [name for name, is_read in names if not is_read]
    )


def hearers_of(row: Announcement) -> list[int] | None:
    """Ids of the agents of its group; None: everybody hears it."""
    if row.group_id is None:
        return None
    return list(GroupMember.objects.filter(group_id=row.group_id).values_list("agent_id", flat=True))

"""What members say to each other → which browsers hear it: `member.<id>`, `agent.<id>`, `floor`, `everyone`."""

from django.utils import timezone

from telephony import message_events as events
from telephony.models import ChatMessage, ContactNote, FollowUp
from telephony.queries.help import help_requests
from telephony.queries.messages import announcement, hearers_of
from telephony.serializers.messages import announcement_row, chat_row, help_row, mention_row, work_row
from tenants.events import subscribe
from tenants.realtime import publish


def connect() -> None:
    subscribe(events.HelpRequestChanged, tell_help)
    subscribe(events.ChatWritten, tell_line)
    subscribe(events.Announced, tell_announcement)
    subscribe(events.Mentioned, tell_mention)
    subscribe(events.FollowUpPlanned, tell_work)
    subscribe(events.FollowUpDue, tell_work)


def tell_help(event: events.HelpRequestChanged) -> None:
    """To the board, and to the agent whose hand it is."""
    row = help_requests().filter(pk=event.help_id).first()
    if row is None:
        return
    for audience in ("floor", f"agent.{event.agent_id}"):
        publish(audience, {"type": "help", "row": help_row(row)})


def tell_line(event: events.ChatWritten) -> None:
    """To both: whoever wrote may have a second page open."""
    row = ChatMessage.objects.select_related("sender").filter(pk=event.message_id).first()
    if row is None:
        return
    for member_id in {event.sender_id, event.recipient_id}:
        publish(f"member.{member_id}", {"type": "chat", "row": chat_row(row)})


def tell_announcement(event: events.Announced) -> None:
    row = announcement(event.announcement_id)
    if row is None:
        return
    is_past = row.until is not None and row.until <= timezone.now()
    message = {"type": "announcement", "row": announcement_row(row), "is_past": is_past}
    hearers = hearers_of(row)
    for audience in ("everyone",) if hearers is None else [f"agent.{agent_id}" for agent_id in hearers]:
        publish(audience, message)


def tell_mention(event: events.Mentioned) -> None:
    row = ContactNote.objects.select_related("by").filter(pk=event.note_id).first()
    if row is not None:
        publish(f"member.{event.member_id}", {"type": "mention", "row": mention_row(row)})


def tell_work(event: events.FollowUpPlanned | events.FollowUpDue) -> None:
    """To whose work it is: new on their list, or due."""
    row = FollowUp.objects.select_related("call").filter(pk=event.follow_up_id).first()
    if row is None or event.owner_id is None:
        return
    message = {"type": "work", "row": work_row(row), "is_due": isinstance(event, events.FollowUpDue)}
    publish(f"member.{event.owner_id}", message)

"""The rows of telephony; configuration has small ids, calls have the ids the switch gave them."""

from telephony.models.agents import Agent, AgentSkill, AgentStateChange, Device, NotReadyReason, Skill
from telephony.models.calls import Call, Leg, Offer, QueueStay
from telephony.models.queues import Disposition, Entry, Queue, QueueAgent, QueueSkill
from telephony.models.recordings import Recording, Voicemail

__all__ = [
    "Agent",
    "AgentSkill",
    "AgentStateChange",
    "Call",
    "Device",
    "Disposition",
    "Entry",
    "Leg",
    "NotReadyReason",
    "Offer",
    "Queue",
    "QueueAgent",
    "QueueSkill",
    "QueueStay",
    "Recording",
    "Skill",
    "Voicemail",
]

"""The rows of telephony; configuration has small ids, calls have the ids the switch gave them."""

from telephony.models.agents import Agent, AgentSkill, AgentStateChange, Device, NotReadyReason, Skill
from telephony.models.calls import Call, Leg, Offer, QueueStay
from telephony.models.emergency import EmergencyPlan, EmergencySwitch
from telephony.models.groups import AgentGroup, GroupMember, OpeningTime, SpecialDay, WorkingHours
from telephony.models.queues import Disposition, Entry, Queue, QueueAgent, QueueSkill, QueueStep
from telephony.models.recordings import Recording, Voicemail
from telephony.models.rules import CallerProfile, RoutingRule
from telephony.models.truth import Difference

__all__ = [
    "Agent",
    "AgentGroup",
    "AgentSkill",
    "AgentStateChange",
    "Call",
    "CallerProfile",
    "Device",
    "Difference",
    "Disposition",
    "EmergencyPlan",
    "EmergencySwitch",
    "Entry",
    "GroupMember",
    "Leg",
    "NotReadyReason",
    "Offer",
    "OpeningTime",
    "Queue",
    "QueueAgent",
    "QueueSkill",
    "QueueStay",
    "QueueStep",
    "Recording",
    "RoutingRule",
    "Skill",
    "SpecialDay",
    "Voicemail",
    "WorkingHours",
]

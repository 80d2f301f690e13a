"""The rows of telephony; configuration has small ids, calls have the ids the switch gave them."""

from telephony.models.agents import (
    Agent,
    AgentPage,
    AgentSkill,
    AgentStateChange,
    Device,
    NotReadyReason,
    Skill,
)
from telephony.models.callbacks import Callback, CallbackAttempt, FollowUp, WaitingTerms
from telephony.models.calls import Call, Leg, Offer, QueueStay
from telephony.models.emergency import EmergencyPlan, EmergencySwitch
from telephony.models.flows import Flow, FlowCheck, FlowStep, FlowVersion
from telephony.models.groups import AgentGroup, GroupMember, OpeningTime, SpecialDay, WorkingHours
from telephony.models.prompts import Music, MusicPiece, Prompt, PromptWording, Sound, Voice
from telephony.models.queues import Disposition, Entry, Queue, QueueAgent, QueueSkill, QueueStep
from telephony.models.recordings import Recording, Voicemail
from telephony.models.rules import CallerProfile, RoutingRule
from telephony.models.surveys import Survey, SurveyAnswer
from telephony.models.truth import Difference

__all__ = [
    "Agent",
    "AgentGroup",
    "AgentPage",
    "AgentSkill",
    "AgentStateChange",
    "Call",
    "Callback",
    "CallbackAttempt",
    "CallerProfile",
    "Device",
    "Difference",
    "Disposition",
    "EmergencyPlan",
    "EmergencySwitch",
    "Entry",
    "Flow",
    "FlowCheck",
    "FlowStep",
    "FlowVersion",
    "FollowUp",
    "GroupMember",
    "Leg",
    "Music",
    "MusicPiece",
    "NotReadyReason",
    "Offer",
    "OpeningTime",
    "Prompt",
    "PromptWording",
    "Queue",
    "QueueAgent",
    "QueueSkill",
    "QueueStay",
    "QueueStep",
    "Recording",
    "RoutingRule",
    "Skill",
    "Sound",
    "SpecialDay",
    "Survey",
    "SurveyAnswer",
    "Voice",
    "Voicemail",
    "WaitingTerms",
    "WorkingHours",
]

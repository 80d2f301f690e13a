"""The rows of telephony; configuration has small ids, calls have the ids the switch gave them."""

from telephony.models.agents import (
    Agent,
    AgentPage,
    AgentSkill,
    AgentStateChange,
    NotReadyReason,
    Skill,
)
from telephony.models.callbacks import Callback, CallbackAttempt, WaitingTerms
from telephony.models.calls import Call, Leg, Offer, QueueStay
from telephony.models.contact_notes import ContactNote, NoteMention
from telephony.models.custody import CustodyEntry, SoundKind
from telephony.models.device_checks import DeviceCheck, PhoneTerms
from telephony.models.devices import Device
from telephony.models.displays import DisplayPool, PoolNumber, VirtualNumber
from telephony.models.do_not_call import DoNotCall, DoNotCallPass
from telephony.models.emergency import EmergencyPlan, EmergencySwitch
from telephony.models.floor import AlertTerms, FloorChange, FloorView, QueueAlert
from telephony.models.flows import Flow, FlowCheck, FlowStep, FlowVersion
from telephony.models.follow_ups import FollowUp
from telephony.models.groups import AgentGroup, GroupMember, OpeningTime, SpecialDay, WorkingHours
from telephony.models.line_quality import LineQuality, QualityTerms
from telephony.models.listening import Listening, SupervisionTerms
from telephony.models.messages import Announcement, AnnouncementRead, ChatMessage, HelpRequest
from telephony.models.prompts import Music, MusicPiece, Prompt, PromptWording, Sound, Voice
from telephony.models.queues import Disposition, Entry, Queue, QueueAgent, QueueSkill, QueueStep
from telephony.models.recording_policies import CallTicket, RecordingMask, RecordingPeaks, RecordingPolicy
from telephony.models.recordings import Recording, Voicemail
from telephony.models.retention import LegalHold, PurgeRequest, RetentionPolicy, RetentionRun, Tombstone
from telephony.models.rules import CallerProfile, RoutingRule
from telephony.models.seats import SeatScope
from telephony.models.snippets import Snippet, SnippetText
from telephony.models.surveys import Survey, SurveyAnswer
from telephony.models.texts import SurveyText, TextOptOut, TextService
from telephony.models.truth import Difference
from telephony.models.vault import KeptSound, StoragePlace, VaultKey, VaultLeftover, VaultState, VaultWork
from telephony.models.workplaces import FigureTarget, PanelPlan, Workplace

__all__ = [
    "Agent",
    "AgentGroup",
    "AgentPage",
    "AgentSkill",
    "AgentStateChange",
    "AlertTerms",
    "Announcement",
    "AnnouncementRead",
    "Call",
    "CallTicket",
    "Callback",
    "CallbackAttempt",
    "CallerProfile",
    "ChatMessage",
    "ContactNote",
    "CustodyEntry",
    "Device",
    "DeviceCheck",
    "Difference",
    "DisplayPool",
    "Disposition",
    "DoNotCall",
    "DoNotCallPass",
    "EmergencyPlan",
    "EmergencySwitch",
    "Entry",
    "FigureTarget",
    "FloorChange",
    "FloorView",
    "Flow",
    "FlowCheck",
    "FlowStep",
    "FlowVersion",
    "FollowUp",
    "GroupMember",
    "HelpRequest",
    "KeptSound",
    "Leg",
    "LegalHold",
    "LineQuality",
    "Listening",
    "Music",
    "MusicPiece",
    "NotReadyReason",
    "NoteMention",
    "Offer",
    "OpeningTime",
    "PanelPlan",
    "PhoneTerms",
    "PoolNumber",
    "Prompt",
    "PromptWording",
    "PurgeRequest",
    "QualityTerms",
    "Queue",
    "QueueAgent",
    "QueueAlert",
    "QueueSkill",
    "QueueStay",
    "QueueStep",
    "Recording",
    "RecordingMask",
    "RecordingPeaks",
    "RecordingPolicy",
    "RetentionPolicy",
    "RetentionRun",
    "RoutingRule",
    "SeatScope",
    "Skill",
    "Snippet",
    "SnippetText",
    "Sound",
    "SoundKind",
    "SpecialDay",
    "StoragePlace",
    "SupervisionTerms",
    "Survey",
    "SurveyAnswer",
    "SurveyText",
    "TextOptOut",
    "TextService",
    "Tombstone",
    "VaultKey",
    "VaultLeftover",
    "VaultState",
    "VaultWork",
    "VirtualNumber",
    "Voice",
    "Voicemail",
    "WaitingTerms",
    "WorkingHours",
    "Workplace",
]

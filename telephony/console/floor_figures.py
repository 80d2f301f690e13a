"""The floor's figures in words: name, unit, formula, meaning, and the list that holds exactly what was counted."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FigureWords(NamedTuple):
    """`metric` is the report's figure whose page lists the rows behind; empty: `list` names the page that does."""

    id: str
    name: Promise
    unit: str
    formula: Promise
    meaning: Promise
    metric: str = ""
    list: str = ""


FIGURES = (
    FigureWords("agents_online", _("Agents online"), "", _("Agents who are signed in at this moment"),
                _("Whatever they do: ready, not ready, or with a caller."), list="online"),
    FigureWords("waiting", _("Waiting"), "", _("W = stays that have not ended"),
                _("Callers who are waiting at this moment."), list="waiting"),
    FigureWords("longest_wait", _("Longest wait"), "m:ss",
                _("Now − when the first of those who wait came to the queue"),
                _("Of the callers who are waiting at this moment."), list="waiting"),
    FigureWords("offered", _("Offered"), "", _("O = all stays in a queue that began today"),
                _("Every time a caller entered a queue. A call that is transferred to a second queue counts in both."),
                "O"),
    FigureWords("answered", _("Answered"), "", _("A = stays that ended with an agent"),
                _("The caller and an agent were connected."), "A"),
    FigureWords("abandoned", _("Abandoned"), "", _("B = stays in which the caller hung up before an agent answered"),
                _("Callers who hung up while waiting, short ones included. O = A + B + flowed out + still waiting."),
                "B"),
    FigureWords("connect_rate", _("Connect rate"), "%", _("CONN = A / O"),
                _("Callers who reached an agent. Below 85 % of at least 20 callers the floor raises an alert."),
                "CONN"),
    FigureWords("service_level", _("Service level"), "%",
                _("SL (F3) = A within X seconds / (A + B), short abandons left out"),
                _("X is set for each queue. F3 counts an abandoned caller as a broken promise."), "SL_F3"),
    FigureWords("average_speed_of_answer", _("Average speed of answer"), "m:ss",
                _("ASA = waiting time of answered calls / A"),
                _("The wait begins when the caller enters the queue and ends when an agent answers."), "ASA"),
    FigureWords("average_talk_time", _("Average talk time"), "m:ss", _("ATT = talk / conversations"),
                _("Talking alone: neither hold nor wrap-up. Conversations that still go on are not counted yet."),
                "ATT"),
    FigureWords("average_handle_time", _("Average handle time"), "m:ss",
                _("AHT = (talk + hold + wrap-up) / handled calls"),
                _("What one call costs an agent, wrap-up included."), "AHT"),
    FigureWords("occupancy", _("Occupancy"), "%",
                _("OCC = time on contacts / (time on contacts + idle and ready)"),
                _("Wrap-up counts as time on contacts. Not-ready time counts nowhere."), list="agents"),
)  # fmt: skip

OF_THE_MOMENT = (
    FigureWords("ready", _("Ready"), "", _("Agents of the queue who are signed in, ready and idle"),
                _("Who could take a call now."), list="board"),
    FigureWords("busy", _("Busy"), "", _("Agents of the queue who ring, talk, or wrap up"),
                _("With a caller, or just after one."), list="board"),
    FigureWords("not_ready", _("Not ready"), "", _("Agents of the queue who are signed in, idle and not ready"),
                _("Their reason stands beside their name."), list="board"),
    FigureWords("expected_wait", _("Expected wait"), "m:ss",
                _("Callers before ÷ (agents at work ÷ mean time of a call), less by those who give up"),
                _("What somebody who came now would wait, by today's calls of the queue. A dash: nobody works."),
                list="waiting"),
)  # fmt: skip

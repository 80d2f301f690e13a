"""Refusals of telephony; each states a fact the reader can act on."""

from django.utils.translation import gettext_noop as _

from tenants.errors import BadInput, DomainError, NotFound


class PhoneNotRegistered(DomainError):
    "Your phone is not registered, so nobody could reach you. Check the phone, then try again."


class AgentSwitchedOff(DomainError):
    "This agent may not take calls at present."


class OutsideOfSeat(DomainError):
    "%(name)s has a seat for other queues. %(queue)s is not among them."


class AgentNotReady(DomainError):
    "That colleague is not free at the moment."


class TransferNotAllowed(DomainError):
    "Your group may not transfer calls there."


class AgentNotFound(NotFound):
    "There is no such agent."


class QueueNotFound(NotFound):
    "There is no such queue."


class AnsweredBefore(DomainError):
    "You have answered already. Thank you."


class SurveyEnded(DomainError):
    "This link has ended. Nothing was kept."


class CellNotFound(NotFound):
    "There is no such cell."


class LivesThereAlready(DomainError):
    "The tenant lives in that cell already. Nothing was changed."


class CellIsNotServed(DomainError):
    "No worker of that cell routes calls at present, so nobody would take the next one. Nothing was changed."


class StillServedThere(DomainError):
    "The old cell still has calls or phones of this tenant. Nothing was changed."


class GroupNotFound(NotFound):
    "There is no such group of agents."


class CallWaitsNoLonger(DomainError):
    "The call no longer waits: it was answered, or the caller has left. Nothing was changed."


class CallIsRinging(DomainError):
    "The call is ringing at %(agent)s at this moment. Nothing was changed; try again if it is not answered."


class AlreadyInQueue(DomainError):
    "The call waits in this queue already."


class PriorityOutOfRange(BadInput):
    "The time given for free must lie between -3600 and 3600 seconds."


class TriggerWithoutName(BadInput):
    "Say what triggered this, in at most 80 characters."


class QueueClosed(DomainError):
    "This queue is closed."


class NoCallHere(DomainError):
    "There is no such call of yours at the moment."


class CallAlreadyEnded(DomainError):
    "The call has already ended."


class NothingToWrapUp(DomainError):
    "There is no wrap-up to change."


class WrapUpTooLong(DomainError):
    "The wrap-up cannot be extended any further."


class DispositionNotOfThisQueue(BadInput):
    "This disposition does not belong to the queue of the call."


class UnknownReason(BadInput):
    "This reason does not exist."


class TelephonyUnreachable(DomainError):
    "Telephony does not answer at the moment. Calls go on; please try again in a few seconds."

    status = 503


class SwitchDidNotAnswer(DomainError):
    "The telephone system did not carry this out. Please try again."

    status = 503


class NoFreeSeat(DomainError):
    "The contract has %(seats)s seats and all of them are taken. Switch an agent off, or ask for more seats."


class OfferImpossible(DomainError):
    "This offer cannot be made now."


class CallbackImpossible(DomainError):
    "This number cannot be called back: it cannot be dialled from here, or the queue is closed."


class CallbackNotPermitted(CallbackImpossible):
    "The terms of the number that would be shown do not permit this call."


class CallbackBarred(CallbackImpossible):
    "This number is on the do-not-call list, so no callback is promised. A supervisor may take it off the list."


class CallbackGone(NotFound):
    "There is no such callback."


class CallbackRings(DomainError):
    "This callback is being made at this moment."


class EpochIsOver(DomainError):
    "Another worker acts for this cell now."


class CallNotFound(NotFound):
    "There is no such call."


class OrderNotUnderstood(BadInput):
    "This order was not understood."


class OrderTooLate(DomainError):
    "This order came too late and was not carried out."


class NoEmergencyPlan(NotFound):
    "There is no such emergency plan."


class EmergencyPlanExists(DomainError):
    "There is an emergency plan for this already. Change that one."


class PlanIsOn(DomainError):
    "This plan is switched on. Switch it off before you change it."


class AlreadySwitchedOn(DomainError):
    "This plan is switched on: there is nothing to rehearse."


class DrillGoesOn(DomainError):
    "A drill of this plan goes on at the moment. It ends by itself within 30 seconds."


class NoOutsideLine(BadInput):
    "There is no line to the outside, so calls cannot go to a backup number. Ask your operator for one."


class BackupNumberImpossible(BadInput):
    "This is not a telephone number that can be dialled. Write it with its country code, such as +86 139 0000 1111."


class BackupLeadsBack(BadInput):
    "This number is answered by this system, so callers would go in a circle. Choose a line of another carrier."


class EmergencyQueueMissing(BadInput):
    "Choose a queue that is open."


class FollowUpGone(NotFound):
    "There is no such follow-up."


class FollowUpDone(DomainError):
    "This follow-up is done. Open it again to change it."


# Docstrings are the messages; naming them here puts them before the translators.
MESSAGES = (
    _("Your phone is not registered, so nobody could reach you. Check the phone, then try again."),
    _("This agent may not take calls at present."),
    _("That colleague is not free at the moment."),
    _("There is no such agent."),
    _("There is no such queue."),
    _("There is no such group of agents."),
    _("The call no longer waits: it was answered, or the caller has left. Nothing was changed."),
    _(
        "The call is ringing at %(agent)s at this moment. "
        "Nothing was changed; try again if it is not answered."
    ),
    _("The call waits in this queue already."),
    _("The time given for free must lie between -3600 and 3600 seconds."),
    _("Say what triggered this, in at most 80 characters."),
    _("This queue is closed."),
    _("There is no such call of yours at the moment."),
    _("The call has already ended."),
    _("There is no wrap-up to change."),
    _("The wrap-up cannot be extended any further."),
    _("This disposition does not belong to the queue of the call."),
    _("This reason does not exist."),
    _("Telephony does not answer at the moment. Calls go on; please try again in a few seconds."),
    _("The telephone system did not carry this out. Please try again."),
    _(
        "The contract has %(seats)s seats and all of them are taken. "
        "Switch an agent off, or ask for more seats."
    ),
    _("%(name)s has a seat for other queues. %(queue)s is not among them."),
    _("This offer cannot be made now."),
    _("Another worker acts for this cell now."),
    _("This call is not yours to see."),
    _("There is no such call."),
    _("This order was not understood."),
    _("This order came too late and was not carried out."),
    _("There is no such emergency plan."),
    _("There is an emergency plan for this already. Change that one."),
    _("This plan is switched on. Switch it off before you change it."),
    _("This plan is switched on: there is nothing to rehearse."),
    _("A drill of this plan goes on at the moment. It ends by itself within 30 seconds."),
    _("There is no line to the outside, so calls cannot go to a backup number. Ask your operator for one."),
    _(
        "This is not a telephone number that can be dialled. Write it with its country code, such as +86 139 0000 1111."
    ),
    _(
        "This number is answered by this system, so callers would go in a circle. Choose a line of another carrier."
    ),
    _("Choose a queue that is open."),
    _("There is no such follow-up."),
    _("This follow-up is done. Open it again to change it."),
    _("This number cannot be called back: it cannot be dialled from here, or the queue is closed."),
    _("There is no such callback."),
    _("This callback is being made at this moment."),
    _("This customer cannot be called back at this moment."),
)


class AlreadyAsking(DomainError):
    "Somebody is asked in this call already. Go back to the caller first."


class NobodyAsked(DomainError):
    "Nobody is asked in this call at the moment."


class NoSuchErrand(BadInput):
    "There is no such flow to send a caller through: it must be published and lead back to the agent."


class NotAnsweredYet(DomainError):
    "The one you are asking has not answered yet."


class NotParked(DomainError):
    "This call is no longer parked: somebody picked it up, or the caller has left."


class YouAreBusy(DomainError):
    "You are on a call. Finish it first."


class NumberNotDiallable(BadInput):
    "This is not a number that can be dialled. Give it with its area code."


class NotKeys(BadInput):
    "Keys are the digits, * and #, at most 32 at once."

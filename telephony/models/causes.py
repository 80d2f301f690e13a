"""Why a leg ended, in words: the switch's own causes (Q.850 and its extensions), those a person may meet on a page."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

CAUSES = {
    "NORMAL_CLEARING": gettext_noop("hung up normally"),
    "NORMAL_UNSPECIFIED": gettext_noop("hung up normally"),
    "NONE": gettext_noop("hung up normally"),
    "ORIGINATOR_CANCEL": gettext_noop("the caller gave up before the answer"),
    "NO_ANSWER": gettext_noop("nobody answered"),
    "NO_USER_RESPONSE": gettext_noop("the phone did not respond"),
    "ALLOTTED_TIMEOUT": gettext_noop("rang for as long as it may"),
    "USER_BUSY": gettext_noop("busy"),
    "CALL_REJECTED": gettext_noop("rejected at the phone"),
    "LOSE_RACE": gettext_noop("another phone answered first"),
    "PICKED_OFF": gettext_noop("answered elsewhere"),
    "ATTENDED_TRANSFER": gettext_noop("transferred after a consultation"),
    "BLIND_TRANSFER": gettext_noop("transferred"),
    "USER_NOT_REGISTERED": gettext_noop("the phone is not registered"),
    "SUBSCRIBER_ABSENT": gettext_noop("the phone is not reachable"),
    "UNALLOCATED_NUMBER": gettext_noop("no such number"),
    "INVALID_NUMBER_FORMAT": gettext_noop("not a number that can be dialled"),
    "NUMBER_CHANGED": gettext_noop("the number has changed"),
    "NO_ROUTE_DESTINATION": gettext_noop("no way leads there"),
    "NO_ROUTE_TRANSIT_NET": gettext_noop("no way leads there"),
    "OUTGOING_CALL_BARRED": gettext_noop("such calls are not allowed"),
    "INCOMING_CALL_BARRED": gettext_noop("takes no calls"),
    "BEARERCAPABILITY_NOTAUTH": gettext_noop("such calls are not allowed"),
    "CALL_REFUSED": gettext_noop("refused"),
    "DESTINATION_OUT_OF_ORDER": gettext_noop("the other side does not answer the switch"),
    "NETWORK_OUT_OF_ORDER": gettext_noop("the carrier's network is out of order"),
    "NORMAL_TEMPORARY_FAILURE": gettext_noop("a passing fault of the network"),
    "NORMAL_CIRCUIT_CONGESTION": gettext_noop("all lines of the carrier are taken"),
    "SWITCH_CONGESTION": gettext_noop("the switch is full"),
    "RECOVERY_ON_TIMER_EXPIRE": gettext_noop("the other side fell silent"),
    "MEDIA_TIMEOUT": gettext_noop("no speech arrived any more"),
    "INCOMPATIBLE_DESTINATION": gettext_noop("the two sides share no codec"),
    "MANDATORY_IE_MISSING": gettext_noop("the other side's signalling was faulty"),
    "PROTOCOL_ERROR": gettext_noop("the other side's signalling was faulty"),
    "INTERWORKING": gettext_noop("a network on the way gave no reason"),
    "EXCHANGE_ROUTING_ERROR": gettext_noop("the carrier sent the call in a circle"),
    "GATEWAY_DOWN": gettext_noop("the carrier's gateway is down"),
    "SYSTEM_SHUTDOWN": gettext_noop("the switch was stopped"),
    "MANAGER_REQUEST": gettext_noop("ended by an operator"),
    "CRASH": gettext_noop("the switch failed"),
    "NOT_DIALLED": gettext_noop("was never dialled"),
    "LOST": gettext_noop("lost by the switch"),
}


def cause_words(cause: str) -> str:
    """`NO_ANSWER` → nobody answered. One we have no words for stays as the switch says it; "" for none."""
    return _(CAUSES[cause]) if cause in CAUSES else cause

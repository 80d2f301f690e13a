"""Why a call cannot go out now, and what cannot be done with a trunk."""

from tenants.errors import BadInput, DomainError


class NoTrunkThere(DomainError):
    """No line to the outside leads to this number. Your operator sets which trunk takes it."""


class TrunksDown(DomainError):
    """The lines to the outside do not answer at this moment. Nobody was called; try again soon."""


class TrunksFull(DomainError):
    """All lines to the outside are in use. Nobody was called; try again in a moment."""


class BadHost(BadInput):
    """A host is a name such as sip.carrier.example, or an address such as 203.0.113.5."""


class BadSecret(BadInput):
    """A password of a trunk has 4 to 64 letters, digits or signs of ! # % * + , . / : = ? @ ^ _ ~ -."""


class BadUsername(BadInput):
    """A user name of a trunk has letters, digits and signs of + . _ -, 64 at most."""


class BadNetwork(BadInput):
    """%(value)s is no address and no network. Write 203.0.113.5 or 203.0.113.0/28, one a line."""


class BadRoute(BadInput):
    """A route is the digits numbers begin with, with the country and without a plus: 86, 8610, or * for all."""


class NotDigits(BadInput):
    """Digits alone can be dialled, with the country: 8613800138000."""


class BadAuthority(BadInput):
    """%(value)s. Paste the certificate of the authority that signed the carrier's, from BEGIN to END CERTIFICATE."""


class KeyPasted(BadInput):
    """A private key is among what was pasted. It is not kept; whoever has it is to replace it, and the certificate."""


class AuthorityWithoutTls(BadInput):
    """A certificate authority is for the transport TLS alone. Choose it, or empty this field."""


class TlsSwitchedOff(BadInput):
    """No trunk has TLS here: FREESWITCH_TRUNK_TLS_PORT is 0. Set a port and start the switch again."""


class SrtpWithoutTls(BadInput):
    """The keys of encrypted speech go with the signalling: choose the transport TLS, or leave speech unencrypted."""


class SecretMissing(BadInput):
    """To register the carrier wants a user name and a password."""


class AddressesMissing(BadInput):
    """Without registration the carrier's calls are known by where they come from: name its addresses."""


class NotCheckedYet(DomainError):
    """This trunk has not reached its carrier yet. Look at the check: it says what is missing."""


class TrialRuns(DomainError):
    """A test call by this trunk is under way. Wait for its result."""

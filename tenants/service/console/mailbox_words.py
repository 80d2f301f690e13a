"""Why the mailbox cannot be read, in words one can act on; a code nobody foresaw stays a code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.service.imap import CODES, UNTRUSTED

_WORDS: dict[str, str | Promise] = {
    CODES[10]: _("The certificate of the mail server has ended. Whoever runs the server has to renew it."),
    CODES[9]: _("The certificate of the mail server does not hold yet. Is the clock of this machine right?"),
    CODES[62]: _(
        "The certificate of the mail server is for another name. Write the name that stands in it into MAILBOX_URL."
    ),
    UNTRUSTED: _(
        "No authority that this machine trusts vouches for the certificate of the mail server. Add the authority to "
        "those of the machine, or name a file with all of them in SSL_CERT_FILE."
    ),
    "SSLError": _(
        "No TLS is spoken at this port. imaps:// mostly goes to 993, imap:// with STARTTLS to 143."
    ),
    "ConnectionRefusedError": _("Nobody listens at this port. Is the server running, and the port right?"),
    "TimeoutError": _(
        "The server does not answer in time. Is it running, and does a firewall let us through?"
    ),
    "gaierror": _("There is no server of this name. Is the host in MAILBOX_URL spelled right?"),
    "error": _("The server refuses user or password."),
    "no such folder": _("The account has no such folder."),
}


def problem_words(code: str) -> str | Promise:
    return _WORDS.get(code, "")

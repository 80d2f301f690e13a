"""Mails the product writes: rows of an outbox, sent by the operator's mail server."""

"""Wires every app together and owns no business of its own."""

from contactcenter.celery import app as celery_app

__all__ = ["celery_app"]

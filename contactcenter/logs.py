"""Structured logs on stderr, in which nothing about a person survives.

A field whose name starts with `pii_` is dropped whatever happens; a fixed sentence and ids are what remain.
"""

from typing import Any

import structlog


def drop_personal_fields(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if not name.startswith("pii_")}


_SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def structlog_options() -> dict[str, Any]:
    """Keyword arguments of structlog.configure()."""
    return {
        "processors": [*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        "logger_factory": structlog.stdlib.LoggerFactory(),
        "wrapper_class": structlog.stdlib.BoundLogger,
        "cache_logger_on_first_use": True,
    }


def as_dict(*, form: str) -> dict[str, Any]:
    """The LOGGING setting; form is "json" (one object a line) or "console"."""
    renderer: Any = structlog.processors.JSONRenderer()
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED[1:],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            drop_personal_fields,
            renderer,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # Every request line would tell who looked at whom.
            "uvicorn": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }

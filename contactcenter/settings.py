"""Django's settings: what the environment decides comes through environment.py, the rest is said here."""

from typing import Any

import structlog

from contactcenter import environment, logs
from tenants.people.theme import UNFOLD  # noqa: F401  (how both admin sites look)

BASE_DIR = environment.PROJECT
RUN_DIR = environment.run_directory()

# --- who we are -------------------------------------------------------------------------------------------------
SECRET_KEY = environment.secret("SECRET_KEY")
DEBUG = False
PORT = environment.port("PORT", 8000)
PUBLIC_HOSTS = environment.words("PUBLIC_HOSTS", "localhost,127.0.0.1")
# The tenant middleware answers 404 to a host that is no tenant's, so every spelling may come this far.
ALLOWED_HOSTS = ["*"]
# With a token, /metrics wants `Authorization: Bearer <token>`; without one it is for a private network.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
# How many proxies of ours stand in front and write X-Forwarded-For.
PROXIES = environment.integer("PROXIES", 0, highest=5)
HTTPS = environment.choice("HTTPS", "off", of=("on", "off")) == "on"
ROOT_URLCONF = "contactcenter.urls"
PUBLIC_SCHEMA_URLCONF = "contactcenter.public_urls"
ASGI_APPLICATION = "contactcenter.asgi.application"
WSGI_APPLICATION = "contactcenter.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- apps and tenancy -------------------------------------------------------------------------------------------
# What has a table or a signal in both kinds of schema stands in both lists.
_EVERYWHERE = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.admin",
    "tenants.people",
    "tenants.trust",
    "tenants.lists",
]
SHARED_APPS = [
    # Before django_tenants, which brings admin templates of its own.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django_tenants",
    *_EVERYWHERE,
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "import_export",
    "contactcenter",
    "tenants",
    "tenants.plans",
    "tenants.billing",
    "tenants.closing",
    "tenants.support",
    "tenants.desk",
    "tenants.contracts",
    "tenants.service",
    "tenants.leaving",
    "tenants.mails",
    "tenants.overview",
    "telephony.cells",
    "telephony.trunks",
]
TENANT_APPS = [*_EVERYWHERE, "tenants.hooks", "telephony", "ticketing", "quality", "reporting"]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
# The search path is set when a schema is entered and after every rollback, not before each query: half of all round
# trips were nothing else. tests/tenants/test_search_path.py holds what this stands on.
TENANT_LIMIT_SET_CALLS = True
PUBLIC_SCHEMA_NAME = "public"
AUTH_USER_MODEL = "people.Member"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

MIDDLEWARE = [
    "contactcenter.middleware.security.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "contactcenter.middleware.static_files.StaticFiles",
    "contactcenter.middleware.shares.ShareOfTenant",
    "contactcenter.middleware.tenancy.TenantOfHost",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "contactcenter.middleware.actor.Actor",
    "contactcenter.middleware.reader.LanguageAndTimeZone",
    "contactcenter.middleware.modules.ModulesOfPlan",
    "django.contrib.messages.middleware.MessageMiddleware",
    "contactcenter.middleware.support.Support",
    "contactcenter.middleware.panels.FramesOfPanels",
    "contactcenter.middleware.refusals.RefusalsAsAnswers",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- where state lives ------------------------------------------------------------------------------------------
# A pool, because a connection kept per thread (CONN_MAX_AGE) fills the server under ASGI within seconds.
_POOL = environment.integer("DATABASE_POOL", 16, highest=200)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "tenants.postgresql",
        **environment.database(),
        # After a restart of the server the pool holds dead connections: each is tried before it is given out.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": _POOL, "timeout": 5}} if _POOL else {},
    }
}
# Shares of a web process (contactcenter/middleware/shares.py): requests of tenants answered at once, of these one
# tenant's, how many more of it wait, and for how many seconds. Some connections are left to sockets.
WEB_PLACES = environment.integer("WEB_PLACES", max(2, (_POOL or 16) - 4), lowest=1, highest=1000)
WEB_SHARE = environment.integer("WEB_SHARE", max(1, WEB_PLACES // 2), lowest=1, highest=1000)
WEB_LINE = environment.integer("WEB_LINE", 200, lowest=1, highest=10_000)
WEB_PATIENCE = environment.integer("WEB_PATIENCE", 10, lowest=1, highest=60)
# Sockets one tenant may have open in a web process: a thousand agents have three each.
SOCKETS_SHARE = environment.integer("SOCKETS_SHARE", 4000, lowest=10, highest=10**6)
# Long sheets of all tenants worked on side by side: fewer than the task workers there are (tenants/lists/tasks.py).
SHEETS_AT_ONCE = environment.integer("SHEETS_AT_ONCE", 1, lowest=1, highest=100)
# Tenants' schemas made ahead, so that an opening only gives one its name; 0: none (docs/decisions/0073).
READY_HOUSES = environment.integer("READY_HOUSES", 2, highest=100)
# A role for each tenant, so that the database itself refuses SQL that names another tenant's schema; "auto": where
# the login role may make roles. Off until the whole suite has run with it (docs/decisions/0054).
DATABASE_FENCE = environment.choice("DATABASE_FENCE", "off", of=("auto", "off"))
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
REDIS_URL = environment.redis()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(RUN_DIR / "beat-schedule")

# --- the switch -------------------------------------------------------------------------------------------------
_SWITCH_DIR = RUN_DIR / "switch"
SWITCH: dict[str, Any] = {
    "kind": environment.choice("FREESWITCH_KIND", "rehearsal", of=("freeswitch", "rehearsal")),
    "host": environment.text("FREESWITCH_HOST", "127.0.0.1"),
    "event_port": environment.port("FREESWITCH_EVENT_PORT", 8021),
    "password": environment.text("FREESWITCH_PASSWORD"),
    "sip_port": environment.port("FREESWITCH_SIP_PORT", 5060),
    "trunk_port": environment.port("FREESWITCH_TRUNK_PORT", 5080),
    # Carriers by TLS; 0: none.
    "trunk_tls_port": environment.integer("FREESWITCH_TRUNK_TLS_PORT", 5081, highest=65535),
    "event_address": environment.text("FREESWITCH_EVENT_ADDRESS", "127.0.0.1"),
    "sip_address": environment.text("FREESWITCH_SIP_ADDRESS", "127.0.0.1"),
    "trunks": tuple(environment.words("FREESWITCH_TRUNKS", "127.0.0.0/8")),
    # Phones in pages: our web carries them to this port; with wss_port and PHONE_SOCKET_URL they go there themselves.
    "ws_port": environment.integer("FREESWITCH_WS_PORT", 0, highest=65535),
    "ws_address": environment.text("FREESWITCH_WS_ADDRESS", "127.0.0.1"),
    "wss_port": environment.integer("FREESWITCH_WSS_PORT", 0, highest=65535),
    "wss_certificate": environment.text("FREESWITCH_WSS_CERTIFICATE") or None,
    "page_networks": tuple(
        environment.words("FREESWITCH_PAGE_NETWORKS", "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16")
    ),
    # host:port of the carrier for calls to the outside (backup lines of emergency plans); none when empty.
    "gateway": environment.text("FREESWITCH_GATEWAY"),
    # What operators on call see when the product rings them; empty: the account of the trunk.
    "pager_number": environment.text("PAGING_NUMBER"),
    "rtp_start": environment.port("FREESWITCH_RTP_START", 16384),
    "rtp_end": environment.port("FREESWITCH_RTP_END", 17383),
    "directory": environment.text("FREESWITCH_DIRECTORY", str(_SWITCH_DIR)),
    "spool_dir": environment.text("FREESWITCH_SPOOL", str(_SWITCH_DIR / "spool" / "cdr")),
    "recordings_dir": environment.text("FREESWITCH_RECORDINGS", str(_SWITCH_DIR / "recordings")),
    # What callers hear, `<schema>/<sha256>.wav`: our web and workers write it, every switch reads it.
    "prompts_dir": environment.text(
        "FREESWITCH_PROMPTS", environment.text("FREESWITCH_DIRECTORY", str(_SWITCH_DIR)) + "/prompts"
    ),
    "web_url": environment.text("SWITCH_WEB_URL", f"http://127.0.0.1:{PORT}"),
    "secret": environment.text("SWITCH_SECRET"),
    "node": environment.text("SWITCH_NODE", "main-1"),
    "cell": environment.text("SWITCH_CELL", "main"),
    # Several switches in one cell: what each has of its own; everything else is as above. None: the one above.
    "nodes": environment.objects(
        "FREESWITCH_NODES",
        keys=("node", "host", "event_port", "password", "directory", "spool_dir", "recordings_dir"),
    ),
}

# wss://host:port where browsers reach the switch themselves; empty: by way of our web, at this site's own address.
PHONE_SOCKET_URL = environment.socket_url("PHONE_SOCKET_URL")

# Where the watch asks for pages and sockets; where the switch asks, unless said otherwise.
WATCH_URL = environment.text("WATCH_URL") or SWITCH["web_url"]

# Relays for phones in pages (telephony/relay.py): turn:host:3478,turns:host:5349 and the secret they share with us.
TURN_URLS, TURN_SECRET = environment.relays("TURN_URLS", "TURN_SECRET")

# --- services tenants name by their address: speech, look-ups ---------------------------------------------------
# host:port of services inside private networks that tenants may name all the same; everything private else is refused.
PRIVATE_SERVICES = frozenset(environment.words("PRIVATE_SERVICES", ""))
# What tenants' keys are encrypted with: several, separated by commas, while one replaces another (the first is new).
DATA_KEYS = tuple(environment.words("DATA_KEY", "")) or (SECRET_KEY,)

# --- recordings: sealed with a key per tenant, which these wrap; several while one replaces another (the first is new)
RECORDING_KEYS = tuple(environment.words("RECORDING_KEY", "")) or DATA_KEYS
# Where `take_backup` copies to: another disk (docs/backup.md).
BACKUP_DIR = environment.text("BACKUP_DIR")
# Where sealed sounds lie while no other storage is chosen; every process of ours must see it, the switch need not.
RECORDING_VAULT = environment.text(
    "RECORDING_VAULT", environment.text("FREESWITCH_DIRECTORY", str(_SWITCH_DIR)) + "/vault"
)
# With less room than this on a disk that recordings are written to, nobody is recorded until there is room again.
RECORDING_MIN_FREE_MB = environment.integer("RECORDING_MIN_FREE_MB", 1024, highest=10**7)

# --- mails: smtp://user:password@host:587 (STARTTLS), smtps://…:465, smtp://127.0.0.1:25?tls=off; without one they wait
MAIL_SERVER, MAIL_FROM = environment.mail_server("EMAIL_URL", "EMAIL_FROM")
# Where mails to support are fetched: imaps://user:password@host:993/INBOX; without it they come by a pipe alone.
MAILBOX, MAILBOX_ADDRESS = environment.mailbox("MAILBOX_URL", "MAILBOX_ADDRESS")

# --- languages, times, files ------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
USE_I18N = True
FORMAT_MODULE_PATH = "contactcenter.formats"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
# Where `collectstatic` puts a copy for a web server in front; without it the files are served from where they are.
STATIC_ROOT = environment.text("STATIC_ROOT") or None
# A TrueType font with Chinese to carry inside printed bills; without it they name one that the reader has.
BILL_FONT = environment.text("BILL_FONT")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
# File names carry no hash: after an update nobody may run the scripts of the hour before.
WHITENOISE_MAX_AGE = 60

# --- cookies stay with the host that set them -------------------------------------------------------------------
SESSION_COOKIE_DOMAIN = None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.people.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": environment.text("API_RATE_ANONYMOUS", "30/min"),
        "user": environment.text("API_RATE_MEMBER", "600/min"),
    },
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "contactcenter.errors.api_answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Contact centre API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "EndpointStateEnum": "tenants.hooks.models.Endpoint.State",
        "TicketStateEnum": "ticketing.models.Ticket.State",
        "MemberLanguageEnum": "tenants.people.roles.Language",
        "SpokenLanguageEnum": ["zh", "en"],
    },
}
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
# Between dry run and confirmation the file waits in the cache, whose keys carry the tenant.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"

# --- logs -------------------------------------------------------------------------------------------------------
LOGGING = logs.as_dict(form=environment.choice("LOG_FORM", "console", of=("console", "json")))
structlog.configure(**logs.structlog_options())

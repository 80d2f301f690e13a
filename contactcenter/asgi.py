"""HTTP and sockets in one process, and before Django the door of the switch's questions."""

import os
from importlib import import_module

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
http = get_asgi_application()

# What reads models is imported when the apps are loaded; the pages now rather than within the first request.
from contactcenter import doors  # noqa: E402
from contactcenter.middleware.body_limit import BodyLimit  # noqa: E402
from contactcenter.middleware.socket_door import SocketDoor  # noqa: E402
from telephony.freeswitch import keeper  # noqa: E402
from telephony.freeswitch.door import SwitchDoor  # noqa: E402

for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
    import_module(urlconf)

switch_door = SwitchDoor(
    BodyLimit(http), keeper.of_settings, secret=str(settings.SWITCH["secret"]), hosts=settings.PUBLIC_HOSTS
)
application = ProtocolTypeRouter(
    {"http": switch_door, "websocket": SocketDoor(URLRouter(doors.sockets()))},
)

"""HTTP and sockets in one process under daphne."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
http = get_asgi_application()

from importlib import import_module  # noqa: E402

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (needs the apps to be loaded)

from django.conf import settings  # noqa: E402

from contactcenter import doors  # noqa: E402
from contactcenter.middleware.socket_door import SocketDoor  # noqa: E402

# Now, not within the first request, which would wait for hundreds of modules.
for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
    import_module(urlconf)

application = ProtocolTypeRouter(
    {"http": http, "websocket": SocketDoor(URLRouter(doors.sockets(doors.TENANT_APPS)))},
)

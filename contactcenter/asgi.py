"""HTTP and sockets in one process under daphne."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (needs the apps to be loaded)

from contactcenter import doors  # noqa: E402
from contactcenter.middleware.socket_door import SocketDoor  # noqa: E402

application = ProtocolTypeRouter(
    {"http": http, "websocket": SocketDoor(URLRouter(doors.sockets(doors.TENANT_APPS)))},
)

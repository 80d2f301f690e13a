"""An application that does not end when it is asked to: in its coroutine and a thread, at /still in the loop itself."""

import asyncio
import time
from contextlib import suppress


async def application(scope, receive, send):
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 300)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"there", "more_body": True})
    if scope["path"] == "/still":
        await asyncio.sleep(0.2)
        time.sleep(300)  # noqa: ASYNC251  (as a library may that knows nothing of loops)
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(300)

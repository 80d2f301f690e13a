"""An application that says much at once to whoever opens a socket; for test_eager."""

MESSAGES, SIZE = 3_000, 4_000


async def application(scope, receive, send):  # noqa: ANN001, ANN201
    if scope["type"] == "http":
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"there"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    for number in range(MESSAGES):
        await send({"type": "websocket.send", "text": f"{number}:".ljust(SIZE, "x")})
    while (said := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": said["text"]})
        if said["text"] == "go":
            await send({"type": "websocket.close", "code": 4408})

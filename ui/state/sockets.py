"""What the app's WebSockets share: who may connect, how large a message is, how one ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from ui.state.origins import speaks_for_us

TOO_LARGE, MALFORMED, UNKNOWN = 1009, 4400, 4401
"""Codes with which a connection is closed."""


class TooLargeError(ValueError):
    """A message of more bytes than anybody opens."""


async def serve(socket: WebSocket, talk: Callable[[WebSocket], Awaitable[int]]) -> None:
    """Serve one connection until it ends.

    Args:
        socket: that asks to be accepted. No browser leaves its origin out.
        talk: returns the code to close the connection with.
    """
    origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
    if not (is_host_allowed(host) and (origin is None or speaks_for_us(origin))):
        await socket.close()  # before it was accepted: the browser gets a 403
        return
    await socket.accept()
    with suppress(WebSocketDisconnect):
        await socket.close(await talk(socket))


async def received(socket: WebSocket, largest: int) -> bytes | str:
    """The next message.

    Args:
        socket: that is open.
        largest: bytes; nobody opens a message of more.

    Raises:
        WebSocketDisconnect: the browser has gone.
        TooLargeError: it has more bytes.
    """
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    raw: bytes | str = text if text is not None else message["bytes"]
    if len(raw if isinstance(raw, bytes) else raw.encode()) > largest:
        raise TooLargeError
    return raw


async def end_all(works: list[asyncio.Task[int]]) -> None:
    """Cancel the works of a connection, and wait until they have ended."""
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)

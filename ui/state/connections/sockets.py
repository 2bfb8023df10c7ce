"""What the app's WebSockets share: who may connect, what and how much they may send, how one ends.

Whoever has an address can send anything: all is checked before it is used.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from ui.state.connections.origins import speaks_for_us

TOO_LARGE, MALFORMED, UNKNOWN, TOO_MANY = 1009, 4400, 4401, 4429
"""Codes with which a connection is closed."""
CONNECTIONS = 3
"""Of one seat: its page has one, and others that it lost may not have been missed yet."""
TOKEN_SECONDS = 10.0
"""A connection has so long to say whose it is."""
PENALTY_SECONDS = 1.0
"""Who sends what no page sends is let go so much later: closed at once they would be back at once,
and the server would do little else than open connections."""

Seat = TypeVar("Seat")


class TooLargeError(ValueError):
    """A message of more bytes than anybody opens."""


class MalformedError(ValueError):
    """A message that no page of this app sends."""


class Traffic:
    """What comes over the connections of one seat, so that nobody slows the others.

    The workers and the database are shared by all: with a hundred connections one person would have
    a hundred places in each queue.

    Args:
        most: messages in so many seconds: more are no person's.
        seconds: see there.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._arrivals: deque[float] = deque(maxlen=most)
        self._open: deque[asyncio.Event] = deque()

    def too_fast(self) -> bool:
        """Note that a message came; say whether it is one too many."""
        now = time.monotonic()
        full = len(self._arrivals) == self._arrivals.maxlen
        too_fast = full and now - self._arrivals[0] < self._seconds
        self._arrivals.append(now)
        return too_fast

    async def until_pushed_out(self) -> int:
        """Wait, with one connection, until too many newer ones are open; return the code for it."""
        mine = asyncio.Event()
        self._open.append(mine)
        if len(self._open) > CONNECTIONS:
            self._open.popleft().set()
        try:
            await mine.wait()
        finally:
            with suppress(ValueError):  # pushed out
                self._open.remove(mine)
        return TOO_MANY


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
    with suppress(WebSocketDisconnect):  # the browser has gone: so a connection mostly ends
        code = await talk(socket)
        if code in (TOO_LARGE, MALFORMED):
            await asyncio.sleep(PENALTY_SECONDS)
        await socket.close(code)


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


async def seat_of_first(
    socket: WebSocket, largest: int, find: Callable[[str], Seat | None]
) -> Seat | int:
    """The seat whose token the first message brings, or the code to close the connection with.

    Args:
        socket: that has just been accepted.
        largest: bytes of a message.
        find: returns a token's seat; None where there is none.

    Raises:
        WebSocketDisconnect: the browser has gone.
    """
    try:
        first = await asyncio.wait_for(received(socket, largest), TOKEN_SECONDS)
        token = fields_of(first).get("token")
    except TooLargeError:
        return TOO_LARGE
    except (TimeoutError, MalformedError):
        return UNKNOWN
    seat = find(token) if isinstance(token, str) else None
    return UNKNOWN if seat is None else seat


def fields_of(raw: bytes | str) -> Mapping[str, Any]:
    """The fields of a message that is a JSON object.

    Raises:
        MalformedError: it is none.
    """
    if isinstance(raw, bytes):
        raise MalformedError
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedError from None
    if not isinstance(said, dict):
        raise MalformedError
    return said


def number_in(fields: Mapping[str, Any], name: str, below: int) -> int:
    """A whole number from 0 on.

    Raises:
        MalformedError: there is none of this name, or it is not below that.
    """
    value = fields.get(name)
    # type() rather than isinstance: True is an int to Python, and no number to us
    if type(value) is not int or not 0 <= value < below:
        raise MalformedError
    return value


async def end_all(works: list[asyncio.Task[int]]) -> None:
    """Cancel the works of a connection, and wait until they have ended."""
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)

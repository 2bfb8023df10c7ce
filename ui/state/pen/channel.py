"""The pen's channel: a WebSocket on which ink goes to a worker and readings come back.

No rerun of a page is fast enough for a moving pen. So the browser sends the ink here, as bytes; the
page's process hands it to a worker, and hands on the bytes that the worker answers with. It opens
neither.

A connection proves with the token of a seat whose it is: see `ui.state.pen.seat`.
"""

import asyncio
from contextlib import suppress

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from ui.state.origins import speaks_for_us
from ui.state.pages import below_base
from ui.state.pen.connection import TOO_LARGE, UNKNOWN, Connection, TooLargeError, received
from ui.state.pen.dispatcher import Dispatcher
from ui.state.pen.frames import MalformedFrameError, token_of
from ui.state.pen.seat import seat_of

TOKEN_SECONDS = 10.0


def pen_routes() -> list[WebSocketRoute]:
    """Return the channel's route."""
    dispatcher = Dispatcher()

    async def serve(socket: WebSocket) -> None:
        await _serve(socket, dispatcher)

    return [WebSocketRoute(below_base("pen"), serve)]


async def _serve(socket: WebSocket, dispatcher: Dispatcher) -> None:
    """Serve one connection until it ends."""
    origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
    if not welcome(origin, host):
        await socket.close()  # before it was accepted: the browser gets a 403
        return
    await socket.accept()
    with suppress(WebSocketDisconnect):
        await socket.close(await _talk(socket, dispatcher))


def welcome(origin: str | None, host: str) -> bool:
    """Whether a page of this origin may connect. No browser leaves its origin out."""
    return is_host_allowed(host) and (origin is None or speaks_for_us(origin))


async def _talk(socket: WebSocket, dispatcher: Dispatcher) -> int:
    """Take frames and answer them; return the code to close the connection with.

    Raises:
        WebSocketDisconnect: the browser has gone.
    """
    try:
        seat = seat_of(token_of(await asyncio.wait_for(received(socket), TOKEN_SECONDS)))
    except TooLargeError:
        return TOO_LARGE
    except (TimeoutError, MalformedFrameError):
        return UNKNOWN
    if seat is None:
        return UNKNOWN
    connection = Connection(socket, seat, dispatcher)
    del seat  # it ends with its session, whoever is connected
    works = [asyncio.create_task(work) for work in connection.works()]
    try:
        ended, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        connection.end()
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
    return next(work.result() for work in ended)

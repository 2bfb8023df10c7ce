"""The pen's channel: a WebSocket on which ink goes to a worker and readings come back.

No rerun of a page is fast enough for a moving pen. So the browser sends the ink here, as bytes; the
page's process hands it to a worker, and hands on the bytes that the worker answers with. It opens
neither.

A connection proves with the token of a seat whose it is: see `ui.state.pen.seat`.
"""

import asyncio
from functools import partial

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ui.state.connections.sockets import end_all, seat_of_first, serve
from ui.state.pages import below_base
from ui.state.pen.connection import Connection
from ui.state.pen.dispatcher import Dispatcher
from ui.state.pen.frames import LARGEST
from ui.state.pen.seat import seat_of


def pen_routes() -> list[WebSocketRoute]:
    """Return the channel's route."""
    dispatcher = Dispatcher()

    async def open_pen(socket: WebSocket) -> None:
        await serve(socket, partial(_talk, dispatcher=dispatcher))

    return [WebSocketRoute(below_base("pen"), open_pen)]


async def _talk(socket: WebSocket, dispatcher: Dispatcher) -> int:
    """Take frames and answer them; return the code to close the connection with.

    Raises:
        WebSocketDisconnect: the browser has gone.
    """
    seat = await seat_of_first(socket, LARGEST, seat_of)
    if isinstance(seat, int):
        return seat
    connection = Connection(socket, seat, dispatcher)
    del seat  # it ends with its session, whoever is connected
    works = [asyncio.create_task(work) for work in connection.works()]
    try:
        ended, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        connection.end()
        await end_all(works)
    return next(work.result() for work in ended)

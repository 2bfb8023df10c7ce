"""A server with a channel alone: routes of the app, without the app around them."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SECONDS = 60


@contextmanager
def served(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """The address of a server in a thread of its own, ws://127.0.0.1:PORT; it ends afterwards."""
    config = uvicorn.Config(Starlette(routes=list(routes)), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    ready = threading.Event()
    startup = server.startup

    async def startup_and_say(sockets: Any = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = startup_and_say  # type: ignore[method-assign]
    thread.start()
    assert ready.wait(SECONDS)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"ws://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(SECONDS)


@contextmanager
def sitting(url: str, token: str) -> Iterator[ClientConnection]:
    """A connection that has said whose it is."""
    with connect(url) as socket:
        socket.send(json.dumps({"token": token}))
        yield socket


def closed_with(socket: ClientConnection) -> int | None:
    """Wait for the end of the connection and return its code."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(SECONDS)
    return socket.close_code

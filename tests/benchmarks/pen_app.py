"""The app with some routes more, for benchmarks.

`GET /seat` makes a seat at the pen's channel without a page, and answers with its token.
`GET /sessions` answers with how many sessions are connected, `GET /connections` with how many
sockets the class's channel still knows, `GET /class_seats` with how many seats are left in classes.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.runtime import get_instance

import app as whole
from ui.classroom.channel.hub import Connection
from ui.classroom.channel.routes import class_routes
from ui.frame.doors.deep_links import deep_link_routes
from ui.frame.doors.doors import Doors
from ui.state.classroom import seat
from ui.state.pen.channel import pen_routes
from ui.state.pen.seat import Seat

seats: list[Seat] = []  # a page's seat lives as long as its session; these as long as the server


async def take_seat(_: Request) -> PlainTextResponse:
    seats.append(Seat())
    return PlainTextResponse(seats[-1].token)


async def count_sessions(_: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(get_instance()._session_mgr.list_active_sessions())))


async def count_connections(_: Request) -> PlainTextResponse:
    gc.collect()
    open_now = sum(isinstance(each, Connection) for each in gc.get_objects())
    return PlainTextResponse(str(open_now))


async def count_class_seats(_: Request) -> PlainTextResponse:
    gc.collect()
    return PlainTextResponse(str(len(seat._seats)))


app = st.App(
    whole.SCRIPT,
    lifespan=whole.lifespan,
    routes=[
        *deep_link_routes(),
        *pen_routes(),
        *class_routes(),
        Route("/seat", take_seat),
        Route("/sessions", count_sessions),
        Route("/connections", count_connections),
        Route("/class_seats", count_class_seats),
    ],
    middleware=[Middleware(Doors)],
)

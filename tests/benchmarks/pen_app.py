"""The app with two routes more, for benchmarks.

`GET /seat` makes a seat at the pen's channel without a page, and answers with its token.
`GET /sessions` answers with how many sessions are connected.
"""

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
from ui.frame.doors.deep_links import deep_link_routes
from ui.frame.doors.doors import Doors
from ui.state.pen.channel import pen_routes
from ui.state.pen.seat import Seat

seats: list[Seat] = []  # a page's seat lives as long as its session; these as long as the server


async def take_seat(_: Request) -> PlainTextResponse:
    seats.append(Seat())
    return PlainTextResponse(seats[-1].token)


async def count_sessions(_: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(get_instance()._session_mgr.list_active_sessions())))


app = st.App(
    whole.SCRIPT,
    lifespan=whole.lifespan,
    routes=[
        *deep_link_routes(),
        *pen_routes(),
        Route("/seat", take_seat),
        Route("/sessions", count_sessions),
    ],
    middleware=[Middleware(Doors)],
)

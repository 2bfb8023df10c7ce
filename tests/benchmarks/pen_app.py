"""The app with one route more, for benchmarks: a seat at the pen's channel without a page.

`GET /seat` makes a seat and answers with its token.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import app as whole
from ui.frame.deep_links import deep_link_routes
from ui.state.pen_channel import pen_routes
from ui.state.pen_seat import Seat

seats: list[Seat] = []  # a page's seat lives as long as its session; these as long as the server


async def take_seat(_: Request) -> PlainTextResponse:
    seats.append(Seat())
    return PlainTextResponse(seats[-1].token)


app = st.App(
    whole.SCRIPT,
    lifespan=whole.lifespan,
    routes=[*deep_link_routes(), *pen_routes(), Route("/seat", take_seat)],
)

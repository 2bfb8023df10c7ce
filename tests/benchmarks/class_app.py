"""The app with two routes more, for benchmarks: a class, and seats in it without pages.

`GET /class_seat` makes a student's seat, `GET /class_seat?board=1` the teacher's; both answer with
a token. `GET /class_step?do=ask` puts a question, `do=show` opens its answers.
"""

import sys
import weakref
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import app as whole
from model.classroom.lifecycle import Opened, join, open_class
from model.classroom.questions import ask_class, show_answers
from ui.classroom.channel.routes import class_routes
from ui.frame.doors.deep_links import deep_link_routes
from ui.state.classroom.seat import ClassSeat, Role
from ui.state.classroom.store import database
from ui.state.session import Session

seats: list[ClassSeat] = []  # a page's seat lives as long as its session; these as long as this
sessions: list[Session] = []
classes: list[Opened] = []
questions: list[str] = []


async def take_seat(request: Request) -> PlainTextResponse:
    if not classes:
        classes.append(open_class(database()))
    board = "board" in request.query_params
    one = None if board else join(database(), classes[0].code)
    sessions.append(Session())
    role = Role.TEACHER if board else Role.STUDENT
    here = weakref.ref(sessions[-1])
    seats.append(ClassSeat(role, classes[0].class_id, one, mark="", _session=here))
    return PlainTextResponse(seats[-1].token)


async def step(request: Request) -> PlainTextResponse:
    class_id = classes[0].class_id
    if request.query_params["do"] == "ask":
        asked = ask_class(database(), class_id, "Which?", ["a", "b", "c", "d"], 0)
        questions.append(asked)
    else:
        show_answers(database(), class_id, questions[-1])
    return PlainTextResponse(questions[-1])


app = st.App(
    whole.SCRIPT,
    lifespan=whole.lifespan,
    routes=[
        *deep_link_routes(),
        *class_routes(),
        Route("/class_seat", take_seat),
        Route("/class_step", step),
    ],
)

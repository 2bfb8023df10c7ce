"""The app with some routes more, for benchmarks: a class, and seats in it without pages.

GET /class_open                       opens one: {"teacher", "code"}
GET /class_seat?code=ABCDE            a new student's seat: {"token", "own", "pen"}; pen is the
                                      token of their seat at the pen's channel
GET /class_seat?own=ABCDEFGH          the same student again, also after a restart
GET /class_seat?teacher=KEY           the teacher's board
GET /class_step?teacher=KEY&do=ask    puts a question; show opens its answers, prompt asks all
                                      students for digits
GET /class_train?own=ABCDEFGH         begins a training of that student's: {"run"}
GET /class_run?id=RUN                 how it stands: {"phase", "epoch"}
GET /class_kept?teacher=KEY           what is in the database: {"answers", "digits"}; with
                                      &but=ABCDEFGH without what that student sent
"""

import sys
import weakref
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st
from sqlalchemy import func, select
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import app as whole
from model.classroom.digits.handwriting import ask_for_digits
from model.classroom.lifecycle import class_of_teacher, join, open_class
from model.classroom.questions import ask_class, show_answers
from model.classroom.tables import AnswerRow, DigitRow, QuestionRow
from model.classroom.view import view_class
from model.network import NetworkConfig
from model.training.config import TrainingConfig
from ui.classroom.channel.routes import class_routes
from ui.frame.doors.deep_links import deep_link_routes
from ui.frame.doors.doors import Doors
from ui.state.classroom.seat import ClassSeat, Role
from ui.state.classroom.store import database
from ui.state.pages import FRONT_PAGE
from ui.state.pen.channel import pen_routes
from ui.state.pen.seat import Seat
from ui.state.session import Session, runs

seats: list[ClassSeat] = []  # a page's seat lives as long as its session; these as long as this
sessions: list[Session] = []
by_own: dict[str, ClassSeat] = {}


def open_one(_: Request) -> JSONResponse:
    opened = open_class(database())
    return JSONResponse({"teacher": opened.teacher_key, "code": opened.code})


def take_seat(request: Request) -> JSONResponse:
    said = request.query_params
    one = None if "teacher" in said else join(database(), said.get("own") or said["code"])
    class_id = one.class_id if one is not None else class_of_teacher(database(), said["teacher"])
    assert class_id is not None
    pen = Seat()
    sessions.append(Session(page=FRONT_PAGE, pages={Seat: pen}))  # the board shows what is drawn
    role = Role.TEACHER if one is None else Role.STUDENT
    seat = ClassSeat(role, class_id, one, mark="", _session=weakref.ref(sessions[-1]))
    seats.append(seat)
    if one is None:
        return JSONResponse({"token": seat.token})
    if one.own_code in by_own:
        seat.runs = by_own[one.own_code].runs
    by_own[one.own_code] = seat
    return JSONResponse({"token": seat.token, "own": one.own_code, "pen": pen.token})


def step(request: Request) -> JSONResponse:
    class_id = class_of_teacher(database(), request.query_params["teacher"])
    assert class_id is not None
    match request.query_params["do"]:
        case "ask":
            asked = ask_class(database(), class_id, "Which?", ["a", "b", "c", "d"], 0)
            return JSONResponse({"question": asked})
        case "prompt":
            ask_for_digits(database(), class_id, True)
        case "show":
            view = view_class(database(), class_id)
            assert view is not None
            assert view.question is not None
            show_answers(database(), class_id, view.question.id)
    return JSONResponse({})


def train(request: Request) -> JSONResponse:
    own = request.query_params["own"]
    run = runs().start("Run", NetworkConfig(), TrainingConfig(epochs=1000), own.ljust(64, "0"))
    by_own[own].runs.append(run)
    return JSONResponse({"run": run.id})


def how_a_run_stands(request: Request) -> JSONResponse:
    run = runs().get(request.query_params["id"])
    if run is None:
        return JSONResponse({"phase": "lost", "epoch": 0})
    run.seen()
    state = run.state()
    return JSONResponse({"phase": state.phase, "epoch": state.epoch})


def what_is_kept(request: Request) -> JSONResponse:
    class_id = class_of_teacher(database(), request.query_params["teacher"])
    assert class_id is not None
    own = request.query_params.get("but")
    but = "" if own is None else join(database(), own).student_id
    with database().begin() as session:
        answers = session.scalar(
            select(func.count())
            .select_from(AnswerRow)
            .join(QuestionRow, QuestionRow.id == AnswerRow.question_id)
            .where(QuestionRow.class_id == class_id, AnswerRow.student_id != but)
        )
        digits = session.scalar(
            select(func.count())
            .select_from(DigitRow)
            .where(DigitRow.class_id == class_id, DigitRow.student_id != but)
        )
    return JSONResponse({"answers": answers, "digits": digits})


app = st.App(
    whole.SCRIPT,
    lifespan=whole.lifespan,
    routes=[
        *deep_link_routes(),
        *pen_routes(),
        *class_routes(),
        Route("/class_open", open_one),
        Route("/class_seat", take_seat),
        Route("/class_step", step),
        Route("/class_train", train),
        Route("/class_run", how_a_run_stands),
        Route("/class_kept", what_is_kept),
    ],
    middleware=[Middleware(Doors)],
)

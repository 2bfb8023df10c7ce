"""A file of classes that fails: pages open, the teacher hears of it, students that it is over."""

from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from model.classroom.lifecycle import Opened, end_class, open_class
from model.data.cache import KeepReason
from ui.state.classroom.store import database
from ui.state.reason_words import reason_words

ROOT = Path(__file__).resolve().parents[2]
OVER = "The class has ended."
WARNING = "The file with this server's classes was damaged"
pytestmark = pytest.mark.usefixtures("own_database")


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    assert not app.exception
    return app


def toasts(app: AppTest) -> list[str]:
    return [toast.value for toast in app.toast]


def student(class_opened: Opened) -> AppTest:
    app = opened("class/join", code=class_opened.code)
    app.button(key="join_class").click().run()
    assert app.button(key="leave_class")
    return app


def test_random_bytes_cost_no_page_and_are_said_once_to_the_teacher() -> None:
    file = Path(database().where)
    file.write_bytes(b"\1\2\3\4" * 2_000)
    assert toasts(opened("start/draw")) == []
    app = opened("class/class", teach="x" * 32)
    assert [WARNING in said for said in toasts(app)] == [True]
    assert "damaged" in toasts(app)[0]
    assert not app.info  # not all of that class is deleted
    app.button(key="open_class").click().run()
    assert not app.exception
    assert app.button(key="end_class")
    assert toasts(app) == []


def test_students_hear_that_their_class_has_ended() -> None:
    app = student(open_class(database()))
    damaged = Path(database().where).read_bytes()[:5_000]
    database().close()  # as a server that is started again
    Path(database().where).write_bytes(damaged)
    app.run()
    assert not app.exception
    assert toasts(app) == [OVER]
    assert app.button(key="join_class")
    app.run()
    assert toasts(app) == []


def test_they_hear_it_when_the_teacher_ends_it_too() -> None:
    lesson = open_class(database())
    app = student(lesson)
    end_class(database(), lesson.class_id)
    app.run()
    assert toasts(app) == [OVER]


def test_a_teacher_hears_that_the_disk_takes_no_more_and_goes_on() -> None:
    app = opened("class/class")
    app.button(key="open_class").click().run()
    assert not app.info
    with database().begin() as session:
        session.execute(text("PRAGMA query_only = ON"))  # as a disk that is closed in the lesson
    app.run()
    assert ["goes on in memory" in warning.value for warning in app.warning] == [True]
    app.run()
    assert not app.exception
    assert not app.warning
    assert [info.value.startswith(reason_words(KeepReason.CLOSED)) for info in app.info] == [True]
    app.button(key="end_class").click().run()
    assert app.button(key="open_class")

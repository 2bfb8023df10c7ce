"""The pages Class and Join: a teacher opens a class, students come, it ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.classroom.codes import screen_key_of
from model.classroom.lifecycle import class_of_teacher, end_class, join
from model.classroom.view import ClassView, view_class
from model.engine import InlineEngine, using_engine
from ui.state.classroom.store import database

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    with using_engine(InlineEngine("starting")):
        yield


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=60).run()
    app.switch_page(str(ROOT / "pages" / "class" / f"{page}.py"))
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def teacher() -> tuple[AppTest, str]:
    """A teacher's page with an open class, and its key."""
    app = opened("class")
    app.button(key="open_class").click().run()
    assert not app.exception
    return app, said(app, "teach")


def said(app: AppTest, name: str) -> str:
    """What the address says: a list where a script has written it."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def seen(key: str) -> ClassView:
    class_id = class_of_teacher(database(), key)
    assert class_id is not None
    view = view_class(database(), class_id)
    assert view is not None
    return view


def components(app: AppTest) -> list[str]:
    return [element.proto.component_name for element in app.get("bidi_component")]


def test_a_teacher_opens_a_class_and_finds_it_again_by_the_address() -> None:
    app, key = teacher()
    assert "digitscope_classroom" in components(app)
    again = opened("class", teach=key)
    assert "digitscope_classroom" in components(again)
    assert said(again, "teach") == key
    away = again.switch_page(str(ROOT / "pages" / "start" / "draw.py")).run()
    assert "teach" not in away.query_params  # a link from another page gives no power away


def test_a_student_joins_by_the_code_and_leaves() -> None:
    _, key = teacher()
    code = seen(key).code
    app = opened("join", code=code)
    assert app.text_input(key="class_code").value == code
    app.button(key="join_class").click().run()
    assert [button.key for button in app.button if button.key == "leave_class"]
    assert "code" not in app.query_params
    assert "digitscope_classroom" in components(app)  # the sign, on this page and on others
    app.switch_page(str(ROOT / "pages" / "judge" / "trust.py")).run()
    assert "digitscope_classroom" in components(app)
    app.switch_page(str(ROOT / "pages" / "class" / "join.py")).run()
    app.button(key="leave_class").click().run()
    assert app.text_input(key="class_code")
    assert "digitscope_classroom" not in components(app)
    assert len(seen(key).students) == 1


@pytest.mark.parametrize("typed", ["", "ABCDE", "12345", "<b>x</b>", "x" * 12])
def test_a_wrong_code_gets_one_sentence(typed: str) -> None:
    teacher()
    app = opened("join")
    app.text_input(key="class_code").set_value(typed)
    app.button(key="join_class").click().run()
    assert not app.exception
    assert len(app.warning) == 1
    assert "No class" in app.warning[0].value


def test_an_own_code_brings_a_student_back() -> None:
    _, key = teacher()
    fox = join(database(), seen(key).code)
    app = opened("join")
    app.text_input(key="class_code").set_value(f"{fox.own_code[:4]}-{fox.own_code[4:]}".lower())
    app.button(key="join_class").click().run()
    assert [button.key for button in app.button if button.key == "leave_class"]
    assert len(seen(key).students) == 1


def test_ended_by_its_teacher_a_class_is_gone_for_all() -> None:
    app, key = teacher()
    class_id, code = seen(key).id, seen(key).code
    student = opened("join", code=code)
    student.button(key="join_class").click().run()
    app.button(key="end_class").click().run()
    assert view_class(database(), class_id) is None
    assert "teach" not in app.query_params
    student.run()
    assert student.text_input(key="class_code")
    late = opened("class", teach=key)
    assert "has ended" in late.info[0].value
    assert late.button(key="open_class")


def test_a_projectors_address_steers_nothing() -> None:
    _, key = teacher()
    app = opened("class", screen=screen_key_of(key))
    assert "digitscope_classroom" in components(app)
    assert not [button.key for button in app.button if button.key == "end_class"]
    assert not app.toggle


def test_a_class_that_ends_while_a_student_is_elsewhere_leaves_no_sign() -> None:
    _, key = teacher()
    app = opened("join", code=seen(key).code)
    app.button(key="join_class").click().run()
    end_class(database(), seen(key).id)
    app.switch_page(str(ROOT / "pages" / "judge" / "trust.py")).run()
    assert not app.exception
    assert "digitscope_classroom" not in components(app)

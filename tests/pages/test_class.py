"""The pages Class and Join: a teacher opens a class, students come, it ends."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.classroom.codes import screen_key_of
from model.classroom.digits.handwriting import (
    ask_for_digits,
    bring,
    hand_in,
    written_digits,
)
from model.classroom.digits.handwriting_files import as_table
from model.classroom.doings import raise_hand
from model.classroom.lifecycle import class_of_teacher, end_class, join
from model.classroom.questions import Stage, answer, ask_class
from model.classroom.shown import Shown, show_only
from model.classroom.steering import send_to
from model.classroom.view import ClassView, view_class
from model.data import mnist
from model.engine import InlineEngine, using_engine
from model.runs import RunPhase
from tests.model.classroom.test_sheet_photo import CAMERAS, photo, written
from ui.classroom.ask import FIRST_ASKED, MINE, WHICH_DIGIT
from ui.classroom.handwriting.training import FURTHER
from ui.classroom.ready_questions import READY
from ui.experiment import elsewhere, few, leak, small, why
from ui.experiment.guess import as_question
from ui.frame.class_row.lesson_questions import LESSON_QUESTIONS
from ui.locale import say, speaking
from ui.locale.pseudo import PSEUDO
from ui.state.classroom.seat import ClassSeats
from ui.state.classroom.shown import Part
from ui.state.classroom.store import database
from ui.state.classroom.words import name_words
from ui.state.pages import ENTRIES
from ui.state.session import DRAWING, ChosenDigit, runs
from ui.style.csv_table import csv_text

ROOT = Path(__file__).resolve().parents[2]
CLOSED = "Your teacher has chosen other pages for this class."
pytestmark = pytest.mark.usefixtures("own_database")


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=60).run()
    app.switch_page(str(ROOT / "pages" / "class" / f"{page}.py"))
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def teacher(**address: str) -> tuple[AppTest, str]:
    """A teacher's page with an open class, and its key."""
    app = opened("class", **address)
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


def test_a_question_goes_through_its_stages() -> None:
    app, key = teacher()
    student = join(database(), seen(key).code)
    app.button(key="ask_ready_now").click().run()
    assert not app.exception
    question = seen(key).question
    assert question is not None
    assert question.text == READY[0].text
    answer(database(), seen(key).id, student.student_id, question.id, 1, 0)
    assert not [button for button in app.button if button.key == "reveal"]
    app.button(key="show_answers").click().run()
    app.button(key="ask_again").click().run()
    answer(database(), seen(key).id, student.student_id, question.id, 2, 2)
    app.button(key="show_answers").click().run()
    app.button(key="reveal").click().run()
    asked = seen(key).question
    assert asked is not None
    assert asked.stage is Stage.REVEALED
    assert asked.counts == ((1, 0, 0, 0), (0, 0, 1, 0))
    app.button(key="close_question").click().run()
    assert seen(key).question is None


def test_a_question_of_one_s_own_needs_words_and_answers() -> None:
    app, key = teacher()
    app.segmented_control(key="ask_form").set_value("My own").run()
    app.text_input(key="ask_text").set_value("Warm or cold?")
    app.text_area(key="ask_lines").set_value("warm\nwarm").run()
    app.button(key="ask_own_now").click().run()
    assert len(app.warning) == 1
    assert seen(key).question is None
    app.text_area(key="ask_lines").set_value("warm\n\n cold ").run()
    app.selectbox(key="ask_right").set_value("cold").run()
    app.button(key="ask_own_now").click().run()
    question = seen(key).question
    assert question is not None
    assert (question.options, question.right) == (("warm", "cold"), 1)
    app.segmented_control(key="ask_form").set_value("Which digit?").run()
    app.button(key="ask_digit_now").click().run()
    assert not app.exception
    question, test = seen(key).question, mnist.embedded().test
    assert question is not None
    assert len(question.options) == 10
    assert question.pixels == test.images[FIRST_ASKED].tobytes()
    assert question.right == test.labels[FIRST_ASKED]
    drawn = np.eye(28, dtype=np.float32)
    app.session_state["session"].digit = ChosenDigit(drawn, DRAWING)
    app.run()
    app.segmented_control(key="ask_digit_source").set_value(MINE).run()
    app.button(key="ask_digit_now").click().run()
    question = seen(key).question
    assert question is not None
    assert (question.pixels, question.right) == ((255 * drawn).astype(np.uint8).tobytes(), None)


def test_the_teacher_dims_all_screens_and_holds_all_trainings() -> None:
    app, key = teacher()
    app.toggle(key="eyes_front_False").set_value(True).run()
    app.toggle(key="pause_trainings_False").set_value(True).run()
    assert (seen(key).front, seen(key).paused) == (True, True)
    app.toggle(key="eyes_front_True").set_value(False).run()
    assert (seen(key).front, seen(key).paused) == (False, True)
    student = join(database(), seen(key).code)
    raise_hand(database(), seen(key).id, student.student_id, True)
    app.button(key="hands_down").click().run()
    assert seen(key).students[0].hand is None


def test_what_a_student_begins_while_trainings_are_held_is_held_too() -> None:
    _, key = teacher()
    student = opened("join", code=seen(key).code)
    student.button(key="join_class").click().run()
    seat = student.session_state["session"].pages[ClassSeats].student
    seat.hold(True)  # as the channel brings it
    with using_engine(InlineEngine()):
        student.switch_page(str(ROOT / "pages" / "start" / "train.py")).run()
        student.button(key="start").click().run()
        run = runs().get(student.session_state["session"].run_ids[0])
        assert run is not None
        assert seat.runs == [run]
        state = run.wait(lambda state: state.phase is RunPhase.PAUSED, 60)
        assert (state.phase, state.reason) == (RunPhase.PAUSED, None)
        seat.hold(False)
        assert run.wait(lambda state: state.phase.moving, 60).phase.moving
        run.stop()
        run.wait_until_idle(60)


def test_everybody_is_brought_to_the_view_of_another_page_without_the_teachers_key() -> None:
    app, key = teacher()
    app.switch_page(str(ROOT / "pages" / "inside" / "filters.py"))
    app.query_params["layer"] = "conv2"
    app.query_params["run"] = "A" * 16
    app.run()
    app.button(key="bring_everybody").click().run()
    sent = seen(key).sent_to
    assert sent is not None
    assert (sent.page, sent.query["layer"]) == ("filters", "conv2")
    assert key not in str(sent)
    assert "run" not in sent.query


def test_no_other_visitor_can_bring_anybody_anywhere() -> None:
    _, key = teacher()
    student = opened("join", code=seen(key).code)
    student.button(key="join_class").click().run()
    student.switch_page(str(ROOT / "pages" / "inside" / "filters.py")).run()
    shown = opened("class", screen=screen_key_of(key))
    shown.switch_page(str(ROOT / "pages" / "inside" / "filters.py")).run()
    for app in (student, shown):
        assert not [button for button in app.button if button.key == "bring_everybody"]


def test_every_ready_question_can_be_asked() -> None:
    _, key = teacher()
    for ready in READY:
        ask_class(database(), seen(key).id, ready.text, ready.options, ready.right)
        assert len(ready.options) <= 4


def test_the_class_writes_digits_and_sees_how_well_they_are_read() -> None:
    _, key = teacher()
    here = database()
    class_id, code = seen(key).id, seen(key).code
    students = [join(here, code, f"mark {n}") for n in range(2)]
    with using_engine(InlineEngine()):
        app = opened("handwriting", teach=key)
        app.toggle(key="prompted_False").set_value(True).run()
        assert seen(key).prompted
        test = mnist.embedded().test
        for place in range(50):
            one, number = students[place % 2], place // 2
            asked = int(test.labels[place])
            pixels = test.images[place]
            hand_in(here, class_id, one.student_id, number, asked, pixels, held=place == 49)
        app.run()
        assert not app.exception
        words = " ".join(each.value for each in app.caption)
        assert "49 digits" in words
        assert "1 held back" in words
        app.session_state["handwriting"] = "How are we read?"
        app.run()
        assert not app.exception
        words = " ".join(each.value for each in app.markdown)
        assert "of 49" in words
        for one in students:
            assert name_words(one.name) in words
        assert app.button(key="train_without")
        app.session_state["handwriting"] = "Take along"
        app.run()
        assert not app.exception
        assert len(app.get("download_button")) == 3


def test_without_an_open_class_there_is_no_handwriting() -> None:
    app = opened("handwriting")
    assert not app.toggle
    assert not opened("handwriting", teach="x" * 32).toggle


def class_that_has_written() -> str:
    """The key of a class with 63 digits of its own."""
    _, key = teacher()
    digits = mnist.embedded().test.take(np.arange(0, 500, 8))
    bring(database(), seen(key).id, digits, [False] * len(digits))
    return key


def test_a_training_on_the_class_is_a_run_like_any_other() -> None:
    key = class_that_has_written()
    with using_engine(InlineEngine()):
        app = opened("handwriting", teach=key)
        app.session_state["handwriting"] = "Train on us"
        app.run()
        app.segmented_control(key="train_begin").set_value(FURTHER).run()
        app.button(key="train").click().run()
        assert not app.exception
        assert app.title[0].value == "Train the network"
        run = runs().get(said(app, "run"))
        assert run is not None
        assert run.title == "Our digits 1"
        assert (run.settings.start, run.settings.images) == ("shipped", 50)
        assert run.wait(lambda state: state.epoch > 0, 60).batches == 2
        run.stop()
        run.wait_until_idle(60)
        app.switch_page(str(ROOT / "pages" / "class" / "handwriting.py")).run()
        app.session_state["handwriting"] = "How are we read?"
        app.run()
        assert not app.exception
        assert "has learned from most of these" in " ".join(each.value for each in app.caption)


def titles(app: AppTest) -> str:
    return app.title[0].value


def test_a_class_speaks_its_teachers_language_unless_a_student_has_chosen() -> None:
    with speaking(PSEUDO):  # AppTest looks for what was chosen among what is said
        joined = say("Join a class")
        app, key = teacher(lang=PSEUDO)
    assert seen(key).language == PSEUDO
    fox, owl = opened("join", code=seen(key).code), opened("join", code=seen(key).code, lang="en")
    assert titles(fox) == "Join a class"
    for student in (fox, owl):
        student.button(key="join_class").click().run()
    assert titles(fox) == joined
    assert titles(owl) == "Join a class"
    app.query_params["lang"] = "en"
    with speaking(PSEUDO):
        app.run()
    assert seen(key).language == "en"
    fox.run()
    assert titles(fox) == "Join a class"
    app.query_params["lang"] = PSEUDO
    app.run()
    projector = opened("class", screen=screen_key_of(key))
    with speaking(PSEUDO):
        assert titles(projector) == say("Class")
    opened("class", teach=key, lang="en")  # the teacher comes again, in another language
    assert seen(key).language == "en"


def test_the_open_tab_stays_open_in_another_language() -> None:
    _, key = teacher()
    with using_engine(InlineEngine()):
        app = opened("handwriting", teach=key)
        app.session_state["handwriting"] = "Take along"
        app.run()
        assert len(app.get("download_button")) == 3
        app.query_params["lang"] = PSEUDO
        app.run()
        assert not app.exception
        assert len(app.get("download_button")) == 3
        app.query_params["lang"] = "en"
        app.run()
        assert len(app.get("download_button")) == 3


def test_students_see_what_the_teacher_has_opened_and_nothing_else() -> None:
    app, key = teacher()
    student = opened("join", code=seen(key).code)
    student.button(key="join_class").click().run()
    app.multiselect(key="shown_pages_0").set_value(["draw", "train"]).run()
    app.pills(key="shown_hidden_0").set_value([Part.SETTINGS, Part.LESSON, Part.FILES]).run()
    app.button(key="show_only").click().run()
    assert not app.exception
    assert seen(key).shown == Shown(("draw", "train"), ("settings", "lesson", "files"), 1)
    student.switch_page(str(ROOT / "pages" / "judge" / "evaluate.py")).run()
    assert student.title[0].value == "Closed"
    assert [each.value for each in student.markdown] == [CLOSED]
    assert [link.proto.label for link in student.get("page_link")] == ["To Draw"]
    assert [link.proto.page for link in student.get("page_link")] == ["draw"]
    student.switch_page(str(ROOT / "pages" / "start" / "train.py")).run()
    assert student.title[0].value == "Train the network"
    assert not student.number_input
    assert student.button(key="start")
    student.switch_page(str(ROOT / "pages" / "start" / "draw.py")).run()
    assert not student.exception
    assert "Upload" not in str(student.get("button_group"))
    app.switch_page(str(ROOT / "pages" / "judge" / "evaluate.py")).run()
    assert app.title[0].value == "Evaluate"  # the teacher sees everything
    send_to(database(), seen(key).id, "evaluate", {})
    seat = student.session_state["session"].pages[ClassSeats].student
    seat.sent_to = seen(key).sent_to  # as the channel brings it
    student.switch_page(str(ROOT / "pages" / "judge" / "evaluate.py")).run()
    assert student.title[0].value == "Evaluate"
    show_only(database(), seen(key).id, [], [])
    student.switch_page(str(ROOT / "pages" / "judge" / "map.py")).run()
    assert student.title[0].value == "Map of digits"


def test_a_teacher_asks_the_class_what_an_experiment_asks() -> None:
    app, key = teacher()
    app.switch_page(str(ROOT / "pages" / "experiment" / "few.py")).run()
    app.button(key="ask_gate").click().run()
    assert not app.exception
    question = seen(key).question
    assert question is not None
    assert question.text == few.PAGE.guess.question
    assert question.options == ("10%–32%", "32%–55%", "55%–78%", "78%–100%")
    for each in (small, elsewhere, leak, why):
        ask_class(database(), seen(key).id, *as_question(each.PAGE.guess), None)
    assert question.right is None
    assert question.of_app
    student = opened("join", code=seen(key).code)
    student.button(key="join_class").click().run()
    student.switch_page(str(ROOT / "pages" / "experiment" / "few.py")).run()
    assert not [button for button in student.button if button.key in ("ask_gate", "ask_lesson")]


def test_a_teacher_asks_the_class_the_question_of_each_lesson() -> None:
    app, key = teacher()
    for name, ready in LESSON_QUESTIONS.items():
        entry = ENTRIES[ready.page]
        assert name == entry.name
        assert "lesson(" in entry.script.read_text() or name == "stage"
        ask_class(database(), seen(key).id, ready.text, ready.options, ready.right)
        assert len(ready.options) <= 4
    with_lesson = {
        entry.name for entry in ENTRIES.values() if "lesson(" in entry.script.read_text()
    }
    assert with_lesson - {"lessons"} <= set(LESSON_QUESTIONS)
    app.switch_page(str(ROOT / "pages" / "inside" / "filters.py")).run()
    app.button(key="ask_lesson").click().run()
    question = seen(key).question
    assert question is not None
    assert question.text == LESSON_QUESTIONS["filters"].text
    assert question.of_app


def test_what_a_teacher_asks_in_another_language_is_kept_as_the_app_s_own_question() -> None:
    app, key = teacher(lang="zh_Hans")
    with speaking("zh_Hans"):  # AppTest looks for what was chosen among what is said
        app.button(key="ask_ready_now").click().run()
        question = seen(key).question
        assert question is not None
        assert (question.text, question.options) == (READY[0].text, READY[0].options)
        assert question.of_app
        app.segmented_control(key="ask_form").set_value("Which digit?").run()
        app.button(key="ask_digit_now").click().run()
        question = seen(key).question
        assert question is not None
        assert (question.text, question.of_app) == (WHICH_DIGIT, True)
        app.text_input(key="ask_digit_text").set_value("3 or 5?").run()
        app.button(key="ask_digit_now").click().run()
    question = seen(key).question
    assert question is not None
    assert (question.text, question.of_app) == ("3 or 5?", False)


def test_a_league_from_its_beginning_to_its_end() -> None:
    key = class_that_has_written()
    with using_engine(InlineEngine()):
        app = opened("handwriting", teach=key)
        app.session_state["handwriting"] = "League"
        app.run()
        app.button(key="begin_league").click().run()
        assert not app.exception
        student = opened("join", code=seen(key).code)
        student.button(key="join_class").click().run()
        student.switch_page(str(ROOT / "pages" / "start" / "train.py")).run()
        assert len(student.error) == 1  # the course's network is too large
        assert student.button(key="start").disabled
        for number in range(3):
            student.number_input(key=f"setting_filters_{number}").set_value(4)
        student.number_input(key="setting_units").set_value(8)
        student.number_input(key="setting_epochs").set_value(2).run()
        student.button(key="start").click().run()
        run = runs().get(said(student, "run"))
        assert run is not None
        assert run.title == "League 1"
        assert run.wait(lambda state: state.phase is RunPhase.FINISHED, 60).batches == 2
        student.run()
        student.button(key="league_hand_in").click().run()
        assert not student.exception
        app.run()
        assert "**1 of 1**" in " ".join(each.value for each in app.markdown)
        app.button(key="end_league").click().run()
        assert "| 1 | " in " ".join(each.value for each in app.markdown)
        app.toggle(key="league_shown_False").set_value(True).run()
        assert not app.exception
        projected = seen(key).league
        assert projected is not None
        assert len(projected.ranking) == 1
        student.run()
        assert "place 1 of 1" in student.success[0].value


def test_a_set_that_is_brought_back_knows_its_writers_apart() -> None:
    _, first = teacher()
    here, class_id = database(), seen(first).id
    ask_for_digits(here, class_id, True)
    test = mnist.embedded().test
    for mark in ("fox", "owl", "bee"):
        one = join(here, seen(first).code, mark)
        for number in range(12):
            asked, pixels = int(test.labels[number]), test.images[number]
            hand_in(here, class_id, one.student_id, number, asked, pixels, False)
    heads, rows = as_table(written_digits(here, class_id))
    _, key = teacher()
    with using_engine(InlineEngine()):
        app = opened("handwriting", teach=key)
        app.session_state["handwriting"] = "Take along"
        app.run()
        table = csv_text(heads, rows).encode()
        app.file_uploader(key="bring_digits").upload("our_digits.csv", table).run()
        app.button(key="bring_now").click().run()
        assert not app.exception
        assert app.success[0].value == "36 digits were added."
        app.session_state["handwriting"] = "How are we read?"
        app.run()
        assert not app.exception
        writers = ["Writer 1", "Writer 2", "Writer 3"]
        assert app.selectbox(key="left_out").options == writers
        whole = " ".join(each.value for each in app.markdown)
        for writer in writers:
            assert f"| {writer} | " in whole
        assert app.button(key="train_without")


def test_a_photo_of_a_sheet_is_read_into_the_class() -> None:
    _, key = teacher()
    digits = written()
    with using_engine(InlineEngine()):
        app = opened("handwriting", teach=key)
        app.session_state["handwriting"] = "From paper"
        app.run()
        app.file_uploader(key="sheet_photo").upload("sheet.jpg", b"no picture").run()
        assert "no picture" in app.warning[0].value
        taken = photo(CAMERAS["from the side"], digits)
        app.file_uploader(key="sheet_photo").upload("sheet.jpg", taken).run()
        assert not app.exception
        app.button(key="bring_sheet").click().run()
        assert not app.exception
    kept = written_digits(database(), seen(key).id)
    assert len(digits) - 1 <= len(kept) <= len(digits)
    assert {each.asked for each in kept} == {*range(10)} - {7}
    assert all(each.writer is None for each in kept)

"""Guess, talk, reveal: a class of three, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.schema import DropTable

from model.classroom.database import Database
from model.classroom.doings import Doing, RunDoing, note_doings, raise_hand, thinned
from model.classroom.lifecycle import Member, Opened, end_class, join, open_class
from model.classroom.questions import (
    Stage,
    answer,
    ask_again,
    ask_class,
    close_question,
    reveal,
    show_answers,
)
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.steering import eyes_front, pause_trainings, send_to
from model.classroom.tables import Base, PictureRow
from model.classroom.view import ClassView, QuestionView, SentTo, StudentView, view_class

OPTIONS = ("a filter", "a pixel", "a layer")


def reason(work, *args) -> ClassReason:
    with pytest.raises(ClassError) as caught:
        work(*args)
    return caught.value.reason


@pytest.fixture
def opened(database: Database) -> Opened:
    return open_class(database)


@pytest.fixture
def three(database: Database, opened: Opened) -> list[Member]:
    return [join(database, opened.code, f"mark {n}") for n in range(3)]


def seen(database: Database, opened: Opened) -> ClassView:
    view = view_class(database, opened.class_id)
    assert view is not None
    return view


def question(database: Database, opened: Opened) -> QuestionView:
    asked = seen(database, opened).question
    assert asked is not None
    return asked


def test_two_rounds_stand_side_by_side(
    database: Database, opened: Opened, three: list[Member]
) -> None:
    fox, owl, bee = (each.student_id for each in three)
    here = opened.class_id
    first = ask_class(database, here, "What slides?", OPTIONS, 0)
    for student, choice in ((fox, 1), (owl, 1), (bee, 0), (fox, 2)):  # Fox thinks again
        answer(database, here, student, first, 1, choice)
    assert question(database, opened).counts == ((1, 1, 1), (0, 0, 0))
    show_answers(database, here, first)
    assert reason(answer, database, here, fox, first, 1, 0) is ClassReason.CLOSED
    ask_again(database, here, first)
    assert reason(answer, database, here, fox, first, 1, 0) is ClassReason.CLOSED  # replayed
    for student in (fox, owl):
        answer(database, here, student, first, 2, 0)
    now = question(database, opened)
    assert now.counts == ((1, 1, 1), (2, 0, 0))
    assert now.answers[0] == {fox: 2, owl: 1, bee: 0}
    assert (now.round, now.stage) == (2, Stage.ASKED)
    assert reason(reveal, database, here, first) is ClassReason.CLOSED  # it is still being asked
    show_answers(database, here, first)
    assert reason(ask_again, database, here, first) is ClassReason.CLOSED  # two rounds are all
    reveal(database, here, first)
    assert question(database, opened).stage is Stage.REVEALED
    close_question(database, here, first)
    assert seen(database, opened).question is None
    assert reason(close_question, database, here, first) is ClassReason.CLOSED


def test_a_new_question_takes_the_place_of_the_one_before(
    database: Database, opened: Opened, three: list[Member]
) -> None:
    here, fox = opened.class_id, three[0].student_id
    first = ask_class(database, here, "First?", OPTIONS, None)
    second = ask_class(database, here, "Second?", [str(digit) for digit in range(10)], 7)
    now = question(database, opened)
    assert (now.id, now.number, now.right, len(now.options)) == (second, 2, 7, 10)
    assert reason(answer, database, here, fox, first, 1, 0) is ClassReason.CLOSED
    answer(database, here, fox, second, 1, 9)


def test_a_question_is_about_a_digit_that_goes_with_the_class(
    database: Database, opened: Opened
) -> None:
    digit = np.arange(784, dtype=np.uint16).reshape(28, 28).astype(np.uint8)
    digits = [str(number) for number in range(10)]
    ask_class(database, opened.class_id, "Which digit?", digits, 3, pixels=digit)
    assert question(database, opened).pixels == digit.tobytes()
    with pytest.raises(ValueError, match="uint8"):
        ask_class(database, opened.class_id, "Which digit?", digits, 3, pixels=digit[:27])
    ask_class(database, opened.class_id, "Ready?", OPTIONS, 0)
    assert question(database, opened).pixels is None
    end_class(database, opened.class_id)
    with database.begin() as session:
        assert session.scalars(select(PictureRow)).all() == []


def test_a_database_of_before_gets_the_table_that_it_lacks(tmp_path: Path) -> None:
    where = str(tmp_path / "classes.sqlite")
    old = Database(where)
    opened = open_class(old)
    ask_class(old, opened.class_id, "Before?", OPTIONS, 0)
    with old.begin() as session:
        session.execute(DropTable(Base.metadata.tables[PictureRow.__tablename__]))
    old.close()
    new = Database(where)
    assert question(new, opened).pixels is None
    ask_class(new, opened.class_id, "After?", OPTIONS, 0, pixels=np.zeros((28, 28), np.uint8))
    assert question(new, opened).pixels == bytes(784)
    new.close()


def test_of_another_class_nothing_is_taken(
    database: Database, opened: Opened, three: list[Member]
) -> None:
    other = open_class(database)
    stranger = join(database, other.code, "stranger")
    here, fox = opened.class_id, three[0].student_id
    asked = ask_class(database, here, "Ours?", OPTIONS, 0)
    for class_id, student in (
        (other.class_id, stranger.student_id),  # a question of another class
        (here, stranger.student_id),  # a student of another class
        (other.class_id, fox),
    ):
        error = reason(answer, database, class_id, student, asked, 1, 0)
        assert error is ClassReason.NOT_MINE
    for choice in (-1, 3, 10**6):
        assert reason(answer, database, here, fox, asked, 1, choice) is ClassReason.NOT_MINE
    assert reason(answer, database, here, fox, "nothing", 1, 0) is ClassReason.NOT_MINE
    for step in (show_answers, ask_again, reveal, close_question):
        assert reason(step, database, other.class_id, asked) is ClassReason.NOT_MINE
    raise_hand(database, other.class_id, fox, True)
    note_doings(database, other.class_id, {fox: Doing("draw")})
    mine = seen(database, opened).student(fox)
    assert mine is not None
    assert (mine.hand, mine.doing.page) == (None, "")
    assert question(database, opened).counts[0] == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "options", "right"),
    [
        ("", OPTIONS, None),
        ("  ", OPTIONS, None),
        ("x" * 301, OPTIONS, None),
        ("One?", ["only"], None),
        ("Two alike?", ["a", "a "], None),
        ("Empty?", ["a", " "], None),
        ("Long?", ["a", "b" * 81], None),
        ("Many?", [str(n) for n in range(11)], None),
        ("Right?", OPTIONS, 3),
    ],
)
def test_a_question_has_a_text_and_two_to_ten_answers(
    database: Database, opened: Opened, text: str, options: list[str], right: int | None
) -> None:
    with pytest.raises(ValueError, match="Expected"):
        ask_class(database, opened.class_id, text, options, right)
    assert seen(database, opened).question is None


def test_the_board_has_what_students_do_and_keeps_it_over_a_reload(
    database: Database, opened: Opened, three: list[Member]
) -> None:
    here, fox = opened.class_id, three[0].student_id

    def tile() -> StudentView:
        found = seen(database, opened).student(fox)
        assert found is not None
        return found

    before = tile()
    run = RunDoing(2, 10, True, (0.5, 0.75))
    note_doings(database, here, {fox: Doing("draw", bytes(784), 7, 0.5, run)})
    assert tile().doing == Doing("draw", bytes(784), 7, 0.5, run)
    assert tile().active >= before.active
    note_doings(database, here, {fox: Doing("train")})
    assert tile().doing == Doing("train", bytes(784), 7, 0.5, run)
    raise_hand(database, here, fox, True)
    since = tile().hand
    raise_hand(database, here, fox, True)
    assert tile().hand == since is not None
    raise_hand(database, here, fox, False)
    assert tile().hand is None


def test_a_long_curve_keeps_its_ends() -> None:
    assert thinned((0.1, 0.2)) == [0.1, 0.2]
    long = thinned(tuple(n / 1000 for n in range(1000)))
    assert (len(long), long[0], long[-1]) == (60, 0.0, 0.999)


def test_the_teacher_steers_all_screens(database: Database, opened: Opened) -> None:
    here = opened.class_id
    before = seen(database, opened)
    assert (before.front, before.paused, before.sent_to) == (False, False, None)
    eyes_front(database, here, True)
    pause_trainings(database, here, True)
    send_to(database, here, "filters", {"layer": "conv2"})
    send_to(database, here, "arithmetic", {})
    now = seen(database, opened)
    assert (now.front, now.paused, now.sent_to) == (True, True, SentTo(2, "arithmetic", {}))
    assert now.version == before.version + 4

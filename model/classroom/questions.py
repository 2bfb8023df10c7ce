"""Guess, talk, reveal: a question to all, two rounds of answers, and then what is right.

After "peer instruction" (Mazur 1997, "Peer Instruction: A User's Manual"): each answers alone, the
teacher shows how the answers are spread, neighbours try to convince each other, all answer again,
and only then it is said what is right.
"""

import time
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from model.classroom.database import Database
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.tables import (
    AnswerRow,
    AppQuestionRow,
    PictureRow,
    QuestionRow,
    StudentRow,
    new_id,
)
from model.network import SIDE

LONGEST_TEXT, LONGEST_OPTION = 300, 80
OPTIONS = (2, 10)
"""How few and how many answers there may be: the ten digits are ten."""
ROUNDS = 2
MOST_QUESTIONS = 200
"""That one class keeps: no lesson has so many."""


class Stage(StrEnum):
    """Where a question is."""

    ASKED = "asked"  # answers are taken; how many there are is seen, not which
    SHOWN = "shown"  # how the answers are spread is seen; none are taken
    REVEALED = "revealed"  # so is which one is right
    CLOSED = "closed"  # it is over


def ask_class(
    database: Database,
    class_id: str,
    text: str,
    options: Sequence[str],
    right: int | None,
    of_app: bool = False,
    pixels: np.ndarray | None = None,
) -> str:
    """Put a question to a class; the one before it is over. Returns its id.

    Args:
        database: of the classes.
        class_id: of the class.
        text: of the question.
        options: the answers, in the order in which they are shown.
        right: the place of the right one; None: nobody says.
        of_app: whether the app has these words, which are in English then: each screen says them
            in its own language. A teacher's own stay as they are.
        pixels: of the digit that it is about, (28, 28) uint8, 255 is ink; None: it is about none.

    Raises:
        ValueError: no text, too many or too few answers, two alike, or too long ones; or pixels of
            another shape.
        ClassError: see `Database.change`.
    """
    words = [option.strip() for option in options]
    text = text.strip()
    if not 0 < len(text) <= LONGEST_TEXT:
        raise ValueError(f"Expected a question of 1 to {LONGEST_TEXT} letters, got {len(text)}.")
    if not OPTIONS[0] <= len(words) <= OPTIONS[1] or len(set(words)) < len(words):
        raise ValueError(f"Expected {OPTIONS[0]} to {OPTIONS[1]} different answers, got {words}.")
    if not all(0 < len(word) <= LONGEST_OPTION for word in words):
        raise ValueError(f"Expected answers of 1 to {LONGEST_OPTION} letters, got {words}.")
    if right is not None and not 0 <= right < len(words):
        raise ValueError(f"Expected the place of an answer, got {right}.")
    if pixels is not None and (pixels.shape != (SIDE, SIDE) or pixels.dtype != np.uint8):
        raise ValueError(f"Expected (28, 28) uint8, got {pixels.shape} {pixels.dtype}.")
    with database.change(class_id) as session:
        mine = QuestionRow.class_id == class_id
        session.execute(update(QuestionRow).where(mine).values(stage=Stage.CLOSED))
        count = session.scalar(select(func.count()).select_from(QuestionRow).where(mine)) or 0
        if count >= MOST_QUESTIONS:
            raise ClassError(ClassReason.FULL)
        row = QuestionRow(
            id=new_id(),
            class_id=class_id,
            number=count + 1,
            text=text,
            options=words,
            right=right,
            stage=Stage.ASKED,
        )
        session.add(row)
        session.flush()  # the question is there before what hangs on it
        if of_app:
            session.add(AppQuestionRow(question_id=row.id))
        if pixels is not None:
            session.add(PictureRow(question_id=row.id, pixels=pixels.tobytes()))
        return row.id


def answer(
    database: Database, class_id: str, student_id: str, question_id: str, round_: int, choice: int
) -> None:
    """Take a student's answer; as long as answers are taken it can be changed.

    Args:
        database: of the classes.
        class_id: of the class.
        student_id: whose answer it is.
        question_id: of the question.
        round_: in which it was given: one that is late for the first does not count in the second.
        choice: the place of the answer.

    Raises:
        ClassError: no answers are taken to this question, or see `Database.change`.
    """
    with database.change(class_id) as session:
        question = session.get(QuestionRow, question_id)
        student = session.get(StudentRow, student_id)
        if question is None or question.class_id != class_id:
            raise ClassError(ClassReason.NOT_MINE)
        if student is None or student.class_id != class_id:
            raise ClassError(ClassReason.NOT_MINE)
        if question.stage != Stage.ASKED or question.round != round_:
            raise ClassError(ClassReason.CLOSED)
        if not 0 <= choice < len(question.options):
            raise ClassError(ClassReason.NOT_MINE)
        given = session.get(AnswerRow, (question_id, student_id, round_))
        if given is None:
            given = AnswerRow(question_id=question_id, student_id=student_id, round=round_)
            session.add(given)
        given.choice = choice
        student.active = time.time()


def show_answers(database: Database, class_id: str, question_id: str) -> None:
    """Take no more answers, and show how they are spread.

    Raises:
        ClassError: it is not being asked, or see `Database.change`.
    """
    _step(database, class_id, question_id, (Stage.ASKED,), Stage.SHOWN)


def ask_again(database: Database, class_id: str, question_id: str) -> None:
    """Ask once more; the answers of the first round stay.

    Raises:
        ClassError: it was not shown, this was its second round, or see `Database.change`.
    """
    with database.change(class_id) as session:
        row = _question(session, class_id, question_id)
        if row.stage != Stage.SHOWN or row.round >= ROUNDS:
            raise ClassError(ClassReason.CLOSED)
        row.stage, row.round = Stage.ASKED, row.round + 1


def reveal(database: Database, class_id: str, question_id: str) -> None:
    """Say which answer is right.

    Raises:
        ClassError: answers are still taken, or see `Database.change`.
    """
    _step(database, class_id, question_id, (Stage.SHOWN,), Stage.REVEALED)


def close_question(database: Database, class_id: str, question_id: str) -> None:
    """Take a question off all screens.

    Raises:
        ClassError: it is over already, or see `Database.change`.
    """
    before = (Stage.ASKED, Stage.SHOWN, Stage.REVEALED)
    _step(database, class_id, question_id, before, Stage.CLOSED)


def _step(
    database: Database, class_id: str, question_id: str, before: Sequence[Stage], after: Stage
) -> None:
    with database.change(class_id) as session:
        row = _question(session, class_id, question_id)
        if row.stage not in before:
            raise ClassError(ClassReason.CLOSED)
        row.stage = after


def _question(session: Session, class_id: str, question_id: str) -> QuestionRow:
    row = session.get(QuestionRow, question_id)
    if row is None or row.class_id != class_id:
        raise ClassError(ClassReason.NOT_MINE)
    return row

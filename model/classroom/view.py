"""A class as it is at one moment: everything that its screens show, read in one transaction."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.classroom.database import Database
from model.classroom.digits.handwriting import MOST_DIGITS, next_digit
from model.classroom.digits.league import League, shown_league
from model.classroom.doings import Doing, RunDoing
from model.classroom.names import Animal, Colour, Name
from model.classroom.questions import ROUNDS, Stage
from model.classroom.shown import Shown, shown_in
from model.classroom.spoken import language_in
from model.classroom.tables import (
    AnswerRow,
    AppQuestionRow,
    ClassRow,
    DigitRow,
    PictureRow,
    QuestionRow,
    StudentRow,
)


@dataclass(frozen=True)
class Prompt:
    """Which digit a student is asked for next, and how many they have handed in."""

    digit: int
    number: int


@dataclass(frozen=True)
class StudentView:
    """A student; times are seconds since 1970.

    Attributes:
        id: of the student.
        name: animal and colour.
        here: whether a screen of theirs is connected.
        active: when something was last done.
        hand: since when it is raised; None: it is down.
        doing: page, digit, training.
        prompt: the digit that is asked for; None where none is.
    """

    id: str
    name: Name
    here: bool
    active: float
    hand: float | None
    doing: Doing
    prompt: Prompt | None


@dataclass(frozen=True)
class QuestionView:
    """The question that is on the screens.

    Attributes:
        id, number, text, options, right, round, stage: see `QuestionRow`.
        of_app: whether text and options are the app's, in English: see `AppQuestionRow`.
        counts: of each round, how many chose each answer.
        answers: of each round, by student.
        pixels: of the digit that it is about, 784 bytes; None: it is about none.
    """

    id: str
    number: int
    text: str
    options: tuple[str, ...]
    right: int | None
    round: int
    stage: Stage
    of_app: bool
    counts: tuple[tuple[int, ...], ...]
    answers: tuple[dict[str, int], ...]
    pixels: bytes | None = None


@dataclass(frozen=True)
class SentTo:
    """A view to which everybody was sent; `number` grows each time."""

    number: int
    page: str
    query: dict[str, str]


@dataclass(frozen=True)
class ClassView:
    """An open class; its league is there when the projector shows it."""

    id: str
    code: str
    opened: float
    ends: float
    version: int
    front: bool
    paused: bool
    prompted: bool
    sent_to: SentTo | None
    students: tuple[StudentView, ...]  # in the order in which they came
    question: QuestionView | None
    league: League | None
    shown: Shown
    language: str

    def student(self, student_id: str) -> StudentView | None:
        """The student with this id."""
        return next((each for each in self.students if each.id == student_id), None)


def view_class(database: Database, class_id: str) -> ClassView | None:
    """Return a class as it is now; None when it has ended.

    Raises:
        ClassError: the database does not answer.
    """
    with database.begin() as session:
        row = session.get(ClassRow, class_id)
        if row is None or row.ends <= time.time():
            return None
        students = session.scalars(
            select(StudentRow)
            .where(StudentRow.class_id == class_id)
            .order_by(StudentRow.joined, StudentRow.id)
        ).all()
        prompts = _prompts(session, class_id, students) if row.prompted else {}
        return ClassView(
            row.id,
            row.code,
            row.opened,
            row.ends,
            row.version,
            row.front,
            row.paused,
            row.prompted,
            None if row.view is None else SentTo(row.view_number, **row.view),
            tuple(_student(row, prompts.get(row.id)) for row in students),
            _question(session, class_id),
            shown_league(session, class_id),
            shown_in(session, class_id),
            language_in(session, class_id),
        )


def _prompts(session: Session, class_id: str, students: Sequence[StudentRow]) -> dict[str, Prompt]:
    """What each student is asked for, as long as they have not handed in all that is taken."""
    handed: Counter[str] = Counter()
    kept: dict[str, Counter[int]] = {student.id: Counter() for student in students}
    rows = session.execute(
        select(DigitRow.student_id, DigitRow.asked, DigitRow.held, DigitRow.removed).where(
            DigitRow.class_id == class_id, DigitRow.student_id.is_not(None)
        )
    )
    for student, asked, held, removed in rows:
        handed[student] += 1
        if not (held or removed):
            kept[student][asked] += 1
    return {
        student.id: Prompt(next_digit(place, kept[student.id]), handed[student.id])
        for place, student in enumerate(students)
        if handed[student.id] < MOST_DIGITS
    }


def _student(row: StudentRow, prompt: Prompt | None) -> StudentView:
    return StudentView(
        row.id,
        Name(Colour(row.colour), Animal(row.animal)),
        row.here,
        row.active,
        row.hand,
        Doing(row.page, row.digit, row.said, row.share, _run(row.run)),
        prompt,
    )


def _run(said: dict[str, Any] | None) -> RunDoing | None:
    return None if said is None else RunDoing(**said | {"curve": tuple(said["curve"])})


def _question(session: Session, class_id: str) -> QuestionView | None:
    row = session.scalar(
        select(QuestionRow).where(
            QuestionRow.class_id == class_id, QuestionRow.stage != Stage.CLOSED
        )
    )
    if row is None:
        return None
    answers: list[dict[str, int]] = [{} for _ in range(ROUNDS)]
    for each in session.scalars(select(AnswerRow).where(AnswerRow.question_id == row.id)):
        answers[each.round - 1][each.student_id] = each.choice
    return QuestionView(
        row.id,
        row.number,
        row.text,
        tuple(row.options),
        row.right,
        row.round,
        Stage(row.stage),
        session.get(AppQuestionRow, row.id) is not None,
        tuple(_counts(given, len(row.options)) for given in answers),
        tuple(answers),
        session.scalar(select(PictureRow.pixels).where(PictureRow.question_id == row.id)),
    )


def _counts(given: dict[str, int], options: int) -> tuple[int, ...]:
    chosen = Counter(given.values())
    return tuple(chosen[place] for place in range(options))

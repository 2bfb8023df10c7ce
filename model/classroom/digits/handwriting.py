"""The class's own digits: each student is asked for the ten in turn, so that all are written alike.

    Fox: 3, 4, 5 … 2, 3 …      Owl: 4, 5, 6 … 3, 4 …

Every student begins with another digit. Asked next is the one that this student has the fewest of:
what the teacher takes out is asked for again.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select, update

from model.classroom.database import Database
from model.classroom.names import Animal, Colour, Name
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.tables import BroughtRow, ClassRow, DigitRow, StudentRow, new_id
from model.data.mnist import Digits
from model.network import CLASSES, SIDE

MOST_DIGITS = 100
"""Of one student."""
MOST_BROUGHT = 3000
"""Digits from a file, in one class."""


@dataclass(frozen=True)
class WrittenDigit:
    """One of the class's digits.

    Attributes:
        id: of the digit.
        writer: the student's name; None where it was brought from a file.
        student_id: of the writer, likewise.
        asked: which digit was asked for.
        pixels: (28, 28) uint8, 255 is ink.
        held: whether the detector holds it back: it does not look like a digit.
        removed: whether the teacher took it out.
        brought: the number of the writer in a file that it was brought from; None: in none.
    """

    id: str
    writer: Name | None
    student_id: str | None
    asked: int
    pixels: np.ndarray
    held: bool
    removed: bool
    brought: int | None = None

    @property
    def who(self) -> str | None:
        """Tells its writer from all others; None where nobody knows who wrote it."""
        if self.student_id is not None or self.brought is None:
            return self.student_id
        return f"brought {self.brought}"

    @property
    def counts(self) -> bool:
        """Whether it belongs to the set."""
        return not (self.held or self.removed)


def next_digit(place: int, written: Counter[int]) -> int:
    """Return the digit that a student is asked for next.

    Args:
        place: of the student among those who came; each begins with another digit.
        written: how many of each digit are kept of this student.
    """
    turn = [(place + step) % CLASSES for step in range(CLASSES)]
    return min(turn, key=lambda digit: (written[digit], turn.index(digit)))


def ask_for_digits(database: Database, class_id: str, on: bool) -> None:
    """Ask all students for digits, or ask no more.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        session.execute(update(ClassRow).where(ClassRow.id == class_id).values(prompted=on))


def hand_in(
    database: Database,
    class_id: str,
    student_id: str,
    number: int,
    asked: int,
    pixels: np.ndarray,
    held: bool,
) -> None:
    """Take a digit; the same number of the same student twice is taken once.

    Args:
        database: of the classes.
        class_id: of the class.
        student_id: who wrote it.
        number: how many this student handed in before it.
        asked: which digit was asked for.
        pixels: (28, 28) uint8, 255 is ink.
        held: whether it does not look like a digit.

    Raises:
        ValueError: pixels of another shape, or no digit from 0 to 9.
        ClassError: no digits are asked for, too many, or see `Database.change`.
    """
    if pixels.shape != (SIDE, SIDE) or pixels.dtype != np.uint8 or asked not in range(CLASSES):
        raise ValueError(f"Expected (28, 28) uint8 and a digit, got {pixels.shape} and {asked}.")
    with database.change(class_id) as session:
        row, student = session.get(ClassRow, class_id), session.get(StudentRow, student_id)
        if student is None or student.class_id != class_id:
            raise ClassError(ClassReason.NOT_MINE)
        count = session.scalar(
            select(func.count()).select_from(DigitRow).where(DigitRow.student_id == student_id)
        )
        if number < (count or 0):
            return  # it was taken before, and only the answer was lost
        if row is None or not row.prompted or number >= MOST_DIGITS:
            raise ClassError(ClassReason.CLOSED)
        now = time.time()
        session.add(
            DigitRow(
                class_id=class_id,
                student_id=student_id,
                number=count or 0,
                asked=asked,
                pixels=pixels.tobytes(),
                held=held,
                written=now,
            )
        )
        student.active = now


def bring(
    database: Database,
    class_id: str,
    digits: Digits,
    held: Sequence[bool],
    writers: Sequence[int | None] = (),
) -> int:
    """Add digits from a file, whose writers have no names.

    What was brought before is left out: the same file twice adds nothing.

    Args:
        database: of the classes.
        class_id: of the class.
        digits: with their labels.
        held: of each, whether it does not look like a digit.
        writers: of each, its writer's number in the file, or None; none at all: nobody knows them.
            Writers of another file are others: their numbers go on from the last one's.

    Returns:
        How many were new, and had room.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        mine = (DigitRow.class_id == class_id, DigitRow.student_id.is_(None))
        rows = session.execute(select(DigitRow.asked, DigitRow.pixels).where(*mine)).all()
        there = Counter((asked, pixels) for asked, pixels in rows)
        count, now = len(rows), time.time()
        last = session.scalar(
            select(func.max(BroughtRow.writer))
            .join(DigitRow, DigitRow.id == BroughtRow.digit_id)
            .where(*mine)
        )
        first = 0 if last is None else last + 1
        new: dict[int, int] = {}  # by the number in the file
        groups: list[BroughtRow] = []
        whose = writers or [None] * len(digits)
        for image, label, is_held, writer in zip(
            digits.images, digits.labels.tolist(), held, whose, strict=True
        ):
            this = (label, image.tobytes())
            if there[this]:
                there[this] -= 1
            elif count < MOST_BROUGHT:
                row = DigitRow(
                    id=new_id(),
                    class_id=class_id,
                    student_id=None,
                    number=count,
                    asked=label,
                    pixels=this[1],
                    held=bool(is_held),
                    written=now,
                )
                session.add(row)
                if writer is not None:
                    number = new.setdefault(writer, first + len(new))
                    groups.append(BroughtRow(digit_id=row.id, writer=number))
                count += 1
        session.flush()  # the digits are there before what hangs on them
        session.add_all(groups)
        return count - len(rows)


def take_out(database: Database, class_id: str, digit_id: str) -> None:
    """Take a digit out of the set, or back in; one that was held back comes in by this, too.

    Raises:
        ClassError: there is none, or see `Database.change`.
    """
    with database.change(class_id) as session:
        row = session.get(DigitRow, digit_id)
        if row is None or row.class_id != class_id:
            raise ClassError(ClassReason.NOT_MINE)
        if row.held:
            row.held, row.removed = False, False
        else:
            row.removed = not row.removed


def written_digits(database: Database, class_id: str) -> list[WrittenDigit]:
    """Return all digits of a class in the order in which they came, those that do not count too.

    Raises:
        ClassError: the database does not answer.
    """
    with database.begin() as session:
        rows = session.execute(
            select(DigitRow, StudentRow.colour, StudentRow.animal, BroughtRow.writer)
            .outerjoin(StudentRow, StudentRow.id == DigitRow.student_id)
            .outerjoin(BroughtRow, BroughtRow.digit_id == DigitRow.id)
            .where(DigitRow.class_id == class_id)
            .order_by(DigitRow.written, DigitRow.number, DigitRow.id)
        ).all()
    return [
        WrittenDigit(
            row.id,
            None if colour is None else Name(Colour(colour), Animal(animal)),
            row.student_id,
            row.asked,
            np.frombuffer(row.pixels, np.uint8).reshape(SIDE, SIDE),
            row.held,
            row.removed,
            brought,
        )
        for row, colour, animal, brought in rows
    ]


def counting_digits(database: Database, class_id: str) -> list[WrittenDigit]:
    """Return those that belong to the set.

    Raises:
        ClassError: the database does not answer.
    """
    return [each for each in written_digits(database, class_id) if each.counts]


def as_digits(written: Sequence[WrittenDigit]) -> Digits:
    """Return digits in the form of the data sets: their pictures, and what was asked for."""
    images = [each.pixels for each in written]
    return Digits(
        np.stack(images) if images else np.empty((0, SIDE, SIDE), np.uint8),
        np.array([each.asked for each in written], np.uint8),
    )

"""Sets of a class's digits that networks learn from, as they were when a training began.

    training   four of five, of each digit
    validation the fifth: what the curve of a training is drawn from
    test       none, or those that a teacher holds back until the end (see `league`)

A training must find the same digits again whatever died meanwhile, so a set is kept as it was made:
in the database with the class, and gone with it.
"""

import hashlib
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete, select

from model.classroom.database import Database
from model.classroom.digits.handwriting import MOST_BROUGHT, MOST_DIGITS, WrittenDigit, as_digits
from model.classroom.lifecycle import MOST_STUDENTS
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.tables import LeagueRow, SetRow, new_id
from model.data.mnist import DataSet, Digits
from model.files import Archive
from model.network import CLASSES, SIDE

EVERY = 5
"""One of so many digits is held back for validation, and one for a test."""
FEWEST = 40
"""Digits of a set: with fewer a curve says nothing."""
MOST_SETS = 20
"""That one class keeps; the oldest goes first, with the trainings that need it."""
MOST = MOST_BROUGHT + MOST_DIGITS * MOST_STUDENTS
TRAINING, VALIDATION, TEST = range(3)


@dataclass(frozen=True)
class TrainingSet:
    """A set that is kept, and how many digits its parts have."""

    id: str
    training: int
    validation: int
    test: int


def make_set(
    database: Database, class_id: str, written: Sequence[WrittenDigit], held_back: bool = False
) -> TrainingSet:
    """Keep digits as a set; the same digits twice are one set.

    Args:
        database: of the classes.
        class_id: of the class.
        written: the digits that count.
        held_back: whether one of five is kept for a test.

    Raises:
        ValueError: fewer than `FEWEST` digits.
        ClassError: see `Database.change`.
    """
    if len(written) < FEWEST:
        raise ValueError(f"Expected {FEWEST} digits at least, got {len(written)}.")
    ordered = sorted(written, key=lambda each: each.id)  # by chance, and the same each time
    digits = as_digits(ordered)
    parts = _parts(digits.labels, held_back)
    content = _packed(digits, parts)
    digest = hashlib.sha256(
        digits.images.tobytes() + digits.labels.tobytes() + parts.tobytes()
    ).hexdigest()
    counts = np.bincount(parts, minlength=3).tolist()
    with database.change(class_id) as session:
        mine = select(SetRow).where(SetRow.class_id == class_id).order_by(SetRow.made)
        rows = session.scalars(mine).all()
        known = next((row for row in rows if row.digest == digest), None)
        if known is not None:
            return TrainingSet(known.id, *counts)
        needed = session.scalars(
            select(LeagueRow.set_id).where(LeagueRow.class_id == class_id)
        ).all()
        free = [row for row in rows if row.id not in needed]
        for row in free[: max(0, len(rows) + 1 - MOST_SETS)]:
            session.execute(delete(SetRow).where(SetRow.id == row.id))
        row = SetRow(
            id=new_id(), class_id=class_id, digest=digest, content=content, made=time.time()
        )
        session.add(row)
        return TrainingSet(row.id, *counts)


def is_of(database: Database, set_id: str, class_id: str) -> bool:
    """Whether a set is of this class.

    Raises:
        ClassError: the database does not answer.
    """
    with database.begin() as session:
        found: str | None = session.scalar(select(SetRow.class_id).where(SetRow.id == set_id))
        return found == class_id


def kept_set(database: Database, set_id: str) -> DataSet:
    """Return the digits of a set.

    Raises:
        ClassError: the class has ended, or the database does not answer.
    """
    if database.unused:
        raise ClassError(ClassReason.OVER)
    with database.begin() as session:
        row = session.get(SetRow, set_id)
        if row is None:
            raise ClassError(ClassReason.OVER)
        content = row.content
    archive = Archive(content)
    images = archive.array("images", np.uint8, (None, SIDE, SIDE), MOST * SIDE * SIDE)
    labels = archive.array("labels", np.uint8, (len(images),), MOST)
    parts = archive.array("parts", np.uint8, (len(images),), MOST)
    whole = Digits(images, labels)
    return DataSet(
        *(whole.take(np.flatnonzero(parts == each)) for each in (TRAINING, VALIDATION, TEST))
    )


def _parts(labels: np.ndarray, held_back: bool) -> np.ndarray:
    """(n,) uint8: the part of each digit, of every class in the same shares."""
    parts = np.full(len(labels), TRAINING, np.uint8)
    place = 0
    for label in range(CLASSES):
        for digit in np.flatnonzero(labels == label):
            # Counted over all classes: few digits of each still give as many as they should.
            if place % EVERY == 0:
                parts[digit] = VALIDATION
            elif held_back and place % EVERY == 2:
                parts[digit] = TEST
            place += 1
    return parts


def _packed(digits: Digits, parts: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, images=digits.images, labels=digits.labels, parts=parts)
    return file.getvalue()

"""What students do, as their teacher's board shows it: their page, digit, training, raised hand."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import update

from model.classroom.database import Database
from model.classroom.tables import StudentRow

POINTS = 60
"""Of a curve that are kept; a tile is not wider."""


@dataclass(frozen=True)
class RunDoing:
    """A training: the accuracy on validation digits after each epoch, and where it is.

    Attributes:
        epoch: finished epochs.
        target: the epoch at which it ends.
        moving: whether it goes on.
        curve: the accuracies.
        place: in the queue, from 1, while it waits to begin; else None.
        count: how many trainings of this student go on.
    """

    epoch: int
    target: int
    moving: bool
    curve: tuple[float, ...]
    place: int | None = None
    count: int = 1


@dataclass(frozen=True)
class Doing:
    """What a student does now.

    Attributes:
        page: that is open.
        digit: 784 bytes, 255 is ink; None where nothing was read yet.
        said: what the network read; None where that is not known.
        share: its probability, from 0 to 1.
        run: the latest training; None where there is none.
    """

    page: str = ""
    digit: bytes | None = None
    said: int | None = None
    share: float | None = None
    run: RunDoing | None = None


def note_doings(database: Database, class_id: str, doings: Mapping[str, Doing]) -> None:
    """Note what students of a class do now, all at once.

    A digit and a training stay on the board when a page is loaded again and knows of none.

    Args:
        database: of the classes.
        class_id: of the class.
        doings: by the student's id.

    Raises:
        ClassError: see `Database.change`.
    """
    now = time.time()
    with database.change(class_id) as session:
        for student_id, doing in doings.items():
            values: dict[str, Any] = {"page": doing.page, "active": now}
            if doing.digit is not None:
                values |= {"digit": doing.digit, "said": doing.said, "share": doing.share}
            if doing.run is not None:
                values["run"] = asdict(doing.run) | {"curve": thinned(doing.run.curve)}
            where = (StudentRow.id == student_id, StudentRow.class_id == class_id)
            session.execute(update(StudentRow).where(*where).values(values))


def thinned(curve: tuple[float, ...]) -> list[float]:
    """Return at most `POINTS` of a curve, the last one among them."""
    if len(curve) <= POINTS:
        return list(curve)
    step = (len(curve) - 1) / (POINTS - 1)
    return [curve[round(place * step)] for place in range(POINTS)]


def raise_hand(database: Database, class_id: str, student_id: str, up: bool) -> None:
    """Raise a student's hand, or take it down; raised twice, it is up since the first time.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        row = session.get(StudentRow, student_id)
        if row is None or row.class_id != class_id or (row.hand is not None) == up:
            return
        row.hand = time.time() if up else None
        if up:
            row.active = time.time()


def lower_all_hands(database: Database, class_id: str) -> None:
    """Take all hands down.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        session.execute(update(StudentRow).where(StudentRow.class_id == class_id).values(hand=None))


def note_here(database: Database, class_id: str, student_id: str, here: bool) -> None:
    """Note whether a screen of a student is connected.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        where = (StudentRow.id == student_id, StudentRow.class_id == class_id)
        session.execute(update(StudentRow).where(*where).values(here=here))

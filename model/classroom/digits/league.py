"""A league: which network reads the class best, when all have the same means?

The class's digits are parted once. All learn from the same ones; no network may have more than so
many parameters, and of a training counts what it reached in so many seconds. One digit of five is
held back by the teacher: on those the networks are compared, and nobody hears how before the end.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from model.classroom.database import Database
from model.classroom.digits.handwriting import WrittenDigit
from model.classroom.digits.training_sets import make_set
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.tables import EntryRow, LeagueRow, LeagueShownRow, StudentRow, new_id
from model.training.trainer import EpochScores

PARAMETERS = (10_000, 30_000, 100_000)
"""How many a network may have; the course's has 93,322."""
SECONDS = (10, 30, 60)
"""Of training."""


@dataclass(frozen=True)
class Entry:
    """What a student has handed in.

    Attributes:
        right: digits of those held back that are read rightly.
        parameters: of the network.
        seconds: of training.
        epoch: after which it was taken.
    """

    right: int
    parameters: int
    seconds: float
    epoch: int


@dataclass(frozen=True)
class League:
    """A league of a class.

    Attributes:
        id: of the league.
        set_id: of the digits.
        training: how many of them are learned from.
        test: how many are held back.
        parameters, seconds: what is allowed.
        ended: whether the results may be seen.
        shown: whether the projector shows them.
        entries: by the student's id.
    """

    id: str
    set_id: str
    training: int
    test: int
    parameters: int
    seconds: int
    ended: bool
    shown: bool
    entries: dict[str, Entry]

    @property
    def ranking(self) -> list[tuple[int, str, Entry]]:
        """Place, student and entry, the best first; who reads as many has the same place."""
        ordered = sorted(
            self.entries.items(), key=lambda item: (-item[1].right, item[1].parameters)
        )
        return [
            (1 + sum(other.right > entry.right for other in self.entries.values()), student, entry)
            for student, entry in ordered
        ]


def begin_league(
    database: Database,
    class_id: str,
    written: Sequence[WrittenDigit],
    parameters: int,
    seconds: int,
) -> None:
    """Begin a league in place of the one before it.

    Args:
        database: of the classes.
        class_id: of the class.
        written: the digits that count.
        parameters: how many a network may have.
        seconds: of training.

    Raises:
        ValueError: too few digits.
        ClassError: see `Database.change`.
    """
    kept = make_set(database, class_id, written, held_back=True)
    with database.change(class_id) as session:
        session.execute(delete(LeagueRow).where(LeagueRow.class_id == class_id))
        session.add(
            LeagueRow(
                id=new_id(),
                class_id=class_id,
                set_id=kept.id,
                training=kept.training,
                test=kept.test,
                parameters=parameters,
                seconds=seconds,
                ended=False,
            )
        )


def hand_network_in(
    database: Database, class_id: str, student_id: str, league_id: str, entry: Entry
) -> None:
    """Take a student's network; the last one that is handed in counts.

    Raises:
        ClassError: the league has ended, or it is not this student's; or see `Database.change`.
        ValueError: the network has too many parameters, or was trained too long.
    """
    with database.change(class_id) as session:
        league, student = session.get(LeagueRow, league_id), session.get(StudentRow, student_id)
        if league is None or student is None:
            raise ClassError(ClassReason.NOT_MINE)
        if league.class_id != class_id or student.class_id != class_id:
            raise ClassError(ClassReason.NOT_MINE)
        if league.ended:
            raise ClassError(ClassReason.CLOSED)
        if entry.parameters > league.parameters or entry.seconds > league.seconds:
            raise ValueError("This network has more than the others may have.")
        row = session.get(EntryRow, (league_id, student_id))
        if row is None:
            row = EntryRow(league_id=league_id, student_id=student_id)
            session.add(row)
        row.right, row.parameters = entry.right, entry.parameters
        row.seconds, row.epoch = entry.seconds, entry.epoch
        student.active = time.time()


def end_league(database: Database, class_id: str) -> None:
    """Take no more networks; the results may be seen.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        row = _row(session, class_id)
        if row is not None:
            row.ended = True


def league_of(database: Database, class_id: str) -> League | None:
    """The league of a class; None where there is none.

    Raises:
        ClassError: the database does not answer.
    """
    with database.begin() as session:
        row = _row(session, class_id)
        return None if row is None else _league(session, row)


def show_league(database: Database, class_id: str, shown: bool) -> None:
    """Let the projector show the results of a league that has ended, or show them no more.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        row = _row(session, class_id)
        now = None if row is None else session.get(LeagueShownRow, row.id)
        if now is not None and not shown:
            session.delete(now)
        elif now is None and shown and row is not None and row.ended:
            session.add(LeagueShownRow(league_id=row.id))


def shown_league(session: Session, class_id: str) -> League | None:
    """The league whose results the projector shows, within a transaction."""
    row = session.scalar(
        select(LeagueRow).join(LeagueShownRow).where(LeagueRow.class_id == class_id)
    )
    return None if row is None else _league(session, row)


def epoch_in_time(
    history: Sequence[EpochScores], epochs: Sequence[int], seconds: float
) -> tuple[int, float]:
    """The last epoch whose network can be had and that was reached in time, and when that was.

    Args:
        history: the scores of all epochs, with the seconds of each.
        epochs: those whose networks can be had.
        seconds: of training that are allowed.

    Returns:
        The epoch, 0 where none was reached in time, and the seconds until its end.
    """
    found, passed = (0, 0.0), 0.0
    for scores in history:
        passed += scores.seconds
        if passed <= seconds and scores.epoch in epochs:
            found = scores.epoch, passed
    return found


def _league(session: Session, row: LeagueRow) -> League:
    entries = session.scalars(select(EntryRow).where(EntryRow.league_id == row.id)).all()
    return League(
        row.id,
        row.set_id,
        row.training,
        row.test,
        row.parameters,
        row.seconds,
        row.ended,
        session.get(LeagueShownRow, row.id) is not None,
        {
            each.student_id: Entry(each.right, each.parameters, each.seconds, each.epoch)
            for each in entries
        },
    )


def _row(session: Session, class_id: str) -> LeagueRow | None:
    return session.scalar(select(LeagueRow).where(LeagueRow.class_id == class_id))

"""A session's seat in a class: whose it is, and what its student does now.

As at the pen's channel (`ui.state.pen.seat`): the page's script fills the seat, the browser names
it by a token that nobody can guess, and it ends with its session. No request of a browser ever
says who it is for: the seat does.
"""

import secrets
import threading
import time
import weakref
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from weakref import WeakSet, WeakValueDictionary

import numpy as np

from model.classroom.doings import Doing, RunDoing
from model.classroom.lifecycle import HOURS, Member, member, member_with_mark
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.view import SentTo
from model.runs import Run
from ui.locale import language
from ui.state.classroom.store import database
from ui.state.connections.sockets import Traffic
from ui.state.my_runs import may_steer, my_mark, my_runs
from ui.state.pages import FRONT_PAGE
from ui.state.pen.seat import Seat
from ui.state.session import ChosenDigit, Session, of_page, session

REQUESTS, REQUESTS_SECONDS = 40, 2.0
"""So many requests in so many seconds are more than a person makes."""


class Role(StrEnum):
    """What a seat may do: only a student's may send anything."""

    STUDENT = "student"
    TEACHER = "teacher"
    SCREEN = "screen"  # a projector


@dataclass(eq=False)
class ClassSeat:
    """One session in a class.

    Attributes:
        role: of the session.
        class_id: of the class.
        one: the student; None for teachers and projectors.
        runs: of its person and of this lesson, the latest last.
        page: that is open.
        language: in which its screen is.
        sent_to: where everybody was sent last.
        followed: the number of the last view that was followed; None before the first look.
        token: what the browser names the seat by.
        traffic: of its connections.
    """

    role: Role
    class_id: str
    one: Member | None = None
    runs: list[Run] = field(default_factory=list)
    page: str = ""
    language: str = field(default_factory=language)
    sent_to: SentTo | None = None
    followed: int | None = None
    mark: str = field(default_factory=my_mark, repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    traffic: Traffic = field(
        default_factory=lambda: Traffic(REQUESTS, REQUESTS_SECONDS), repr=False
    )
    _session: "weakref.ref[Session]" = field(default_factory=lambda: weakref.ref(session()))
    _paused: bool = False
    _digit: tuple[ChosenDigit, bytes] | None = None  # the last one, as it is kept

    def __post_init__(self) -> None:
        with _lock:
            _seats[self.token] = self

    def doing(self) -> Doing:
        """What the student does now. It takes some microseconds: it is asked every second."""
        mine = self._session()
        digit = None if mine is None else _digit_of(mine)
        run = _run(self.runs)
        if digit is None:
            return Doing(self.page, run=run)
        if self._digit is None or self._digit[0] is not digit:
            self._digit = digit, np.rint(digit.pixels * 255).astype(np.uint8).tobytes()
        said, share = digit.answer or (None, None)
        return Doing(self.page, self._digit[1], said, share, run)

    def hold(self, paused: bool) -> None:
        """Pause what this student trains, or let go on what was paused for the teacher."""
        if paused:
            for run in self.runs:
                if run.state().phase.moving and may_steer(run, self.mark):
                    run.pause()
                    _held.add(run)
        elif self._paused:
            for run in self.runs:
                if run in _held:
                    _held.discard(run)
                    run.resume()
        self._paused = paused

    @property
    def paused(self) -> bool:
        """Whether the teacher holds all trainings."""
        return self._paused


_held: WeakSet[Run] = WeakSet()
"""What was paused for a teacher. It is no seat's: a student who loads the page anew has another."""
_lock = threading.Lock()
_seats: WeakValueDictionary[str, ClassSeat] = WeakValueDictionary()


def class_seat_of(token: str) -> ClassSeat | None:
    """The seat of a token; None when its session is gone, or was another server's."""
    with _lock:
        return _seats.get(token)


@dataclass
class ClassSeats:
    """What a session has of seats."""

    student: ClassSeat | None = None
    teacher: ClassSeat | None = None  # or a projector
    looked: bool = False  # whether it is known if this browser is a student already
    ended: bool = False  # whether the student's class has ended and nobody has said so yet
    told_aside: Path | None = None  # which damaged file the teacher has heard of


def find_seat() -> None:
    """Find this session's seat as a student, at the beginning of a run: the menu depends on it.

    A browser that was a student before is the same one again, by its secret (`ui.state.my_runs`).
    """
    mine = of_page(ClassSeats)
    try:
        if mine.student is None:
            found = None if mine.looked else member_with_mark(database(), my_mark())
            mine.looked = True
            if found is not None:
                take_seat(found)
        elif mine.student.one is not None:
            one = member(database(), mine.student.one.student_id)
            if one is None:
                # The class has ended; its channel may hold the seat a little.
                mine.student, mine.ended = None, True
            else:
                mine.student.one = one
    except ClassError as error:
        if error.reason is ClassReason.DAMAGED:
            mine.student, mine.ended = None, mine.student is not None
        else:
            mine.looked = False  # the database is away for a moment: the seat stays as it is


def student_seat() -> ClassSeat | None:
    """This session's seat as a student, with what its page knows now; None without a class."""
    seat = of_page(ClassSeats).student
    if seat is not None:
        seat.page, seat.runs = session().page or FRONT_PAGE, _of_the_lesson(seat.mark)
        seat.language = language()
        if seat.paused:
            seat.hold(True)  # also what was begun since
    return seat


def take_seat(one: Member) -> ClassSeat:
    """Let this session be a student."""
    seat = ClassSeat(Role.STUDENT, one.class_id, one)
    of_page(ClassSeats).student = seat
    return seat


def leave_seat() -> None:
    """Let this session be no student any more."""
    of_page(ClassSeats).student = None


def looking_seat(role: Role, class_id: str) -> ClassSeat:
    """This session's seat as a teacher or a projector."""
    mine = of_page(ClassSeats)
    seat = mine.teacher
    if seat is None or (seat.role, seat.class_id) != (role, class_id):
        seat = mine.teacher = ClassSeat(role, class_id)
    seat.language = language()
    return seat


def leave_desk() -> None:
    """Let this session be no teacher any more."""
    of_page(ClassSeats).teacher = None


def my_class() -> str | None:
    """The class that this session teaches, shows or sits in; None without one."""
    teacher = of_page(ClassSeats).teacher
    seat = teacher or student_seat()
    return None if seat is None else seat.class_id


def _of_the_lesson(mark: str) -> list[Run]:
    """What this person trains or has trained since a class could begin: no older one is told."""
    since = time.time() - HOURS * 3600
    mine = [run for run in my_runs() if may_steer(run, mark)]
    return [run for run in mine if run.moving or run in _held or run.created > since]


def _digit_of(mine: Session) -> ChosenDigit | None:
    """The digit that the open page speaks about: the stage's goes no further before it is left."""
    pen = mine.pages.get(Seat)
    if pen is not None and mine.page in ("", FRONT_PAGE):
        digit: ChosenDigit | None = pen.digit
        return digit
    return mine.digit


def _run(mine: list[Run]) -> RunDoing | None:
    if not mine:
        return None
    going = [run for run in mine if run.moving]
    state = (going or mine)[-1].state()
    curve = tuple(round(each.validation.accuracy, 4) for each in state.history)
    place = state.place_in_queue if state.epoch == state.batch == 0 else None
    return RunDoing(state.epoch, state.target, state.phase.moving, curve, place, len(going))

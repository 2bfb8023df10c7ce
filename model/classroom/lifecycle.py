"""How a class begins and ends, and how a student comes, goes and comes back.

A class ends by its teacher or after twelve hours. Then every row of it is deleted: nothing that a
student drew or answered outlives the lesson.
"""

import time
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from model.classroom.codes import (
    CLASS_CODE,
    OWN_CODE,
    cleaned,
    digest,
    new_code,
    new_key,
    screen_key_of,
)
from model.classroom.database import Database
from model.classroom.names import Animal, Colour, Name, free_name
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.shown import NOTHING_CHOSEN, Shown, shown_in
from model.classroom.spoken import language_in
from model.classroom.tables import ClassRow, LanguageRow, StudentRow, new_id

HOURS = 12.0
MOST_STUDENTS = 60
"""In one class."""
MOST_CLASSES = 40
"""At a time on one database: a visitor who opens them for fun fills no disk."""
TRIES = 20
"""Codes that are drawn before one gives up: with 40 classes one in 200,000 is taken."""


@dataclass(frozen=True)
class Opened:
    """A class that was just opened. Its key is nowhere else: only a digest of it is kept."""

    class_id: str
    code: str
    teacher_key: str


@dataclass(frozen=True)
class Member:
    """A student of an open class, what the class sees, and which language it has."""

    student_id: str
    class_id: str
    name: Name
    own_code: str
    shown: Shown = NOTHING_CHOSEN
    language: str = ""


def open_class(database: Database, language: str = "") -> Opened:
    """Open a class.

    Args:
        database: of the classes.
        language: of the teacher; empty: students have their own.

    Raises:
        ClassError: too many are open, or the database does not answer.
    """
    try:
        return _open(database, language)
    except ClassError as error:
        if error.reason is not ClassReason.DAMAGED:
            raise
    return _open(database, language)  # in the new database


def _open(database: Database, language: str) -> Opened:
    end_old(database)
    for _ in range(TRIES):
        now = time.time()
        opened = Opened(new_id(), new_code(CLASS_CODE), new_key())
        row = ClassRow(
            id=opened.class_id,
            code=opened.code,
            teacher=digest(opened.teacher_key),
            screen=digest(screen_key_of(opened.teacher_key)),
            opened=now,
            ends=now + HOURS * 3600,
        )
        try:
            with database.begin() as session:
                if len(session.scalars(select(ClassRow.id)).all()) >= MOST_CLASSES:
                    raise ClassError(ClassReason.FULL)
                session.add(row)
                if language:
                    session.flush()  # the class comes first
                    session.add(LanguageRow(class_id=row.id, language=language))
        except IntegrityError:
            continue  # the code is taken
        return opened
    raise ClassError(ClassReason.FULL)


def class_of_teacher(database: Database, key: str) -> str | None:
    """The open class that this key governs; None where there is none."""
    return _class_of(database, ClassRow.teacher == digest(key))


def class_of_screen(database: Database, key: str) -> str | None:
    """The open class that this key shows and no more; None where there is none."""
    return _class_of(database, ClassRow.screen == digest(key))


def join(database: Database, typed: str, mark: str = "") -> Member:
    """Let a student in by the class's code, or back in by their own.

    Who comes a second time from the same browser is the same student.

    Args:
        database: of the classes.
        typed: the code.
        mark: of the browser, see `model.runs.owner`; empty where it has none.

    Raises:
        ClassError: no such class, a full one, or the database does not answer.
    """
    code = cleaned(typed)
    if len(code) == OWN_CODE:
        return _back(database, code, mark)
    found = _class_of(database, ClassRow.code == code)
    if found is None:
        raise ClassError(ClassReason.UNKNOWN_CODE)
    with database.change(found) as session:
        rows = session.scalars(select(StudentRow).where(StudentRow.class_id == found)).all()
        for row in rows:
            if mark and row.mark == mark:
                return _member(session, row)
        if len(rows) >= MOST_STUDENTS:
            raise ClassError(ClassReason.FULL)
        if mark:
            _unbind(session, mark)
        name = free_name({_name(row) for row in rows})
        now = time.time()
        row = StudentRow(
            id=new_id(),
            class_id=found,
            colour=name.colour,
            animal=name.animal,
            own_code=new_code(OWN_CODE),
            mark=mark or None,
            joined=now,
            active=now,
        )
        session.add(row)
        return _member(session, row)


def member_with_mark(database: Database, mark: str) -> Member | None:
    """The student that a browser is; None where it is none of an open class."""
    return _found(database, StudentRow.mark == mark) if mark else None


def member(database: Database, student_id: str) -> Member | None:
    """The student with this id; None where there is none in an open class."""
    return _found(database, StudentRow.id == student_id)


def let_go(database: Database, one: Member) -> None:
    """Let a browser be nobody again: another student may join with it. What was done stays.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(one.class_id) as session:
        where = StudentRow.id == one.student_id
        session.execute(update(StudentRow).where(where).values(mark=None, here=False, hand=None))


def end_class(database: Database, class_id: str) -> None:
    """End a class: everything of it is deleted, on disk too.

    Raises:
        ClassError: the database does not answer.
    """
    with database.begin() as session:
        session.execute(delete(ClassRow).where(ClassRow.id == class_id))
        database.tell(session, class_id)
    database.wipe()
    database.told(class_id)


def end_old(database: Database) -> None:
    """End the classes whose time is over.

    Raises:
        ClassError: the database does not answer.
    """
    with database.begin() as session:
        old = session.scalars(select(ClassRow.id).where(ClassRow.ends <= time.time())).all()
    for class_id in old:
        end_class(database, class_id)
    if not database.wiped:
        database.wipe()


def _back(database: Database, own_code: str, mark: str) -> Member:
    one = _found(database, StudentRow.own_code == own_code)
    if one is None:
        raise ClassError(ClassReason.UNKNOWN_CODE)
    with database.change(one.class_id) as session:
        if mark:
            _unbind(session, mark)
            where = StudentRow.id == one.student_id
            session.execute(update(StudentRow).where(where).values(mark=mark))
    return one


def _unbind(session: Session, mark: str) -> None:
    """A browser is one student at a time, in one class at a time."""
    session.execute(update(StudentRow).where(StudentRow.mark == mark).values(mark=None))


def _class_of(database: Database, which: object) -> str | None:
    if database.unused:
        return None
    with database.begin() as session:
        query = select(ClassRow.id).where(which, ClassRow.ends > time.time())  # type: ignore[arg-type]
        return session.scalar(query)


def _found(database: Database, which: object) -> Member | None:
    if database.unused:
        return None
    with database.begin() as session:
        row = session.scalar(
            select(StudentRow)
            .join(ClassRow, ClassRow.id == StudentRow.class_id)
            .where(which, ClassRow.ends > time.time())  # type: ignore[arg-type]
        )
        return None if row is None else _member(session, row)


def _name(row: StudentRow) -> Name:
    return Name(Colour(row.colour), Animal(row.animal))


def _member(session: Session, row: StudentRow) -> Member:
    shown, language = shown_in(session, row.class_id), language_in(session, row.class_id)
    return Member(row.id, row.class_id, _name(row), row.own_code, shown, language)

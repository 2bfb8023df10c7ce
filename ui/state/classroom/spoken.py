"""The language of a class: a teacher's session gives it, a student's takes it."""

from contextlib import suppress

from model.classroom.reasons import ClassError
from model.classroom.spoken import speak_in_class
from ui.locale import language
from ui.state.classroom.seat import ClassSeats, Role
from ui.state.classroom.store import database
from ui.state.language import take_class_language
from ui.state.session import of_page


def share_language() -> None:
    """Do it, when the session's own language has been found and before anything is said."""
    mine = of_page(ClassSeats)
    teacher, student = mine.teacher, mine.student
    if teacher is None or teacher.role is not Role.TEACHER:
        if student is not None and student.one is not None:
            take_class_language(student.one.language)
        return
    if teacher.language == language():
        return
    teacher.language = language()  # the teacher has switched
    with suppress(ClassError):  # the class has ended, or the database is away: students keep theirs
        speak_in_class(database(), teacher.class_id, teacher.language)

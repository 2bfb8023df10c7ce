"""What a class sees: told to each of its students, and gone with the class."""

import pytest

from model.classroom.database import Database
from model.classroom.lifecycle import end_class, join, member, open_class
from model.classroom.reasons import ClassError
from model.classroom.shown import Shown, show_only
from model.classroom.view import view_class


def test_all_students_of_a_class_know_what_is_open_to_them(database: Database) -> None:
    here, other = open_class(database), open_class(database)
    fox, owl = join(database, here.code), join(database, other.code)
    assert fox.shown == Shown()
    for number, pages in enumerate((["draw"], ["draw", "train"]), start=1):
        show_only(database, here.class_id, pages, ["lesson"])
        again = member(database, fox.student_id)
        view = view_class(database, here.class_id)
        assert again is not None
        assert view is not None
        assert again.shown == view.shown == Shown(tuple(pages), ("lesson",), number)
    assert join(database, here.code).shown.number == 2  # also who comes later
    unchanged = member(database, owl.student_id)
    assert unchanged is not None
    assert unchanged.shown == Shown()
    end_class(database, here.class_id)
    with pytest.raises(ClassError):
        show_only(database, here.class_id, [], [])

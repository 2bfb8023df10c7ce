"""What a teacher does with all screens at once."""

from collections.abc import Mapping

from model.classroom.database import Database
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.tables import ClassRow


def eyes_front(database: Database, class_id: str, front: bool) -> None:
    """Dim the students' screens, or light them again.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        _row(session.get(ClassRow, class_id)).front = front


def pause_trainings(database: Database, class_id: str, paused: bool) -> None:
    """Hold all trainings of the class, or let them go on.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        _row(session.get(ClassRow, class_id)).paused = paused


def send_to(database: Database, class_id: str, page: str, query: Mapping[str, str]) -> None:
    """Send everybody to a view.

    Args:
        database: of the classes.
        class_id: of the class.
        page: the name of a page.
        query: what its address says.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        row = _row(session.get(ClassRow, class_id))
        row.view = {"page": page, "query": dict(query)}
        row.view_number += 1


def _row(row: ClassRow | None) -> ClassRow:
    if row is None:
        raise ClassError(ClassReason.OVER)
    return row

"""Which pages a teacher opens to a class, and what is left out on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from model.classroom.database import Database
from model.classroom.tables import ShownRow


@dataclass(frozen=True)
class Shown:
    """What students see.

    Attributes:
        pages: names of the pages that are open to them; none: all.
        hidden: what is left out on them, by the names that the screen has for it.
        number: how often it was chosen; screens that know another number look again.
    """

    pages: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    number: int = 0


NOTHING_CHOSEN = Shown()
"""Students see everything."""


def show_only(
    database: Database, class_id: str, pages: Sequence[str], hidden: Sequence[str]
) -> None:
    """Choose what the students of a class see; nothing of both is everything again.

    Raises:
        ClassError: see `Database.change`.
    """
    with database.change(class_id) as session:
        row = session.get(ShownRow, class_id)
        if row is None:
            row = ShownRow(class_id=class_id, pages=[], hidden=[], number=0)
            session.add(row)
        row.pages, row.hidden = list(pages), list(hidden)
        row.number += 1


def shown_in(session: Session, class_id: str) -> Shown:
    """Return what was chosen, within a transaction."""
    row = session.get(ShownRow, class_id)
    return NOTHING_CHOSEN if row is None else Shown(tuple(row.pages), tuple(row.hidden), row.number)

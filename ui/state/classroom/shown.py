"""What this session may see: a student what the teacher has opened, everybody else everything."""

from enum import StrEnum

from model.classroom.shown import NOTHING_CHOSEN, Shown
from ui.state.address import kept
from ui.state.classroom.seat import ClassSeats, Role
from ui.state.pages import ENTRIES, FRONT_PAGE, MENU, PageName
from ui.state.properties import TEACH
from ui.state.session import of_page

CHOSEN: tuple[PageName, ...] = tuple(
    entry.name for section, entries in MENU.items() if section != "Class" for entry in entries
)
"""The pages among which a teacher chooses."""
ALWAYS: tuple[PageName, ...] = ("join",)
"""Is never closed: there a student leaves the class."""


class Part(StrEnum):
    """What a teacher can leave out."""

    SETTINGS = "settings"  # of a training
    LESSON = "lesson"  # the text and the question behind "Lesson"
    NETWORK = "network"  # the choice of the network on all pages
    FILES = "files"  # digits from files and from the camera


def shown_here() -> Shown:
    """What was chosen for this session."""
    mine = of_page(ClassSeats)
    teaches = mine.teacher is not None and mine.teacher.role is Role.TEACHER
    if teaches or mine.student is None or mine.student.one is None:
        return NOTHING_CHOSEN
    return mine.student.one.shown


def hides(part: Part) -> bool:
    """Whether something is left out here."""
    return part in shown_here().hidden


def in_menu(name: PageName) -> bool:
    """Whether the menu has a page."""
    pages = shown_here().pages
    return not pages or name in pages or name in ALWAYS


def is_open(name: str) -> bool:
    """Whether a page may be seen here, also one to which the teacher has just brought everybody."""
    if any(name == each and in_menu(each) for each in ENTRIES):
        return True
    student = of_page(ClassSeats).student
    sent = None if student is None else student.sent_to
    if sent is not None and sent.page == name:
        return True
    # In a browser that is also a student's a teacher's key opens its pages; a wrong one, a door.
    return name == "class" or (name in TEACH.pages and kept(TEACH) is not None)


def first_open() -> PageName:
    """The page with which a student begins."""
    pages = shown_here().pages
    return FRONT_PAGE if FRONT_PAGE in pages else next(filter(in_menu, CHOSEN), "join")

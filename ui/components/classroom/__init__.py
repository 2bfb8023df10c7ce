"""The screens of a class: a student's sign in the top row, a teacher's board, a projector.

All three are fed by the class's channel (see `ui.classroom.channel`), never by a rerun, so that a
screen on which nothing happens costs nothing.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ui.components import component
from ui.components.canvas import BRUSH, BRUSHES, SIDE

CHANNEL = "class_channel"
"""The channel's address, below that of the app."""

_mount = component("classroom", "canvas")


def student_sign(
    key: str,
    *,
    token: str,
    whose: str,
    name: str,
    colour: str,
    followed: int,
    shown: int,
    spoken: str,
) -> int | None:
    """Show a student who they are, with a button that raises their hand, and what is asked.

    Args:
        key: of the component.
        token: of the student's seat.
        whose: the student's id: what a seat asked and what is not answered goes to the next one's.
        name: of the student.
        colour: the name's colour.
        followed: the number of the last view to which the student was sent.
        shown: the number of what students see, as this page was drawn.
        spoken: the language of the class, likewise.

    Returns:
        The number of a view that is to be opened now; None as a rule.
    """
    data = {
        "show": "sign",
        "token": token,
        "whose": whose,
        "name": name,
        "colour": colour,
        "followed": followed,
        "shown": shown,
        "spoken": spoken,
        "sheet": {"key": "class", "side": SIDE, "brush": BRUSH, "brushes": BRUSHES},
    }
    return checked_number(_shown(key, data).get("go"))


def class_screen(
    key: str,
    *,
    show: Literal["board", "projector"],
    token: str,
    invite: Mapping[str, str],
    names: bool,
    spoken: str,
) -> None:
    """Show a teacher's board, or what a projector shows.

    Args:
        key: of the component.
        show: which of them.
        token: of the seat.
        invite: the way in: address, code, picture, note.
        names: whether the tiles have the students' names.
        spoken: the language of the class, as this page was drawn.
    """
    data = {
        "show": show,
        "token": token,
        "invite": dict(invite),
        "names": names,
        "spoken": spoken,
    }
    _shown(key, data)


@dataclass(frozen=True)
class ShownDigit:
    """One of the class's digits in the grid.

    Attributes:
        id: of the digit.
        pixels: 784 bytes in base64, 255 is ink.
        words: what it is, for a pointer and for screen readers.
        said: below it.
        colour: of its writer's name.
        held, removed: whether it is not in the set, and why.
        wrong: whether the network misreads it.
    """

    id: str
    pixels: str
    words: str
    said: str
    colour: str
    held: bool
    removed: bool
    wrong: bool


def digit_grid(key: str, digits: Sequence[ShownDigit]) -> str | None:
    """Show the class's digits; return the id of the one that was pressed in this run."""
    data = {"show": "grid", "token": "", "digits": [asdict(each) for each in digits]}
    return checked_pick(_shown(key, data).get("pick"), {each.id for each in digits})


def checked_pick(said: object, shown: Set[str]) -> str | None:
    """Return the id that the browser sent, if it is one of those that are shown; else None."""
    return said if isinstance(said, str) and said in shown else None


def checked_number(said: object) -> int | None:
    """Return the number that the browser sent; None for anything else."""
    # type() rather than isinstance: True is an int to Python, and not a number to us
    return said if type(said) is int and said >= 0 else None


def _shown(key: str, data: dict[str, Any]) -> Any:
    whole = data | {"channel": CHANNEL}
    # "again" is sent for its rerun alone: the seat has gone with its session, or the class ended.
    return _mount(
        key=key,
        data=whole,
        on_go_change=_nothing,
        on_pick_change=_nothing,
        on_again_change=_nothing,
    )


def _nothing() -> None:
    """Streamlit wants a callback for what a component tells."""

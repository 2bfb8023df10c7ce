"""A person's seat at the pen's channel: what the page and the channel tell each other.

The page's script fills the seat on each of its runs and says `changed()`; the channel, which knows
no script and no session, reads it and puts the digit there that was read last.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from model.network import Network
from model.network.shipped import shipped
from model.runs import Run
from ui.locale import ENGLISH
from ui.state.connections.sockets import Traffic
from ui.state.my_runs import my_mark
from ui.state.session import ChosenDigit, of_page, session

Listener = Callable[[], None]

FRAMES, FRAMES_SECONDS = 240, 2.0
"""So many frames in so many seconds, 120 a second, are more than any pen sends."""


@dataclass(eq=False)
class Seat:
    """What one session shows, for the pen's channel. A seat ends with its session.

    Attributes:
        network: what the page shows now.
        network_title: what the screen calls it.
        run: the one whose network is shown; while it is under way its live weights are read.
        epoch: of that run, chosen by its person; None: its newest network.
        steps_off: keys of the steps of preprocessing that are left out.
        off: filters that are switched off, by layer and number.
        given: a digit from elsewhere (a test digit, an upload, a link); None: the sheet counts.
        digit: the last one that was read; None where the sheet is empty.
        language: that its page speaks.
        mark: of its person, who may steer their own runs; see `ui.state.my_runs`.
        token: what the browser names the seat by; nobody can guess it.
        traffic: of its connections.
    """

    network: Network = field(default_factory=shipped)
    network_title: str = ""
    run: Run | None = None
    epoch: int | None = None
    steps_off: tuple[str, ...] = ()
    off: tuple[tuple[str, int], ...] = ()
    given: ChosenDigit | None = None
    digit: ChosenDigit | None = None
    language: str = ENGLISH
    mark: str = field(default_factory=my_mark, repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    traffic: Traffic = field(default_factory=lambda: Traffic(FRAMES, FRAMES_SECONDS), repr=False)
    _adopted: ChosenDigit | None = None  # the last digit that other pages took over
    _chose: bool = False  # whether an epoch was chosen here since the pages last asked
    _listeners: set[Listener] = field(default_factory=set)

    def __post_init__(self) -> None:
        with _lock:
            _seats[self.token] = self

    def changed(self) -> None:
        """Wake the open sockets of this seat: they read again what the page has changed."""
        with _lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def listen(self, listener: Listener) -> None:
        """Have something called on each `changed()`, from the caller's thread, until `leave`."""
        with _lock:
            self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Call it no more."""
        with _lock:
            self._listeners.discard(listener)

    def choose_epoch(self, epoch: int | None) -> None:
        """Show the run's network after this epoch; the other pages take the choice over."""
        self.epoch, self._chose = epoch, True

    def adopt(self) -> None:
        """Give the session what is new here: the digit that was read last, and a chosen epoch."""
        mine, digit = session(), self.digit
        if digit is not None and digit is not self._adopted:
            mine.digit = self._adopted = digit
        if self._chose:
            self._chose = False
            mine.view = replace(mine.view, epoch=self.epoch)


_lock = threading.Lock()
_seats: WeakValueDictionary[str, Seat] = WeakValueDictionary()


def seat() -> Seat:
    """This session's seat."""
    return of_page(Seat)


def seat_of(token: str) -> Seat | None:
    """The seat of a token; None when its session is gone, or was another server's."""
    with _lock:
        return _seats.get(token)


def adopt_pen_digit() -> None:
    """Let the other pages speak about the digit, and show the epoch, that the stage was left with.

    Called before a page runs. What was taken over once is not taken again: a digit that another
    page has chosen since then stays.
    """
    if (mine := session().pages.get(Seat)) is not None:
        mine.adopt()

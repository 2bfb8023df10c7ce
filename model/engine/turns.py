"""Runs take turns: each waits in a queue for the worker that trains, and knows its place there.

A worker does one thing after the other. If all runs sent it their slices at once, those at the end
would wait for an answer until they take the engine for dead, and nobody could say how long it
takes. Here a run asks only when its turn has come, and stands in the queue again afterwards.

People share alike, however many runs each has: one turn each before anybody's second.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from weakref import WeakKeyDictionary

from model.engine import Engine

AT_HAND = 1
"""So many turns beyond what the workers can do: they find the next slice at hand."""
NEWEST = 0.2
"""The share of the newest turn in the mean of how long one takes."""
RETURN_SECONDS = 1.0
"""Who had a turn is back in the queue sooner; until then the others keep their order."""
REMEMBERED = 1000
"""People whose last turn is remembered."""


class Turn:
    """A place in the queue; `Turns.join` makes it."""

    def __init__(
        self, turns: "Turns", told: Callable[[], None], who: Hashable | None = None
    ) -> None:
        self._turns = turns
        self.told = told
        self.who: Hashable = self if who is None else who
        self.joined = 0  # turns that had begun before
        self.began: float | None = None  # on the clock time.monotonic()

    @property
    def has_come(self) -> bool:
        """Whether it is this one's turn."""
        return self.began is not None

    @property
    def place(self) -> int | None:
        """Its place among those that wait, from 1; None when its turn has come, or is over."""
        return self._turns.place(self)

    @property
    def seconds(self) -> float | None:
        """About how long it will wait; None when it does not, or before any turn was measured."""
        return self._turns.seconds(self)

    def leave(self) -> None:
        """Give the turn, or the place, to the next one; a second time does nothing."""
        self._turns.leave(self)


class Turns:
    """The queue. For several threads.

    Args:
        at_once: how many have their turn at the same time; None is all.
    """

    def __init__(self, at_once: int | None) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()  # guards everything below
        self._waiting: deque[Turn] = deque()
        self._served: set[Turn] = set()
        self._last: dict[Hashable, tuple[int, float]] = {}  # of people: their last turn, and when
        self._count = 0  # turns that have begun
        self._mean: float | None = None  # seconds of a turn

    def join(self, told: Callable[[], None], who: Hashable | None = None) -> Turn:
        """Stand in the queue, before those whose last turn is less long ago.

        Args:
            told: is called, in any thread, when the turn has come; may take locks that whoever
                calls a method of this class does not hold.
            who: whose turn it is; None is somebody whom nobody else is.
        """
        turn = Turn(self, told, who)
        with self._lock:
            turn.joined = self._count
            self._waiting.append(turn)
            called = self._call()
        _tell(called)
        return turn

    def leave(self, turn: Turn) -> None:
        """As `Turn.leave`."""
        with self._lock:
            if turn in self._served:
                self._served.remove(turn)
                assert turn.began is not None
                took = time.monotonic() - turn.began
                before = took if self._mean is None else self._mean
                self._mean = (1 - NEWEST) * before + NEWEST * took
                if turn.who in self._last:
                    self._last[turn.who] = self._last[turn.who][0], time.monotonic()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            called = self._call()
        _tell(called)

    @property
    def sharing(self) -> int:
        """How many have their turn or wait for it."""
        with self._lock:
            return len(self._served) + len(self._waiting)

    def place(self, turn: Turn) -> int | None:
        """As `Turn.place`."""
        with self._lock:
            return self._order().index(turn) + 1 if turn in self._waiting else None

    def seconds(self, turn: Turn) -> float | None:
        """As `Turn.seconds`."""
        with self._lock:
            if turn not in self._waiting or self._mean is None or self._at_once is None:
                return None
            return (self._order().index(turn) + 1) * self._mean / self._at_once

    def _call(self) -> list[Turn]:
        """Begin the turns of those that are next; with the lock held."""
        called = []
        while self._at_once is None or len(self._served) < self._at_once:
            turn = self._next()
            if turn is None:
                break
            self._waiting.remove(turn)
            self._begin(turn)
            called.append(turn)
        return called

    def _begin(self, turn: Turn) -> None:
        turn.began = now = time.monotonic()
        self._served.add(turn)
        self._count += 1
        if turn.who is turn:
            return
        self._last.pop(turn.who, None)  # so that the dict stays in the order of the turns
        self._last[turn.who] = self._count, now
        if len(self._last) > REMEMBERED:
            del self._last[next(iter(self._last))]

    def _next(self) -> Turn | None:
        """Who is next: whoever waits and had no turn for the longest time."""
        if self._at_once is None:  # nobody waits for anybody
            return self._waiting[0] if self._waiting else None
        served = {turn.who for turn in self._served}
        free = [turn for turn in self._waiting if turn.who not in served]
        if not free and not (served and self._expected(served)):
            free = list(self._waiting)
        return min(free, key=self._number, default=None)

    def _expected(self, served: set[Hashable]) -> bool:
        """Whether somebody else has just had a turn, and will be back in a moment."""
        recently = time.monotonic() - RETURN_SECONDS
        return any(when > recently for who, (_, when) in self._last.items() if who not in served)

    def _number(self, turn: Turn) -> int:
        """Of the last turn of its person; who is nobody stands behind all who wait already."""
        return turn.joined if turn.who is turn else self._last.get(turn.who, (0, 0.0))[0]

    def _order(self) -> list[Turn]:
        """All who wait, in the order in which they are called, if nobody comes or goes."""
        numbers = {turn.who: self._number(turn) for turn in self._waiting}
        left, order = list(self._waiting), list[Turn]()
        while left:
            turn = min(left, key=lambda each: numbers[each.who])
            left.remove(turn)
            order.append(turn)
            numbers[turn.who] = self._count + len(order)
        return order


def _tell(called: list[Turn]) -> None:
    for turn in called:
        turn.told()


_lock = threading.Lock()
_turns: WeakKeyDictionary[Engine, Turns] = WeakKeyDictionary()


def turns_of(engine: Engine) -> Turns:
    """The queue of all runs that train on an engine."""
    with _lock:
        if engine not in _turns:
            trainers = engine.training_workers
            _turns[engine] = Turns(None if trainers is None else trainers + AT_HAND)
        return _turns[engine]

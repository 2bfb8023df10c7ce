"""Asks how a network that is training reads ten test digits, without making a page wait."""

import contextlib
import math
import threading
import time
from collections.abc import Callable

from model.engine import Engine, EngineError
from model.network import Network
from model.training.probe import Probe, probe

EVERY = 1.0
"""Seconds between two questions: the eye follows, and the training hardly notices."""
PATIENCE = 5.0
"""Seconds after which a question is given up; the next one asks about newer weights anyway."""

THREAD = "watch"
"""The name of the thread of a question."""


class Watch:
    """Asks the engine about a network that changes, without ever making a page wait.

    One question at a time, at most one every `EVERY` seconds, each in a thread of its own; what is
    asked in between is skipped.

    Args:
        engine: answers the questions.
        clock: tells the time in seconds.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()  # guards everything below
        self._latest: Probe | None = None
        self._asked = -math.inf
        self._busy = False

    def look(self, network: Network) -> Probe | None:
        """Return the last answer at once; ask about this network if it is time to.

        The answer may be about an earlier state of the network (`Probe.network` says which), or be
        None before the first one.
        """
        known = self.knows(network)
        with self._lock:
            now = self._clock()
            due = now - self._asked >= EVERY
            if due and not known and not self._busy:
                self._busy, self._asked = True, now
                threading.Thread(
                    target=self._ask, args=(network,), name=THREAD, daemon=True
                ).start()
            return self._latest

    def knows(self, network: Network) -> bool:
        """Whether the last answer is about exactly this network."""
        latest = self._latest
        return latest is not None and latest.network.fingerprint == network.fingerprint

    def _ask(self, network: Network) -> None:
        answer = None
        try:
            # An engine that is busy or starting again is no news here: the next look asks anew.
            with contextlib.suppress(EngineError):
                answer = self._engine.within(PATIENCE).run(probe, network)
        finally:
            with self._lock:
                self._busy = False
                self._latest = answer or self._latest

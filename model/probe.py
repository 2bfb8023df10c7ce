"""Ten fixed test digits, asked about again and again while a network learns."""

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model import digits
from model.engine import Engine, EngineError
from model.forward import every_output
from model.network import Network, layers

EVERY = 1.0
"""Seconds between two questions: the eye follows, and the training hardly notices."""
PATIENCE = 5.0
"""Seconds after which a question is given up; the next one asks about newer weights anyway."""
OTHERS = 90
"""Digits beside the ten that tell whether a neuron ever wakes: together a hundred."""


@dataclass(frozen=True)
class Probe:
    """What a network makes of the digits of `probe_digits` at one moment.

    `probabilities` is (10, 10) float32, a row for each of the ten digits. `dead` is, for every
    layer with ReLU, the share of its filters or units that are zero for all hundred digits.
    """

    network: Network
    probabilities: np.ndarray
    dead: Mapping[str, float]


@lru_cache(maxsize=1)
def probe_digits() -> digits.Digits:
    """A hundred embedded test digits; the first ten are one of each class, from 0 to 9."""
    test = digits.embedded().test
    first = np.array([np.flatnonzero(test.labels == label)[0] for label in range(10)])
    others = np.setdiff1d(np.arange(len(test)), first)[:OTHERS]
    return test.take(np.concatenate([first, others]))


def probe(network: Network) -> Probe:
    """Ask a network about the digits of `probe_digits`. Runs in a worker: it loads TensorFlow."""
    x = probe_digits().inputs()[..., None]
    outputs = every_output(network.config)(list(network.weights.values()), x)
    dead = {}
    for layer in layers(network.config):
        if layer.activation == "relu":
            after = np.asarray(outputs[layer.name][1])
            strongest = after.reshape(-1, after.shape[-1]).max(axis=0)
            dead[layer.name] = float((strongest <= 0).mean())
    return Probe(network, np.asarray(outputs["output"][1])[:10], dead)


class Watch:
    """Asks the engine about a network that changes, without ever making a page wait.

    One question at a time, at most one every `EVERY` seconds, each in a thread of its own; what is
    asked in between is skipped.

    Args:
        engine: answers the questions.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()  # guards everything below
        self._latest: Probe | None = None
        self._asked = 0.0
        self._busy = False

    def look(self, network: Network) -> Probe | None:
        """Return the last answer at once; ask about this network if it is time to.

        The answer may be about an earlier state of the network (`Probe.network` says which), or be
        None before the first one.
        """
        known = self.knows(network)
        with self._lock:
            due = time.monotonic() - self._asked >= EVERY
            if due and not known and not self._busy:
                self._busy, self._asked = True, time.monotonic()
                threading.Thread(target=self._ask, args=(network,), daemon=True).start()
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

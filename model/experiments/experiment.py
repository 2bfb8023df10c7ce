"""What an experiment is: settings, a plan of its parts, and a generator that measures them."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Generic, TypeVar

import numpy as np

from model.network import Network

Value = float | int | str | bool | None


@dataclass(frozen=True)
class Settings:
    """What decides an experiment; each has its own, a frozen dataclass of plain values.

    Raises:
        ValueError: in those that check their ranges.
    """

    seeds: int = 3  # how many times each measurement is repeated, with other chances

    def __post_init__(self) -> None:
        if not 1 <= self.seeds <= 20:
            raise ValueError("The number of seeds must lie between 1 and 20.")


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a person brings to an experiment; most need nothing.

    Attributes:
        network: the one that is looked at; None where the experiment trains its own.
        arrays: by name, such as the person's own digits, (n, 28, 28) uint8.
    """

    network: Network | None = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Part:
    """One finished piece: what was measured, and what later parts need of it.

    Attributes:
        key: tells it from the other parts of its experiment, as its plan names it.
        values: plain figures by name; what charts and tables are made of.
        arrays: by name: weights, curves, pictures. They are kept on disk, and not shipped.
        seconds: that it took.
    """

    key: str
    values: Mapping[str, Value]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Working:
    """A sign of life between two parts, at least every third of a second.

    Attributes:
        share: how much of the part in work is done, from 0 to 1.
    """

    share: float


Done = Mapping[str, Part]
"""Finished parts by key, in the order in which they were finished."""
NOTHING: Done = {}
Steps = Iterator[Part | Working]


@dataclass(frozen=True)
class Experiment(Generic[S]):
    """One experiment.

    Attributes:
        name: of its file, and of its page.
        version: counts up when the same settings would give other figures: older ones are then not
            taken for new.
        quick: the default settings: three minutes on two cores.
        plan: the keys of all parts, in the order in which they come.
        measure: yields the parts that are not done yet, in the order of the plan, with signs of
            life between. Chance comes from the settings alone: what is measured again is the same.
    """

    name: str
    version: int
    quick: S
    plan: Callable[[S], Sequence[str]]
    measure: Callable[[S, Inputs, Done], Steps]

    def run(self, settings: S | None = None, inputs: Inputs | None = None) -> Iterator[Part]:
        """Measure all parts, one after the other, in this process.

        Args:
            settings: None takes `quick`.
            inputs: what the experiment is given.
        """
        for step in self.measure(settings or self.quick, inputs or Inputs(), NOTHING):
            if isinstance(step, Part):
                yield step

    def fingerprint(self, settings: S, inputs: Inputs) -> str:
        """Tells this experiment with these settings and inputs from all others: 32 hex digits."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(json.dumps([self.name, self.version, asdict(settings)]).encode())
        if inputs.network is not None:
            digest.update(inputs.network.fingerprint.encode())
        for name, array in sorted(inputs.arrays.items()):
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

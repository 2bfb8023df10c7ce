"""What the pen's channel asks of a worker, and what it gets: the types on both sides.

The page's own process makes and hands on these; only `model.evaluation.pen_reading`, in a worker,
opens them.
"""

from dataclasses import dataclass
from functools import lru_cache

from model.interpretability.ablation import Ablation, FilterName, changed_network
from model.interpretability.contributions import Unit
from model.network import Network

SHEET_SIDE = 84
"""Cells along an edge of the ink that arrives."""


@dataclass(frozen=True)
class Ink:
    """What is on the sheet, as it travels.

    Attributes:
        packed: pairs of bytes (count, grey), row by row; 255 is full ink. See `is_sheet`.
        finished: whether the pen is up. While it is down, all ink is one digit.
        off: keys of the steps of preprocessing that are left out.
        followed: the place of the digit whose layers are wanted; None: the largest one.
    """

    packed: bytes
    finished: bool
    off: tuple[str, ...] = ()
    followed: int | None = None


@dataclass(frozen=True)
class GivenDigit:
    """A digit from elsewhere: `pixels` are 28 × 28 float32 in [0, 1], row by row."""

    pixels: bytes


@dataclass(frozen=True)
class PathQuestion:
    """What speaks for an output; None: for the answer."""

    digit: bytes
    output: int | None


@dataclass(frozen=True)
class WhyQuestion:
    """The largest contributions to a unit, and what it feeds."""

    digit: bytes
    unit: Unit


@dataclass(frozen=True)
class SumQuestion:
    """All of a unit's sum."""

    digit: bytes
    unit: Unit


Question = PathQuestion | WhyQuestion | SumQuestion
"""Of a digit that was read: 28 × 28 float32, row by row, as `PenAnswer.digit` is."""


@dataclass(frozen=True, eq=False)
class PenRequest:
    """One thing that the browser wants to know.

    Attributes:
        n: the browser's number of it, which the answer carries.
        network: that reads.
        title: what the screen calls the network.
        epoch: after which of its run's epochs it is; None where it is no run's.
        batch: how many of the epoch that runs are done; None where it is at an epoch's end.
        learning: whether it is another one in a moment: nobody measures then when it is sure.
        content: what is to be read, or told.
        off: filters that are switched off; those that the network has not got are left out.
    """

    n: int
    network: Network
    title: str
    epoch: int | None
    batch: int | None
    learning: bool
    content: Ink | GivenDigit | Question
    off: tuple[FilterName, ...] = ()

    @property
    def reader(self) -> Network:
        """The network that reads: the shown one, without what is switched off."""
        return _without(self.network, self.off) if self.off else self.network


@lru_cache(maxsize=16)
def _without(network: Network, off: tuple[FilterName, ...]) -> Network:
    return changed_network(network, Ablation(off).within(network.config))


@dataclass(frozen=True, eq=False)
class PenAnswer:
    """What comes of a request.

    Attributes:
        message: for the browser, whole.
        digit: the digit that was followed, 28 × 28 float32 row by row; None where there is none.
        count: how many digits there were.
        followed: the place of the one among them.
        answer: what was read there, and its probability; None where there is no digit.
    """

    message: bytes
    digit: bytes | None = None
    count: int = 0
    followed: int = 0
    answer: tuple[int, float] | None = None


def is_sheet(packed: bytes) -> bool:
    """Whether pairs of (count, grey) are a whole sheet. Cheap: the page's own process asks."""
    return len(packed) % 2 == 0 and sum(packed[::2]) == SHEET_SIDE**2

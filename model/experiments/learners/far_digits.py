"""Digits that are not MNIST's, each as it comes and as our preprocessing hands it on."""

from enum import StrEnum
from functools import lru_cache

import numpy as np
from PIL import Image

from model.data.mnist import load
from model.evaluation.out_of_distribution import small_digits
from model.network import SIDE
from model.synthesis.glyphs import DIGITS
from model.synthesis.handwriting import Writer, written
from model.synthesis.pen import SHEET, drawn, received
from model.synthesis.typeset import fonts, printed

WRITERS = 20
SEED = 1998  # of all chance; what the shipped network and the detector learned from had others
SHEETS = (100, 190)
"""Side of the sheet that a drawing lies on, in pixels: the drawing has 96, and lies anywhere."""


class FarKind(StrEnum):
    """Where digits come from."""

    TEST = "test"  # MNIST's own, to compare with
    SMALL = "small"
    PRINTED = "printed"
    PEN = "pen"


def count(kind: FarKind) -> int:
    """How many digits there are of a kind on this computer."""
    match kind:
        case FarKind.TEST:
            return 200
        case FarKind.SMALL:
            return len(small_digits()[0])
        case FarKind.PRINTED:
            return 10 * len(fonts())
        case FarKind.PEN:
            return 10 * WRITERS


def label(kind: FarKind, place: int) -> int:
    """Which digit it is."""
    if kind is FarKind.TEST:
        return int(load("embedded").test.labels[_test_place(place)])
    return int(small_digits()[0][place]) if kind is FarKind.SMALL else place % 10


@lru_cache(maxsize=2000)
def pair(kind: FarKind, place: int) -> tuple[np.ndarray, np.ndarray]:
    """One digit as it comes, and through our preprocessing: each (28, 28) uint8, 255 is ink.

    As it comes, the whole picture is made as small as what a network receives, and no more.
    """
    ink = sheet(kind, place)
    return shrunk(ink), received(ink)


def sheet(kind: FarKind, place: int) -> np.ndarray:
    """The whole picture of a digit: (n, n) float32, 1 is ink."""
    match kind:
        case FarKind.TEST:
            digit: np.ndarray = _test()[_test_place(place)]
            return digit
        case FarKind.SMALL:
            ink: np.ndarray = small_digits()[1][place]
            large = Image.fromarray(ink).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            return np.clip(np.asarray(large, np.float32), 0, 1)
        case FarKind.PRINTED:
            return printed(str(place % 10), fonts()[place // 10])
        case FarKind.PEN:
            return _by_pen(*divmod(place, 10))


def shrunk(ink: np.ndarray) -> np.ndarray:
    """A whole picture at the size of what a network receives: (28, 28) uint8."""
    small = Image.fromarray(ink).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.rint(np.clip(np.asarray(small, np.float32), 0, 1) * 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _test() -> np.ndarray:
    return load("embedded").test.inputs()


def _test_place(place: int) -> int:
    """Test digits lie in the order of MNIST's own; every second one is enough."""
    return 2 * place


def _by_pen(number: int, digit: int) -> np.ndarray:
    """A digit in the hand of a writer, somewhere on a sheet of some size."""
    writer = Writer.by_chance(np.random.default_rng([SEED, number]))
    chance = np.random.default_rng([SEED, number, digit])
    ways = DIGITS[str(digit)]
    ink = drawn(written(ways[number % len(ways)], writer, chance), chance)
    side = int(chance.integers(*SHEETS))
    top, left = chance.integers(0, side - SHEET + 1, 2)
    whole = np.zeros((side, side), np.float32)
    whole[top : top + SHEET, left : left + SHEET] = ink
    return whole


def examples(kind: FarKind, number: int) -> np.ndarray:
    """So many digits of a kind: (2, number, 28, 28) uint8, as they come and as we hand them on."""
    places = np.linspace(0, count(kind) - 1, number).round().astype(int)
    pairs = [pair(kind, place) for place in places.tolist()]
    return np.stack([np.stack(side) for side in zip(*pairs, strict=True)])

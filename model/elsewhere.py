"""Pictures of another kind than those a network has learned from: other digits, and no digits.

What a network makes of them says what its ten probabilities are worth outside of its own world:
they always sum to 1, also for a letter (Hendrycks and Gimpel 2017, "A baseline for detecting
misclassified and out-of-distribution examples in neural networks").

All pictures take the path of a drawing in this app (`model.preprocess.from_ink`). They are made in
slices, some dozens at a time, in the worker that also reads them.
"""

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model import digits
from model.forward import probabilities
from model.network import Network
from model.preprocess import from_ink

SLICE = 25
"""Pictures that are made and read at a time."""
SHEET = 96  # edge of the sheet that letters and shapes are drawn on, in pixels
EACH = 30  # of scikit-learn's digits of each class
FONTS_FOR_LETTERS = 10
SHAPES_EACH = 25


class Kind(StrEnum):
    """What the pictures show."""

    TEST = "test digits"
    SMALL = "8×8 digits"
    PRINTED = "printed digits"
    LETTERS = "printed letters"
    SHAPES = "shapes"

    @property
    def digits(self) -> bool:
        """Whether there is a right answer."""
        return self in (Kind.TEST, Kind.SMALL, Kind.PRINTED)


LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # I and O are left out: in print they are 1 and 0
SHAPES = ("square", "triangle", "cross", "star", "wave", "spiral", "arrow", "grid")


@dataclass(frozen=True, eq=False)
class Foreign:
    """Some pictures and what a network says of them.

    Attributes:
        kind: of all of them.
        names: what each one is: "7", "K", "spiral".
        images: (n, 28, 28) uint8 as the network received them, 255 is ink.
        probabilities: (n, 10) float32.
    """

    kind: Kind
    names: tuple[str, ...]
    images: np.ndarray
    probabilities: np.ndarray

    @property
    def answers(self) -> np.ndarray:
        """(n,) the digit that got the largest probability."""
        answers: np.ndarray = self.probabilities.argmax(axis=1)
        return answers

    @property
    def confidence(self) -> np.ndarray:
        """(n,) that probability."""
        best: np.ndarray = self.probabilities.max(axis=1)
        return best

    @property
    def hits(self) -> np.ndarray:
        """(n,) bool, whether the answer is right; for what is no digit no answer is."""
        said = self.answers
        return np.array([str(a) == name for a, name in zip(said, self.names, strict=True)])


def count(kind: Kind) -> int:
    """How many pictures there are of a kind on this computer."""
    match kind:
        case Kind.TEST:
            return digits.TEST
        case Kind.SMALL:
            return 10 * EACH
        case Kind.PRINTED:
            return 10 * len(fonts())
        case Kind.LETTERS:
            return len(LETTERS) * min(FONTS_FOR_LETTERS, len(fonts()))
        case Kind.SHAPES:
            return len(SHAPES) * SHAPES_EACH


def read_foreign(network: Network, kind: Kind, start: int) -> Foreign:
    """Make `SLICE` pictures and read them. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        kind: what the pictures show.
        start: the place of the first one, below `count(kind)`.
    """
    places = range(start, min(start + SLICE, count(kind)))
    if kind is Kind.TEST:  # to compare with: they are as MNIST made them
        test = digits.embedded().test.take(np.array(places))
        names, images = tuple(map(str, test.labels)), test.images
    else:
        drawn = [_drawn(kind, place) for place in places]
        names = tuple(name for name, _ in drawn)
        images = np.stack([as_received(ink) for _, ink in drawn])
    said = probabilities(network, images.astype(np.float32) / np.float32(255))
    return Foreign(kind, names, images, said)


def joined(parts: Sequence[Foreign]) -> Foreign:
    """Several slices of one kind as one; at least one."""
    return Foreign(
        parts[0].kind,
        tuple(name for part in parts for name in part.names),
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
    )


def as_received(ink: np.ndarray) -> np.ndarray:
    """Take a whole sheet of ink, (n, m) in [0, 1], through the app's steps: (28, 28) uint8."""
    found = from_ink(ink, off=frozenset({"digits"}))
    received: np.ndarray = np.rint(found.digits[0].digit * 255).astype(np.uint8)
    return received


def _drawn(kind: Kind, place: int) -> tuple[str, np.ndarray]:
    """One picture's name and ink."""
    match kind:
        case Kind.SMALL:
            names, inks = _small_digits()
            return names[place], _enlarged(inks[place])
        case Kind.PRINTED:
            font, digit = divmod(place, 10)
            return str(digit), printed(str(digit), fonts()[font])
        case Kind.LETTERS:
            font, letter = divmod(place, len(LETTERS))
            spread = len(fonts()) // min(FONTS_FOR_LETTERS, len(fonts()))
            return LETTERS[letter], printed(LETTERS[letter], fonts()[font * spread])
        case Kind.SHAPES:
            number, shape = divmod(place, len(SHAPES))
            return SHAPES[shape], shape_ink(SHAPES[shape], seed=number)
    raise ValueError(f"{kind} are not drawn.")


@lru_cache(maxsize=1)
def _small_digits() -> tuple[list[str], np.ndarray]:
    """`EACH` digits of each class from scikit-learn: names, and (n, 8, 8) float32 in [0, 1].

    They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak
    1998): 43 people, counted ink in 4×4 blocks of a 32×32 scan.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    places = np.concatenate([np.flatnonzero(data.target == digit)[:EACH] for digit in range(10)])
    return [str(data.target[place]) for place in places], (data.images[places] / 16).astype(
        np.float32
    )


def _enlarged(ink: np.ndarray) -> np.ndarray:
    """An 8×8 digit on a sheet, eight times as large, with soft edges between the blocks."""
    picture = Image.fromarray(np.pad(ink, 2)).resize((SHEET, SHEET), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(picture, np.float32), 0, 1)


@cache
def fonts() -> tuple[Path | None, ...]:
    """The fonts that characters are printed in; None is the one that Pillow brings along.

    The others are those that Matplotlib brings along (mlxtend needs it), so that they are the same
    on every computer. Without Matplotlib there is the one.
    """
    found: list[Path | None] = [None]
    matplotlib = importlib.util.find_spec("matplotlib")
    if matplotlib is not None and matplotlib.origin is not None:
        folder = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
        names = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmb10", "cmss10", "cmtt10")
        files = sorted(folder.glob("*.ttf"))
        found += [f for f in files if f.stem.startswith(names) and "Display" not in f.stem]
    return tuple(found)


@lru_cache(maxsize=64)
def _font(path: Path | None) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(64) if path is None else ImageFont.truetype(path, 64)


def printed(character: str, font: Path | None) -> np.ndarray:
    """Return one character's ink: (SHEET, SHEET) float32 in [0, 1]."""
    sheet = Image.new("L", (SHEET, SHEET))
    middle = SHEET / 2
    ImageDraw.Draw(sheet).text((middle, middle), character, fill=255, font=_font(font), anchor="mm")
    return np.asarray(sheet, np.float32) / np.float32(255)


def shape_ink(name: str, seed: int) -> np.ndarray:
    """Return the ink of a shape, a little turned and stretched: (SHEET, SHEET) float32 in [0, 1].

    Args:
        name: one of `SHAPES`.
        seed: of its turn, stretch and line width.
    """
    chance = np.random.default_rng(seed)
    angle, stretch = chance.uniform(-0.3, 0.3), chance.uniform(0.8, 1.2)
    width = int(chance.integers(5, 10))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    sheet = Image.new("L", (SHEET, SHEET))
    draw = ImageDraw.Draw(sheet)
    for line in _lines(name):
        points = (np.array(line) * (stretch, 1 / stretch)) @ turn.T * 26 + SHEET / 2
        draw.line([tuple(point) for point in points], fill=255, width=width, joint="curve")
    return np.asarray(sheet, np.float32) / np.float32(255)


def _lines(name: str) -> list[list[tuple[float, float]]]:
    """The strokes of a shape, points in [-1, 1]."""

    def around(corners: int, step: int = 1) -> list[tuple[float, float]]:
        angles = [2 * math.pi * step * i / corners - math.pi / 2 for i in range(corners + 1)]
        return [(math.cos(a), math.sin(a)) for a in angles]

    match name:
        case "square":
            return [[(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]]
        case "triangle":
            return [around(3)]
        case "cross":
            return [[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]]
        case "star":
            return [around(5, step=2)]
        case "wave":
            return [[(x / 20, 0.5 * math.sin(x / 20 * 2 * math.pi)) for x in range(-20, 21)]]
        case "spiral":
            turns = [i / 60 for i in range(61)]
            return [[(t * math.cos(16 * t), t * math.sin(16 * t)) for t in turns]]
        case "arrow":
            return [[(-1, 0), (1, 0)], [(0.3, -0.6), (1, 0), (0.3, 0.6)]]
        case "grid":
            upright = [[(x, -1.0), (x, 1.0)] for x in (-0.7, 0.0, 0.7)]
            level = [[(-1.0, y), (1.0, y)] for y in (-0.7, 0.0, 0.7)]
            return [*upright, *level]
    raise ValueError(f"There is no shape “{name}”.")

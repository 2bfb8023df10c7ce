"""Pictures of another kind than those a network has learned from: other digits, and no digits.

What a network makes of them says what its ten probabilities are worth outside of its own world:
they always sum to 1, also for a letter (Hendrycks and Gimpel 2017, "A baseline for detecting
misclassified and out-of-distribution examples in neural networks").

All pictures take the path of a drawing in this app (`pipeline.from_ink`). They are made in
slices, some dozens at a time, in the worker that also reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from PIL import Image

from model.data import mnist
from model.network import Network
from model.network.digit_detector import detector
from model.network.forward import probabilities
from model.synthesis.glyphs import DOODLES, LETTERS, SHAPES
from model.synthesis.handwriting import Writer, written
from model.synthesis.pen import SHEET, drawn, received
from model.synthesis.scribbles import SCRIBBLES, scribble
from model.synthesis.typeset import fonts, printed

SLICE = 25
"""Pictures that are made and read at a time."""
EACH = 30  # of scikit-learn's digits of each class
FONTS_FOR_LETTERS = 10
SCRIBBLES_EACH = 25
SEED = 1936  # of all that is drawn; the detector learned from others


class OodSource(StrEnum):
    """What the pictures show."""

    TEST = "test"
    SMALL = "small"
    PRINTED = "printed"
    LETTERS = "letters"
    HAND = "hand"
    SHAPES = "shapes"
    DOODLES = "doodles"
    SCRIBBLES = "scribbles"

    @property
    def digits(self) -> bool:
        """Whether there is a right answer."""
        return self in (OodSource.TEST, OodSource.SMALL, OodSource.PRINTED)


CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # I and O are left out: in print they are 1 and 0
SIGNS = {OodSource.HAND: LETTERS, OodSource.SHAPES: SHAPES, OodSource.DOODLES: DOODLES}
WRITERS = {OodSource.HAND: 8, OodSource.SHAPES: 12, OodSource.DOODLES: 6}
"""How many people write every sign of these kinds."""


@dataclass(frozen=True, eq=False)
class Foreign:
    """Some pictures and what a network says of them.

    Attributes:
        kind: of all of them.
        names: what each one is: "7", "K", "spiral".
        images: (n, 28, 28) uint8 as the network received them, 255 is ink.
        probabilities: (n, 10) float32.
        refused: (n,) bool, whether the app says "this does not look like a digit".
    """

    kind: OodSource
    names: tuple[str, ...]
    images: np.ndarray
    probabilities: np.ndarray
    refused: np.ndarray

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


def count(kind: OodSource) -> int:
    """How many pictures there are of a kind on this computer."""
    match kind:
        case OodSource.TEST:
            return mnist.TEST
        case OodSource.SMALL:
            return 10 * EACH
        case OodSource.PRINTED:
            return 10 * len(fonts())
        case OodSource.LETTERS:
            return len(CAPITALS) * min(FONTS_FOR_LETTERS, len(fonts()))
        case OodSource.HAND | OodSource.SHAPES | OodSource.DOODLES:
            return len(SIGNS[kind]) * WRITERS[kind]
        case OodSource.SCRIBBLES:
            return len(SCRIBBLES) * SCRIBBLES_EACH


def read_foreign(network: Network, kind: OodSource, start: int) -> Foreign:
    """Make `SLICE` pictures and read them. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        kind: what the pictures show.
        start: the place of the first one, below `count(kind)`.
    """
    places = range(start, min(start + SLICE, count(kind)))
    if kind is OodSource.TEST:  # to compare with: they are as MNIST made them
        test = mnist.embedded().test.take(np.array(places))
        names, images = tuple(map(str, test.labels)), test.images
    else:
        inks = [_drawn(kind, place) for place in places]
        names = tuple(name for name, _ in inks)
        images = np.stack([received(ink) for _, ink in inks])
    pictures = images.astype(np.float32) / np.float32(255)
    said, refused = probabilities(network, pictures), ~detector().accepts(pictures)
    return Foreign(kind, names, images, said, refused)


def joined(parts: Sequence[Foreign]) -> Foreign:
    """Several slices of one kind as one; at least one."""
    return Foreign(
        parts[0].kind,
        tuple(name for part in parts for name in part.names),
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.refused for part in parts]),
    )


def _drawn(kind: OodSource, place: int) -> tuple[str, np.ndarray]:
    """One picture's name and ink."""
    match kind:
        case OodSource.SMALL:
            names, inks = small_digits()
            return names[place], _enlarged(inks[place])
        case OodSource.PRINTED:
            font, digit = divmod(place, 10)
            return str(digit), printed(str(digit), fonts()[font])
        case OodSource.LETTERS:
            font, letter = divmod(place, len(CAPITALS))
            spread = len(fonts()) // min(FONTS_FOR_LETTERS, len(fonts()))
            return CAPITALS[letter], printed(CAPITALS[letter], fonts()[font * spread])
        case OodSource.SCRIBBLES:
            number, which = divmod(place, len(SCRIBBLES))
            chance = np.random.default_rng([SEED, list(OodSource).index(kind), number, which])
            return SCRIBBLES[which], drawn(scribble(SCRIBBLES[which], chance), chance)
        case OodSource.HAND | OodSource.SHAPES | OodSource.DOODLES:
            return _by_hand(kind, place)
    raise ValueError(f"{kind} are not drawn.")


def _by_hand(kind: OodSource, place: int) -> tuple[str, np.ndarray]:
    """A sign in the hand of one of the kind's writers; each of them writes every sign."""
    signs = SIGNS[kind]
    number, which = divmod(place, len(signs))
    writer = Writer.by_chance(np.random.default_rng([SEED, number]))
    chance = np.random.default_rng([SEED, list(OodSource).index(kind), number, which])
    name = list(signs)[which]
    way = signs[name][number % len(signs[name])]
    return name, drawn(written(way, writer, chance), chance)


@lru_cache(maxsize=1)
def small_digits() -> tuple[list[str], np.ndarray]:
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

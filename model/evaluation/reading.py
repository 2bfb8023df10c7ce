"""A reading: ink, a picture file or a digit goes in, all that is to be said of it comes out.

One call in a worker does what one movement of the pen asks for: the steps of preprocessing, the
digits that were found, the network's answer to each, whether it can be trusted, and every layer's
output for the digit that is followed. The page's own process only shows what comes back, so
nothing comes back larger than it is shown.

The worker remembers what stays the same from one reading to the next: the rules of a network, and
what the steps made of a picture file.
"""

import hashlib
import io
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from PIL import Image

from model.evaluation.pictures import (
    NUMBERS,
    Look,
    Pictures,
    step_png,
    step_pngs,
    strongest_maps,
)
from model.evaluation.verdict import Rules, Verdict, judge, rules_for
from model.network import CLASSES, SIDE, Network
from model.network.activations import ForwardPass, check_digit, forward_pass
from model.network.digit_detector import detector
from model.network.forward import probabilities
from model.preprocessing.image_file import open_picture
from model.preprocessing.pipeline import Preprocessed, Step, from_ink, preprocess

PHOTO_SIDE = 640
"""Longest side of the copy of a picture that comes back, in pixels."""
STEP_SIDE = 224
"""Longest side of the picture of a step that comes back, in pixels."""
RULES_KEPT, PICTURES_KEPT = 64, 16
"""How many networks' rules, and how many pictures' steps, a worker remembers."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Photo:
    """A picture file as it is shown: a JPEG, and the size of the picture that boxes are of."""

    jpeg: bytes
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network says of a drawing, a picture or a digit.

    Attributes:
        digits: (n, 28, 28) float32 in [0, 1], as the network receives them, in reading order; n may
            be 0.
        probabilities: (n, 10) float32, the answer to each.
        verdicts: whether each answer can be trusted.
        followed: the place of the digit that `inside` belongs to; None where there is none.
        inside: every layer's output for that digit.
        prepared: the steps that led to the digits; None where a digit was read as it is. No
            picture of a step is larger than `STEP_SIDE`.
        photo: the picture itself, where there was one.
        pictures: how a page shows it, where a `Look` was sent along; `inside` is then left out.
    """

    digits: np.ndarray
    probabilities: np.ndarray
    verdicts: tuple[Verdict, ...]
    followed: int | None
    inside: ForwardPass | None
    prepared: Preprocessed | None = None
    photo: Photo | None = None
    pictures: Pictures | None = None


def read_ink(
    network: Network,
    ink: np.ndarray,
    off: Collection[str] = (),
    followed: int | None = None,
    finished: bool = True,
    look: Look | None = None,
) -> Reading:
    """Read a drawing. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        ink: (n, m) float32 in [0, 1]; 1 is ink.
        off: keys of the steps of preprocessing that are left out.
        followed: the place of the digit whose layers are wanted; None, or a place where there is no
            digit, is the largest one.
        finished: whether the pen is up. Half a 4 is no digit, but not strange either.
        look: of the page that shows it; None: all layers come back instead of pictures.

    Raises:
        ValueError: ink of a wrong shape or type, or an unknown key in `off`.
    """
    prepared = from_ink(ink, off=frozenset(off))
    return _shown(_reading(network, prepared, followed, finished=finished), look)


def read_picture(
    network: Network,
    content: bytes,
    off: Collection[str] = (),
    followed: int | None = None,
    look: Look | None = None,
) -> Reading:
    """Read a picture file. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        content: of a picture file, or of a PDF; see `open_picture`.
        off: keys of the steps of preprocessing that are left out.
        followed: as of `read_ink`.
        look: as of `read_ink`.

    Raises:
        PictureError: no picture, damaged, or too large.
        ValueError: an unknown key in `off`.
    """
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    without = frozenset(off)
    photo, prepared = _pictures.get((digest, without), lambda: _taken_in(content, without))
    return _shown(replace(_reading(network, prepared, followed), photo=photo), look)


def read_digit(network: Network, digit: np.ndarray, look: Look | None = None) -> Reading:
    """Read one digit as it is. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1]; ink is 1, paper 0 (MNIST's polarity).
        look: as of `read_ink`.

    Raises:
        ValueError: wrong shape, dtype or range; the message says what was expected and what came.
    """
    check_digit(digit)
    return _shown(_said(network, digit[None], detector().answers(digit[None]), 0), look)


def known_rules(network: Network) -> Rules:
    """Return the rules of a network; they are measured once in a worker. Runs in a worker."""
    return _rules.get(network.fingerprint, lambda: rules_for(network))


class _Recent(Generic[K, V]):
    """The last few results, by a key; the one not asked for longest makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return what is kept under a key, or make it and keep it."""
        if key not in self._results:
            self._results[key] = make()
        self._results.move_to_end(key)
        result = self._results[key]
        while len(self._results) > self._most:
            self._results.popitem(last=False)
        return result


_rules: _Recent[str, Rules] = _Recent(RULES_KEPT)
_pictures: _Recent[tuple[str, frozenset[str]], tuple[Photo, Preprocessed]] = _Recent(PICTURES_KEPT)


def _reading(
    network: Network, prepared: Preprocessed, followed: int | None, *, finished: bool = True
) -> Reading:
    found = prepared.digits
    if not found:
        digits, answers = np.zeros((0, SIDE, SIDE), np.float32), np.zeros((0, CLASSES), np.float32)
        return Reading(digits, answers, (), None, None, prepared)
    followed = prepared.followed(followed)
    digits = np.stack([each.digit for each in found])
    detected = np.stack([each.detected for each in found])
    said = _said(network, digits, detected, followed, finished=finished)
    return replace(said, prepared=prepared)


def _said(
    network: Network,
    digits: np.ndarray,
    detected: np.ndarray,
    followed: int,
    *,
    finished: bool = True,
) -> Reading:
    """Send the digits through the network and judge its answers."""
    inside = forward_pass(network, digits[followed])
    several = len(digits) > 1
    answers = probabilities(network, digits) if several else inside.probabilities[None]
    rules = known_rules(network)
    rows = zip(answers, detected, strict=True)
    verdicts = tuple(judge(row, seen, rules, finished=finished) for row, seen in rows)
    return Reading(digits, answers, verdicts, followed, inside)


def _shown(reading: Reading, look: Look | None) -> Reading:
    """The same with pictures in the place of all layers, where a page asks for that."""
    if look is None or reading.inside is None or reading.followed is None:
        return reading
    prepared = reading.prepared
    if prepared is None:
        steps: tuple[bytes, ...] = (step_png(NUMBERS, reading.inside.digit, look),)
    else:
        steps = step_pngs((*prepared.steps, *prepared.digits[reading.followed].steps), look)
    return replace(
        reading, inside=None, pictures=Pictures(steps, strongest_maps(reading.inside, look))
    )


def _taken_in(content: bytes, off: frozenset[str]) -> tuple[Photo, Preprocessed]:
    """Open a picture file and take it through the steps; keep of both what is shown."""
    picture = open_picture(content)
    prepared = preprocess(picture, off=off)
    digits = tuple(replace(each, steps=_small(each.steps)) for each in prepared.digits)
    return _photo(picture), replace(prepared, steps=_small(prepared.steps), digits=digits)


def _photo(picture: np.ndarray) -> Photo:
    copy = Image.fromarray(picture)
    copy.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    file = io.BytesIO()
    copy.save(file, "JPEG", quality=85)
    return Photo(file.getvalue(), *picture.shape[:2])


def _small(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(replace(step, picture=_reduced(step.picture)) for step in steps)


def _reduced(picture: np.ndarray) -> np.ndarray:
    """A picture no larger than `STEP_SIDE`, by averaging."""
    if max(picture.shape) <= STEP_SIDE:
        return picture
    image = Image.fromarray(picture)
    image.thumbnail((STEP_SIDE, STEP_SIDE), Image.Resampling.BOX, reducing_gap=None)
    return np.asarray(image)

"""How much a digit may be changed until the network reads it wrongly.

Eight changes, each with one number for its strength, as a hand, a pen or a camera makes them. They
are measured on many digits at once; the idea is that of Hendrycks and Dietterich 2019,
"Benchmarking neural network robustness to common corruptions and perturbations".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.network import SIDE, Network
from model.network.activations import ForwardPass, check_digit, forward_pass
from model.network.forward import probabilities

SLICE = 250
"""Digits that are changed and read at a time: a tenth of a second on two idle cores."""


class Corruption(StrEnum):
    """What is done to a digit; in this order where several are done at once."""

    THICKNESS = "thickness"
    SIZE = "size"
    ROTATION = "rotation"
    SHIFT = "shift"
    BLUR = "blur"
    CONTRAST = "contrast"
    INVERSION = "inversion"
    NOISE = "noise"


@dataclass(frozen=True)
class Range:
    """The strengths of one change.

    Attributes:
        nothing: the strength that leaves a digit as it is.
        step: the smallest difference worth choosing.
        strengths: nine, ascending, for the curve; the first and the last are the ends.
    """

    nothing: float
    step: float
    strengths: tuple[float, ...]


def _steps(first: float, last: float) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in np.linspace(first, last, 9))


RANGES: Mapping[Corruption, Range] = {
    Corruption.SHIFT: Range(0, 0.5, _steps(-8, 8)),  # pixels to the right
    Corruption.ROTATION: Range(0, 1, _steps(-60, 60)),  # degrees clockwise
    Corruption.SIZE: Range(1, 0.05, _steps(0.4, 1.6)),  # times as large
    Corruption.THICKNESS: Range(0, 0.1, _steps(-2, 2)),  # pixels of ink added around each stroke
    Corruption.NOISE: Range(0, 0.02, _steps(0, 0.8)),  # standard deviation; ink is 1
    Corruption.BLUR: Range(0, 0.1, _steps(0, 4)),  # standard deviation, in pixels
    Corruption.CONTRAST: Range(1, 0.02, _steps(0.04, 1)),  # share of the contrast that is left
    Corruption.INVERSION: Range(0, 0.02, _steps(0, 1)),  # 1 is white ink on black paper
}


def changed(digits: np.ndarray, change: Corruption, strength: float, seed: int = 0) -> np.ndarray:
    """Return changed digits, (n, 28, 28) float32 in [0, 1], in and out.

    Args:
        digits: ink is 1.
        change: which.
        strength: see `RANGES`; a strength of "nothing" returns the digits as they are.
        seed: of the noise; the same seed gives the same noise.
    """
    if strength == RANGES[change].nothing:
        return digits
    match change:
        case Corruption.SHIFT:
            result = moved(digits, right=strength)
        case Corruption.ROTATION:
            result = moved(digits, degrees=strength)
        case Corruption.SIZE:
            result = moved(digits, size=strength)
        case Corruption.THICKNESS:
            result = thickened(digits, strength)
        case Corruption.BLUR:
            result = blurred(digits, strength)
        case Corruption.CONTRAST:
            mean = digits.mean(axis=(1, 2), keepdims=True)
            result = mean + (digits - mean) * strength
        case Corruption.INVERSION:
            result = digits + strength * (1 - 2 * digits)
        case Corruption.NOISE:
            chance = np.random.default_rng(seed).standard_normal(digits.shape, np.float32)
            result = digits + strength * chance
    clipped: np.ndarray = np.clip(result, 0, 1).astype(np.float32)
    return clipped


def moved(digits: np.ndarray, right: float = 0, degrees: float = 0, size: float = 1) -> np.ndarray:
    """Shift, turn (clockwise) and scale digits about the middle of the picture, bilinearly.

    What comes in from outside is paper. Args and result as in `changed`. All digits are sampled at
    the same places at once: SciPy's `affine_transform` gives the same within 2e-7 and takes ten
    times as long (12 ms for a slice instead of 1).
    """
    middle = (SIDE - 1) / 2
    row, column = np.indices((SIDE, SIDE)) - middle
    column = column - right
    angle = math.radians(degrees)
    # From each output pixel back to where it is taken from: rows grow downwards, so that a
    # clockwise turn on screen is this one.
    source_column = (math.cos(angle) * column + math.sin(angle) * row) / size + middle
    source_row = (-math.sin(angle) * column + math.cos(angle) * row) / size + middle
    return _sampled(digits, source_row, source_column)


def _sampled(digits: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The values between the pixels at (28, 28) rows and columns; outside is paper."""
    padded = np.pad(digits, ((0, 0), (1, 2), (1, 2)))
    rows, columns = np.clip(rows + 1, 0, SIDE + 1), np.clip(columns + 1, 0, SIDE + 1)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, across = (rows - top).astype(np.float32), (columns - left).astype(np.float32)
    upper = padded[:, top, left] * (1 - across) + padded[:, top, left + 1] * across
    lower = padded[:, top + 1, left] * (1 - across) + padded[:, top + 1, left + 1] * across
    result: np.ndarray = upper * (1 - down) + lower * down
    return result


def thickened(digits: np.ndarray, pixels: float) -> np.ndarray:
    """Add ink around each stroke (dilation) or take some away (erosion), 3×3 at a time.

    Args:
        digits: (n, 28, 28).
        pixels: on each side; parts of a pixel blend with the next whole one.
    """
    from scipy import ndimage

    extreme = ndimage.minimum_filter if pixels < 0 else ndimage.maximum_filter
    result, left = digits, abs(pixels)
    while left > 0:
        part = min(left, 1.0)
        result = result + part * (extreme(result, (1, 3, 3), mode="constant") - result)
        left -= part
    return result


def blurred(digits: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur: rows, then columns; outside is paper.

    As two products of matrices: SciPy's `gaussian_filter` gives the same within 2e-7 and takes 5 to
    15 times as long (1.8 to 5.7 ms for a slice instead of 0.4).

    Args:
        digits: (n, 28, 28).
        sigma: the standard deviation in pixels, above 0.
    """
    distance = np.arange(SIDE)[:, None] - np.arange(SIDE)[None, :]
    bell = np.exp(-0.5 * (np.arange(-3 * SIDE, 3 * SIDE + 1) / sigma) ** 2)
    weights = (np.exp(-0.5 * (distance / sigma) ** 2) / bell.sum()).astype(np.float32)
    result: np.ndarray = weights @ digits @ weights.T
    return result


def read_changed(
    network: Network, digit: np.ndarray, strengths: Mapping[Corruption, float]
) -> ForwardPass:
    """Change one digit in several ways and read it. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1].
        strengths: of each change that is made; they are made in the order of `Corruption`.

    Returns:
        What every layer makes of the changed digit, which is its `digit`.

    Raises:
        ValueError: wrong shape, dtype or range.
    """
    check_digit(digit)
    pixels = digit[None]
    for change in Corruption:
        if change in strengths:
            pixels = changed(pixels, change, strengths[change])
    return forward_pass(network, pixels[0])


@dataclass(frozen=True)
class Measured:
    """How a network did on one slice of digits that were changed in one way."""

    change: Corruption
    strength: float
    count: int
    right: int
    confidence: float  # sum of the largest probabilities


def measure(
    network: Network, source: DigitSource, change: Corruption, strength: float, seed: int
) -> Measured:
    """Change digits and read them. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        source: the digits, or their name.
        change: which.
        strength: of it.
        seed: of the noise; another one for each slice.
    """
    digits = digits_of(source)
    said = probabilities(network, changed(digits.inputs(), change, strength, seed))
    right = int((said.argmax(axis=1) == digits.labels).sum())
    return Measured(change, strength, len(digits), right, float(said.max(axis=1).sum()))


@dataclass(frozen=True)
class Point:
    """One point of a robustness curve: shares from 0 to 1 of `count` digits."""

    strength: float
    count: int
    accuracy: float
    confidence: float


def curve(measured: Sequence[Measured], change: Corruption) -> list[Point]:
    """Return the points of one change that were measured, in order of strength."""
    points = []
    for strength in RANGES[change].strengths:
        parts = [m for m in measured if m.change is change and m.strength == strength]
        count = sum(part.count for part in parts)
        if count:
            right, sure = sum(p.right for p in parts), sum(p.confidence for p in parts)
            points.append(Point(strength, count, right / count, sure / count))
    return points

"""Digits drawn by rule, of the kinds that MNIST hardly has.

MNIST was written in the United States, where a 1 is a plain stroke and a 7 has no bar. Much of the
world writes the 1 with an upstroke, so long that a network of MNIST alone takes it for a 7, and
crosses the 7; some cross the 0 with a slash, which then reads as an 8. Here all three are drawn
with chance in every part and go through the app's own preprocessing, to be added to the training
digits of the shipped weights.
"""

import math

import numpy as np

from model.data.mnist import SPLIT_SEED, DataSet, Digits, full
from model.preprocessing.pipeline import from_ink
from model.synthesis.pen import PENS, Path, bowed, drawn

DRAWN = 6_000
"""Digits drawn by rule that `european` adds to full MNIST's training digits."""


def european() -> DataSet:
    """Full MNIST, with digits as much of the world writes them added to the training part.

    Raises:
        DataError: as `mnist.full`.
    """
    mnist, (drawn_images, drawn_labels) = full(), european_digits(DRAWN, SPLIT_SEED)
    images = np.concatenate([mnist.training.images, drawn_images])
    labels = np.concatenate([mnist.training.labels, drawn_labels])
    return DataSet(Digits(images, labels), mnist.validation, mnist.test)


def european_digits(
    count: int, seed: int, pens: tuple[float, float] = PENS
) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits: of ten, five 1s with an upstroke, two crossed 7s, one plain, two 0s.

    The plain 7 is among them so that a slanting bar alone does not make a 1.

    Returns:
        (count, 28, 28) uint8, 255 is ink, and their labels, (count,) uint8.
    """
    random = np.random.default_rng(seed)
    images, labels = [], []
    for number in range(count):
        kind = number % 10
        if kind < 5:
            paths, label = _one(random), 1
        elif kind < 8:
            paths, label = _seven(random, crossed=kind < 7), 7
        else:
            paths, label = _slashed_zero(random), 0
        found = from_ink(drawn(paths, random, pens)).largest
        assert found is not None  # there is always ink
        images.append(np.rint(found.digit * 255).astype(np.uint8))
        labels.append(label)
    return np.stack(images), np.array(labels, np.uint8)


def _one(random: np.random.Generator) -> list[Path]:
    """A stem, an upstroke that leaves its top downwards to the left, sometimes a foot."""
    lean = random.uniform(-0.12, 0.6)
    top, foot = (lean, 0.0), (0.0, 1.0)
    length = random.uniform(0.22, 0.68)
    angle = math.radians(random.uniform(24, 72))  # below the horizontal
    start_down = random.uniform(0, 0.12)
    joint = (lean * (1 - start_down), start_down)
    end = (joint[0] - length * math.cos(angle), joint[1] + length * math.sin(angle))
    bow = random.normal(0, 0.035)
    stem = bowed(top, foot, random.normal(0, 0.04))
    if random.random() < 0.5:  # one line of the pen
        paths = [list(reversed(bowed(joint, end, bow))) + stem]
    else:
        paths = [bowed(joint, end, bow), stem]
    if random.random() < 0.25:
        hook = random.uniform(0.04, 0.14)
        paths[0] = [(end[0] + hook * 0.4, end[1] + hook), end] + (
            paths[0] if len(paths) == 1 else list(reversed(paths[0]))
        )
    if random.random() < 0.3:
        half, tilt = random.uniform(0.2, 0.42), random.normal(0, 0.04)
        middle = random.normal(0, 0.05)
        paths.append([(middle - half, 1 + tilt), (middle + half, 1 - tilt)])
    return paths


def _seven(random: np.random.Generator, *, crossed: bool) -> list[Path]:
    """A bar along the top, a stem from its right end, and the crossing bar."""
    width, lean = random.uniform(0.42, 0.8), random.uniform(0.1, 0.5)
    rise = random.normal(0, 0.05)
    left, right, foot = (0.0, rise), (width, -rise), (width - lean, 1.0)
    bar = bowed(left, right, random.normal(0, 0.04))
    stem = bowed(right, foot, random.normal(0.02, 0.05))
    paths = [bar + stem]
    if random.random() < 0.35:
        paths[0] = [(random.uniform(-0.03, 0.03), rise + random.uniform(0.06, 0.2)), *paths[0]]
    if crossed:
        height, half = random.uniform(0.38, 0.6), random.uniform(0.14, 0.3)
        middle, tilt = width - lean * height, random.normal(0, 0.05)
        paths.append([(middle - half, height + tilt), (middle + half, height - tilt)])
    return paths


def _slashed_zero(random: np.random.Generator) -> list[Path]:
    """A ring, not always closed, and a slash from its upper right to beyond its lower left."""
    width, lean = random.uniform(0.45, 0.85), random.normal(0.08, 0.1)
    begin = random.uniform(-2.4, -0.6)
    around = np.linspace(begin, begin + 2 * math.pi * random.uniform(0.96, 1.08), 40)
    ring = [
        (width / 2 * math.cos(a) - lean * math.sin(a) / 2, 0.5 + math.sin(a) / 2) for a in around
    ]
    steep, reach = math.radians(random.uniform(35, 75)), random.uniform(0.28, 0.62)
    right, up = math.cos(steep), math.sin(steep)
    below = reach * random.uniform(0.8, 1.3)
    slash = bowed(
        (right * reach, 0.5 - up * reach),
        (-right * below, 0.5 + up * below),
        random.normal(0, 0.03),
    )
    return [ring, slash]

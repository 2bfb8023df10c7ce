"""A hand that writes signs: the same sign never twice alike, and every writer in their own way.

A sign is written down as its strokes on a sheet of 10 × 10, x to the right and y down:

    "0,10 5,0 10,10"   straight lines from corner to corner
    "~8,1 2,3 8,8"     a smooth curve through these points
    "o5,5 3,4"         a closed curve: middle, and half of width and height
    "5,9"              a dot

A writer is a slant, a width, a roundness of corners, a care for where strokes begin and end, and a
tremor; each sign then varies once more around these.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.synthesis.pen import Path

STEPS = 7  # corners from one point of a stroke to the next
Sign = Sequence[str]
"""The strokes of one way to write a sign."""


@dataclass(frozen=True)
class Writer:
    """How one person writes; angles in radians, lengths in shares of a sign's height."""

    slant: float
    turn: float
    width: float
    roundness: float
    carelessness: float
    tremor: float

    @classmethod
    def by_chance(cls, random: np.random.Generator) -> "Writer":
        """A writer of any kind, from a careful to a hasty one."""
        return cls(
            slant=random.normal(0.06, 0.13),
            turn=random.normal(0, 0.05),
            width=math.exp(random.normal(0, 0.14)),
            roundness=random.uniform(0, 1),
            carelessness=random.uniform(0.01, 0.05),
            tremor=random.uniform(0, 0.012),
        )


def written(sign: Sign, writer: Writer, random: np.random.Generator) -> list[Path]:
    """Write a sign once.

    Args:
        sign: its strokes, as above.
        writer: whose hand it is.
        random: of this one time.

    Returns:
        The strokes, to be drawn with `model.synthesis.pen.drawn`.
    """
    curves = [_stroke(text, writer, random) for text in sign]
    waves = random.normal(0, writer.carelessness * 0.6, (2, 2)), random.uniform(0, 6.3, (2, 2))
    return [_placed(curve, writer, waves, random) for curve in curves]


def _stroke(text: str, writer: Writer, random: np.random.Generator) -> np.ndarray:
    """The corners of one stroke, (n, 2), its points moved by chance, in shares of the height."""
    points = np.array(
        [[float(value) / 10 for value in point.split(",")] for point in text.lstrip("~o").split()]
    )
    care = writer.carelessness
    if text.startswith("o"):
        return _ring(points[0], points[1], care, random)
    points = points + random.normal(0, care, points.shape) + random.normal(0, 0.7 * care, 2)
    if len(points) == 1:
        return points
    points[0] += (points[0] - points[1]) * random.normal(0, care)
    points[-1] += (points[-1] - points[-2]) * random.normal(0.02, 1.5 * care)
    if text.startswith("~"):
        return _through(points)
    corners = [_line(*pair, random.normal(0, care)) for pair in zip(points, points[1:])]  # noqa: B905, RUF007
    joined = np.concatenate([line[:-1] for line in corners] + [points[-1:]])
    return _rounded(joined, round(writer.roundness * random.uniform(0, 2)))


def _ring(
    middle: np.ndarray, radii: np.ndarray, care: float, random: np.random.Generator
) -> np.ndarray:
    """A ring that is not always closed, nor quite round."""
    begin = random.uniform(-2.6, -0.5)
    far = 2 * math.pi * random.normal(1.0, 0.7 * care)
    around = begin + np.linspace(0, 1 if random.random() < 0.5 else -1, 29) * far
    out = 1 + random.normal(0, care) * np.cos(2 * around + random.uniform(0, 6.3))
    ring = np.stack([np.cos(around), np.sin(around)], axis=1) * out[:, None]
    result: np.ndarray = middle + random.normal(0, care, 2) + ring * radii
    return result


def _line(start: np.ndarray, end: np.ndarray, bow: float) -> np.ndarray:
    """A line that bends to one side by `bow` of its length."""
    t = np.linspace(0, 1, STEPS)[:, None]
    aside = np.array([start[1] - end[1], end[0] - start[0]])
    result: np.ndarray = start + t * (end - start) + 4 * t * (1 - t) * bow * aside
    return result


def _through(points: np.ndarray) -> np.ndarray:
    """A smooth curve through points.

    Catmull and Rom 1974, "A class of local interpolating splines".
    """
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, STEPS)[:-1, None]
    parts = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate([*parts, points[-1:]])


def _rounded(points: np.ndarray, times: int) -> np.ndarray:
    """Corners cut by averaging each with its neighbours; the ends stay."""
    for _ in range(times):
        points = np.concatenate(
            [points[:1], (points[:-2] + 2 * points[1:-1] + points[2:]) / 4, points[-1:]]
        )
    return points


def _placed(
    points: np.ndarray,
    writer: Writer,
    waves: tuple[np.ndarray, np.ndarray],
    random: np.random.Generator,
) -> Path:
    """Bend the sheet a little, tremble, then slant, stretch and turn."""
    heights, phases = waves
    bent = points + sum(
        heights[:, axis] * np.sin(4 * points[:, [axis]] + phases[:, axis]) for axis in (0, 1)
    )
    bent = bent + random.normal(0, writer.tremor, points.shape)
    slant = np.array([[writer.width, 0], [-writer.slant, 1]])
    angle = writer.turn + random.normal(0, 0.03)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return [(float(x), float(y)) for x, y in bent @ slant @ turn]

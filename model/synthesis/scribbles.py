"""Scribbles: what a hand draws that means nothing. And figures: a few strokes put together anyhow.

Each is strokes for `model.synthesis.pen.drawn`, in no particular unit.
"""

import math
from collections.abc import Callable

import numpy as np

from model.synthesis.pen import Path


def scribble(name: str, random: np.random.Generator) -> list[Path]:
    """Draw one of `SCRIBBLES`.

    Raises:
        ValueError: no scribble of this name.
    """
    if name not in _MAKERS:
        raise ValueError(f"There is no scribble “{name}”.")
    return [_path(_stretched(curve, random)) for curve in _MAKERS[name](random)]


def figure(random: np.random.Generator) -> list[Path]:
    """Draw three to six strokes, each a line, an arc or a ring, joined to one another or not."""
    joined = random.random() < 0.6
    strokes: list[np.ndarray] = []
    for _ in range(random.integers(3, 6 if joined else 7)):
        stroke = _some_stroke(random)
        if joined and strokes:
            other = strokes[random.integers(len(strokes))]
            place = other[random.choice([0, len(other) // 2, len(other) - 1])]
            mine = stroke[random.choice([0, len(stroke) // 2])]
            strokes.append(stroke - mine + place)
        else:
            strokes.append(stroke + random.uniform(0, 1, 2))
    return [_path(stroke) for stroke in strokes]


def _some_stroke(random: np.random.Generator) -> np.ndarray:
    """One stroke about the origin."""
    size = random.uniform(0.2, 0.65)
    match random.choice(["line", "bent", "arc", "ring"], p=[0.4, 0.25, 0.25, 0.1]):
        case "line":
            angle = random.uniform(0, math.pi)
            way = np.array([math.cos(angle), math.sin(angle)]) * size
            return np.linspace(-way, way, 5)
        case "bent":
            bent: np.ndarray = random.normal(0, size / 1.5, (3, 2))
            return bent
        case kind:
            far = 2 * math.pi if kind == "ring" else random.uniform(1.5, 4.5)
            around = random.uniform(0, 2 * math.pi) + np.linspace(0, far, 24)
            radii = size / 2 * random.uniform(0.6, 1.4, 2)
            return np.stack([np.cos(around), np.sin(around)], axis=1) * radii


def _tangle(random: np.random.Generator) -> list[np.ndarray]:
    """The pen wanders in ever new bends within a small field."""
    count = int(random.integers(60, 180))
    bend = np.cumsum(random.normal(0, 0.25, count))
    heading = random.uniform(0, 6.3) + np.cumsum(np.clip(bend, -0.9, 0.9) * 0.5)
    place, points = np.zeros(2), []
    for angle in heading:
        place = 0.97 * place + 0.1 * np.array([math.cos(angle), math.sin(angle)])
        points.append(place)
    return [np.array(points)]


def _zigzag(random: np.random.Generator) -> list[np.ndarray]:
    """To and fro, as one blackens a field."""
    count = int(random.integers(6, 16))
    along = np.linspace(0, 1, count) + random.normal(0, 0.02, count)
    across = np.where(np.arange(count) % 2, 1.0, 0.0) + random.normal(0, 0.08, count)
    return [_turned(np.stack([along, across * random.uniform(0.5, 1)], axis=1), random)]


def _coil(random: np.random.Generator) -> list[np.ndarray]:
    """Loops that move along a line, as in a first exercise in writing."""
    turns = random.uniform(2.5, 6)
    t = np.linspace(0, turns * 2 * math.pi, int(turns * 22))
    size = random.uniform(0.25, 0.5) * (1 + 0.2 * np.sin(t / random.uniform(2, 5)))
    along = t / t[-1] * random.uniform(1, 1.8)
    return [_turned(np.stack([along + size * np.cos(t), size * np.sin(t)], axis=1), random)]


def _hatching(random: np.random.Generator) -> list[np.ndarray]:
    """Lines side by side, sometimes crossed by others."""
    lines = []
    for _ in range(random.integers(1, 3)):
        count = int(random.integers(4, 8))
        ends = np.linspace(0, 1, count)[:, None] + random.normal(0, 0.03, (count, 2))
        turn = random.uniform(0, math.pi)
        away = random.normal(0, 0.05, (count, 2))
        rows = [
            np.array([[0.0 + away[i, 0], ends[i, 0]], [1.0 + away[i, 1], ends[i, 1]]]) - 0.5
            for i in range(count)
        ]
        lines += [row @ _rotation(turn) for row in rows]
    return lines


def _whirl(random: np.random.Generator) -> list[np.ndarray]:
    """Round and round on one spot."""
    turns = random.uniform(3, 7)
    t = np.linspace(0, turns * 2 * math.pi, int(turns * 22))
    drift = np.cumsum(random.normal(0, 0.02, (len(t), 2)), axis=0)
    size = random.uniform(0.3, 0.6) * (1 + random.uniform(0.1, 0.5) * np.sin(t * 0.37))
    return [np.stack([np.cos(t), np.sin(t)], axis=1) * size[:, None] + drift]


def _knot(random: np.random.Generator) -> list[np.ndarray]:
    """A curve of a few waves in both directions that crosses itself (Lissajous 1857)."""
    t = np.linspace(0, 2 * math.pi, 90)
    down, right = random.choice([[2, 3], [3, 4], [3, 2], [4, 3], [5, 3], [3, 5]])
    return [np.stack([np.sin(right * t), np.sin(down * t + random.uniform(0.3, 1.2))], axis=1)]


_MAKERS: dict[str, Callable[[np.random.Generator], list[np.ndarray]]] = {
    "tangle": _tangle,
    "zigzag": _zigzag,
    "coil": _coil,
    "hatching": _hatching,
    "whirl": _whirl,
    "knot": _knot,
}
SCRIBBLES = tuple(_MAKERS)


def _rotation(angle: float) -> np.ndarray:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _turned(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    result: np.ndarray = points @ _rotation(random.uniform(0, 2 * math.pi))
    return result


def _stretched(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    result: np.ndarray = points * np.exp(random.normal(0, 0.02, 2))
    return result


def _path(points: np.ndarray) -> Path:
    return [(float(x), float(y)) for x, y in points]

"""Sheets of paper drawn here, with digits, light and grain: no picture is needed."""

import functools
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from model.preprocessing.pipeline import preprocess

SIDE = 320
"""px, of a sheet."""
# Strokes on a unit square: x to the right, y down.
SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(0.5, 0.0), (0.45, 1.0)]],
    "4": [[(0.25, 0.0), (0.1, 0.6), (0.85, 0.6)], [(0.65, 0.25), (0.6, 1.0)]],
    "5 with its bar apart": [
        [(0.25, 0.22), (0.2, 0.5), (0.6, 0.45), (0.75, 0.7), (0.55, 0.95), (0.15, 0.95)],
        [(0.3, 0.02), (0.8, 0.0)],
    ],
    "7 crossed": [[(0.15, 0.05), (0.8, 0.0), (0.4, 1.0)], [(0.3, 0.5), (0.75, 0.48)]],
    "broken 3": [
        [(0.2, 0.1), (0.5, 0.0), (0.75, 0.2), (0.5, 0.43)],
        [(0.5, 0.48), (0.8, 0.7), (0.5, 1.0), (0.15, 0.9)],
    ],
    "0": [[(0.5 + 0.3 * np.sin(a), 0.5 - 0.5 * np.cos(a)) for a in np.linspace(0, 6.29, 40)]],
}
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE] / SIDE
LIGHTS = {
    "even": 1.0,
    "lamp in a corner": 1 - 0.3 * (ROWS**2 + COLUMNS**2),
    "shadow over half": 1 - 0.5 * np.clip((COLUMNS - 0.4) / 0.2, 0, 1),
}


def sheet(
    *marks: tuple[str, float, float, float], pen: float = 9, size: tuple[int, int] = (SIDE, SIDE)
) -> np.ndarray:
    """Ink of digits (shape, left, top, height in pixels) on a sheet of (width, height)."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    for shape, left, top, height in marks:
        for stroke in SHAPES[shape]:
            points = [(left + x * height, top + y * height) for x, y in stroke]
            draw.line(points, fill=255, width=round(pen), joint="curve")
            for x, y in points:
                draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(image, np.float32) / 255


def photo(
    ink: np.ndarray, *, dark: float = 0.7, light: np.ndarray | float = 1.0, noise: float = 0.015
) -> np.ndarray:
    brightness = 0.85 * (1 - dark * ink) * light
    grain = np.random.default_rng(3).normal(0, noise, ink.shape)
    return (np.clip(brightness + grain, 0, 1) * 255).astype(np.uint8)


def likeness(one: np.ndarray, two: np.ndarray) -> float:
    """Correlation of two digits, a little blurred, at most one pixel moved: 1 is the same."""

    def blurred(digit: np.ndarray) -> np.ndarray:
        return np.asarray(
            Image.fromarray(digit * 255).convert("L").filter(ImageFilter.GaussianBlur(1))
        )

    fixed, moving = blurred(one).ravel(), blurred(two)
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return max(
        float(np.corrcoef(fixed, np.roll(moving, shift, (0, 1)).ravel())[0, 1]) for shift in shifts
    )


def only(picture: np.ndarray, **options: Any) -> np.ndarray:
    found = preprocess(picture, **options)
    assert len(found.digits) == 1
    return found.digits[0].digit


@functools.cache
def clean(shape: str) -> np.ndarray:
    return only(photo(sheet((shape, 90, 80, 150)), noise=0))

"""A collection sheet, drawn here as a pen and a camera would make it, and read again."""

import io
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from model.classroom.digits.collection_sheet import (
    BAR,
    BOX,
    COLUMNS,
    CORE,
    GAP,
    HEIGHT,
    MARK,
    MIDDLES,
    ROWS,
    WIDTH,
    box_at,
)
from model.classroom.digits.sheet_photo import SheetProblem, homography, read_sheet
from model.data import mnist
from tests.sheets import likeness

FINE = 8  # pixels for a millimetre of the sheet that is drawn
MARGIN = 14.0  # millimetres of white paper around what is printed
BLANK = {(2, 3), (5, 0), (11, 9), *((row, 7) for row in range(ROWS))}
"""(row, column) of the boxes in which nothing is written: a column, and some alone."""


@dataclass(frozen=True)
class Camera:
    """How a photo is taken: the sheet's corners on it, and the light."""

    corners: tuple[tuple[float, float], ...]
    size: tuple[int, int] = (1200, 1600)
    shadow: float = 0.0
    noise: float = 0.01
    pen: float = 0.8


STRAIGHT = ((60, 40), (1140, 40), (1140, 1567), (60, 1567))
CAMERAS = {
    "straight": Camera(STRAIGHT),
    "from the side": Camera(((180, 120), (1060, 60), (1150, 1520), (60, 1450))),
    "a shadow over it": Camera(((90, 60), (1120, 100), (1100, 1540), (70, 1500)), shadow=0.55),
    "noise and a pale pencil": Camera(STRAIGHT, noise=0.03, pen=0.45),
    "on its side": Camera(((1560, 70), (1540, 1130), (60, 1110), (90, 60)), (1600, 1200)),
    "upside down": Camera(((1120, 1540), (80, 1560), (60, 60), (1140, 90))),
}


def written() -> dict[tuple[int, int], np.ndarray]:
    """A test digit for each box that is not blank."""
    test = mnist.embedded().test
    places = {digit: np.flatnonzero(test.labels == digit) for digit in range(COLUMNS)}
    return {
        (row, column): test.images[places[column][row]]
        for row in range(ROWS)
        for column in range(COLUMNS)
        if (row, column) not in BLANK
    }


def sheet(digits: dict[tuple[int, int], np.ndarray], pen: float) -> np.ndarray:
    """The whole paper, (h, w) float32: 1 is white."""
    height, width = (round((side + 2 * MARGIN) * FINE) for side in (HEIGHT, WIDTH))
    paper = np.ones((height, width), np.float32)

    def fill(left: float, top: float, wide: float, high: float, value: float) -> None:
        x, y = round((left + MARGIN) * FINE), round((top + MARGIN) * FINE)
        paper[y : y + round(high * FINE), x : x + round(wide * FINE)] = value

    for x, y in MIDDLES:
        for side, value in ((MARK, 0.1), (GAP, 1.0), (CORE, 0.1)):
            fill(x - side / 2, y - side / 2, side, side, value)
    fill(*BAR, 0.1)
    for row in range(ROWS):
        for column in range(COLUMNS):
            left, top = box_at(row, column)
            fill(left, top, BOX, BOX, 0.6)
            fill(left + 0.3, top + 0.3, BOX - 0.6, BOX - 0.6, 1.0)
            if (row, column) in digits:
                side = round(11 * FINE)
                ink = Image.fromarray(digits[row, column]).resize(
                    (side, side), Image.Resampling.BICUBIC
                )
                x, y = (round((at + 1.7 + MARGIN) * FINE) for at in (left, top))
                strokes = np.asarray(ink, np.float32) / 255
                paper[y : y + side, x : x + side] *= 1 - pen * strokes
    return paper


def photo(camera: Camera, digits: dict[tuple[int, int], np.ndarray]) -> bytes:
    """A JPEG of the sheet on a dark table."""
    paper = sheet(digits, camera.pen)
    high, wide = paper.shape
    edges = np.array([(0, 0), (wide, 0), (wide, high), (0, high)])
    matrix = homography(np.array(camera.corners, float), edges)
    width, height = camera.size
    flat = Image.fromarray(np.rint(255 * (0.15 + 0.75 * paper)).astype(np.uint8))
    seen = flat.transform(
        camera.size,
        Image.Transform.PERSPECTIVE,
        (matrix / matrix[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BICUBIC,
        fillcolor=70,
    )
    light = np.asarray(seen, np.float32) / 255
    rows, columns = np.mgrid[:height, :width]
    edge = np.clip((columns + 0.5 * rows - 0.7 * width) / 60, 0, 1)
    light *= (1 - camera.shadow * edge) * (1 - 0.15 * rows / height)
    light += np.random.default_rng(5).normal(0, camera.noise, light.shape)
    file = io.BytesIO()
    grey = Image.fromarray(np.rint(255 * np.clip(light, 0, 1)).astype(np.uint8))
    grey.convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


@pytest.mark.parametrize("name", CAMERAS)
def test_a_photo_gives_the_digits_that_were_written_and_no_others(name: str) -> None:
    digits = written()
    reading = read_sheet(photo(CAMERAS[name], digits))
    assert reading.problem is None
    expected = sorted(digits)
    assert len(reading.digits) >= len(expected) - 1
    assert reading.blank + len(reading.digits) == ROWS * COLUMNS
    assert sum(reading.held) <= 0.1 * len(expected)
    if len(reading.digits) == len(expected):
        assert reading.digits.labels.tolist() == [column for _, column in expected]
        alike = [
            likeness(image / 255, digits[place] / 255)
            for image, place in zip(reading.digits.images, expected, strict=True)
        ]
        assert np.median(alike) > 0.85
    assert 7 not in reading.digits.labels


def test_an_empty_sheet_has_no_digits() -> None:
    reading = read_sheet(photo(CAMERAS["a shadow over it"], {}))
    assert (reading.problem, len(reading.digits), reading.blank) == (None, 0, ROWS * COLUMNS)


def test_what_is_no_sheet_is_told() -> None:
    def reason(content: bytes) -> SheetProblem | None:
        return read_sheet(content).problem

    assert reason(b"no picture") is SheetProblem.NO_PICTURE
    cut = ((60, -200), (1140, -200), (1140, 1567), (60, 1567))  # two marks lie outside
    assert reason(photo(Camera(cut), {})) is SheetProblem.NO_MARKS
    noise = np.random.default_rng(1).integers(0, 256, (600, 600), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    assert reason(file.getvalue()) is not None

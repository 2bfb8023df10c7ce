"""From one photo of a collection sheet to its digits.

1. The four marks are found: a dark ring around a dark square with the same middle.
2. Four points determine a perspective (a homography, by its eight linear equations); the sheet is
   laid flat with it, and turned until its bar is at the top.
3. The paper's light is what a grey closing leaves: it knows no strokes, but follows every shadow
   (Gonzalez and Woods, "Digital Image Processing", on the top-hat transformation). How much darker
   than it a pixel is, is ink.
4. Each box is cut out and prepared like a drawing. A box without a stroke is left out.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from scipy import ndimage

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
from model.data.mnist import Digits
from model.network import SIDE
from model.network.digit_detector import detector
from model.preprocessing.image_file import PictureError, open_picture
from model.preprocessing.pipeline import from_ink

SCALE = 6.0
"""Pixels for a millimetre of the sheet that is laid flat."""
LONGER = 1600
"""Pixels of the longer side in which marks are looked for."""
FRAME = 1.3
"""Millimetres inside a box that are left out: its printed line, and strokes that touch it."""
STROKE = 3.6
"""Millimetres: no pen is wider."""
PALE = 0.12
"""Of the paper's light: ink is darker than it by that much at least."""
SMALLEST = 3.0
"""Millimetres that a digit is high at least; less is a dot."""
RING_AREA, CORE_AREA = MARK**2 - GAP**2, CORE**2
"""Square millimetres of a mark's two parts."""


class SheetProblem(StrEnum):
    """Why a photo cannot be read."""

    NO_PICTURE = "the file is no picture"
    NO_MARKS = "the four marks are not on it"
    NO_BAR = "the bar at the top is not on it"


@dataclass(frozen=True)
class SheetReading:
    """What was read of a photo.

    Attributes:
        digits: with the digits that were asked for, row by row.
        held: of each, whether it does not look like a digit.
        blank: boxes in which nothing was written.
        problem: why nothing was read; None where the sheet was found.
    """

    digits: Digits
    held: tuple[bool, ...]
    blank: int
    problem: SheetProblem | None = None


def read_sheet(content: bytes) -> SheetReading:
    """Read the photo of a collection sheet.

    Args:
        content: of the picture file.
    """
    try:
        picture = open_picture(content)
    except PictureError:
        return _nothing(SheetProblem.NO_PICTURE)
    grey = picture.mean(axis=2).astype(np.float32) / 255
    corners = marks(grey)
    if corners is None:
        return _nothing(SheetProblem.NO_MARKS)
    flat = _upright(grey, corners)
    return _nothing(SheetProblem.NO_BAR) if flat is None else digits_on(flat)


def marks(grey: np.ndarray) -> np.ndarray | None:
    """The middles of the four marks, (4, 2) x and y, clockwise from any of them; None without.

    Args:
        grey: (h, w) float32 in [0, 1], 0 is black.
    """
    step = max(1, math.ceil(max(grey.shape) / LONGER))
    small = ndimage.uniform_filter(grey, step)[::step, ::step] if step > 1 else grey
    around = ndimage.uniform_filter(small, max(15, round(max(small.shape) / 20)))
    dark = small < around - 0.08
    labels, count = ndimage.label(dark, np.ones((3, 3)))
    if count < 8:
        return None
    numbers = np.arange(1, count + 1)
    areas = ndimage.sum_labels(dark, labels, numbers)
    middles = np.array(ndimage.center_of_mass(dark, labels, numbers))[:, ::-1]
    large = np.flatnonzero(areas >= 6)
    found = []
    for ring in large:
        side = math.sqrt(areas[ring] / RING_AREA)  # pixels for a millimetre, about
        if not 0.8 < side < max(small.shape) / 60:
            continue
        near = np.hypot(*(middles[large] - middles[ring]).T) < 0.9 * side
        for core in large[near]:
            ratio = areas[ring] / areas[core]
            if core != ring and 0.4 < ratio * CORE_AREA / RING_AREA < 2.5:
                found.append(((middles[ring] + middles[core]) / 2 * step, side * step))
                break
    return _outermost(found)


def _outermost(found: list[tuple[np.ndarray, float]]) -> np.ndarray | None:
    """Of all that look like marks, the four of about one size that lie furthest apart."""
    best, largest = None, 0.0
    for four in combinations(found[:12], 4):
        sides = [side for _, side in four]
        points = np.array([point for point, _ in four])
        if max(sides) > 2.5 * min(sides):
            continue
        towards = points - points.mean(axis=0)
        points = points[np.argsort(np.arctan2(towards[:, 1], towards[:, 0]))]
        after = np.roll(points, -1, axis=0)
        area = float(np.sum(points[:, 0] * after[:, 1] - points[:, 1] * after[:, 0])) / 2
        if area > largest:
            best, largest = points, area
    return best


def _upright(grey: np.ndarray, corners: np.ndarray) -> np.ndarray | None:
    """The sheet laid flat, its bar at the top; None where there is no bar."""
    left, top, width, height = BAR
    across = np.linspace(left + 1, left + width - 1, 60)
    on, below = np.linspace(top + 1, top + height - 1, 8), np.linspace(top + 6, top + 8, 8)
    found, darkest = None, 0.15
    for turn in range(4):
        turned = np.roll(corners, turn, axis=0)
        bar, beside = (_seen(grey, turned, *np.meshgrid(across, rows)) for rows in (on, below))
        darker = float(np.median(beside) - np.median(bar))
        if darker > darkest and bar.std() < darker:
            found, darkest = turned, darker
    return None if found is None else laid_flat(grey, found)


def laid_flat(grey: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The sheet as a scanner would see it, `SCALE` pixels a millimetre.

    Args:
        grey: (h, w) float32.
        corners: (4, 2), x and y of the marks, clockwise from the top left.
    """
    rows, columns = np.mgrid[: round(HEIGHT * SCALE), : round(WIDTH * SCALE)]
    # A larger photo is blurred first, or its grain would be taken for ink.
    finer = float(np.hypot(*(corners[1] - corners[0]))) / ((WIDTH - MARK) * SCALE)
    soft = ndimage.gaussian_filter(grey, 0.5 * finer) if finer > 1.2 else grey
    return _seen(soft, corners, (columns + 0.5) / SCALE, (rows + 0.5) / SCALE)


def _seen(grey: np.ndarray, corners: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What a photo shows at places of the sheet, in millimetres: an array of the shape of x."""
    matrix = homography(np.array(MIDDLES), corners)
    u, v, w = matrix @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    found: np.ndarray = ndimage.map_coordinates(grey, [v / w, u / w], order=1, mode="nearest")
    return found.reshape(x.shape)


def homography(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The (3, 3) matrix that takes four points to four others, all (4, 2)."""
    equations, values = [], []
    for (x, y), (u, v) in zip(here, there, strict=True):
        equations += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solved = np.linalg.solve(np.array(equations), np.array(values))
    return np.append(solved, 1.0).reshape(3, 3)


def digits_on(flat: np.ndarray) -> SheetReading:
    """The digits in the boxes of a sheet that lies flat."""
    paper = ndimage.grey_closing(flat, round(STROKE * SCALE) * np.ones(2, int))
    paper = ndimage.uniform_filter(paper, round(STROKE * SCALE))
    darkness = np.clip(1 - ndimage.gaussian_filter(flat, 0.6) / np.maximum(paper, 0.02), 0, 1)
    pictures, labels, blank = [], [], 0
    inner = BOX - 2 * FRAME
    for row in range(ROWS):
        for column in range(COLUMNS):
            left, top = box_at(row, column)
            picture = _digit(_part(darkness, left + FRAME, top + FRAME, inner, inner))
            if picture is None:
                blank += 1
            else:
                pictures.append(picture)
                labels.append(column)
    if not pictures:
        return SheetReading(_no_digits(), (), blank)
    images = np.stack(pictures)
    held = ~np.asarray(detector().accepts(images))
    digits = Digits(np.rint(images * 255).astype(np.uint8), np.array(labels, np.uint8))
    return SheetReading(digits, tuple(bool(each) for each in held), blank)


def _digit(darkness: np.ndarray) -> np.ndarray | None:
    """The digit in a box, (28, 28) float32 in [0, 1]; None where nothing is written in it."""
    grain = 1.48 * float(np.median(np.abs(darkness - np.median(darkness))))
    mask = darkness > max(PALE, 5 * grain)
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    heights = [place[0].stop - place[0].start for place in ndimage.find_objects(labels)]
    if not count or max(heights) < SMALLEST * SCALE:
        return None
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        if max(place[0].stop - place[0].start, place[1].stop - place[1].start) < 0.8 * SCALE:
            mask[labels == number] = False  # a speck
    full = float(np.quantile(darkness[mask], 0.75))
    found = from_ink(np.where(mask, np.minimum(darkness / full, 1), 0).astype(np.float32)).largest
    return None if found is None else found.digit


def _part(flat: np.ndarray, left: float, top: float, width: float, height: float) -> np.ndarray:
    """A part of the sheet, in millimetres."""
    rows, columns = (
        slice(round(start * SCALE), round((start + size) * SCALE))
        for start, size in ((top, height), (left, width))
    )
    return flat[rows, columns]


def _nothing(problem: SheetProblem) -> SheetReading:
    return SheetReading(_no_digits(), (), 0, problem)


def _no_digits() -> Digits:
    return Digits(np.empty((0, SIDE, SIDE), np.uint8), np.empty(0, np.uint8))

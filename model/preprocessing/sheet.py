"""What the stages of preprocessing hand on: a sheet, its ink, its digits, one digit's own ink."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

Box = tuple[int, int, int, int]
"""(top, left, bottom, right) on the sheet in pixels, bottom and right exclusive."""


class StepKey(StrEnum):
    """The steps that are shown and can be switched off, in their order."""

    GREY = "grey"
    LIGHT = "light"
    INK = "ink"
    LINES = "lines"
    DIGITS = "digits"
    CROP = "crop"
    SCALE = "scale"
    THICKNESS = "thickness"
    CENTRE = "centre"
    NORMALISE = "normalise"


class Problem(StrEnum):
    """Why there is no digit."""

    BLANK = "blank"
    NO_STROKES = "no strokes"
    """There is ink, such as a dot, but none of it can be a digit."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step's result: `picture` is (h, w) float32 in [0, 1]; up to "light" 0 is black."""

    key: StepKey
    on: bool
    picture: np.ndarray


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a sheet: `strength` (h, w) float32, 0 outside `mask` (h, w) bool.

    `floor` is the strength that the paper's grain may reach; `fixed` is the darkness from which on
    all was taken for ink, None where ink was looked for.
    """

    strength: np.ndarray
    mask: np.ndarray
    floor: float = 0.0
    fixed: float | None = None


@dataclass(frozen=True, eq=False)  # == of arrays is an array, not an answer
class Region:
    """One digit on the sheet: its box and its own ink, `mask` (h, w) bool, inside the box."""

    box: Box
    mask: np.ndarray

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.mask.shape[0])

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.mask.shape[1])

    @property
    def size(self) -> int:
        """The longer side in pixels."""
        return max(self.height, self.width)

    def part(self, mask: np.ndarray) -> "Region":
        """Return a part of the ink, not empty, as a region: a mask of the same shape."""
        (tight,) = whole_sheet(mask)
        top, left = self.box[:2]
        a, b, c, d = tight.box
        return Region((top + a, left + b, top + c, left + d), tight.mask)

    def joined(self, other: "Region") -> "Region":
        """Return the ink of both as one region."""
        boxes = (self.box, other.box)
        top, left = (min(box[side] for box in boxes) for side in (0, 1))
        bottom, right = (max(box[side] for box in boxes) for side in (2, 3))
        mask = np.zeros((bottom - top, right - left), bool)
        for region in (self, other):
            a, b, c, d = region.box
            mask[a - top : c - top, b - left : d - left] |= region.mask
        return Region((top, left, bottom, right), mask)


def whole_sheet(mask: np.ndarray) -> tuple[Region, ...]:
    """Return all ink, (h, w) bool, as one digit; nothing where there is none."""
    if not mask.any():
        return ()
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    return (Region((top, left, bottom, right), mask[top:bottom, left:right]),)


def _nothing() -> np.ndarray:
    return np.zeros((0, 0), np.float32)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet between two stages. What no stage has made yet is empty.

    Attributes:
        picture: as it came, (h, w) or (h, w, 3) uint8.
        brightness: (h, w) float32 in [0, 1], 0 is black; ink is dark.
        paper: (h, w) float32, the brightness in even light: paper is 1, its grain reaches above.
        darkness: (h, w) float32, how much darker than paper each pixel is.
        ink: what of it is ink.
        regions: the digits in reading order.
    """

    picture: np.ndarray = field(default_factory=_nothing)
    brightness: np.ndarray = field(default_factory=_nothing)
    paper: np.ndarray = field(default_factory=_nothing)
    darkness: np.ndarray = field(default_factory=_nothing)
    ink: Ink = field(default_factory=lambda: Ink(_nothing(), _nothing().astype(bool)))
    regions: tuple[Region, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether ink was looked for and there is none."""
        return self.ink.fixed is None and not self.ink.mask.any()


@dataclass(frozen=True, eq=False)
class DigitInk:
    """One digit between two stages.

    Attributes:
        ink: (h, w) float32 in [0, 1], `fine` × `fine` values for each pixel that is shown.
        level: the strength of its full ink.
        fine: 1 where a value is a pixel.
        place: its rows and columns on its sheet, before it is cropped.
        sheet: height and width of that.
    """

    ink: np.ndarray
    level: float
    fine: int = 1
    place: tuple[slice, slice] = (slice(None), slice(None))
    sheet: tuple[int, ...] = ()

    @property
    def picture(self) -> np.ndarray:
        """(height, width) float32: the mean of each block of `fine` × `fine` values."""
        if self.fine == 1:
            return self.ink
        rows, columns = (side // self.fine for side in self.ink.shape)
        blocks = self.ink.reshape(rows, self.fine, columns, self.fine)
        result: np.ndarray = blocks.mean(axis=(1, 3))
        return result

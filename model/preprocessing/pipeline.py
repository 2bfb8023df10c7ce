"""From a picture or a drawing to what the network receives, with every step kept to be shown.

The later steps follow how MNIST itself was made, so that a digit from paper or canvas looks to the
network like those that it learned from. NIST's scans of forms (Grother 1995, "NIST Special
Database 19") were size-normalised into a 20×20 box with their proportions kept and placed in a
28×28 field by their centre of mass (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning
applied to document recognition", section III). The earlier steps make a phone photo look like
those scans: even light, ink on empty paper.

`PHOTO_STAGES` and `DIGIT_STAGES` are the whole way. Each stage is a function in a file of its own,
from a `Sheet` to a `Sheet` or from a `DigitInk` to a `DigitInk`, and says there what it does when
it is switched off; its numbers are in `configuration`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from model.network.digit_detector import detector, likeness_of
from model.preprocessing import (
    binarization,
    centring,
    grey,
    illumination,
    normalisation,
    polarity,
    segmentation,
    shadow_removal,
    size_normalization,
    split_merge,
    thickness,
)
from model.preprocessing.configuration import DEFAULT, PreprocessingConfig
from model.preprocessing.lines import removal
from model.preprocessing.sheet import Box, DigitInk, Ink, Problem, Region, Sheet, Step, StepKey

__all__ = [
    "STEPS",
    "FoundDigit",
    "Preprocessed",
    "Problem",
    "Step",
    "StepKey",
    "from_ink",
    "preprocess",
]

STEPS = tuple(StepKey)
"""The steps that are shown, in their order."""
SHEET_STEPS = (StepKey.GREY, StepKey.LIGHT, StepKey.INK, StepKey.LINES, StepKey.DIGITS)
"""Those that the whole sheet goes through once; the others follow for each digit."""
Off = frozenset[str]
"""Keys of the steps that are switched off."""


class SheetStage(Protocol):
    """A stage of the whole sheet."""

    def __call__(self, sheet: Sheet, *, on: bool, config: PreprocessingConfig) -> Sheet:
        """Return the sheet after this stage."""


class DigitStage(Protocol):
    """A stage of each digit."""

    def __call__(self, digit: DigitInk, *, on: bool, config: PreprocessingConfig) -> DigitInk:
        """Return the digit after this stage."""


@dataclass(frozen=True)
class Stage:
    """A stage and when it is on: while all of its `switches` are.

    `picture` is what it shows, as the step of its first switch; None for a stage that is not shown.
    """

    run: SheetStage
    switches: tuple[StepKey, ...]
    picture: Callable[[Sheet], np.ndarray] | None = None


PHOTO_STAGES: tuple[Stage, ...] = (
    Stage(grey.grey, (StepKey.GREY,), lambda sheet: sheet.brightness),
    Stage(polarity.dark_ink, (StepKey.INK,)),
    Stage(illumination.even_light, (StepKey.LIGHT,), lambda sheet: np.minimum(sheet.paper, 1)),
    Stage(binarization.ink_found, (StepKey.INK,), lambda sheet: sheet.ink.strength),
    Stage(removal.lines_removed, (StepKey.LINES,), lambda sheet: sheet.ink.strength),
    Stage(shadow_removal.shadows_removed, (StepKey.LIGHT, StepKey.INK, StepKey.DIGITS)),
    Stage(segmentation.digits_found, (StepKey.DIGITS,)),
)
"""What a picture goes through as a whole, before its digits are parted and joined."""
DRAWING_STAGES = PHOTO_STAGES[-1:]
"""A drawing is ink already."""
DIGIT_STAGES: tuple[tuple[StepKey, DigitStage], ...] = (
    (StepKey.CROP, size_normalization.cropped),
    (StepKey.SCALE, size_normalization.scaled),
    (StepKey.THICKNESS, thickness.thickened),
    (StepKey.CENTRE, centring.centred),
    (StepKey.NORMALISE, normalisation.normalised),
)
"""What each digit goes through."""


@dataclass(frozen=True, eq=False)
class FoundDigit:
    """A digit as the network receives it.

    `digit` is (28, 28) float32 in [0, 1]; `box` is where on the picture; `steps` are this digit's
    own, from "crop" on.
    """

    digit: np.ndarray
    box: Box
    steps: tuple[Step, ...]

    @property
    def size(self) -> int:
        """The longer side on the picture in pixels."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    @cached_property
    def detected(self) -> np.ndarray:
        """What the detector answers, (11,), whatever network reads the digit.

        It judges it once: where it was asked to part and join the ink, it is not asked again.
        Where nobody asks, as when the detector's own examples are made, it does nothing.
        """
        answer: np.ndarray = detector().answers(self.digit[None])[0]
        return answer

    @property
    def likeness(self) -> float:
        """How much `digit` looks like a digit at all, from 0 to 1."""
        return float(likeness_of(self.detected))


@dataclass(frozen=True, eq=False)
class Preprocessed:
    """The sheet's own steps, the digits in reading order, and why there are none."""

    steps: tuple[Step, ...]
    digits: tuple[FoundDigit, ...]
    problem: Problem | None

    @property
    def largest(self) -> FoundDigit | None:
        """The digit that counts where only one can."""
        return max(self.digits, key=lambda found: found.size, default=None)

    def followed(self, wish: int | None) -> int:
        """The place of the digit that is followed: the one wished for, or else the largest.

        Args:
            wish: a place; None, or one where there is no digit, wishes for none.

        Raises:
            ValueError: there is no digit at all.
        """
        if wish is not None and 0 <= wish < len(self.digits):
            return wish
        return max(range(len(self.digits)), key=lambda place: self.digits[place].size)


def preprocess(
    picture: np.ndarray, *, off: Off = frozenset(), config: PreprocessingConfig = DEFAULT
) -> Preprocessed:
    """Take a picture through all steps.

    Args:
        picture: (h, w) or (h, w, 3) uint8, as `image_file.open_picture` returns it.
        off: keys of the `STEPS` that are left out.
        config: the numbers that decide.

    Raises:
        ValueError: wrong shape or type, or an unknown key in `off`.
    """
    _check_keys(off)
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.size == 0:
        raise ValueError(
            f"Expected (h, w) or (h, w, 3) uint8, got {picture.shape} {picture.dtype}."
        )
    return _taken(Sheet(picture=picture), PHOTO_STAGES, off, config)


def from_ink(
    ink: np.ndarray, *, off: Off = frozenset(), config: PreprocessingConfig = DEFAULT
) -> Preprocessed:
    """Take a drawing through the steps that apply to it: from "digits" on.

    Args:
        ink: (n, m) float32 in [0, 1] from the canvas; 1 is ink.
        off: keys of the `STEPS` that are left out.
        config: the numbers that decide.

    Raises:
        ValueError: wrong shape or type, or an unknown key in `off`.
    """
    _check_keys(off)
    if ink.ndim != 2 or ink.size == 0 or not np.issubdtype(ink.dtype, np.floating):
        raise ValueError(f"Expected (n, m) float32 ink, got {ink.shape} {ink.dtype}.")
    strength = np.clip(ink, 0, 1).astype(np.float32)
    mask = strength > config.segmentation.drawn
    found = _taken(Sheet(ink=Ink(strength, mask)), DRAWING_STAGES, off, config)
    if found.problem and mask.any():
        return replace(found, problem=Problem.NO_STROKES)
    return found


def _check_keys(off: Off) -> None:
    unknown = off - set(STEPS)
    if unknown:
        raise ValueError(f"Unknown steps {sorted(unknown)}; known are {sorted(STEPS)}.")


def _taken(
    sheet: Sheet, stages: tuple[Stage, ...], off: Off, config: PreprocessingConfig
) -> Preprocessed:
    """Take a sheet through its stages, and then each of its digits."""
    steps: list[Step] = []
    for stage in stages:
        sheet = stage.run(sheet, on=off.isdisjoint(stage.switches), config=config)
        if stage.picture is not None:
            key = stage.switches[0]
            steps.append(Step(key, key not in off, stage.picture(sheet)))
            if key is StepKey.INK and sheet.blank:
                return Preprocessed(tuple(steps), (), Problem.BLANK)
    ink = sheet.ink

    @cache  # what was judged is finished already, unless a step of its own is off
    def finished(region: Region, off: Off) -> FoundDigit:
        return _finished(ink, region, off, config)

    def likeness(region: Region) -> float:
        """How much a region looks like a digit, whatever steps are switched off."""
        return finished(region, frozenset()).likeness

    on = StepKey.DIGITS not in off
    sheet = split_merge.digits_regrouped(sheet, likeness, on=on, config=config)
    steps.append(Step(StepKey.DIGITS, on, _ink_of_digits(sheet)))
    own = off - set(SHEET_STEPS)
    digits = tuple(finished(region, own) for region in sheet.regions)
    return Preprocessed(tuple(steps), digits, None if digits else Problem.BLANK)


def _ink_of_digits(sheet: Sheet) -> np.ndarray:
    """The sheet with the ink of its digits alone."""
    picture = np.zeros_like(sheet.ink.strength)
    for region in sheet.regions:
        picture[_grown(region.box, picture.shape)] += _own_ink(sheet.ink, region)
    return picture


def _grown(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The box with one pixel more on each side, for the soft edge of its strokes."""
    top, left, bottom, right = box
    return (
        slice(max(0, top - 1), min(shape[0], bottom + 1)),
        slice(max(0, left - 1), min(shape[1], right + 1)),
    )


def _own_ink(ink: Ink, region: Region) -> np.ndarray:
    """One digit's ink, without its neighbours', in its box grown by one pixel."""
    rows, columns = _grown(region.box, ink.strength.shape)
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
    top, left = region.box[0] - rows.start, region.box[1] - columns.start
    height, width = region.mask.shape
    mask[top : top + height, left : left + width] = region.mask
    return binarization.soft(ink.strength[rows, columns], mask)


def _finished(ink: Ink, region: Region, off: Off, config: PreprocessingConfig) -> FoundDigit:
    """Take one digit through its own steps."""
    strength = _own_ink(ink, region)
    level = float(normalisation.full_strength(strength, config.normalisation))
    shape = ink.strength.shape
    digit = DigitInk(strength, level, place=_grown(region.box, shape), sheet=shape)
    steps = []
    for key, run in DIGIT_STAGES:
        digit = run(digit, on=key not in off, config=config)
        steps.append(Step(key, key not in off, digit.picture))
    return FoundDigit(digit.ink, region.box, tuple(steps))

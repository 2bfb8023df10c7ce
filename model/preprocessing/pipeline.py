"""From a picture or a drawing to what the network receives, with every step kept to be shown.

The later steps follow how MNIST itself was made, so that a digit from paper or canvas looks to the
network like those that it learned from. NIST's scans of forms (Grother 1995, "NIST Special
Database 19") were size-normalised into a 20×20 box with their proportions kept and placed in a
28×28 field by their centre of mass (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning
applied to document recognition", section III). The earlier steps make a phone photo look like
those scans: even light, ink on empty paper.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from model.network.digit_detector import detector
from model.preprocessing import (
    binarization,
    illumination,
    line_removal,
    segmentation,
    shadow_removal,
    size_normalization,
    split_merge,
)

BLANK = "No digit is found: this sheet looks blank. Draw or show a digit from 0 to 9."
NO_STROKES = "No digit is found: there is ink, but no stroke. Draw or show a digit from 0 to 9."


@dataclass(frozen=True)
class StepInfo:
    """What a step is called and does; `sentence_off` is what happens when it is switched off."""

    key: str
    title: str
    sentence: str
    sentence_off: str


STEPS: tuple[StepInfo, ...] = (
    StepInfo(
        "grey",
        "Grey",
        "Red, green and blue become one brightness, weighted as the eye sees them.",
        "Off: only the red part is taken, so red ink disappears.",
    ),
    StepInfo(
        "light",
        "Light evened out",
        "Each pixel is divided by the light on the paper around it, so shadows go.",
        "Off: a shadow stays dark and may count as ink.",
    ),
    StepInfo(
        "ink",
        "Ink found",
        "What differs clearly from the paper is ink; light ink on dark is turned round.",
        "Off: dark is ink and bright is paper, whatever the picture shows.",
    ),
    StepInfo(
        "lines",
        "Printed lines removed",
        "Frames, ruled and squared lines are erased where no stroke crosses them.",
        "Off: printed lines stay and count as strokes.",
    ),
    StepInfo(
        "digits",
        "Digits found",
        "Pieces that belong together make one digit; two that touch are parted; specks go.",
        "Off: all ink on the sheet counts as one digit.",
    ),
    StepInfo(
        "crop",
        "Cropped",
        "The empty paper around the digit is cut away.",
        "Off: the digit stays as small as it is on its sheet.",
    ),
    StepInfo(
        "scale",
        "Scaled to 20×20",
        "The longer side becomes 20 pixels and the proportions stay, as in MNIST.",
        "Off: it is stretched over all 28×28 pixels.",
    ),
    StepInfo(
        "thickness",
        "Stroke thickness",
        "Strokes thinner or thicker than those in MNIST are brought near to them.",
        "Off: a fine pen leaves only a thin grey trace.",
    ),
    StepInfo(
        "centre",
        "Centred",
        "The centre of mass of the ink moves to the middle of 28×28, as in MNIST.",
        "Off: once it is cropped, the digit stays in the upper left corner.",
    ),
    StepInfo(
        "normalise",
        "Normalised",
        "The darkest ink becomes 1 and paper 0: these 784 numbers go to the network.",
        "Off: faint pencil stays as faint as it is.",
    ),
)
_DARK = 0.5  # of the way from white to black; what counts as ink where it is not looked for
_INFO = {info.key: info for info in STEPS}
SHEET_STEPS = ("grey", "light", "ink", "lines", "digits")
"""The steps that the whole sheet goes through once; the others follow for each digit."""
_OWN_STEPS = frozenset(_INFO) - set(SHEET_STEPS)


@dataclass(frozen=True, eq=False)
class Step:
    """One step's result: `picture` is (h, w) float32 in [0, 1]; up to "light" 0 is black."""

    key: str
    title: str
    sentence: str
    on: bool
    picture: np.ndarray


@dataclass(frozen=True, eq=False)
class FoundDigit:
    """A digit as the network receives it.

    `digit` is (28, 28) float32 in [0, 1]; `box` is (top, left, bottom, right) on the picture in
    pixels, bottom and right exclusive; `steps` are this digit's own, from "crop" on.
    """

    digit: np.ndarray
    box: tuple[int, int, int, int]
    steps: tuple[Step, ...]

    @property
    def size(self) -> int:
        """The longer side on the picture in pixels."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    @cached_property
    def likeness(self) -> float:
        """How much `digit` looks like a digit at all, from 0 to 1, whatever network reads it.

        The detector judges it once: where it was asked to part and join the ink, it is not asked
        again. Where nobody asks, as when the detector's own examples are made, it does nothing.
        """
        return float(detector().likeness(self.digit[None])[0])


@dataclass(frozen=True, eq=False)
class Preprocessed:
    """The sheet's own steps, the digits in reading order, and a sentence where there is none."""

    steps: tuple[Step, ...]
    digits: tuple[FoundDigit, ...]
    problem: str | None

    @property
    def largest(self) -> FoundDigit | None:
        """The digit that counts where only one can."""
        return max(self.digits, key=lambda found: found.size, default=None)


def preprocess(picture: np.ndarray, *, off: frozenset[str] = frozenset()) -> Preprocessed:
    """Take a picture through all steps.

    Args:
        picture: (h, w) or (h, w, 3) uint8, as `image_file.open_picture` returns it.
        off: keys of the `STEPS` that are left out.

    Raises:
        ValueError: wrong shape or type, or an unknown key in `off`.
    """
    _check_keys(off)
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.size == 0:
        raise ValueError(
            f"Expected (h, w) or (h, w, 3) uint8, got {picture.shape} {picture.dtype}."
        )
    steps: list[Step] = []

    def keep(key: str, result: np.ndarray) -> None:
        steps.append(_step(key, off, result))

    brightness = illumination.grey(picture, weighted="grey" not in off)
    keep("grey", brightness)
    if "ink" not in off and illumination.is_light_on_dark(brightness):
        brightness = 1 - brightness
    paper = brightness if "light" in off else illumination.evened(brightness)
    keep("light", np.minimum(paper, 1))
    if "ink" in off:
        darkness, floor = 1 - paper, 0.0
    else:
        darkness, floor = binarization.darkness_of(paper)
    ink = _ink(darkness, floor, off)
    if ink is None:
        keep("ink", np.zeros_like(paper))
        return Preprocessed(tuple(steps), (), BLANK)
    keep("ink", ink.strength)
    if "lines" not in off:
        ink = _without_lines(ink, darkness, off)
    keep("lines", ink.strength)
    if off.isdisjoint({"light", "ink", "digits"}):
        ink = shadow_removal.without_shadows(shadow_removal.without_wedges(ink), brightness)
    return _digits(ink, steps, off)


def from_ink(ink: np.ndarray, *, off: frozenset[str] = frozenset()) -> Preprocessed:
    """Take a drawing through the steps that apply to it: from "digits" on.

    Args:
        ink: (n, m) float32 in [0, 1] from the canvas; 1 is ink.
        off: keys of the `STEPS` that are left out.

    Raises:
        ValueError: wrong shape or type, or an unknown key in `off`.
    """
    _check_keys(off)
    if ink.ndim != 2 or ink.size == 0 or not np.issubdtype(ink.dtype, np.floating):
        raise ValueError(f"Expected (n, m) float32 ink, got {ink.shape} {ink.dtype}.")
    strength = np.clip(ink, 0, 1).astype(np.float32)
    found = _digits(binarization.Ink(strength, strength > 0.3), [], off)
    if found.problem and (strength > 0.3).any():
        return replace(found, problem=NO_STROKES)
    return found


def _check_keys(off: frozenset[str]) -> None:
    unknown = off - set(_INFO)
    if unknown:
        raise ValueError(f"Unknown steps {sorted(unknown)}; known are {sorted(_INFO)}.")


def _step(key: str, off: frozenset[str], picture: np.ndarray) -> Step:
    info, on = _INFO[key], key not in off
    return Step(key, info.title, info.sentence if on else info.sentence_off, on, picture)


def _ink(darkness: np.ndarray, floor: float, off: frozenset[str]) -> binarization.Ink | None:
    if "ink" in off:
        return binarization.Ink(darkness, darkness > _DARK)
    return binarization.find_ink(darkness, floor)


def _without_lines(
    ink: binarization.Ink, darkness: np.ndarray, off: frozenset[str]
) -> binarization.Ink:
    """The ink without printed lines; a single line from edge to edge is a "1" and stays."""
    # Without "ink" nothing is known of the paper's grain: lines have to be as dark as ink.
    cleaned = line_removal.without_lines(darkness, _DARK if "ink" in off else ink.floor)
    rest = _ink(cleaned.darkness, ink.floor, off) if cleaned.count else ink
    if rest is not None and "ink" not in off:
        rest = binarization.solid(rest, cleaned.darkness)
    if rest is None:
        mask = np.zeros_like(ink.mask)
    else:
        mask = rest.mask & ~line_removal.leftovers(rest.mask, cleaned.band)
    if cleaned.count and mask.sum() < max(12, 0.02 * ink.mask.sum()):
        if cleaned.count == 1 and not cleaned.margin:
            return ink
        mask = np.zeros_like(mask)  # an empty sheet
    strength = ink.strength if rest is None else rest.strength
    return binarization.Ink(binarization.soft(strength, mask), mask, ink.floor)


def _digits(ink: binarization.Ink, steps: list[Step], off: frozenset[str]) -> Preprocessed:
    @cache  # what was judged is finished already, unless a step of its own is off
    def finished(region: segmentation.Region, off: frozenset[str]) -> FoundDigit:
        return _finished(_own_ink(ink, region), region, ink.strength.shape, off)

    def likeness(region: segmentation.Region) -> float:
        """How much a region looks like a digit, whatever steps are switched off."""
        return finished(region, frozenset()).likeness

    find = segmentation.whole_sheet if "digits" in off else segmentation.find_digits
    regions = find(ink.mask)
    largest = max(regions, key=lambda region: region.size, default=None)
    if largest is not None and shadow_removal.is_grain(ink, largest.box, largest.mask):
        regions = ()
    if "digits" not in off:
        regions = tuple(
            each for each in regions if not shadow_removal.is_solid(each.mask, ink.mask.shape)
        )
        regions = split_merge.regrouped(regions, likeness)
    sheet = np.zeros_like(ink.strength)
    for region in regions:
        sheet[_grown(region.box, sheet.shape)] += _own_ink(ink, region)
    steps.append(_step("digits", off, sheet))
    digits = tuple(finished(region, off & _OWN_STEPS) for region in regions)
    return Preprocessed(tuple(steps), digits, None if digits else BLANK)


def _grown(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The box with one pixel more on each side, for the soft edge of its strokes."""
    top, left, bottom, right = box
    return (
        slice(max(0, top - 1), min(shape[0], bottom + 1)),
        slice(max(0, left - 1), min(shape[1], right + 1)),
    )


def _own_ink(ink: binarization.Ink, region: segmentation.Region) -> np.ndarray:
    """One digit's ink, without its neighbours', in its box grown by one pixel."""
    rows, columns = _grown(region.box, ink.strength.shape)
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
    top, left = region.box[0] - rows.start, region.box[1] - columns.start
    height, width = region.mask.shape
    mask[top : top + height, left : left + width] = region.mask
    return binarization.soft(ink.strength[rows, columns], mask)


def _finished(
    strength: np.ndarray, region: segmentation.Region, shape: tuple[int, ...], off: frozenset[str]
) -> FoundDigit:
    """Take one digit through its own steps."""
    steps: list[Step] = []

    def keep(key: str, result: np.ndarray) -> np.ndarray:
        steps.append(_step(key, off, result))
        return result

    level = float(np.percentile(strength[strength > 0.5 * strength.max()], 75))
    if "crop" in off:
        sheet = np.zeros(shape, np.float32)
        sheet[_grown(region.box, shape)] = strength
        cropped = keep("crop", sheet)
    else:
        cropped = keep("crop", _tight(strength, level))
    fine = size_normalization.fitted(cropped, aspect="scale" not in off)
    keep("scale", size_normalization.coarse(fine))
    if "thickness" not in off:
        fine = size_normalization.thickened(fine, level)
    thick = keep("thickness", size_normalization.coarse(fine))
    placed = keep("centre", size_normalization.placed(thick, centred="centre" not in off))
    digit = placed if "normalise" in off else size_normalization.normalised(placed)
    keep("normalise", digit)
    return FoundDigit(digit, region.box, tuple(steps))


def _tight(strength: np.ndarray, level: float) -> np.ndarray:
    (region,) = segmentation.whole_sheet(strength > 0.1 * level)
    top, left, bottom, right = region.box
    return strength[top:bottom, left:right]

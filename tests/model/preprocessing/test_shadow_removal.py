"""What shadows, lamps and grain leave behind is no ink."""

from dataclasses import replace

import numpy as np
import pytest

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.shadow_removal import (
    is_grain,
    is_solid,
    shadows_removed,
    without_corners,
    without_shadows,
    without_wedges,
)
from model.preprocessing.sheet import Ink, Sheet
from tests.sheets import SIDE, sheet


def ink_of(*layers: tuple[np.ndarray, float]) -> Ink:
    """Ink of several darknesses; the darkest counts."""
    strength = np.max([mask * np.float32(dark) for mask, dark in layers], axis=0)
    return Ink(strength.astype(np.float32), strength > 0.1, 0.1)


def wedge(left: int, top: int, side: int) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    mask: np.ndarray = (x >= left) & (y >= top) & (x - left + y - top < side)
    return mask


@pytest.mark.parametrize("place", [(120, 190), (20, 20)], ids=["touching", "apart"])
def test_a_shadows_wedge_is_taken_away_and_the_digit_stays(place: tuple[int, int]) -> None:
    digit = sheet(("4", 90, 80, 150)) > 0.5
    shadow = wedge(*place, 90)
    left = without_wedges(ink_of((digit, 0.8), (shadow, 0.3)))
    assert left.mask[digit].all()
    assert left.mask[shadow & ~digit].mean() < 0.12  # what the strokes' own edge may hide


def test_pale_strokes_are_no_shadow() -> None:
    """A digit in a paler, wider pen beside a dark one, and one that fades along its strokes."""
    dark = sheet(("7 crossed", 20, 90, 120)) > 0.5
    pale = sheet(("0", 180, 90, 120), pen=18) > 0.5
    beside = ink_of((dark, 0.8), (pale, 0.35))
    assert (without_wedges(beside).mask == beside.mask).all()
    fading = np.linspace(0.25, 0.9, SIDE)[:, None] * (sheet(("4", 90, 80, 150)) > 0.5)
    faded = Ink(fading.astype(np.float32), fading > 0.1, 0.1)
    assert (without_wedges(faded).mask == faded.mask).all()


def test_what_has_no_sharp_outline_is_a_shadow() -> None:
    digit = sheet(("4", 40, 80, 120)) > 0.5
    y, x = np.mgrid[:SIDE, :SIDE]
    soft_spot = np.exp(-(((x - 240) ** 2 + (y - 160) ** 2) / 2000)).astype(np.float32)
    found = ink_of((digit, 0.7), (soft_spot > 0.5, 0.3))
    brightness = ((1 - 0.7 * digit) * (1 - 0.3 * soft_spot)).astype(np.float32)
    for after in (
        without_shadows(found, brightness),
        shadows_removed(Sheet(brightness=brightness, ink=found)).ink,
    ):
        assert after.mask[digit].all()
        assert not after.mask[:, 200:].any()
    given_ink = Sheet(brightness=brightness, ink=found)
    assert shadows_removed(given_ink, on=False) is given_ink


def test_a_disc_is_solid_and_a_ring_is_not() -> None:
    y, x = np.mgrid[:81, :81] - 40
    radius = np.hypot(x, y)
    assert is_solid(radius <= 40, (200, 200))
    assert not is_solid((radius <= 40) & (radius > 30), (200, 200))
    assert not is_solid(radius <= 40, (60, 60))  # so small a file is a digit
    strict = replace(DEFAULT.shadows, solid=0.1)
    assert is_solid((radius <= 40) & (radius > 30), (200, 200), config=strict)


@pytest.mark.parametrize(
    ("dark", "side", "grain"), [(0.15, 10, True), (0.25, 10, False), (0.15, 60, False)]
)
def test_grain_is_small_and_faint(dark: float, side: int, grain: bool) -> None:
    mask = np.zeros((300, 300), bool)
    mask[:side, :side] = True
    box = (0, 0, side, side)
    assert is_grain(ink_of((mask, dark)), box, mask[:side, :side]) == grain


def test_a_digit_that_runs_into_a_ghost_is_read_without_it() -> None:
    """What was rubbed out there is pale; the outline of both together drops hardly anywhere."""
    digit = sheet(("4", 90, 80, 150), pen=14) > 0.5
    ghost = sheet(("0", 40, 30, 260), pen=14) > 0.5
    found = ink_of((digit, 0.8), (ghost, 0.25))
    brightness = (1 - found.strength).astype(np.float32)
    after = without_shadows(found, brightness)
    assert after.mask[digit].mean() > 0.95
    assert after.mask[ghost & ~digit].mean() < 0.05


def test_a_shadow_in_a_small_file_is_taken_away_and_a_bold_digit_stays() -> None:
    y, x = np.mgrid[:40, :40]
    digit = (np.abs(x - 29) < 3) & (y > 8) & (y < 32)
    for shadow in (y + x < 18, x - y / 8 < 17):
        left = without_corners(ink_of((digit, 0.8), (shadow, 0.4)))
        assert (left.mask == digit).all()
    one, seven = np.ones((24, 9), bool), (y < 9) | (np.abs(x + y / 3 - 36) < 5)
    for tight in (one, seven):
        assert (without_corners(ink_of((tight, 0.8))).mask == tight).all()


def test_a_band_of_shadow_across_a_small_file_is_taken_away_and_darker_ink_stays() -> None:
    y, x = np.mgrid[:48, :48]
    band = np.abs(y - x / 4 - 18) < 8
    digit = (np.abs(x - 29) < 3) & (y > 8) & (y < 40)
    assert not without_corners(ink_of((band, 0.4))).mask.any()
    both = without_corners(ink_of((digit, 0.9), (band, 0.4))).mask
    assert both[digit].all()
    assert (both & ~digit).sum() < 0.2 * band.sum()  # the soft edge of the digit
    for ink in (np.abs(y - x / 4 - 18) < 3, band):  # a stroke that crosses; a bold dark one
        darkness = 0.9 if ink is band else 0.4
        assert (without_corners(ink_of((ink, darkness))).mask == ink).all()

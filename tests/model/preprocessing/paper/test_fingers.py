"""A finger that holds the sheet is no digit; what is written beside it is one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.paper.fingers import without_fingers
from model.preprocessing.pipeline import preprocess
from model.preprocessing.sheet import Region

HEIGHT, WIDTH = 420, 320
PAPER, SKIN = (215, 210, 200), (200, 150, 125)
BLIND = replace(DEFAULT, fingers=replace(DEFAULT.fingers, pale=0.0))


def held(
    tip: int = 85,
    half: int = 24,
    dim: float = 0.2,
    lean: float = 0.0,
    *,
    skin: tuple[int, int, int] = SKIN,
    one: float = 0.0,
) -> np.ndarray:
    """A sheet with a thumb on its left edge, its shadow below it, and a 1 of some darkness."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    across = y - 200 + lean * x
    thumb = np.hypot(np.maximum(x - (tip - half), 0), across) < half
    soft = ndimage.gaussian_filter(thumb.astype(np.float32), 1)[..., None]
    below = ndimage.gaussian_filter(np.roll(thumb, 8, 0).astype(np.float32), 5)[..., None]
    round_ = 1 - 0.3 * np.clip(np.abs(across / half), 0, 1)[..., None]
    stroke = ((np.abs(x - 200) < 4) & (np.abs(y - 200) < 80))[..., None]
    light = 1 - dim * x[..., None] / WIDTH
    paper = np.array(PAPER) * light * (1 - 0.35 * below) * (1 - one * stroke)
    shown = ndimage.gaussian_filter(
        soft * np.array(skin) * round_ + (1 - soft) * paper, (0.7, 0.7, 0)
    )
    grain = np.random.default_rng(3).normal(0, 2, shown.shape[:2])[..., None]
    return (shown + grain).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("tip", "half", "dim", "lean"),
    [(85, 24, 0.2, 0.0), (85, 21, 0.2, 0.1), (90, 28, 0.2, 0.1), (90, 28, 0.6, 0.0)],
)
def test_a_thumb_is_no_digit(tip: int, half: int, dim: float, lean: float) -> None:
    picture = held(tip, half, dim, lean)
    assert preprocess(picture, config=BLIND).digits
    assert preprocess(picture).digits == ()


def test_a_digit_beside_a_thumb_is_the_only_one() -> None:
    for dark in (0.3, 0.8):
        (found,) = preprocess(held(one=dark)).digits
        assert found.box[1] > 190


def stroke(top: int, left: int) -> Region:
    return Region((top, left, top + 60, left + 12), np.ones((60, 12), bool))


def test_what_is_left_out_is_pale_at_the_edge_and_beside_another_colour() -> None:
    strength = np.full((HEIGHT, WIDTH), 0.15, np.float32)
    on_thumb, inside, far = stroke(180, 2), stroke(180, 150), stroke(20, 2)
    regions = (on_thumb, inside, far)
    assert without_fingers(regions, held(), strength) == (inside, far)
    assert without_fingers(regions, held(), strength * 4) == regions  # dark: it is ink
    grey = held().mean(axis=2).astype(np.uint8)
    assert without_fingers(regions, grey, strength) == regions
    same_paper = held(skin=(180, 176, 168))
    assert without_fingers(regions, same_paper, strength) == regions


def test_a_pale_stroke_of_a_coloured_pen_at_the_edge_stays() -> None:
    """A line is not as wide as a finger."""
    picture = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    picture[180:240, 2:14] = (255, 190, 170)
    one = stroke(180, 2)
    strength = np.full((HEIGHT, WIDTH), 0.15, np.float32)
    assert without_fingers((one,), picture, strength) == (one,)


def test_a_pale_digit_on_a_note_of_another_colour_stays() -> None:
    """A note is larger than a finger."""
    picture = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    picture[100:, :160] = (250, 230, 120)
    one = stroke(180, 30)
    strength = np.full((HEIGHT, WIDTH), 0.15, np.float32)
    assert without_fingers((one,), picture, strength) == (one,)
    larger = replace(DEFAULT.fingers, most=0.5)
    assert without_fingers((one,), picture, strength, larger) == ()

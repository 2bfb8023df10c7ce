import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.evaluation.pictures import REACH, ZERO, ramp_indices
from ui.style.colours import (
    ACCENT,
    DARK,
    DARK_PAPER,
    LIGHT,
    MISTAKE,
    NEGATIVE_STOPS,
    POSITIVE_STOPS,
    Palette,
    oklab,
    ramp,
    rgb,
    shaded,
    srgb,
)

# How colours look without working M cones (deuteranopia), on linear RGB: Machado, Oliveira and
# Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009).
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
NUMBERS = st.floats(-1e6, 1e6, width=32)


def linear(colours):
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def unlinear(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def contrast(one, other):
    """Return the contrast ratio of WCAG 2."""
    lights = [linear(rgb(colour)) @ [0.2126, 0.7152, 0.0722] for colour in (one, other)]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_zero_is_exactly_white_and_nothing_else_is():
    white = (ramp() == 255).all(axis=1)
    assert white[ZERO]
    assert white.sum() == 1


def test_ramp_ends_at_its_named_stops():
    ends = np.rint([rgb(NEGATIVE_STOPS[-1]) * 255, rgb(POSITIVE_STOPS[-1]) * 255])
    np.testing.assert_array_equal(ramp()[[1, 255]], ends)
    np.testing.assert_array_equal(ramp()[0], ramp()[1])
    assert ramp().shape == (256, 3)
    assert ramp().dtype == np.uint8


def test_lightness_falls_with_every_step_away_from_zero():
    lightness = oklab(ramp() / 255)[:, 0]
    assert (np.diff(lightness[ZERO:]) < 0).all()
    assert (np.diff(lightness[ZERO:0:-1]) < 0).all()


def test_steps_look_equally_large():
    lab = oklab(ramp() / 255)
    for arm in (lab[ZERO:0:-1], lab[ZERO:]):
        # Over 8 steps, so that the rounding to whole bytes does not count.
        lengths = np.linalg.norm(arm[8:] - arm[:-8], axis=1)
        assert lengths.max() / lengths.min() < 1.25


def test_both_arms_reach_about_equally_far():
    lab = oklab(ramp() / 255)
    negative, positive = np.linalg.norm(lab[[1, 255]] - lab[ZERO], axis=1)
    assert abs(negative - positive) < 0.1


def test_signs_stay_apart_for_the_colour_blind():
    seen = oklab(unlinear(linear(ramp() / 255) @ DEUTERANOPIA.T))
    for size in range(REACH // 4, REACH + 1):
        assert np.linalg.norm(seen[ZERO + size] - seen[ZERO - size]) > 0.1


def test_oklab_of_known_colours_and_back():
    # Red, from the table in Ottosson's article: L 0.628, a 0.225, b 0.126.
    np.testing.assert_allclose(oklab(rgb("#ff0000")), [0.628, 0.225, 0.126], atol=1e-3)
    colours = np.random.default_rng(0).random((50, 3))
    np.testing.assert_allclose(srgb(oklab(colours)), colours, atol=1e-4)


def test_ramp_is_not_writable():
    with pytest.raises(ValueError, match="read-only"):
        ramp()[0] = 0


@given(arrays(np.float32, 20, elements=NUMBERS), st.floats(2**-10, 1e6, width=32))
def test_index_is_the_nearest_step_and_keeps_the_sign(values, scale):
    indices = ramp_indices(values, scale).astype(int) - ZERO
    wanted = np.clip(values.astype(float) / scale, -1, 1) * REACH
    assert (np.abs(indices - wanted) <= 0.5 + 1e-4).all()
    assert (indices * np.sign(values) >= 0).all()
    assert (indices[values == 0] == 0).all()


def test_a_scale_of_zero_shows_nothing_and_one_a_channel_is_possible():
    assert (ramp_indices(np.array([-1.0, 0.0, 2.0]), 0) == ZERO).all()
    maps = np.full((1, 1, 3), 2.0)
    scaled = ramp_indices(maps, np.array([2.0, 0.0, 4.0]))
    np.testing.assert_array_equal(scaled[0, 0], [255, ZERO, ZERO + 64])


def test_on_dark_paper_zero_is_the_paper_and_what_is_large_is_light():
    table = ramp(dark=True)
    np.testing.assert_array_equal(table[ZERO], np.rint(rgb(DARK_PAPER) * 255))
    assert table.shape == (256, 3)
    lightness = oklab(table / 255)[:, 0]
    assert (np.diff(lightness[ZERO:]) > 0).all()
    assert (np.diff(lightness[1 : ZERO + 1]) < 0).all()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colour", [ACCENT, MISTAKE, "#ffffff", "#000000"])
def test_what_stands_on_a_shaded_cell_can_be_read(colour: str, dark: bool):
    for share in np.linspace(0, 1, 41):
        back, text = shaded(colour, share, dark=dark)
        assert contrast(text, back) >= 4.5


@pytest.mark.parametrize(("colours", "page"), [(LIGHT, "#ffffff"), (DARK, "#181715")])
def test_lines_and_digits_are_readable_and_distinct(colours: Palette, page: str):
    everything = (colours.training, colours.validation, *colours.digits)
    assert min(contrast(colour, page) for colour in everything) >= 2.99
    assert len(colours.digits) == 10
    lab = oklab(np.array([rgb(colour) for colour in colours.digits]))
    pairs = itertools.combinations(lab, 2)
    assert min(float(np.linalg.norm(one - other)) for one, other in pairs) > 0.14

"""Signs drawn by hand: each stroke is what its text says, and no two times are alike."""

from typing import cast

import numpy as np
import pytest

from model.synthesis.glyphs import DIGITS, DOODLES, LETTERS, NUMERALS, SHAPES, SYMBOLS
from model.synthesis.handwriting import Writer, written
from model.synthesis.pen import SHEET, drawn, received
from model.synthesis.scribbles import SCRIBBLES, figure, scribble

STEADY = Writer(slant=0, turn=0, width=1, roundness=0, carelessness=0, tremor=0)


def steady(*sign: str) -> list[np.ndarray]:
    """A sign as a ruler would draw it, but for the turn of this one time."""

    class Still:
        def normal(self, mean, deviation, shape=None):
            return np.full(shape, mean) if shape else mean

        def uniform(self, low, high, shape=None):
            return np.full(shape, low) if shape else low

        def random(self):
            return 0.0

    return [np.array(path) for path in written(sign, STEADY, cast(np.random.Generator, Still()))]


def test_lines_run_straight_from_corner_to_corner() -> None:
    (path,) = steady("0,10 5,0 10,10")
    # The pen goes on a little beyond the last corner.
    np.testing.assert_allclose(path[[0, 6, -1]], [(0, 1), (0.5, 0), (1.01, 1.02)], atol=1e-12)
    np.testing.assert_allclose(path[:7, 1], 1 - 2 * path[:7, 0], atol=1e-12)


def test_a_curve_goes_through_its_points_and_bends_between_them() -> None:
    (path,) = steady("~0,5 5,0 10,5")
    assert np.abs(path - (0.5, 0)).sum(axis=1).min() < 1e-12
    np.testing.assert_allclose(path[[0, -1]], [(0, 0.5), (1.01, 0.51)], atol=1e-12)
    middle = path[3]  # halfway to the top: above the straight line
    assert middle[1] < 0.5 - middle[0]


def test_a_ring_has_its_middle_and_radii_and_a_dot_its_place() -> None:
    ring, dot = steady("o5,4 3,2", "5,9")
    np.testing.assert_allclose(ring.min(axis=0), (0.2, 0.2), atol=0.01)
    np.testing.assert_allclose(ring.max(axis=0), (0.8, 0.6), atol=0.01)
    np.testing.assert_allclose(dot, [(0.5, 0.9)])


@pytest.mark.parametrize("signs", [DIGITS, LETTERS, SHAPES, DOODLES, SYMBOLS, NUMERALS])
def test_every_way_of_every_sign_can_be_written_and_never_twice_alike(signs) -> None:
    random = np.random.default_rng(3)
    for name, ways in signs.items():
        for way in ways:
            inks = [drawn(written(way, Writer.by_chance(random), random), random) for _ in "12"]
            assert inks[0].shape == (SHEET, SHEET), name
            assert 0.004 < inks[0].mean() < 0.4, name
            assert not np.array_equal(inks[0], inks[1]), name


def test_the_same_chance_writes_the_same() -> None:
    one, other = (written(LETTERS["K"][0], STEADY, np.random.default_rng(8)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("name", SCRIBBLES)
def test_scribbles_leave_ink_and_vary(name: str) -> None:
    random = np.random.default_rng(5)
    pictures = [received(drawn(scribble(name, random), random)) for _ in range(3)]
    assert all(picture.max() > 128 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == 3


def test_figures_have_three_strokes_or_more_and_no_scribble_is_unknown() -> None:
    random = np.random.default_rng(6)
    assert all(3 <= len(figure(random)) <= 6 for _ in range(30))
    with pytest.raises(ValueError, match="no scribble"):
        scribble("doodle", random)

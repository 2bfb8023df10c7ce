"""Full ink becomes 1."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.normalisation import full_strength, normalised
from model.preprocessing.sheet import DigitInk


def test_by_hand() -> None:
    ink = np.array([[0.1, 0.3, 0.4, 0.4, 0.4, 0.5]], np.float32)
    assert full_strength(ink) == pytest.approx(0.4)
    np.testing.assert_allclose(
        normalised(DigitInk(ink, 0.4)).ink, [[0.25, 0.75, 1, 1, 1, 1]], rtol=1e-5
    )


def test_when_off_and_without_ink_all_stays() -> None:
    faint, empty = (DigitInk(np.full((2, 2), value, np.float32), 0.2) for value in (0.2, 0.0))
    assert normalised(faint, on=False) is faint
    assert normalised(empty) is empty


def test_one_number_can_be_changed() -> None:
    ink = np.array([[0.4, 0.8]], np.float32)
    config = replace(DEFAULT.normalisation, strong=0.1, percentile=0.0)
    assert full_strength(ink, config) == pytest.approx(0.4)


@given(some.floats(0.05, 1))
def test_the_pencil_s_strength_does_not_matter(strength: float) -> None:
    ink = np.array([[0, 0.5, 1], [1, 1, 0.75]], np.float32)
    result = normalised(DigitInk((ink * strength).astype(np.float32), strength)).ink
    np.testing.assert_allclose(result, ink, atol=1e-5)

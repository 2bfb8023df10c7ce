"""The light on the paper is divided out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from model.preprocessing.illumination import even_light, evened, reduced
from model.preprocessing.sheet import Sheet
from tests.sheets import LIGHTS, sheet


@pytest.mark.parametrize("light", LIGHTS)
def test_paper_becomes_one_and_strokes_stay_dark(light: str) -> None:
    ink = sheet(("4", 90, 80, 150))
    lit = (0.85 * (1 - 0.7 * ink) * LIGHTS[light]).astype(np.float32)
    paper = evened(lit)
    assert np.abs(paper[ink == 0] - 1).mean() < 0.02
    assert paper[ink == 1].mean() < 0.4


@given(some.floats(0.2, 1), some.floats(0.3, 1))
@settings(max_examples=25, deadline=None)
def test_a_brighter_lamp_changes_nothing(lamp: float, dark: float) -> None:
    ink = np.zeros((60, 60), np.float32)
    ink[20:40, 28:32] = dark
    lit = (lamp * (1 - 0.8 * ink)).astype(np.float32)
    np.testing.assert_allclose(evened(lit), 1 - 0.8 * ink, atol=1e-3)


def test_when_off_a_shadow_stays() -> None:
    brightness = np.linspace(0.1, 1, 120, dtype=np.float32)[None].repeat(80, axis=0)
    assert even_light(Sheet(brightness=brightness), on=False).paper is brightness
    on = even_light(Sheet(brightness=brightness))
    assert on.brightness is brightness
    assert np.ptp(on.paper) < 0.2


def test_reduced_pictures_keep_their_proportions_and_their_mean() -> None:
    picture = np.zeros((40, 20), np.float32)
    picture[:20] = 1
    small = reduced(picture, 10)
    assert small.shape == (10, 5)
    np.testing.assert_array_equal(small[:, 0], [1] * 5 + [0] * 5)
    assert reduced(picture, 50) is picture

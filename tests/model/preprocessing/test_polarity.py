"""Dark ink on light paper and light ink on a dark sheet."""

from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.polarity import dark_ink, is_light_on_dark
from model.preprocessing.sheet import Sheet
from tests.sheets import COLUMNS, ROWS, photo, sheet

CROSS = np.full((40, 40), 0.9, np.float32)
CROSS[19:21, 8:32] = CROSS[8:32, 19:21] = 0.1


def test_chalk_is_turned_round_and_ink_is_not() -> None:
    for shape in ((40, 40), (120, 120)):
        small = shape == CROSS.shape
        ink = CROSS if small else np.kron(CROSS, np.ones((3, 3), np.float32))
        assert dark_ink(Sheet(brightness=ink)).brightness is ink
        np.testing.assert_array_equal(dark_ink(Sheet(brightness=1 - ink)).brightness, 1 - (1 - ink))


def test_when_off_dark_stays_dark() -> None:
    chalk = Sheet(brightness=1 - CROSS)
    assert dark_ink(chalk, on=False) is chalk


def test_one_number_can_be_changed() -> None:
    ink = np.kron(CROSS, np.ones((3, 3), np.float32))
    assert not is_light_on_dark(ink)
    assert is_light_on_dark(ink, replace(DEFAULT.polarity, paper_bias=-6.0))


def test_a_lit_stripe_or_spot_does_not_turn_a_sheet_round() -> None:
    stripe = 1 - 0.6 * (np.abs(ROWS + 0.5 * COLUMNS - 0.7) > 0.12)
    spot = 0.35 + 0.65 * np.exp(-(np.hypot(ROWS - 0.4, COLUMNS - 0.4) ** 2) / 0.06)
    ink = sheet(("4", 90, 80, 150))
    for light in (stripe, spot):
        paper = photo(ink, dark=0.4, light=light, noise=0.008) / np.float32(255)
        assert not is_light_on_dark(paper)
        board = ((0.15 + 0.4 * ink) * light).astype(np.float32)
        assert is_light_on_dark(board)

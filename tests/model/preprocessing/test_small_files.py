"""Files of 8×8 to 64×64 pixels: either polarity, thin to bold pens, tight or with a margin."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from model.data import mnist
from model.network.forward import probabilities
from model.network.shipped import shipped
from model.preprocessing.image_file import open_picture
from model.preprocessing.pipeline import StepKey, preprocess

FINE = 8  # a digit is drawn on a grid so much finer than MNIST's
PENS = {"thin": -3, "as it is": 0, "bold": 5}  # by so many fine pixels a stroke grows on each side
EACH = 10


def written(digit: np.ndarray, pen: str, margin: float) -> np.ndarray:
    """A digit's ink on a fine square, its strokes grown or thinned, with so much margin."""
    large = Image.fromarray(digit).resize((28 * FINE, 28 * FINE), Image.Resampling.BICUBIC)
    ink = np.pad(np.asarray(large) > 110, 2 * FINE)
    way = ndimage.distance_transform_edt(~ink) - ndimage.distance_transform_edt(ink)
    ink = way <= PENS[pen]
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = round(max(ink.shape) * (1 + 2 * margin))
    sheet = np.zeros((side, side), np.float32)
    top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet


def filed(ink: np.ndarray, side: int, format_name: str, *, light_ink: bool) -> bytes:
    """A file of so many pixels with grey ink on grey paper."""
    small = Image.fromarray(ink).resize((side, side), Image.Resampling.BOX)
    dark, bright = 25, 235
    pixels = dark + (bright - dark) * (
        np.asarray(small) if light_ink else 1 - np.asarray(small, np.float32)
    )
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, format_name, quality=60)
    return file.getvalue()


def read(data: bytes) -> int | None:
    found = preprocess(open_picture(data)).largest
    return None if found is None else int(probabilities(shipped(), found.digit[None]).argmax())


@pytest.fixture(scope="module")
def clear_digits() -> tuple[np.ndarray, np.ndarray]:
    """Test digits that the network is sure of: what goes wrong here is the file's fault."""
    test = mnist.embedded().test
    answers = probabilities(shipped(), test.inputs())
    clear = (answers.argmax(axis=1) == test.labels) & (answers.max(axis=1) > 0.999)
    places = [np.flatnonzero(clear & (test.labels == digit))[0] for digit in range(EACH)]
    return test.images[places], test.labels[places]


@pytest.mark.parametrize("side", [8, 12, 16, 28, 40, 64])
@pytest.mark.parametrize("pen", PENS)
def test_small_files_are_read(
    side: int, pen: str, clear_digits: tuple[np.ndarray, np.ndarray]
) -> None:
    if side == 8 and pen == "thin":
        pytest.skip("a thin stroke on 8×8 is a fifth of a pixel wide")
    results = [
        read(filed(written(digit, pen, margin), side, kind, light_ink=light_ink)) == label
        for digit, label in zip(*clear_digits, strict=True)
        for margin, kind, light_ink in [
            (0.0, "PNG", False),
            (0.2, "JPEG", False),
            (0.0, "JPEG", True),
            (0.2, "PNG", True),
        ]
    ]
    assert np.mean(results) >= (0.8 if side < 16 else 0.9)


def test_a_bold_pen_leaves_no_hole_where_strokes_meet() -> None:
    """A cross of bold strokes: the middle, as wide as nothing else, is ink as well."""
    ink = np.zeros((28, 28), np.float32)
    ink[9:19, 2:26] = ink[2:26, 9:19] = 1
    found = preprocess((245 - 220 * ink).astype(np.uint8))
    (shown,) = [step.picture for step in found.steps if step.key is StepKey.INK]
    assert shown[ink > 0].min() > 0.8
    assert found.digits[0].box == (2, 2, 26, 26)


@pytest.mark.parametrize("band", [0, 255])
def test_a_band_that_makes_a_photo_square_is_no_paper(band: int) -> None:
    sheet = np.full((28, 28), 140, np.uint8)
    sheet[:, 22:] = 255
    sheet[3:25, 7:14] = 5
    (digit,) = preprocess(sheet if band else sheet[:, :22]).digits
    assert digit.box == (3, 7, 25, 14)


def test_a_pale_hairline_on_clean_paper_is_ink() -> None:
    sheet = np.full((28, 28), 254, np.uint8)
    sheet[4:24, 14] = 236
    (digit,) = preprocess(sheet).digits
    assert digit.box == (4, 14, 24, 15)


@pytest.mark.parametrize("side", [8, 28, 64])
@pytest.mark.parametrize("grain", [0.0, 1.0, 3.0])
def test_blank_small_files_are_blank(side: int, grain: float) -> None:
    chance = np.random.default_rng(3)
    for level in (30, 128, 225):
        slope = np.linspace(0.9, 1, side)[:, None] * np.ones(side)
        sheet = np.clip(level * slope + chance.normal(0, grain, (side, side)), 0, 255)
        assert not preprocess(sheet.astype(np.uint8)).digits, level

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from model.evaluation.pictures import ZERO
from ui.style.colours import ramp
from ui.style.mosaic import mosaic_png


def read(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def by_loop(maps, scale, columns, gap, zoom):
    """Return the mosaic pixel by pixel, as (height, width, 4) uint8."""
    height, width, channels = maps.shape
    columns = min(columns, channels)
    rows = (channels + columns - 1) // columns
    size = (rows * (height * zoom + gap) - gap, columns * (width * zoom + gap) - gap, 4)
    sheet = np.zeros(size, dtype=np.uint8)
    for channel in range(channels):
        top = channel // columns * (height * zoom + gap)
        left = channel % columns * (width * zoom + gap)
        for row in range(height * zoom):
            for column in range(width * zoom):
                share = float(
                    np.float32(maps[row // zoom, column // zoom, channel]) / np.float32(scale)
                )
                index = ZERO + round(max(-1.0, min(1.0, share)) * 127)
                sheet[top + row, left + column] = [*ramp()[index], 255]
    return sheet


def visible(picture):
    """Return a picture whose transparent pixels are all alike."""
    return np.where(picture[..., 3:] == 0, 0, picture)


@settings(max_examples=40, deadline=None)  # how long it takes says something of the machine alone
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 7)),
    st.integers(1, 8),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(0, 2**32 - 1),
)
def test_equals_a_plain_loop(shape, columns, gap, zoom, seed):
    maps = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    png = mosaic_png(maps, scale=1.5, columns=columns, gap=gap, zoom=zoom)
    np.testing.assert_array_equal(
        visible(read(png)), visible(by_loop(maps, 1.5, columns, gap, zoom))
    )


def test_without_a_scale_the_largest_number_has_the_full_colour():
    picture = read(mosaic_png(np.array([[[-4.0], [0.0], [2.0]]]), scale=None, columns=1))
    np.testing.assert_array_equal(picture[0, 0, :3], ramp()[1])
    np.testing.assert_array_equal(picture[0, 1], [255, 255, 255, 255])
    np.testing.assert_array_equal(picture[0, 2, :3], ramp()[ZERO + 64])


def test_all_zero_maps_are_white():
    assert (read(mosaic_png(np.zeros((4, 4, 2)), scale=None, columns=2, gap=0)) == 255).all()


def test_gaps_and_the_rest_of_the_last_row_are_transparent():
    opaque = read(mosaic_png(np.ones((2, 2, 3)), scale=1, columns=2))[..., 3] == 255
    assert opaque.shape == (5, 5)
    assert opaque.sum() == 3 * 4
    assert not opaque[3:, 3:].any()


def test_is_a_palette_picture():
    assert Image.open(io.BytesIO(mosaic_png(np.ones((2, 2, 3)), scale=1, columns=2))).mode == "P"


@pytest.mark.parametrize(
    ("maps", "options", "sentence"),
    [
        (np.zeros((3, 3)), {}, "height, width, channels"),
        (np.zeros((3, 0, 1)), {}, "height, width, channels"),
        (np.full((1, 1, 1), np.nan), {}, "finite"),
        (np.zeros((1, 1, 1)), {"columns": 0}, "start at 1"),
        (np.zeros((1, 1, 1)), {"zoom": 0}, "start at 1"),
        (np.zeros((1, 1, 1)), {"gap": -1}, "start at 1"),
    ],
)
def test_refuses_what_cannot_be_shown(maps, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        mosaic_png(maps, **{"scale": None, "columns": 1, **options})

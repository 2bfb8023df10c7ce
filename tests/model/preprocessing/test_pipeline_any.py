"""Whatever is on a picture, preprocessing ends well: digits as a network takes them, or a reason.

The pictures are made of what makes photos hard: straight lines at any angle, edges between a sheet
and a table, shadows, blobs, noise.
"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageDraw

from model.preprocessing.pipeline import STEPS, Preprocessed, from_ink, preprocess

share = some.floats(0, 1)
grey = some.integers(0, 255)
mark = some.tuples(
    some.sampled_from(["line", "box", "area", "blob"]), share, share, share, share, grey, share
)
keys = some.frozensets(some.sampled_from(list(STEPS)))


@some.composite
def pictures(draw: some.DrawFn) -> np.ndarray:
    """Marks on paper, ruled or not, in a light that slopes, with noise: uint8, grey or colour."""
    width, height = draw(some.integers(20, 260)), draw(some.integers(20, 260))
    image = Image.new("L", (width, height), draw(grey))
    pen = ImageDraw.Draw(image)
    pitch, tilt = draw(some.integers(0, 60)), draw(some.floats(-0.2, 0.2))
    for y in range(0, height if pitch > 4 else 0, max(pitch, 5)):
        pen.line((0, y, width, y + tilt * width), fill=draw(grey) // 2 + 60, width=1)
    for kind, x0, y0, x1, y1, value, size in draw(some.lists(mark, max_size=6)):
        ends = (x0 * width, y0 * height, x1 * width, y1 * height)
        box = (min(ends[::2]), min(ends[1::2]), max(ends[::2]), max(ends[1::2]))
        if kind == "line":
            pen.line(ends, fill=value, width=1 + round(12 * size))
        elif kind == "box":
            pen.rectangle(box, outline=value, width=1 + round(4 * size))
        elif kind == "area":
            pen.rectangle(box, fill=value)
        else:
            pen.ellipse(box, fill=value)
    slope = np.linspace(1, draw(some.floats(0.2, 1)), width)
    noise = np.random.default_rng(draw(some.integers(0, 9))).normal(
        0, draw(some.floats(0, 12)), (height, width)
    )
    pixels = np.clip(np.asarray(image) * slope + noise, 0, 255).astype(np.uint8)
    return np.stack([pixels] * 3, axis=2) if draw(some.booleans()) else pixels


def check(found: Preprocessed, shape: tuple[int, ...]) -> None:
    assert bool(found.digits) == (found.problem is None)
    for each in found.digits:
        assert each.digit.shape == (28, 28)
        assert each.digit.dtype == np.float32
        assert 0 <= each.digit.min() <= each.digit.max() <= 1
        top, left, bottom, right = each.box
        assert 0 <= top < bottom <= shape[0]
        assert 0 <= left < right <= shape[1]
    for step in (*found.steps, *(step for each in found.digits for step in each.steps)):
        assert np.isfinite(step.picture).all()


@given(pictures(), keys)
@settings(max_examples=120, deadline=None)
def test_any_picture_with_any_steps_off(picture: np.ndarray, off: frozenset[str]) -> None:
    check(preprocess(picture, off=off), picture.shape)


@given(pictures(), keys)
@settings(max_examples=60, deadline=None)
def test_any_drawing_with_any_steps_off(picture: np.ndarray, off: frozenset[str]) -> None:
    ink = np.asarray(Image.fromarray(picture).convert("L").resize((84, 84)), np.float32) / 255
    check(from_ink(ink, off=off), ink.shape)

"""Kinds of pictures that failed once, drawn by rule; the benchmarks draw many more of each."""

from collections.abc import Iterable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.data import mnist
from model.network.forward import probabilities
from model.network.shipped import shipped
from model.preprocessing.pipeline import preprocess
from model.synthesis.typeset import fonts
from tests.benchmarks.kinds_harder import pale_hairline, ribbon
from tests.benchmarks.kinds_printed import PRINTED
from tests.sheets import photo

EACH = 2  # pictures of each digit


def read(picture: np.ndarray) -> int | None:
    found = preprocess(picture).largest
    return None if found is None else int(probabilities(shipped(), found.digit[None]).argmax())


def wrong(pictures: Iterable[tuple[int, np.ndarray]]) -> list[tuple[int, int | None]]:
    return [(digit, got) for digit, picture in pictures if (got := read(picture)) != digit]


@pytest.mark.parametrize("kind", PRINTED)
def test_printed_digits_are_read(kind: str) -> None:
    """Teachers try the book first: every font that is at hand in turn, serifs among them."""
    chance, known = np.random.default_rng(11), list(fonts())
    pictures = [
        (digit, PRINTED[kind](digit, known[(10 * number + digit) % len(known)], chance))
        for number in range(EACH)
        for digit in range(10)
    ]
    assert len(wrong(pictures)) <= 2


@pytest.mark.parametrize("make", [ribbon, pale_hairline])
def test_a_stroke_that_is_pale_or_paler_inside_is_read(make) -> None:
    test, chance = mnist.embedded().test, np.random.default_rng(12)
    places = [np.flatnonzero(test.labels == digit)[:EACH] for digit in range(10)]
    pictures = [
        (int(test.labels[place]), make(test.images[place], chance))
        for place in np.concatenate(places)
    ]
    assert len(wrong(pictures)) <= 2


@pytest.mark.parametrize("up", [0.15, 0.2, 0.25])
@pytest.mark.parametrize("width", [34, 44])
def test_a_1_with_a_short_upstroke_in_a_bold_pen_is_no_7(up: float, width: int) -> None:
    sheet = Image.new("L", (420, 420))
    pen = ImageDraw.Draw(sheet)
    top, foot, left = (225, 90), (210, 330), (225 - 240 * up, 90 + 200 * up)
    for start, end in ((left, top), (top, foot)):
        pen.line([start, end], fill=255, width=width)
        for x, y in (start, end):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    assert read(photo(np.asarray(sheet, np.float32) / 255)) == 1

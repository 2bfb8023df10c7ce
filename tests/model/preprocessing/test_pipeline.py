"""The whole way from a sheet to the digits: they come out as MNIST would have them.

No network is asked: what is compared is the digit with what the same drawing gives on clean paper.
"""

import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from model.network.digit_detector import Detector, detector, likeness_of
from model.preprocessing.configuration import DEFAULT
from model.preprocessing.pipeline import (
    DIGIT_STAGES,
    PHOTO_STAGES,
    SHEET_STEPS,
    STEPS,
    Problem,
    StepKey,
    from_ink,
    preprocess,
)
from tests.sheets import COLUMNS, LIGHTS, ROWS, SHAPES, SIDE, clean, likeness, only, photo, sheet

BLANK_LIGHTS = LIGHTS | {
    "cone with a sharp peak": 1 - 0.5 * np.hypot(ROWS - 0.4, COLUMNS - 0.6),
    "sharp shadow in a corner": 1 - 0.5 * (ROWS + 0.7 * COLUMNS > 1.1),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("light", ["lamp in a corner", "shadow over half"])
def test_light_does_not_matter(shape: str, light: str) -> None:
    digit = only(photo(sheet((shape, 90, 80, 150)), light=LIGHTS[light]))
    assert likeness(digit, clean(shape)) > 0.9


@pytest.mark.parametrize("shape", SHAPES)
def test_pencil_blur_chalk_and_place_do_not_matter(shape: str) -> None:
    ink = sheet((shape, 90, 80, 150))
    blurred = Image.fromarray(photo(ink)).filter(ImageFilter.GaussianBlur(3))
    variants = {
        "pencil": photo(ink, dark=0.2),
        "blurred": np.asarray(blurred),
        "chalk": 255 - photo(ink),
        "elsewhere and smaller": photo(sheet((shape, 190, 30, 90), pen=5.4)),
    }
    for name, picture in variants.items():
        assert likeness(only(picture), clean(shape)) > 0.85, name


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["ruled", "squared", "askew", "cell", "frame"])
def test_printed_lines_do_not_matter(shape: str, kind: str) -> None:
    ink = sheet((shape, 90, 80, 150))
    y, x = np.mgrid[:SIDE, :SIDE]
    printed = {
        "ruled": (y + 20) % 60 < 2,
        "squared": ((y + 7) % 40 < 2) | ((x + 11) % 40 < 2),
        "askew": (y + 0.06 * x) % 60 < 2,
        "cell": np.isin(x // 5, (8, 58)) | np.isin(y // 5, (6, 60)),
        "frame": (
            (np.isin(x // 4, (10, 70)) & (y >= 40) & (y < 284))
            | (np.isin(y // 4, (10, 70)) & (x >= 40) & (x < 284))
        ),
    }[kind]
    digit = only(photo(np.maximum(ink, 0.8 * printed)))
    assert likeness(digit, clean(shape)) > 0.85


def test_a_one_from_edge_to_edge_is_not_a_printed_line() -> None:
    digit = only(photo(sheet(("1", 100, 0, SIDE))))
    assert likeness(digit, clean("1")) > 0.9


def test_several_digits_come_in_reading_order() -> None:
    marks = (("7 crossed", 300, 30, 90), ("1", 40, 45, 90), ("4", 170, 35, 90), ("0", 60, 190, 90))
    found = preprocess(photo(sheet(*marks, size=(440, 320)))).digits
    lefts = [each.box[1] for each in found]
    assert len(found) == 4
    assert lefts[:3] == sorted(lefts[:3])
    assert found[3].box[0] > 150
    for each, name in zip(found, ("1", "4", "7 crossed", "0"), strict=True):
        assert likeness(each.digit, clean(name)) > 0.75


def test_a_column_is_read_from_top_to_bottom() -> None:
    marks = [("5 with its bar apart", 100, 20 + 100 * row, 75.0) for row in range(3)]
    found = preprocess(photo(sheet(*marks, pen=6))).digits
    assert [each.box[0] // 100 for each in found] == [0, 1, 2]


def test_two_digits_that_touch_are_parted() -> None:
    found = preprocess(photo(sheet(("0", 40, 80, 150), ("0", 138, 80, 150)))).digits
    assert len(found) == 2


def test_boxes_hold_the_ink() -> None:
    ink = sheet(("4", 90, 80, 150))
    (found,) = preprocess(photo(ink, noise=0)).digits
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    expected = (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)
    assert np.abs(np.array(found.box) - expected).max() <= 2


@pytest.mark.parametrize("light", BLANK_LIGHTS)
@pytest.mark.parametrize("paper", ["plain", "ruled"])
def test_a_blank_sheet_is_called_blank(light: str, paper: str) -> None:
    y, _ = np.mgrid[:SIDE, :SIDE]
    printed = 0.5 * ((y + 20) % 60 < 2) if paper == "ruled" else np.zeros((SIDE, SIDE))
    found = preprocess(photo(printed.astype(np.float32), light=BLANK_LIGHTS[light]))
    assert found.digits == ()
    assert found.largest is None
    assert found.problem == Problem.BLANK


def test_a_blank_canvas_is_called_blank() -> None:
    assert from_ink(np.zeros((84, 84), np.float32)).problem == Problem.BLANK


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (28, 28), (3, 3, 3)])
def test_flat_pictures_of_any_size_are_blank(value: int, shape: tuple[int, ...]) -> None:
    assert preprocess(np.full(shape, value, np.uint8)).digits == ()


def test_noise_of_any_size_is_survived() -> None:
    chance = np.random.default_rng(0)
    for shape in [(1, 1), (2, 7), (28, 28), (60, 50), (200, 90, 3), (5, 700)]:
        found = preprocess(chance.integers(0, 256, shape, dtype=np.uint8))
        assert all(each.digit.shape == (28, 28) for each in found.digits)
        assert bool(found.digits) != (found.problem is not None)  # a digit, or why there is none


def mnist_like(shape: str) -> np.ndarray:
    """A 28×28 digit as MNIST has them, made with Pillow alone."""
    ink = Image.fromarray((sheet((shape, 60, 20, 280), pen=32) * 255).astype(np.uint8))
    ink = ink.crop(ink.getbbox())
    factor = 20 / max(ink.size)
    ink = ink.resize([max(1, round(side * factor)) for side in ink.size], Image.Resampling.BOX)
    field = Image.new("L", (28, 28))
    field.paste(ink, ((28 - ink.width) // 2, (28 - ink.height) // 2))
    values = np.asarray(field, np.float32)
    y, x = (
        round(14 - (values.sum(axis=1 - axis) @ np.arange(28)) / values.sum()) for axis in (0, 1)
    )
    return np.roll(np.asarray(field), (y, x), (0, 1))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_like_mnist_passes_nearly_unchanged(shape: str) -> None:
    picture = mnist_like(shape)
    for variant in (picture, 255 - picture):
        assert np.abs(only(variant) - picture / 255).mean() < 0.01


def test_the_digit_is_fitted_centred_and_normalised() -> None:
    digit = clean("4")
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(20, 23)
    for axis in (0, 1):
        mass = digit.sum(axis=1 - axis)
        assert abs(mass @ np.arange(28) / mass.sum() - 14) <= 0.51
    assert digit.dtype == np.float32
    assert digit.min() == 0
    assert digit.max() == 1


def test_a_fine_pen_gets_mnist_s_thickness() -> None:
    fine, broad = (only(photo(sheet(("0", 90, 80, 150), pen=pen))) for pen in (3, 40))
    normal = clean("0")
    assert 0.7 < fine.sum() / normal.sum() < 1.4
    assert broad.sum() / normal.sum() < 2
    thin = only(photo(sheet(("0", 90, 80, 150), pen=3)), off=frozenset({"thickness"}))
    assert (thin > 0.5).sum() < 0.8 * (fine > 0.5).sum()


def test_every_step_can_be_switched_off_and_says_so() -> None:
    y, _ = np.mgrid[:SIDE, :SIDE]
    ink = np.maximum(sheet(("4", 150, 20, 150), pen=4), 0.8 * ((y + 20) % 60 < 2))
    ink[250:257, 60:67] = 1  # a speck
    red = np.stack([photo(0.15 * ink), photo(ink), photo(ink)], axis=-1)
    lit = (red * np.asarray(LIGHTS["lamp in a corner"])[..., None]).astype(np.uint8)
    base = preprocess(lit)
    assert base.largest is not None
    shown = [step.key for step in (*base.steps, *base.largest.steps)]
    assert shown == list(STEPS)
    for key in STEPS:
        found = preprocess(lit, off=frozenset({key}))
        strip = [*found.steps, *(found.largest.steps if found.largest else ())]
        step = next(step for step in strip if step.key == key)
        assert not step.on
        assert all(each.on for each in strip if each.key != key)
        if found.largest is not None:
            assert np.abs(found.largest.digit - base.largest.digit).max() > 0.02, key
            assert 0 <= found.largest.digit.min() <= found.largest.digit.max() <= 1


def test_all_steps_off_still_gives_a_digit() -> None:
    off = frozenset(STEPS)
    assert only(photo(sheet(("4", 90, 80, 150))), off=off).shape == (28, 28)


def test_canvas_and_paper_agree() -> None:
    ink = sheet(("7 crossed", 60, 50, 220), pen=16)
    small = np.asarray(Image.fromarray(ink).resize((84, 84), Image.Resampling.BOX))
    (drawn,) = from_ink(small).digits
    assert likeness(drawn.digit, only(photo(ink))) > 0.93
    assert [step.key for step in drawn.steps] == [i for i in STEPS if i not in SHEET_STEPS]


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="uint8"):
        preprocess(np.zeros((5, 5), np.float32))
    with pytest.raises(ValueError, match="float32 ink"):
        from_ink(np.zeros((5, 5), np.uint8))
    with pytest.raises(ValueError, match="colour"):
        preprocess(np.zeros((5, 5), np.uint8), off=frozenset({"colour"}))


def test_it_keeps_up_with_the_pen() -> None:
    ink = np.asarray(Image.fromarray(sheet(("4", 60, 50, 220), pen=16)).resize((84, 84)))
    from_ink(ink)
    times = []
    for _ in range(20):
        began = time.process_time()
        from_ink(ink)
        times.append(time.process_time() - began)
    assert min(times) < 0.010  # 3 ms on an idle machine


@pytest.mark.parametrize("dark", [0.1, 0.2, 0.6])
def test_faint_squares_in_a_sharp_shadow_are_an_empty_sheet(dark: float) -> None:
    y, x = np.mgrid[:SIDE, :SIDE]
    light = np.where(ROWS + 0.7 * COLUMNS > 0.8, 0.5, 1.0)
    grid = 0.0 + np.float32(dark) * (((y + 0.03 * x) % 28 < 2) | ((x - 0.03 * y) % 28 < 2))
    assert preprocess(photo(grid, dark=1, light=light, noise=0.008)).digits == ()
    digit = only(photo(np.maximum(sheet(("4", 90, 80, 150)), grid), dark=0.8, light=light))
    assert likeness(digit, clean("4")) > 0.85


@pytest.mark.parametrize("side", [200, 260, 340, 430, 500])
@pytest.mark.parametrize("slope", [0.0, 0.13, 0.31, 0.5])
def test_a_hairline_does_not_break(side: int, slope: float) -> None:
    """A line of one pixel, smoothed, is dark where it meets a pixel's middle and pale between."""
    twice = Image.new("L", (2 * side, 2 * side))
    x = 2 * side * (0.5 - slope * 0.3)
    ends = [(x, 0.4 * side), (x + 2 * side * 0.6 * slope, 1.6 * side)]
    ImageDraw.Draw(twice).line(ends, fill=255, width=2)
    small = np.asarray(twice.resize((side, side), Image.Resampling.BOX))
    (found,) = preprocess(255 - small).digits
    rows = np.flatnonzero(found.digit.max(axis=1) > 0)
    assert found.digit.max(axis=1)[rows[1] : rows[-1]].min() > 0.5


def test_a_dot_on_the_canvas_is_not_called_blank() -> None:
    y, x = np.mgrid[:84, :84]
    dot = ((y - 40) ** 2 + (x - 40) ** 2 < 36).astype(np.float32)
    assert from_ink(dot).problem == Problem.NO_STROKES


@pytest.mark.parametrize(
    "off", [(), ("thickness",), ("crop", "centre"), ("ink", "grey"), ("digits",)], ids=str
)
def test_the_likeness_is_that_of_the_final_pixels_and_judged_once(
    off: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[bytes] = []
    judge = Detector.answers

    def noted(detector: Detector, pictures: np.ndarray) -> np.ndarray:
        judged.extend(picture.tobytes() for picture in pictures)
        return judge(detector, pictures)

    monkeypatch.setattr(Detector, "answers", noted)
    marks = (("4", 40, 45, 90), ("0", 170, 35, 90))
    found = preprocess(photo(sheet(*marks, pen=3)), off=frozenset(off)).digits
    assert found
    for each in found:
        np.testing.assert_array_equal(each.detected, judge(detector(), each.digit[None])[0])
        assert each.likeness == likeness_of(each.detected)
        assert judged.count(each.digit.tobytes()) == 1


def test_the_stages_show_the_steps_in_their_order() -> None:
    shown = [stage.switches[0] for stage in PHOTO_STAGES if stage.picture is not None]
    assert [*shown, StepKey.DIGITS] == list(SHEET_STEPS)
    assert [*SHEET_STEPS, *(key for key, _ in DIGIT_STAGES)] == list(STEPS)


def test_an_experiment_changes_one_number() -> None:
    ink = sheet(("4", 90, 80, 150), pen=16)
    usual = from_ink(ink).digits[0].digit
    config = replace(DEFAULT, scaling=replace(DEFAULT.scaling, box=12))
    small = from_ink(ink, config=config).digits[0].digit
    heights = [np.ptp(np.flatnonzero(digit.max(axis=1) > 0.3)) + 1 for digit in (usual, small)]
    assert heights[0] in range(19, 23)
    assert heights[1] in range(11, 15)

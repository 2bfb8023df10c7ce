"""Sheets drawn here, lit, ruled, framed and blurred: the digits come out as MNIST would have them.

No network is asked: what is compared is the digit with what the same drawing gives on clean paper.
"""

import functools
import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from model.network.digit_detector import Detector, detector
from model.preprocessing import (
    binarization,
    illumination,
    line_removal,
    segmentation,
    shadow_removal,
    size_normalization,
)
from model.preprocessing import pipeline as module
from model.preprocessing.pipeline import STEPS, from_ink, preprocess

SIDE = 320
# Strokes on a unit square: x to the right, y down.
SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(0.5, 0.0), (0.45, 1.0)]],
    "4": [[(0.25, 0.0), (0.1, 0.6), (0.85, 0.6)], [(0.65, 0.25), (0.6, 1.0)]],
    "5 with its bar apart": [
        [(0.25, 0.22), (0.2, 0.5), (0.6, 0.45), (0.75, 0.7), (0.55, 0.95), (0.15, 0.95)],
        [(0.3, 0.02), (0.8, 0.0)],
    ],
    "7 crossed": [[(0.15, 0.05), (0.8, 0.0), (0.4, 1.0)], [(0.3, 0.5), (0.75, 0.48)]],
    "broken 3": [
        [(0.2, 0.1), (0.5, 0.0), (0.75, 0.2), (0.5, 0.43)],
        [(0.5, 0.48), (0.8, 0.7), (0.5, 1.0), (0.15, 0.9)],
    ],
    "0": [[(0.5 + 0.3 * np.sin(a), 0.5 - 0.5 * np.cos(a)) for a in np.linspace(0, 6.29, 40)]],
}


def sheet(
    *marks: tuple[str, float, float, float], pen: float = 9, size: tuple[int, int] = (SIDE, SIDE)
) -> np.ndarray:
    """Ink of digits (shape, left, top, height in pixels) on a sheet of (width, height)."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    for shape, left, top, height in marks:
        for stroke in SHAPES[shape]:
            points = [(left + x * height, top + y * height) for x, y in stroke]
            draw.line(points, fill=255, width=round(pen), joint="curve")
            for x, y in points:
                draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(image, np.float32) / 255


def photo(
    ink: np.ndarray, *, dark: float = 0.7, light: np.ndarray | float = 1.0, noise: float = 0.015
) -> np.ndarray:
    brightness = 0.85 * (1 - dark * ink) * light
    grain = np.random.default_rng(3).normal(0, noise, ink.shape)
    return (np.clip(brightness + grain, 0, 1) * 255).astype(np.uint8)


def likeness(one: np.ndarray, two: np.ndarray) -> float:
    """Correlation of two digits, a little blurred, at most one pixel moved: 1 is the same."""

    def blurred(digit: np.ndarray) -> np.ndarray:
        return np.asarray(
            Image.fromarray(digit * 255).convert("L").filter(ImageFilter.GaussianBlur(1))
        )

    fixed, moving = blurred(one).ravel(), blurred(two)
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return max(
        float(np.corrcoef(fixed, np.roll(moving, shift, (0, 1)).ravel())[0, 1]) for shift in shifts
    )


def only(picture: np.ndarray, **options: frozenset[str]) -> np.ndarray:
    found = preprocess(picture, **options)
    assert len(found.digits) == 1
    return found.digits[0].digit


@functools.cache
def clean(shape: str) -> np.ndarray:
    return only(photo(sheet((shape, 90, 80, 150)), noise=0))


ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE] / SIDE
LIGHTS = {
    "even": 1.0,
    "lamp in a corner": 1 - 0.3 * (ROWS**2 + COLUMNS**2),
    "shadow over half": 1 - 0.5 * np.clip((COLUMNS - 0.4) / 0.2, 0, 1),
}

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
def test_a_blank_sheet_is_a_sentence(light: str, paper: str) -> None:
    y, _ = np.mgrid[:SIDE, :SIDE]
    printed = 0.5 * ((y + 20) % 60 < 2) if paper == "ruled" else np.zeros((SIDE, SIDE))
    found = preprocess(photo(printed.astype(np.float32), light=BLANK_LIGHTS[light]))
    assert found.digits == ()
    assert found.largest is None
    assert found.problem == module.BLANK


def test_a_blank_canvas_is_a_sentence() -> None:
    assert from_ink(np.zeros((84, 84), np.float32)).problem == module.BLANK


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (28, 28), (3, 3, 3)])
def test_flat_pictures_of_any_size_are_blank(value: int, shape: tuple[int, ...]) -> None:
    assert preprocess(np.full(shape, value, np.uint8)).digits == ()


def test_noise_of_any_size_is_survived() -> None:
    chance = np.random.default_rng(0)
    for shape in [(1, 1), (2, 7), (28, 28), (60, 50), (200, 90, 3), (5, 700)]:
        found = preprocess(chance.integers(0, 256, shape, dtype=np.uint8))
        assert all(each.digit.shape == (28, 28) for each in found.digits)


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
    assert shown == [info.key for info in STEPS]
    for info in STEPS:
        found = preprocess(lit, off=frozenset({info.key}))
        strip = [*found.steps, *(found.largest.steps if found.largest else ())]
        step = next(step for step in strip if step.key == info.key)
        assert not step.on
        assert step.sentence == info.sentence_off
        assert all(each.on for each in strip if each.key != info.key)
        if found.largest is not None:
            assert np.abs(found.largest.digit - base.largest.digit).max() > 0.02, info.key
            assert 0 <= found.largest.digit.min() <= found.largest.digit.max() <= 1


def test_all_steps_off_still_gives_a_digit() -> None:
    off = frozenset(info.key for info in STEPS)
    assert only(photo(sheet(("4", 90, 80, 150))), off=off).shape == (28, 28)


def test_canvas_and_paper_agree() -> None:
    ink = sheet(("7 crossed", 60, 50, 220), pen=16)
    small = np.asarray(Image.fromarray(ink).resize((84, 84), Image.Resampling.BOX))
    (drawn,) = from_ink(small).digits
    assert likeness(drawn.digit, only(photo(ink))) > 0.93
    assert [step.key for step in drawn.steps] == [
        i.key for i in STEPS if i.key not in module.SHEET_STEPS
    ]


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="uint8"):
        preprocess(np.zeros((5, 5), np.float32))
    with pytest.raises(ValueError, match="float32 ink"):
        from_ink(np.zeros((5, 5), np.uint8))
    with pytest.raises(ValueError, match="colour"):
        preprocess(np.zeros((5, 5), np.uint8), off=frozenset({"colour"}))


@pytest.mark.parametrize("width", [2, 4, 7])
def test_stroke_width_by_hand(width: int) -> None:
    mask = np.zeros((60, 40), bool)
    mask[5:55, 10 : 10 + width] = True
    assert abs(size_normalization.stroke_width(mask) - width) < 0.5


def test_it_keeps_up_with_the_pen() -> None:
    ink = np.asarray(Image.fromarray(sheet(("4", 60, 50, 220), pen=16)).resize((84, 84)))
    from_ink(ink)
    times = []
    for _ in range(20):
        began = time.process_time()
        from_ink(ink)
        times.append(time.process_time() - began)
    assert min(times) < 0.010  # 3 ms on an idle machine


def squared(pitch: int, dark: float, *, skew: float = 0.0) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.float32(dark) * (((y + skew * x) % pitch < 2) | ((x - skew * y) % pitch < 2))


def test_a_line_is_uncovered_and_the_strokes_below_it_stay() -> None:
    ink = 0.5 * sheet(("4", 90, 80, 150))
    seen = 1 - (1 - ink) * (1 - squared(30, 0.4, skew=0.04))
    clean = line_removal.without_lines(seen.astype(np.float32), 0.08)
    assert clean.count in range(20, 24)
    assert np.abs(clean.darkness - ink)[clean.band].mean() < 0.01
    assert np.abs(seen - ink)[clean.band].mean() > 0.08
    untouched = ~clean.band
    assert (clean.darkness[untouched] == seen.astype(np.float32)[untouched]).all()


def test_lines_that_run_together_are_lines_and_a_slanting_stem_is_none() -> None:
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    fan = 0.5 * ((y / (1 + 0.0008 * x)) % 40 < 2).astype(np.float32)
    assert line_removal.without_lines(fan, 0.08).count >= 7
    frame = 0.8 * np.isin(np.mgrid[:SIDE, :SIDE][1] // 3, (4, 100)).astype(np.float32)
    stem = np.zeros((SIDE, SIDE), np.float32)
    for row in range(15, 305):
        stem[row, 120 + row // 6 : 128 + row // 6] = 0.6
    clean = line_removal.without_lines(np.maximum(frame, stem), 0.08)
    assert clean.count == 2
    assert (clean.darkness[stem > 0] == np.float32(0.6)).all()


@pytest.mark.parametrize("dark", [0.1, 0.2, 0.6])
def test_faint_squares_in_a_sharp_shadow_are_an_empty_sheet(dark: float) -> None:
    light = np.where(ROWS + 0.7 * COLUMNS > 0.8, 0.5, 1.0)
    grid = squared(28, dark, skew=0.03)
    assert preprocess(photo(grid, dark=1, light=light, noise=0.008)).digits == ()
    digit = only(photo(np.maximum(sheet(("4", 90, 80, 150)), grid), dark=0.8, light=light))
    assert likeness(digit, clean("4")) > 0.85


def test_a_lit_stripe_or_spot_does_not_turn_a_sheet_round() -> None:
    stripe = 1 - 0.6 * (np.abs(ROWS + 0.5 * COLUMNS - 0.7) > 0.12)
    spot = 0.35 + 0.65 * np.exp(-(np.hypot(ROWS - 0.4, COLUMNS - 0.4) ** 2) / 0.06)
    ink = sheet(("4", 90, 80, 150))
    for light in (stripe, spot):
        paper = photo(ink, dark=0.4, light=light, noise=0.008) / np.float32(255)
        assert not illumination.is_light_on_dark(paper)
        board = ((0.15 + 0.4 * ink) * light).astype(np.float32)
        assert illumination.is_light_on_dark(board)


def test_pencil_s_grain_is_averaged_over_and_a_pen_is_left_alone() -> None:
    ink = sheet(("0", 90, 80, 150), pen=16)
    bare = np.random.default_rng(1).random((SIDE // 2, SIDE // 2)) < 0.3
    grain = np.kron(bare, np.ones((2, 2))) * ink
    found = binarization.find_ink(np.float32(0.4) * (ink - grain), 0.08)
    assert found is not None
    solid = binarization.solid(found, np.float32(0.4) * (ink - grain)).mask
    assert binarization.mean_width(solid) > 1.8 * binarization.mean_width(found.mask)
    pen = binarization.find_ink(np.float32(0.4) * ink, 0.08)
    assert pen is not None
    assert binarization.solid(pen, np.float32(0.4) * ink) is pen


def test_digits_beside_some_that_touch_are_kept() -> None:
    row = ("0", "0", "0", "0")
    mask = np.zeros((240, 600), bool)
    touching = sheet(
        *((shape, 20 + 46 * n, 80, 80) for n, shape in enumerate(row)), size=(600, 240)
    )
    mask |= touching > 0.5
    mask |= sheet(("4", 330, 85, 60), ("7 crossed", 450, 85, 60), size=(600, 240)) > 0.5
    regions = segmentation.find_digits(mask)
    assert sum(region.box[1] > 300 for region in regions) == 2


def test_what_the_edge_cuts_beside_a_whole_digit_is_left_out() -> None:
    mask = sheet(("4", 130, 80, 150)) > 0.5
    mask[20:300, :30] |= (np.arange(20, 300) % 24 < 14)[:, None]
    (only_one,) = segmentation.find_digits(mask)
    assert only_one.box[1] > 100


def ink_of(*layers: tuple[np.ndarray, float]) -> binarization.Ink:
    """Ink of several darknesses; the darkest counts."""
    strength = np.max([mask * np.float32(dark) for mask, dark in layers], axis=0)
    return binarization.Ink(strength.astype(np.float32), strength > 0.1, 0.1)


def wedge(left: int, top: int, side: int) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    mask: np.ndarray = (x >= left) & (y >= top) & (x - left + y - top < side)
    return mask


@pytest.mark.parametrize("place", [(120, 190), (20, 20)], ids=["touching", "apart"])
def test_a_shadows_wedge_is_taken_away_and_the_digit_stays(place: tuple[int, int]) -> None:
    digit = sheet(("4", 90, 80, 150)) > 0.5
    shadow = wedge(*place, 90)
    clean = shadow_removal.without_wedges(ink_of((digit, 0.8), (shadow, 0.3)))
    assert clean.mask[digit].all()
    assert clean.mask[shadow & ~digit].mean() < 0.12  # what the strokes' own edge may hide


def test_pale_strokes_are_no_shadow() -> None:
    """A digit in a paler, wider pen beside a dark one, and one that fades along its strokes."""
    dark = sheet(("7 crossed", 20, 90, 120)) > 0.5
    pale = sheet(("0", 180, 90, 120), pen=18) > 0.5
    beside = ink_of((dark, 0.8), (pale, 0.35))
    assert (shadow_removal.without_wedges(beside).mask == beside.mask).all()
    fading = np.linspace(0.25, 0.9, SIDE)[:, None] * (sheet(("4", 90, 80, 150)) > 0.5)
    faded = binarization.Ink(fading.astype(np.float32), fading > 0.1, 0.1)
    assert (shadow_removal.without_wedges(faded).mask == faded.mask).all()


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
    assert from_ink(dot).problem == module.NO_STROKES


@pytest.mark.parametrize(
    "off", [(), ("thickness",), ("crop", "centre"), ("ink", "grey"), ("digits",)], ids=str
)
def test_the_likeness_is_that_of_the_final_pixels_and_judged_once(
    off: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[bytes] = []
    judge = Detector.likeness

    def noted(detector: Detector, pictures: np.ndarray) -> np.ndarray:
        judged.extend(picture.tobytes() for picture in pictures)
        return judge(detector, pictures)

    monkeypatch.setattr(Detector, "likeness", noted)
    marks = (("4", 40, 45, 90), ("0", 170, 35, 90))
    found = preprocess(photo(sheet(*marks, pen=3)), off=frozenset(off)).digits
    assert found
    for each in found:
        assert each.likeness == float(judge(detector(), each.digit[None])[0])
        assert each.likeness == each.likeness
        assert judged.count(each.digit.tobytes()) == 1

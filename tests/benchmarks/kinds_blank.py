"""Pictures without a digit, as they come from a phone: empty cells, dirt, folds, a finger's shadow.

`bench_kinds.py` reads them all, beside the blank sheets of `kinds.blank`.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

from tests.benchmarks.kinds import SIZE, as_jpeg, light, photographed

Blank = Callable[[np.random.Generator], np.ndarray]
"""Takes a picture of nothing."""


def empty_cell(side: int, *, lit: str = "slope", blur: float = 0.6) -> Blank:
    """A cell that was cut out of a photographed table, with more or less of its frame."""

    def make(chance: np.random.Generator) -> np.ndarray:
        shape = (side, round(side * chance.uniform(0.8, 1.25)))
        sheet = np.zeros(shape, np.float32)
        wide = max(1, round(side * chance.uniform(0.02, 0.06)))
        darkness = chance.uniform(0.5, 1)
        for number in range(4):
            if chance.random() < 0.55:
                inset = round(side * chance.uniform(0, 0.06))
                np.rot90(sheet, number)[inset : inset + wide] = darkness
        turned = ndimage.rotate(
            sheet, chance.uniform(-4, 4), reshape=False, order=1, mode="nearest"
        )
        return photographed(
            np.clip(turned, 0, 1),
            1 - chance.uniform(0.3, 0.8) * (1 - light(lit, chance, shape)),
            chance,
            dark=(0.4, 0.9),
            blur=blur,
        )

    return make


def neighbours(side: int) -> Blank:
    """An empty cell whose picture shows the frame and what is written in the next one, cut off."""

    def make(chance: np.random.Generator) -> np.ndarray:
        shape = (side, side)
        y, x = np.mgrid[:side, :side] / side
        edge = chance.uniform(0.03, 0.09)
        sheet = (np.abs(x - edge) < chance.uniform(0.01, 0.025)).astype(np.float32)
        middle, radius = chance.uniform(0.3, 0.7), chance.uniform(0.1, 0.3)
        bow = np.hypot(y - middle, x + radius - edge * 0.8)
        sheet[(np.abs(bow - radius) < 0.02) & (x < edge)] = 1
        sheet = np.rot90(sheet, int(chance.integers(4))).copy()
        return photographed(sheet, light("slope", chance, shape), chance, dark=(0.5, 0.9))

    return make


def dirt(chance: np.random.Generator) -> np.ndarray:
    """A sheet with a few specks, hairs and crumbs of a rubber."""
    sheet = np.zeros(SIZE, np.float32)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    for _ in range(chance.integers(1, 9)):
        at = chance.uniform(0.05, 0.95, 2) * np.array(SIZE)
        reach = chance.uniform(0.8, 3)
        sheet[np.hypot(y - at[0], (x - at[1]) / chance.uniform(1, 2)) < reach] = 1
    return photographed(sheet, light("slope", chance), chance, dark=(0.2, 0.7))


def folded(chance: np.random.Generator) -> np.ndarray:
    """A sheet that was folded once or twice: a soft step of light and a fine line."""
    lit = light("slope", chance)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    for down in (True, False)[: chance.integers(1, 3)]:
        along = (y if down else x) + chance.uniform(-0.1, 0.1) * (x if down else y)
        far = along - along.mean() - chance.uniform(-40, 40)
        lit = lit * (1 - chance.uniform(0.03, 0.12) * np.clip(far / 6 + 0.5, 0, 1))
        lit = lit * (1 - chance.uniform(0.03, 0.15) * np.exp(-((far / chance.uniform(1, 3)) ** 2)))
    return photographed(np.zeros(SIZE, np.float32), lit, chance)


def crumpled(chance: np.random.Generator) -> np.ndarray:
    """A sheet that was crumpled: facets that are lit differently."""
    rough = ndimage.gaussian_filter(chance.normal(size=SIZE), chance.uniform(8, 25))
    steep = np.gradient(np.abs(rough / rough.std()), axis=0)
    lit = light("slope", chance) * (1 - np.clip(chance.uniform(0.1, 0.5) * steep, -0.2, 0.2))
    return photographed(np.zeros(SIZE, np.float32), lit, chance, blur=1.5)


def fingers(chance: np.random.Generator) -> np.ndarray:
    """A thumb that holds the sheet at its edge, with its shadow."""
    shown = photographed(np.zeros(SIZE, np.float32), light("slope", chance), chance)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    tip = chance.uniform(30, 90)
    half = chance.uniform(20, 35)
    across = y - chance.uniform(0.2, 0.8) * SIZE[0] + chance.uniform(-0.3, 0.3) * x
    thumb = np.hypot(np.maximum(x - (tip - half), 0), across) < half
    soft = ndimage.gaussian_filter(thumb.astype(np.float32), 1)[..., None]
    shade = 1 - 0.35 * ndimage.gaussian_filter(np.roll(thumb, 8, 0).astype(np.float32), 5)
    skin = np.array([200, 150, 125]) * (1 - 0.3 * np.abs(across / half)[..., None].clip(0, 1))
    mixed = soft * skin + (1 - soft) * shown * shade[..., None]
    turned = np.rot90(mixed.clip(0, 255).astype(np.uint8), int(chance.integers(4)))
    pixels = np.ascontiguousarray(turned)
    return as_jpeg(pixels, chance)


def show_through(chance: np.random.Generator) -> np.ndarray:
    """The back of a written sheet, very faint."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    sheet = np.zeros(SIZE, np.float32)
    for _ in range(chance.integers(2, 6)):
        at = chance.uniform(0.2, 0.8, 2) * np.array(SIZE)
        radius = chance.uniform(20, 60)
        sheet[np.abs(np.hypot(y - at[0], x - at[1]) - radius) < 4] = 1
    sheet = ndimage.gaussian_filter(sheet, 2.5)
    return photographed(sheet, light("slope", chance), chance, dark=(0.02, 0.05))


def wiped_board(chance: np.random.Generator) -> np.ndarray:
    """A board with nothing but smears."""
    smear = ndimage.gaussian_filter(chance.normal(size=SIZE), (4, 25)) * 0.6
    shown = chance.uniform(0.12, 0.3) + np.clip(smear, 0, 0.12)
    shown = shown * light("slope", chance) + chance.normal(0, 0.015, SIZE)
    return as_jpeg((np.clip(shown, 0, 1) * 255).astype(np.uint8), chance)


def empty_file(chance: np.random.Generator) -> np.ndarray:
    """An empty canvas saved as a file, of any size: a JPEG, or with a border of one pixel."""
    side = int(chance.integers(20, 400))
    level = int(chance.choice([0, 12, 240, 255]))
    pixels = np.full((side, round(side * chance.uniform(0.7, 1.4))), level, np.uint8)
    if chance.random() < 0.3:
        pixels[[0, -1]] = pixels[:, [0, -1]] = 128
    return as_jpeg(pixels, chance)


def small_photo(chance: np.random.Generator) -> np.ndarray:
    """A photo of a blank sheet that was made as small as the network's picture, or little more."""
    side = int(chance.integers(20, 64))
    lit = light(str(chance.choice(["slope", "lamp", "shadow"])), chance)
    lit = 1 - chance.uniform(0.4, 1) * (1 - lit)
    pixels = photographed(np.zeros(SIZE, np.float32), lit, chance)
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX))


BLANKS: dict[str, Blank] = {
    "empty cell of 28": empty_cell(28, blur=0.5),
    "empty cell of 48": empty_cell(48),
    "empty cell of 64, shadow": empty_cell(64, lit="shadow"),
    "empty cell of 100": empty_cell(100),
    "empty cell of 160, shadow": empty_cell(160, lit="shadow"),
    "empty cell of 240": empty_cell(240, blur=1.5),
    "next cell's ink": neighbours(120),
    "dirt": dirt,
    "folded": folded,
    "crumpled": crumpled,
    "thumb": fingers,
    "showing through": show_through,
    "wiped board": wiped_board,
    "empty file": empty_file,
    "photo made small": small_photo,
}

"""Draws the pictures that people may upload, from digits of 28×28 and a seed: no photo is needed.

Paper of several kinds under several lights, printed frames, chalk, screens, scans, drawings from
tablets, digits in rows and columns, and sheets that are blank. `bench_kinds.py` reads them all.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

SIZE = (420, 320)  # height and width of a photo, in pixels


@dataclass(frozen=True)
class Picture:
    """What a person would upload, and what is on it in reading order."""

    pixels: np.ndarray
    labels: tuple[int, ...]


def strokes_of(digit: np.ndarray, height: int, chance: np.random.Generator) -> np.ndarray:
    """Enlarge a digit's ink to `height` pixels with sharp edges; the pen's width varies."""
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    cut = np.pad(cut / cut.max(), 1)
    factor = height / (cut.shape[0] - 2)
    size = (round(cut.shape[1] * factor), round(cut.shape[0] * factor))
    large = np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC))
    large = ndimage.gaussian_filter(large, factor / 3)
    steep = max(0.3 / factor, 0.02)
    edge = chance.uniform(0.35, 0.6)
    result: np.ndarray = 1 / (1 + np.exp(-np.clip((large - edge) / steep, -30, 30)))
    return result.astype(np.float32)


def laid(sheet: np.ndarray, ink: np.ndarray, top: int, left: int) -> None:
    """Put ink on a sheet; what reaches over the edge is lost."""
    a, b = max(0, -top), max(0, -left)
    part = ink[a : a + sheet.shape[0] - max(0, top), b : b + sheet.shape[1] - max(0, left)]
    top, left = max(0, top), max(0, left)
    here = sheet[top : top + part.shape[0], left : left + part.shape[1]]
    np.maximum(here, part, out=here)


def one_digit(
    digit: np.ndarray, chance: np.random.Generator, shape: tuple[int, int] = SIZE
) -> np.ndarray:
    """A sheet with one digit somewhere near its middle."""
    sheet = np.zeros(shape, np.float32)
    ink = strokes_of(digit, round(shape[0] * chance.uniform(0.25, 0.6)), chance)
    room = [max(1, full - side) for full, side in zip(shape, ink.shape, strict=True)]
    laid(sheet, ink, *(round(space * chance.uniform(0.25, 0.75)) for space in room))
    return sheet


def printed(kind: str, chance: np.random.Generator, shape: tuple[int, int] = SIZE) -> np.ndarray:
    """Printed lines as ink in [0, 1]: "plain", "ruled", "squared", or a broken "frame"."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    turn = chance.uniform(-0.05, 0.05)
    down, across = y + turn * x + chance.uniform(0, 99), x - turn * y + chance.uniform(0, 99)
    wide = chance.uniform(1.2, 2.5)
    if kind == "plain":
        return np.zeros(shape, np.float32)
    if kind == "ruled":
        lines = _drawn_lines(down % (shape[0] * chance.uniform(0.09, 0.25)), wide)
    elif kind == "squared":
        pitch = shape[0] * chance.uniform(0.06, 0.14)
        lines = np.maximum(_drawn_lines(down % pitch, wide), _drawn_lines(across % pitch, wide))
    else:
        inset = chance.uniform(0.02, 0.1, 4) * min(shape)
        sides = [y - inset[0], shape[0] - y - inset[1], x - inset[2], shape[1] - x - inset[3]]
        wide = chance.uniform(2, 6)
        inside = np.logical_and.reduce([side > 0 for side in sides])
        shown = chance.random(4) < 0.7
        lines = inside & np.logical_or.reduce(
            [(side < wide) & seen for side, seen in zip(sides, shown, strict=True)]
        )
    return lines * np.float32(chance.uniform(0.25, 0.8))


def _drawn_lines(past: np.ndarray, wide: float) -> np.ndarray:
    """Lines with soft edges from each pixel's way past the last line's first edge."""
    result: np.ndarray = np.clip(np.minimum(past, wide - past) + 0.5, 0, 1)
    return result


def light(kind: str, chance: np.random.Generator, shape: tuple[int, int] = SIZE) -> np.ndarray:
    """How bright each pixel of white paper is: "even", "slope", "lamp" or "shadow"."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32) / max(shape)
    angle = chance.uniform(0, 2 * np.pi)
    along = (x - 0.4) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    if kind == "even":
        return np.ones(shape, np.float32)
    if kind == "slope":
        return 1 - chance.uniform(0.3, 0.7) * (along - along.min()) / np.ptp(along)
    if kind == "lamp":
        far = np.hypot(y - chance.uniform(0.1, 0.9), x - chance.uniform(0.1, 0.7))
        if chance.random() < 0.5:
            return 1 - chance.uniform(0.3, 0.6) * far / far.max()  # a cone with a sharp peak
        spread = chance.uniform(0.2, 0.5)
        return 0.35 + 0.65 * np.exp(-((far / spread) ** 2))
    edge = along - chance.uniform(-0.15, 0.15)
    if chance.random() < 0.4:  # the shadow of an arm or a phone has two edges
        edge = np.abs(edge) - chance.uniform(0.08, 0.25)
    soft = chance.choice([0.004, 0.02, 0.1])
    return 1 - chance.uniform(0.25, 0.6) * np.clip(edge / soft + 0.5, 0, 1)


def photographed(
    ink: np.ndarray,
    lit: np.ndarray,
    chance: np.random.Generator,
    *,
    lines: np.ndarray | float = 0.0,
    dark: tuple[float, float] = (0.5, 0.85),
    blur: float = 0.7,
) -> np.ndarray:
    """A phone's picture of a sheet: ink in a colour, lens blur, noise and JPEG."""
    colour = np.array([[1, 1, 1], [1, 0.9, 0.45], [0.6, 1, 1]])[chance.integers(3)]
    line_colour = np.array([[1, 1, 1], [1, 0.7, 0.4], [0.4, 1, 1]])[chance.integers(3)]
    strength = ink * chance.uniform(*dark)
    paper = chance.uniform(0.75, 0.97) * np.array([1, chance.uniform(0.95, 1), 0.9])
    shown = (1 - strength[..., None] * colour) * (1 - (np.asarray(lines)[..., None] * line_colour))
    shown = shown * paper * lit[..., None]
    shown = ndimage.gaussian_filter(shown, (blur, blur, 0))
    shown += chance.normal(0, chance.uniform(0.004, 0.02), shown.shape[:2])[..., None]
    return as_jpeg((np.clip(shown, 0, 1) * 255).astype(np.uint8), chance)


def as_jpeg(pixels: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(chance.integers(55, 95)))
    return np.asarray(Image.open(file))


def pencil(ink: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Graphite on rough paper: the stroke has grain."""
    grain = ndimage.gaussian_filter(chance.normal(size=ink.shape), 1)
    return (ink * np.clip(0.75 + 1.2 * grain, 0.1, 1)).astype(np.float32)


Maker = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def on_paper(lines: str, lit: str, *, pen: bool = True, blur: float = 0.7) -> Maker:
    """A digit in pen or pencil on paper of a kind under a light of a kind."""

    def make(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        ink = one_digit(digit, chance)
        return photographed(
            ink if pen else pencil(ink, chance),
            light(lit, chance),
            chance,
            lines=printed(lines, chance),
            dark=(0.5, 0.85) if pen else (0.25, 0.5),
            blur=blur,
        )

    return make


def chalk(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Chalk on a wiped board: rough strokes on dark green or black with pale smears."""
    ink = pencil(one_digit(digit, chance), chance)
    smear = ndimage.gaussian_filter(chance.normal(size=SIZE), (4, 25)) * 0.6
    board = chance.uniform(0.12, 0.3) + np.clip(smear, 0, 0.12)
    shown = (board + ink * chance.uniform(0.35, 0.6)) * light("slope", chance)
    shown = ndimage.gaussian_filter(shown, 0.8) + chance.normal(0, 0.015, SIZE)
    tint = np.array([0.9, 1.0, 0.92])
    return as_jpeg((np.clip(shown[..., None] * tint, 0, 1) * 255).astype(np.uint8), chance)


def screen(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A dark screen photographed: bright strokes that glow, stripes of moiré."""
    ink = one_digit(digit, chance)
    glow = ndimage.gaussian_filter(ink, 6) * 0.25
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    moire = 0.015 * np.sin(y * chance.uniform(0.3, 1.2) + x * chance.uniform(-0.5, 0.5))
    shown = chance.uniform(0.03, 0.15) + 0.8 * ink + glow + moire
    shown = shown * (0.6 + 0.4 * light("slope", chance)) + chance.normal(0, 0.01, SIZE)
    return as_jpeg((np.clip(shown, 0, 1) * 255).astype(np.uint8), chance)


def tiny(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A file of 28×28, light on dark or dark on light, moved, some with faint noise."""
    moved = ndimage.shift(digit.astype(np.float32), chance.integers(-3, 4, 2), order=0)
    if chance.random() < 0.5:
        moved = np.clip(moved + chance.normal(0, 6, moved.shape), 0, 255)
    pixels = moved.astype(np.uint8)
    return pixels if chance.random() < 0.5 else 255 - pixels


def scan(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A cell cut out of a scanned form, some with its printed edges still on it."""
    shape = (164, 118)
    ink = one_digit(digit, chance, shape)
    lines = printed("frame" if chance.random() < 0.5 else "plain", chance, shape)
    shown = 0.95 * (1 - np.maximum(ink * chance.uniform(0.3, 0.8), lines))
    shown = ndimage.gaussian_filter(shown, 0.6) + chance.normal(0, 0.01, shape)
    return (np.clip(shown, 0, 1) * 255).astype(np.uint8)


def skeleton(mask: np.ndarray) -> np.ndarray:
    """Thin ink to lines of one pixel (Zhang and Suen 1984)."""
    mask = np.pad(mask, 1).astype(np.uint8)
    while True:
        before = int(mask.sum())
        for first in (True, False):
            # The eight neighbours of each pixel, clockwise from the one above.
            turn = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]
            n = [np.roll(mask, shift, (0, 1)) for shift in turn]
            count = sum(each.astype(int) for each in n)
            rises = sum(((n[i] == 0) & (n[(i + 1) % 8] == 1)).astype(int) for i in range(8))
            a = n[0] * n[2] * n[4] if first else n[0] * n[2] * n[6]
            b = n[2] * n[4] * n[6] if first else n[0] * n[4] * n[6]
            gone = (mask == 1) & (count >= 2) & (count <= 6) & (rises == 1) & (a == 0) & (b == 0)
            mask = np.where(gone, 0, mask).astype(np.uint8)
        if int(mask.sum()) == before:
            return mask[1:-1, 1:-1].astype(bool)


def fine_line(digit: np.ndarray, side: int, pen: float, chance: np.random.Generator) -> np.ndarray:
    """The digit redrawn with an even, fine, smooth line, as a tablet's pen gives it."""
    enlarged = Image.fromarray(digit).resize((112, 112), Image.Resampling.BICUBIC)
    points = np.argwhere(skeleton(np.asarray(enlarged) > 110)).astype(np.float32)
    near = np.abs(points[:, None] - points[None]).max(axis=2) <= 1
    pairs = np.argwhere(np.triu(near, 1))
    wider = (np.abs(points[:, None] - points[None]).max(axis=2) <= 3).astype(np.float32)
    smooth = wider @ points / wider.sum(axis=1, keepdims=True)
    low, high = smooth.min(axis=0), smooth.max(axis=0)
    place = chance.uniform(0.35, 0.65, 2) * side
    at = 2 * ((smooth - (low + high) / 2) * (0.6 * side / (high - low).max()) + place)
    image = Image.new("L", (2 * side, 2 * side))
    draw = ImageDraw.Draw(image)
    for one, two in pairs:
        ends = [tuple(at[one][::-1].tolist()), tuple(at[two][::-1].tolist())]
        draw.line(ends, fill=255, width=max(1, round(2 * pen)))
    small = image.resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def tablet(ground: str) -> Maker:
    """Strokes exported from a tablet: "transparent" (RGBA), "white", or "coloured" paper."""

    def make(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        side = int(chance.integers(200, 500))
        ink = fine_line(digit, side, chance.uniform(1, 0.02 * side), chance)[..., None]
        if ground == "transparent":
            colour = [(0, 0, 0), (20, 40, 160), (200, 30, 30), (255, 255, 255)][chance.integers(4)]
            pixels = np.empty((side, side, 4), np.uint8)
            pixels[..., :3] = colour
            pixels[..., 3:] = ink * 255
            return pixels
        if ground == "white":
            pen, paper = (0, 0, 0), (255, 255, 255)
        else:
            pairs = [
                ((30, 60, 200), (255, 240, 150)),
                ((200, 30, 40), (70, 130, 80)),
                ((255, 220, 60), (30, 60, 90)),
                ((230, 60, 60), (120, 170, 240)),
                ((20, 120, 60), (250, 200, 210)),
            ]
            pen, paper = pairs[chance.integers(len(pairs))]
        return (np.array(paper) * (1 - ink) + np.array(pen) * ink).astype(np.uint8)

    return make


KINDS: dict[str, Maker] = {
    "pen, plain, even": on_paper("plain", "even"),
    "pen, plain, lamp": on_paper("plain", "lamp"),
    "pen, plain, shadow": on_paper("plain", "shadow"),
    "pencil, plain, slope": on_paper("plain", "slope", pen=False),
    "pencil, plain, shadow": on_paper("plain", "shadow", pen=False),
    "pen, ruled, slope": on_paper("ruled", "slope"),
    "pencil, ruled, lamp": on_paper("ruled", "lamp", pen=False),
    "pen, squared, even": on_paper("squared", "even"),
    "pen, squared, shadow": on_paper("squared", "shadow"),
    "pencil, squared, slope": on_paper("squared", "slope", pen=False),
    "pen, frame, slope": on_paper("frame", "slope"),
    "pencil, frame, lamp": on_paper("frame", "lamp", pen=False),
    "pen, blurred": on_paper("plain", "slope", blur=5),
    "pencil, ruled, blurred": on_paper("ruled", "even", pen=False, blur=3),
    "chalk": chalk,
    "screen": screen,
    "28×28": tiny,
    "scan": scan,
    "tablet, white": tablet("white"),
    "tablet, transparent": tablet("transparent"),
    "tablet, coloured": tablet("coloured"),
}


def several(
    digits: np.ndarray,
    chance: np.random.Generator,
    *,
    lines: str,
    touching: bool,
    column: bool,
) -> np.ndarray:
    """A number, or a column of digits, written by hand on paper of a kind."""
    height = int(chance.integers(50, 80))
    step = height * 1.35
    shape = (round(step * (len(digits) + 1)), 240) if column else (240, 60 + 90 * len(digits))
    sheet = np.zeros(shape, np.float32)
    at = 30.0
    for digit in digits:
        ink = strokes_of(digit, round(height * chance.uniform(0.9, 1.1)), chance)
        shake = round(height * chance.uniform(-0.08, 0.08))
        if column:
            laid(sheet, ink, round(at), 90 + shake)
            at += step * chance.uniform(0.95, 1.05)
        else:
            laid(sheet, ink, 80 + shake, round(at))
            edge = ink.shape[0] / 11  # the margin that `strokes_of` leaves on both sides
            gap = -0.02 if touching else chance.uniform(0.08, 0.35)
            at += ink.shape[1] - edge + gap * height
    return photographed(
        sheet, light("slope", chance, shape), chance, lines=printed(lines, chance, shape)
    )


def blank(lines: str, lit: str, chance: np.random.Generator) -> np.ndarray:
    """A sheet without any digit."""
    rough = ndimage.gaussian_filter(chance.normal(size=SIZE), chance.uniform(0.8, 6))
    texture = 1 + chance.uniform(0, 0.02) * rough / rough.std()
    return photographed(
        np.zeros(SIZE, np.float32),
        light(lit, chance) * texture,
        chance,
        lines=printed(lines, chance),
        blur=chance.uniform(0.5, 2.5),
    )

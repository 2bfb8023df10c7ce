"""Photos that are hard in other ways: seen from the side, a hand's shadow, a table, holes."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tests.benchmarks.kinds import (
    SIZE,
    Maker,
    as_jpeg,
    fine_line,
    laid,
    light,
    on_paper,
    one_digit,
    pencil,
    photographed,
    printed,
    strokes_of,
)


def from_the_side(picture: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A picture of a sheet as a phone held askew sees it; the sheet fills all of it."""
    height, width = picture.shape[:2]
    corners = [(0, 0), (0, height), (width, height), (width, 0)]
    inner = [
        (abs(x - chance.uniform(0.02, 0.12) * width), abs(y - chance.uniform(0.02, 0.12) * height))
        for x, y in corners
    ]
    flat = [side for corner in inner for side in corner]
    image = Image.fromarray(picture)
    return np.asarray(
        image.transform(image.size, Image.Transform.QUAD, flat, Image.Resampling.BICUBIC)
    )


def askew(lines: str, *, pen: bool = True) -> Maker:
    """A sheet seen from the side, so that its lines run together."""

    def make(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        return from_the_side(on_paper(lines, "slope", pen=pen)(digit, chance), chance)

    return make


def tilted(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A digit written at up to 15 degrees."""
    turned = ndimage.rotate(
        one_digit(digit, chance), chance.uniform(-15, 15), reshape=False, order=1
    )
    return photographed(np.clip(turned, 0, 1), light("slope", chance), chance)


def hard_pencil(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Hard pencil, as faint as people still write with it."""
    ink = pencil(one_digit(digit, chance), chance)
    return photographed(ink, light("slope", chance), chance, dark=(0.18, 0.28))


def felt_pen(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A thick felt pen on squared paper."""
    ink = one_digit(digit, chance)
    ink = ndimage.grey_dilation(ink, (round(0.012 * SIZE[0]),) * 2)
    lines = printed("squared", chance)
    return photographed(ink, light("even", chance), chance, lines=lines, dark=(0.75, 0.95))


def hand(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """The shadow of a hand with fingers over squared paper."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    tip = np.array(SIZE) * chance.uniform(0.3, 0.8, 2)
    shadow = np.zeros(SIZE, np.float32)
    turn = chance.uniform(0, 2 * np.pi)
    for finger in range(4):
        angle = turn + 0.25 * finger
        along = (y - tip[0]) * np.cos(angle) + (x - tip[1]) * np.sin(angle)
        aside = np.abs((x - tip[1]) * np.cos(angle) - (y - tip[0]) * np.sin(angle))
        shadow = np.maximum(shadow, (aside < 24 + 0.1 * along) & (along > -12 * finger))
    soft = ndimage.gaussian_filter(shadow.astype(np.float32), chance.uniform(1, 10))
    lit = 1 - chance.uniform(0.25, 0.5) * soft
    return photographed(one_digit(digit, chance), lit, chance, lines=printed("squared", chance))


def table(lines: str) -> Maker:
    """A sheet that lies on a table: its edges and the table's grain are in the picture."""

    def make(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        height, width = SIZE
        page = on_paper(lines, "slope")(digit, chance).astype(np.float32) / 255
        grain = ndimage.gaussian_filter(chance.normal(size=SIZE), (1, 20))
        wood = (0.35 + 1.5 * chance.uniform(0.1, 0.3) * grain)[..., None] * np.array([1, 0.75, 0.5])
        y, x = np.mgrid[:height, :width].astype(np.float32)
        edge = chance.uniform(0.03, 0.12, 4)
        lean = chance.uniform(-0.06, 0.06, 4)
        inside = np.ones(SIZE, bool)
        for number, way in enumerate(
            (y + lean[0] * x, x + lean[1] * y, height - y + lean[2] * x, width - x + lean[3] * y)
        ):
            if number < 2 or chance.random() < 0.5:
                inside &= way > edge[number] * max(SIZE)
        soft = ndimage.gaussian_filter(inside.astype(np.float32), 0.7)[..., None]
        shown = soft * page + (1 - soft) * np.clip(wood, 0.05, 1)
        return (np.clip(shown, 0, 1) * 255).astype(np.uint8)

    return make


def small_digit(lines: str) -> Maker:
    """A digit of 5 to 10 % of a large photo."""

    def make(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        shape = (1600, 1200)
        sheet = np.zeros(shape, np.float32)
        ink = strokes_of(digit, round(shape[0] * chance.uniform(0.05, 0.1)), chance)
        laid(sheet, ink, *(round(side * chance.uniform(0.2, 0.7)) for side in shape))
        dimmed = light("slope", chance, shape)
        return photographed(sheet, dimmed, chance, lines=printed(lines, chance, shape), blur=1.2)

    return make


def spiral(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A page of a spiral pad: a row of dark holes along one edge."""
    holes = np.zeros(SIZE, np.float32)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    pitch, radius = chance.uniform(22, 34), chance.uniform(4, 7)
    across, down = (x, y) if chance.random() < 0.5 else (y, x)
    place = chance.uniform(10, 20)
    middle = (down + chance.uniform(0, 30)) % pitch - pitch / 2
    holes[np.hypot(across - place, middle) < radius] = 0.8
    lines = np.maximum(holes, printed("ruled", chance))
    return photographed(one_digit(digit, chance), light("slope", chance), chance, lines=lines)


def _other(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """The ink of another digit on the same sheet: the first one in the mirror and turned."""
    turned = np.ascontiguousarray(digit[:, ::-1] if chance.random() < 0.5 else digit.T)
    return one_digit(turned, chance)


def ghost(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """What was rubbed out, or shows through from the other side, beside and below the ink."""
    strength = np.maximum(
        one_digit(digit, chance), chance.uniform(0.12, 0.3) * _other(digit, chance)
    )
    return photographed(strength, light("slope", chance), chance, dark=(0.65, 0.9))


def embossed(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """What was written on the sheet above, as dents with one bright and one dark edge."""
    dents = ndimage.gaussian_filter(_other(digit, chance), 1.5)
    relief = np.gradient(dents, axis=1) + np.gradient(dents, axis=0)
    lit = light("slope", chance) * (1 - chance.uniform(0.4, 1.0) * np.clip(relief, -0.3, 0.3))
    return photographed(one_digit(digit, chance), lit, chance, dark=(0.65, 0.9))


def ribbon(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A broad translucent brush on black: paler inside than at its edges."""
    side = int(chance.integers(150, 400))
    thin = fine_line(digit, side, 1.5, chance) > 0.3
    way = ndimage.distance_transform_edt(~thin)
    half = side * chance.uniform(0.025, 0.05)
    inside = np.clip(half - way + 0.5, 0, 1)
    edge = np.clip(1 - np.abs(way - half + 1.5) / 1.5, 0, 1)
    shown = inside * chance.uniform(0.3, 0.6) + edge * inside * chance.uniform(0.15, 0.4)
    return as_jpeg((255 * np.clip(shown, 0, 1)).astype(np.uint8), chance)


def pale_hairline(digit: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A line of one or two pixels in a pale colour on white."""
    side = int(chance.integers(60, 400))
    ink = fine_line(digit, side, chance.uniform(0.6, 1.2), chance)[..., None]
    colours = [(235, 210, 255), (200, 230, 255), (255, 225, 190), (215, 245, 215)]
    colour = np.array(colours[chance.integers(len(colours))])
    return as_jpeg((255 * (1 - ink) + colour * ink).astype(np.uint8), chance)


HARDER: dict[str, Maker] = {
    "ruled, from the side": askew("ruled"),
    "squared, from the side": askew("squared", pen=False),
    "tilted by up to 15°": tilted,
    "hard pencil": hard_pencil,
    "felt pen, squared": felt_pen,
    "hand's shadow, squared": hand,
    "on a table, plain": table("plain"),
    "on a table, squared": table("squared"),
    "5 to 10 %, plain": small_digit("plain"),
    "5 to 10 %, squared": small_digit("squared"),
    "spiral holes, ruled": spiral,
    "ghost of another digit": ghost,
    "embossed by another digit": embossed,
    "translucent ribbon": ribbon,
    "pale hairline": pale_hairline,
}

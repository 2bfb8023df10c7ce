"""What the digit detector learns from: digits of many hands, and what is no digit.

The non-digits are drawn by rule or made out of digits, none is collected. Some letters, doodles,
shapes and scribbles are held out: the detector never learns from them, so that they can tell how it
does on what it has not met.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from model.data.mnist import Digits
from model.network import SIDE
from model.synthesis.digit_set import font_by_chance, sign
from model.synthesis.glyphs import DOODLES, LETTERS, NUMERALS, SHAPES, SYMBOLS, Ways
from model.synthesis.pen import PENS, SHEET, drawn, received
from model.synthesis.scribbles import SCRIBBLES, figure, scribble
from model.synthesis.typeset import foreign_fonts, printed

NONE = 10
"""The class of what is no digit, after the ten digits."""
HELD_OUT = frozenset(
    {"K", "k", "M", "m", "R", "e", "t"}
    | {"tree", "boat", "envelope", "cup", "glasses", "note", "crown", "snail", "ghost", "scissors"}
    | {"diamond", "hash", "arrow"}
    | {"coil", "knot"}
    | {"Devanagari 6", "Gujarati 8", "Arabic 3", "Thai 2", "Geez 9", "Chinese 5", "Chinese 9"}
    | {"Burmese 8", "Kannada 8", "Bengali 9"}
)
FOREIGN_LETTERS = (
    "ԱԲԴԵԷԹԻԽԾՀՂՃՄՆՇՊՋՌՖՔբգդեթժիխծհձղճմնչպջռտփֆ"  # Armenian
    "დთიკლმოჟრტფქღშჩძჭჯ"  # Georgian
    "אהטמעפצקשת"  # Hebrew
    "ກຂຄຊຍຕທບປຜຝພຟມຢລສຫອຮ"  # Lao
    "ДЖИЛФЦШЩЪЫЮЯжфшщыюядлмтъ"  # Cyrillic
    "ΓΛΞΠΣΦΨΩηκλμξπφχψω"  # Greek
    "ⴳⴴⴵⴶⴹⴼⴽⴿⵄⵅⵉⵎⵟⵣᐁᐊᑌᑕᓀᓇᓗᓄᔦᔭᕂᕙ"  # Tifinagh and Canadian syllabics
)
"""Of other alphabets, without those that look like a digit."""
PRINTED_LETTERS = "ACEFHJKLMNPRTUVWXYadefhjkmnprtuvwx"


def learned(signs: dict[str, Ways]) -> list[Ways]:
    """The signs that are not held out."""
    return [ways for name, ways in signs.items() if name not in HELD_OUT]


def no_digits(mnist: Digits, count: int, seed: int) -> np.ndarray:
    """Return pictures that show no digit, (count, 28, 28) uint8, 255 is ink.

    Args:
        mnist: digits that some of them are made out of.
        count: how many; every kind has its share.
        seed: of all chance.
    """
    random = np.random.default_rng([seed, 2])
    shares = np.array([share for share, _ in KINDS])
    chosen = random.choice(len(KINDS), count, p=shares / shares.sum())
    return np.stack([KINDS[kind][1](mnist, random) for kind in chosen])


def _letter(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    known = learned(LETTERS)
    return sign(known[random.integers(len(known))], random)


def _doodle(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    known = learned(SHAPES | DOODLES | SYMBOLS)
    return sign(known[random.integers(len(known))], random)


def _scribble(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    known = [name for name in SCRIBBLES if name not in HELD_OUT]
    return received(drawn(scribble(known[random.integers(len(known))], random), random))


def _figure(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    return received(drawn(figure(random), random))


def _printed_letter(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    known = [letter for letter in PRINTED_LETTERS if letter not in HELD_OUT]
    return received(printed(known[random.integers(len(known))], font_by_chance(random)))


def _numeral(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    known = learned(NUMERALS)
    return sign(known[random.integers(len(known))], random)


def _foreign_letter(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    faces = foreign_fonts()
    if not faces:
        return _printed_letter(mnist, random)
    character = FOREIGN_LETTERS[random.integers(len(FOREIGN_LETTERS))]
    return received(printed(character, faces[random.integers(len(faces))]))


def _turned(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    """A digit on its side, or in the mirror where that is no digit either."""
    while True:
        place = random.integers(len(mnist))
        image, label = mnist.images[place], mnist.labels[place]
        if label in (3, 4, 6, 7, 9) and random.random() < 0.5:
            return np.ascontiguousarray(image[:, ::-1])
        if label in (1, 2, 3, 4, 5, 6, 7, 8, 9):
            return np.ascontiguousarray(np.rot90(image, random.choice([1, 3])))


def _several(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    """Two or three digits that run into one another, sometimes lying one above the other."""
    count = int(random.integers(2, 4))
    sheet = np.zeros((SIDE + 8, 20 * count + 20), np.float32)
    left = 0
    for place in random.integers(len(mnist), size=count):
        top = random.integers(0, 9)
        part = sheet[top : top + SIDE, left : left + SIDE]
        np.maximum(part, mnist.images[place].astype(np.float32) / 255, out=part)
        left += int(random.integers(11, 20))
    if random.random() < 0.3:
        sheet = np.ascontiguousarray(sheet.T[::-1, ::-1])
    return received(ndimage.zoom(sheet, 2, order=1))


def _struck_out(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    """A digit crossed out, encircled or underlined."""
    ink = ndimage.zoom(
        mnist.images[random.integers(len(mnist))].astype(np.float32) / 255, 3, order=1
    )
    ink = np.pad(ink, (SHEET - ink.shape[0]) // 2)
    sheet = Image.new("L", (SHEET, SHEET))
    pencil = ImageDraw.Draw(sheet)
    width = round(SHEET * random.uniform(*PENS))
    low, high = random.uniform(6, 22, 4), random.uniform(SHEET - 22, SHEET - 6, 4)
    match random.integers(3):
        case 0:
            pencil.line([low[0], low[1], high[0], high[1]], fill=255, width=width)
            pencil.line([low[2], high[2], high[3], low[3]], fill=255, width=width)
        case 1:
            pencil.ellipse(
                [low[0] / 2, low[1] / 2, high[0] + 4, high[1] + 4], outline=255, width=width
            )
        case _:
            for number in range(random.integers(2, 5)):
                level = SHEET * (0.3 + 0.12 * number) + random.uniform(-4, 4)
                pencil.line(
                    [low[number % 4], level, high[number % 4], level], fill=255, width=width
                )
    return received(np.maximum(ink, np.asarray(sheet, np.float32) / 255))


def _simple(mnist: Digits, random: np.random.Generator) -> np.ndarray:
    return simple(random)


def simple(random: np.random.Generator) -> np.ndarray:
    """Return a dash, a blot, noise, dots, or nothing at all: (28, 28) uint8."""
    match random.integers(6):
        case 0 | 1:  # a stroke that lies; an upright one is a 1
            tilt = random.normal(0, 0.12)
            ends = [(0.0, tilt), (0.5, random.normal(0, 0.08)), (1.0, -tilt)]
            return received(drawn([ends], random))
        case 2:
            radii = random.uniform(0.3, 1, 2) * 9
            y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
            angle = random.uniform(0, 3.2)
            far = np.hypot(
                (x * np.cos(angle) + y * np.sin(angle)) / radii[0],
                (y * np.cos(angle) - x * np.sin(angle)) / (radii[1] + 3),
            )
            return _as_bytes(3 * (1.2 - far))
        case 3:
            rough = ndimage.gaussian_filter(random.normal(size=(SIDE, SIDE)), random.uniform(0, 2))
            return _as_bytes(rough / rough.std() - random.uniform(-0.5, 1.5))
        case 4:
            return np.full((SIDE, SIDE), random.choice([0, 255]), np.uint8)
        case _:
            dots = [
                [(random.uniform(0, 1), random.uniform(0, 1))] for _ in range(random.integers(1, 6))
            ]
            return received(drawn(dots, random))


def _as_bytes(ink: np.ndarray) -> np.ndarray:
    result: np.ndarray = (255 * np.clip(ink, 0, 1)).astype(np.uint8)
    return result


KINDS: tuple[tuple[float, Callable[[Digits, np.random.Generator], np.ndarray]], ...] = (
    (24, _letter),
    (32, _doodle),
    (10, _scribble),
    (20, _figure),
    (4, _printed_letter),
    (18, _numeral),
    (6, _foreign_letter),
    (6, _turned),
    (6, _several),
    (4, _struck_out),
    (5, _simple),
)
"""The kinds of non-digits and their shares."""


MEASURED = {"letters": LETTERS, "shapes": SHAPES, "doodles": DOODLES, "numerals": NUMERALS}
"""The signs that `for_measuring` writes, by kind."""


def for_measuring(each: int, seed: int) -> dict[str, np.ndarray]:
    """Return non-digits that nothing has learned from, by kind: (n, 28, 28) uint8.

    What the detector has met in other drawings and what it has never met are kinds of their own.

    Args:
        each: pictures of every letter, shape, doodle and scribble.
        seed: another one than that of the examples.
    """
    random = np.random.default_rng([seed, 3])
    found: dict[str, list[np.ndarray]] = {}

    def keep(kind: str, name: str, pictures: list[np.ndarray]) -> None:
        met = "never met" if name in HELD_OUT else "met"
        found.setdefault(f"{kind}, {met}", []).extend(pictures)

    for kind, signs in MEASURED.items():
        for name, ways in signs.items():
            keep(kind, name, [sign(ways, random) for _ in range(each)])
    for name in SCRIBBLES:
        drawings = [drawn(scribble(name, random), random) for _ in range(each)]
        keep("scribbles", name, [received(drawing) for drawing in drawings])
    return {kind: np.stack(pictures) for kind, pictures in sorted(found.items())}

"""Digits of many hands beside MNIST's: by rule, written anew, re-drawn with a pen, and printed.

The digit detector learns from them.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from model.data.mnist import Digits
from model.synthesis.european import european_digits
from model.synthesis.glyphs import DIGITS, Ways
from model.synthesis.handwriting import Writer, written
from model.synthesis.pen import PENS, drawn, received
from model.synthesis.typeset import fonts, printed

BOLDER = (PENS[0], 0.13)
"""Pens up to a felt pen's, in shares of the sheet: they close the angle of a 1 and a 4."""
SHARES = (0.2, 0.42, 0.08, 0.3)
"""Of printed digits, of those written anew with a pen and in pixels, and of MNIST's drawn again."""
PIXELS = (14, 32)
"""Into how many rows a digit is drawn that is made of pixels."""
FONT_FOR_TEST = 4
"""Every so many fonts one is held out."""


def digits_of_many_hands(mnist: Digits, count: int, seed: int) -> Digits:
    """Return digits that are not MNIST's own: by rule, re-drawn, and printed.

    Args:
        mnist: whose shapes are drawn again with a pen.
        count: how many.
        seed: of all chance.
    """
    random = np.random.default_rng([seed, 1])
    images, labels = european_digits(count // 4, seed, BOLDER)
    more, said = [], []
    for _ in range(count - len(images)):
        digit, place = int(random.integers(10)), int(random.integers(len(mnist)))
        match random.choice(["printed", "written", "pixels", "again"], p=SHARES):
            case "printed":
                image = received(printed(str(digit), font_by_chance(random)))
            case "written":
                image = sign(DIGITS[str(digit)], random, BOLDER)
            case "pixels":
                image = in_pixels(DIGITS[str(digit)], random)
            case _:
                image, digit = reinked(mnist.images[place], random), int(mnist.labels[place])
        more.append(image)
        said.append(digit)
    return Digits(np.concatenate([images, more]), np.concatenate([labels, said]).astype(np.uint8))


def sign(ways: Ways, random: np.random.Generator, pens: tuple[float, float] = PENS) -> np.ndarray:
    """Write a sign in one of its ways, in the hand of a new writer: (28, 28) uint8."""
    way = ways[random.integers(len(ways))]
    return received(drawn(written(way, Writer.by_chance(random), random), random, pens))


def in_pixels(ways: Ways, random: np.random.Generator) -> np.ndarray:
    """Write a sign as a mouse does in a program for small pictures: whole pixels, on or off."""
    way = ways[random.integers(len(ways))]
    ink = Image.fromarray(drawn(written(way, Writer.by_chance(random), random), random))
    side = int(random.integers(*PIXELS))
    small = np.asarray(ink.resize((side, side), Image.Resampling.BOX))
    return received((small > random.uniform(0.2, 0.5) * small.max()).astype(np.float32))


def font_by_chance(random: np.random.Generator) -> Path | None:
    """Choose a font among those that are not held out."""
    known = [font for place, font in enumerate(fonts()) if place % FONT_FOR_TEST]
    return known[random.integers(len(known))]


def reinked(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw the shape of a digit, (28, 28) uint8, again with sharp edges: a pen on a screen."""
    large = ndimage.zoom(image.astype(np.float32) / 255, 3, order=1)
    smooth = ndimage.gaussian_filter(large, random.uniform(0.8, 1.4))
    edge = random.uniform(0.3, 0.6) * smooth.max()
    return received(np.clip((smooth - edge) / 0.15 + 0.5, 0, 1).astype(np.float32))

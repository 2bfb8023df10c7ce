"""Every colour of DigitScope that carries a meaning, in one place.

Signed numbers (weights, activations, attributions) share one diverging ramp: blue is negative,
zero is the paper, orange is positive. Paper is white in the light theme and the page's own dark in
the dark one; what is large stands out from it: dark on white, light on dark. Blue against orange
stays apart for the common kinds of colour blindness, and both arms change their lightness steadily,
so that a grey print still shows size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from model.evaluation.pictures import REACH, ZERO

# White → strongest, light to dark. The colours in between are computed.
NEGATIVE_STOPS = ("#ffffff", "#a9cdf0", "#4f93d6", "#1c5aa6", "#0a2a5e")
POSITIVE_STOPS = ("#ffffff", "#fdd0a2", "#f08a3c", "#c2410c", "#6b1d06")
DARK_PAPER = "#1e232b"
"""Zero in the dark theme: what maps lie on there, see `.streamlit/config.toml`."""
NEGATIVE_ON_DARK = ("#143a66", "#2a6cb3", "#62a5e6", "#d3e7fa")
POSITIVE_ON_DARK = ("#6b2a10", "#c2571d", "#f08a3c", "#fde3c8")

# OKLab, a space in which equal distances look about equally different: Björn Ottosson,
# "A perceptual color space for image processing" (2020).
_LINEAR_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_CONES_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

ACCENT, MISTAKE = "#0f766e", "#a3195b"
"""Of the light theme: what is pressed, chosen or right, and what is wrong; as in `config.toml`."""


@dataclass(frozen=True)
class Palette:
    """Colours of lines and bars, chosen to stand at least 3:1 against the page's background.

    Orange and blue are for signed values alone: curves, shares and buttons have none of them.

    Attributes:
        training: of everything measured on the training digits.
        validation: of everything measured on the validation digits.
        positive: of values above zero, from beside zero to the strongest.
        negative: of values below zero, likewise.
        digits: one for each digit, 0 to 9; no two are alike, but ten are too many to name by
            eye, so that a digit's own label always stands beside its colour.
    """

    training: str
    validation: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    digits: tuple[str, ...]


LIGHT = Palette(
    training="#5b6575",
    validation="#0f766e",
    positive=POSITIVE_STOPS[1:],
    negative=NEGATIVE_STOPS[1:],
    digits=(
        *("#2b97ff", "#a91322", "#264400", "#d663bf", "#052996"),
        *("#ea6a09", "#532557", "#9e6f6c", "#4f54ca", "#932180"),
    ),
)
DARK = Palette(
    training="#a9b3c2",
    validation="#5cc9bd",
    positive=POSITIVE_ON_DARK,
    negative=NEGATIVE_ON_DARK,
    digits=(
        *("#2b97ff", "#e0dc26", "#c43b10", "#44e994", "#bc98f9"),
        *("#d79127", "#8451c9", "#fcd3f1", "#4ea989", "#8c6378"),
    ),
)


def rgb(colour: str) -> NDArray[np.float64]:
    """Return "#rrggbb" as (3,) float64 in [0, 1]."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def oklab(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sRGB colours, (..., 3) in [0, 1], as OKLab: lightness in [0, 1], then a and b."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = np.cbrt(linear @ _LINEAR_TO_CONES.T) @ _CONES_TO_OKLAB.T
    return lab


def srgb(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return OKLab colours, (..., 3), as sRGB in [0, 1]; what sRGB cannot show is clipped."""
    cones = (lab @ np.linalg.inv(_CONES_TO_OKLAB).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(_LINEAR_TO_CONES).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def _arm(stops: Sequence[str]) -> NDArray[np.uint8]:
    """Return (REACH + 1, 3) colours from the first stop to the last in equal steps of OKLab."""
    points = oklab(np.array([rgb(stop) for stop in stops]))
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    steps = np.linspace(0, 1, REACH + 1)
    lab = np.stack([np.interp(steps, at, points[:, axis]) for axis in range(3)], axis=1)
    return np.rint(srgb(lab) * 255).astype(np.uint8)


@cache
def ramp(*, dark: bool = False) -> NDArray[np.uint8]:
    """Return the diverging ramp, (256, 3) uint8: row `ZERO` is the paper. Read-only.

    Args:
        dark: for the dark theme; else for white paper, as files that are kept always have it.
    """
    stops = NEGATIVE_STOPS, POSITIVE_STOPS
    if dark:
        stops = (DARK_PAPER, *NEGATIVE_ON_DARK), (DARK_PAPER, *POSITIVE_ON_DARK)
    negative, positive = map(_arm, stops)
    table = np.concatenate([negative[-1:], negative[:0:-1], positive])
    # exactly, whatever the arithmetic above rounds to
    table[ZERO] = np.rint(rgb(stops[0][0]) * 255)
    table.setflags(write=False)
    return table


def shaded(colour: str, share: float, *, dark: bool) -> tuple[str, str]:
    """Return the colour of a table's cell, and black or white for the text on it.

    Args:
        colour: of a full cell.
        share: how much of it, 0 (the empty cell) to 1.
        dark: for the dark theme.
    """
    mixed = (1 - share) * rgb("#2a303a" if dark else "#eceef1") + share * rgb(colour)
    text = "#000000" if luminance(mixed) > EVEN else "#ffffff"
    return "#" + "".join(f"{value:02x}" for value in np.rint(mixed * 255).astype(int)), text


EVEN = 0.179
"""The luminance on which black and white text are equally readable."""


def luminance(colour: NDArray[np.float64]) -> float:
    """The relative luminance of an sRGB colour, (3,) in [0, 1], as WCAG 2 defines it."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))

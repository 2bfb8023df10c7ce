"""What is done to a digit, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from model.evaluation.corruptions import Corruption


class Words(NamedTuple):
    """Of one change: its title, the unit of its strength (empty where it has none), its meaning."""

    title: str
    unit: str
    meaning: str


WORDS: Mapping[Corruption, Words] = {
    Corruption.SHIFT: Words(
        "Shift", "pixels", "To the right, or to the left where it is negative."
    ),
    Corruption.ROTATION: Words(
        "Rotation", "°", "To the right, or to the left where it is negative."
    ),
    Corruption.SIZE: Words("Size", "×", "1 is the digit as it is."),
    Corruption.THICKNESS: Words(
        "Stroke thickness", "pixels", "Ink added around each stroke, or taken away."
    ),
    Corruption.NOISE: Words(
        "Noise", "", "Each pixel gets a random number added; this is its standard deviation."
    ),
    Corruption.BLUR: Words(
        "Blur", "pixels", "Each pixel becomes a mean of those around it (Gaussian)."
    ),
    Corruption.CONTRAST: Words(
        "Contrast", "×", "1 is full; at 0 the whole picture has its mean grey."
    ),
    Corruption.INVERSION: Words(
        "Inversion", "", "0 is as it is, 1 is white ink on black paper, half way all is grey."
    ),
}

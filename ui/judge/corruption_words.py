"""What is done to a digit, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from model.evaluation.corruptions import Corruption
from ui.locale import say, to_say


class Words(NamedTuple):
    """Of one change: its title, the unit of its strength (empty where it has none), its meaning."""

    title: str
    unit: str
    meaning: str


WORDS: Mapping[Corruption, Words] = {
    Corruption.SHIFT: Words(
        to_say("Shift"),
        to_say("pixels"),
        to_say("To the right, or to the left where it is negative."),
    ),
    Corruption.ROTATION: Words(
        to_say("Rotation"), "°", to_say("To the right, or to the left where it is negative.")
    ),
    Corruption.SIZE: Words(to_say("Size"), "×", to_say("1 is the digit as it is.")),
    Corruption.THICKNESS: Words(
        to_say("Stroke thickness"),
        to_say("pixels"),
        to_say("Ink added around each stroke, or taken away."),
    ),
    Corruption.NOISE: Words(
        to_say("Noise"),
        "",
        to_say("Each pixel gets a random number added; this is its standard deviation."),
    ),
    Corruption.BLUR: Words(
        to_say("Blur"),
        to_say("pixels"),
        to_say("Each pixel becomes a mean of those around it (Gaussian)."),
    ),
    Corruption.CONTRAST: Words(
        to_say("Contrast"), "×", to_say("1 is full; at 0 the whole picture has its mean grey.")
    ),
    Corruption.INVERSION: Words(
        to_say("Inversion"),
        "",
        to_say("0 is as it is, 1 is white ink on black paper, half way all is grey."),
    ),
}


def title_words(change: Corruption) -> str:
    """What a change is called."""
    return say(WORDS[change].title)


def strength_words(change: Corruption) -> str:
    """What a change is called, with the unit of its strength: "Shift (pixels)"."""
    unit = unit_words(change)
    title = title_words(change)
    return say("{change} ({unit})", change=title, unit=unit) if unit else title


def unit_words(change: Corruption) -> str:
    """The unit of a change's strength; empty where it has none."""
    return say(WORDS[change].unit)

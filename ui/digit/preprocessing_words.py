"""What preprocessing says on the screen: the steps by name, and why there is no digit.

The sentences for a sheet or a file without a digit are those that `python -m model.predict` prints:
they stand there once.
"""

from dataclasses import dataclass

from model.predict import SENTENCES
from model.preprocessing.image_file import PictureProblem
from model.preprocessing.pipeline import Problem, StepKey


@dataclass(frozen=True)
class StepWords:
    """What a step is called and does; `off` is what happens when it is switched off."""

    title: str
    on: str
    off: str


STEP_WORDS = {
    StepKey.GREY: StepWords(
        "Grey",
        "Red, green and blue become one brightness, weighted as the eye sees them.",
        "Off: only the red part is taken, so red ink disappears.",
    ),
    StepKey.LIGHT: StepWords(
        "Light evened out",
        "Each pixel is divided by the light on the paper around it, so shadows go.",
        "Off: a shadow stays dark and may count as ink.",
    ),
    StepKey.INK: StepWords(
        "Ink found",
        "What differs clearly from the paper is ink; light ink on dark is turned round.",
        "Off: dark is ink and bright is paper, whatever the picture shows.",
    ),
    StepKey.LINES: StepWords(
        "Printed lines removed",
        "Frames, ruled and squared lines are erased where no stroke crosses them.",
        "Off: printed lines stay and count as strokes.",
    ),
    StepKey.DIGITS: StepWords(
        "Digits found",
        "Pieces that belong together make one digit; two that touch are parted; specks go.",
        "Off: all ink on the sheet counts as one digit.",
    ),
    StepKey.CROP: StepWords(
        "Cropped",
        "The empty paper around the digit is cut away.",
        "Off: the digit stays as small as it is on its sheet.",
    ),
    StepKey.SCALE: StepWords(
        "Scaled to 20×20",
        "The longer side becomes 20 pixels and the proportions stay, as in MNIST.",
        "Off: it is stretched over all 28×28 pixels.",
    ),
    StepKey.THICKNESS: StepWords(
        "Stroke thickness",
        "Strokes thinner or thicker than those in MNIST are brought near to them.",
        "Off: a fine pen leaves only a thin grey trace.",
    ),
    StepKey.CENTRE: StepWords(
        "Centred",
        "The centre of mass of the ink moves to the middle of 28×28, as in MNIST.",
        "Off: once it is cropped, the digit stays in the upper left corner.",
    ),
    StepKey.NORMALISE: StepWords(
        "Normalised",
        "The darkest ink becomes 1 and paper 0: these 784 numbers go to the network.",
        "Off: faint pencil stays as faint as it is.",
    ),
}


def step_sentence(key: StepKey, *, on: bool) -> str:
    """What a step does, or what happens without it."""
    words = STEP_WORDS[key]
    return words.on if on else words.off


def problem_sentence(problem: Problem | PictureProblem) -> str:
    """Why there is no digit, and what to do."""
    return SENTENCES[problem]

"""What preprocessing says on the screen: the steps by name, and why there is no digit.

In English the sentences for a sheet or a file without a digit are those that
`python -m model.predict` prints.
"""

from dataclasses import dataclass

from model.preprocessing.image_file import PIXEL_LIMIT, PictureProblem
from model.preprocessing.pipeline import Problem, StepKey
from ui.locale import say, to_say


@dataclass(frozen=True)
class StepWords:
    """What a step is called and does; `off` is what happens when it is switched off."""

    title: str
    on: str
    off: str


STEP_WORDS = {
    StepKey.GREY: StepWords(
        to_say("Grey"),
        to_say("Red, green and blue become one brightness, weighted as the eye sees them."),
        to_say("Off: only the red part is taken, so red ink disappears."),
    ),
    StepKey.LIGHT: StepWords(
        to_say("Light evened out"),
        to_say("Each pixel is divided by the light on the paper around it, so shadows go."),
        to_say("Off: a shadow stays dark and may count as ink."),
    ),
    StepKey.INK: StepWords(
        to_say("Ink found"),
        to_say("What differs clearly from the paper is ink; light ink on dark is turned round."),
        to_say("Off: dark is ink and bright is paper, whatever the picture shows."),
    ),
    StepKey.LINES: StepWords(
        to_say("Printed lines removed"),
        to_say("Frames, ruled and squared lines are erased where no stroke crosses them."),
        to_say("Off: printed lines stay and count as strokes."),
    ),
    StepKey.DIGITS: StepWords(
        to_say("Digits found"),
        to_say(
            "Pieces that belong together make one digit; two that touch are parted; specks go.",
        ),
        to_say("Off: all ink on the sheet counts as one digit."),
    ),
    StepKey.CROP: StepWords(
        to_say("Cropped"),
        to_say("The empty paper around the digit is cut away."),
        to_say("Off: the digit stays as small as it is on its sheet."),
    ),
    StepKey.SCALE: StepWords(
        to_say("Scaled to 20×20"),
        to_say("The longer side becomes 20 pixels and the proportions stay, as in MNIST."),
        to_say("Off: it is stretched over all 28×28 pixels."),
    ),
    StepKey.THICKNESS: StepWords(
        to_say("Stroke thickness"),
        to_say("Strokes thinner or thicker than those in MNIST are brought near to them."),
        to_say("Off: a fine pen leaves only a thin grey trace."),
    ),
    StepKey.CENTRE: StepWords(
        to_say("Centred"),
        to_say("The centre of mass of the ink moves to the middle of 28×28, as in MNIST."),
        to_say("Off: once it is cropped, the digit stays in the upper left corner."),
    ),
    StepKey.NORMALISE: StepWords(
        to_say("Normalised"),
        to_say("The darkest ink becomes 1 and paper 0: these 784 numbers go to the network."),
        to_say("Off: faint pencil stays as faint as it is."),
    ),
}


PROBLEM_WORDS = {
    Problem.BLANK: to_say(
        "No digit is found: this sheet looks blank. Draw or show a digit from 0 to 9."
    ),
    Problem.NO_STROKES: to_say(
        "No digit is found: there is ink, but no stroke. Draw or show a digit from 0 to 9."
    ),
    PictureProblem.MISSING: to_say("This file cannot be opened. Please check its name."),
    PictureProblem.NOT_READABLE: to_say(
        "This file cannot be read as a picture. Please use a PNG, JPEG, HEIC, AVIF, WebP, GIF, "
        "BMP, TIFF or PDF file."
    ),
    PictureProblem.DAMAGED: to_say(
        "This picture is damaged or incomplete. Please save it again, or take another one."
    ),
    PictureProblem.TOO_LARGE: to_say(
        "This picture has more than {millions} million pixels. Please make it smaller, or cut "
        "out the digit."
    ),
}


def step_title(key: StepKey) -> str:
    """What a step is called."""
    return say(STEP_WORDS[key].title)


def step_sentence(key: StepKey, *, on: bool) -> str:
    """What a step does, or what happens without it."""
    words = STEP_WORDS[key]
    return say(words.on if on else words.off)


def problem_sentence(problem: Problem | PictureProblem) -> str:
    """Why there is no digit, and what to do."""
    return say(PROBLEM_WORDS[problem], millions=PIXEL_LIMIT // 1_000_000)

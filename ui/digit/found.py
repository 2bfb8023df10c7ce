"""What the shown network finds on what a person has given: one call to the engine."""

from dataclasses import dataclass

import numpy as np

from model.evaluation.pictures import Look
from model.evaluation.reading import Reading, read_digit, read_ink, read_picture
from ui.components.canvas import DrawnSheet
from ui.digit.preprocessing_words import problem_sentence
from ui.digit.sources import Given, PictureFile, Sources
from ui.locale import say
from ui.state.ask import ask
from ui.state.session import ChosenDigit, of_page, one_of_several, session
from ui.state.shown_network import network


@dataclass(frozen=True, eq=False)
class Found:
    """What was given, and the reading of it."""

    given: Given
    reading: Reading

    @property
    def digits(self) -> tuple[np.ndarray, ...]:
        """(28, 28) float32 each, as the network receives them, in reading order."""
        return tuple(self.reading.digits)

    @property
    def boxes(self) -> tuple[tuple[int, int, int, int], ...]:
        """(top, left, bottom, right) of each digit on its sheet; none where there is no sheet."""
        prepared = self.reading.prepared
        return tuple(digit.box for digit in prepared.digits) if prepared else ()

    @property
    def sentence(self) -> str:
        """Why there is no digit."""
        prepared = self.reading.prepared
        problem = prepared.problem if prepared else None
        return problem_sentence(problem) if problem else ""

    @property
    def followed(self) -> int:
        """The place of the digit that is followed through the app: picked, or else the largest."""
        return self.reading.followed or 0

    def follow(self, place: int) -> None:
        """Follow the digit at this place from now on."""
        of_page(Sources).followed = (self.given.sheet, place)

    def chosen(self, place: int) -> ChosenDigit:
        """The digit at this place, for all pages."""
        if isinstance(self.given.content, ChosenDigit):
            return self.given.content
        origin = one_of_several(self.given.words, place, len(self.digits))
        verdict = self.reading.verdicts[place]
        read = verdict.digit, verdict.probability
        return ChosenDigit(self.digits[place], origin, answer=read)


def read_given(
    given: Given, followed: int | None = None, *, look: Look | None = None, quiet: bool = False
) -> Found | None:
    """Read what was given with the shown network: one call to the engine, or none if it was asked.

    Args:
        given: something to read.
        followed: the place of the digit whose layers are wanted; None: the largest one.
        look: have pictures made of it, as the page shows them, instead of all layers' values.
        quiet: say nothing on the page when there is no answer.

    Returns:
        None while the engine is away; a sentence on the page then says so.

    Raises:
        PictureError: the file is no usable picture.
        ValueError: nothing was given.
    """
    current, off = network(), tuple(sorted(session().steps_off))
    match given.content:
        case DrawnSheet(ink, finished):
            drawing = (current, ink, off, followed, finished, look)
            reading = ask(read_ink, *drawing, quiet=quiet, spinner=None)
        case PictureFile(content=content):
            picture = (current, content, off, followed, look)
            reading = ask(read_picture, *picture, quiet=quiet, spinner=say("Reading the picture …"))
        case ChosenDigit(pixels):
            reading = ask(read_digit, current, pixels, look, quiet=quiet)
        case None:
            raise ValueError("There is nothing to read.")
    return None if reading is None else Found(given, reading)

"""Digits that are not drawn on the stage: from a file, the camera, the test digits, a link."""

from dataclasses import dataclass

import streamlit as st

from model.preprocessing.image_file import PictureError
from ui.digit.found import read_given
from ui.digit.preprocessing_words import problem_sentence
from ui.digit.sources import FILES, find
from ui.digit.test_digits import linked_digit, picked_test_digit
from ui.locale import say, to_say
from ui.state.classroom.shown import Part, hides
from ui.state.picks import news
from ui.state.session import ChosenDigit, of_page

SOURCES = (to_say("Test digits"), to_say("Upload"), to_say("Camera"))


@dataclass
class Shown:
    """The digit that the stage was given last."""

    digit: ChosenDigit | None = None
    number: int = 0  # grows with each

    def give(self, digit: ChosenDigit) -> None:
        """Show this digit."""
        self.digit, self.number = digit, self.number + 1

    def leave(self) -> None:
        """Something was drawn in its place."""
        self.digit = None


def by_link() -> None:
    """Take over the digit that the address names."""
    digit = linked_digit()
    if digit is not None:
        of_page(Shown).give(digit)


@st.fragment
def other_digits() -> None:
    """Offer digits from elsewhere behind a button; the page runs again when there is a new one."""
    with st.popover(say("Other digits"), icon=":material/add_photo_alternate:", key="other_digits"):
        where = st.segmented_control(
            say("Where the digit comes from"),
            [each for each in SOURCES if not (each in FILES and hides(Part.FILES))],
            required=True,
            default=SOURCES[0],
            format_func=say,
            key="stage_source",
            label_visibility="collapsed",
        )
        digit = _found(str(where))
    if digit is None:  # what the widgets told before is no news when they tell it again
        return
    if news("other_digits", (digit.origin, digit.pixels.tobytes())) is not None:
        of_page(Shown).give(digit)
        st.rerun()


def _found(where: str) -> ChosenDigit | None:
    if where == SOURCES[0]:
        return picked_test_digit("stage")
    given = find(where)
    if given.content is None:
        return None
    try:
        found = read_given(given)
    except PictureError as error:
        st.error(problem_sentence(error.problem))
        return None
    if found is None:
        return None
    if not found.digits:
        st.error(found.sentence)
        return None
    return found.chosen(found.followed)

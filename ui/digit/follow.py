"""What the pages of "Look inside" share: the digit that they follow."""

import numpy as np
import streamlit as st

from model.data import mnist
from model.network.activations import ForwardPass
from ui.digit.found import read_given
from ui.digit.sources import drawing
from ui.digit.test_digits import LastPick, linked_digit, picked_test_digit, test_digit, told_ink
from ui.locale import say
from ui.state.address import keep, kept, start
from ui.state.picks import news
from ui.state.properties import DIGIT, INK
from ui.state.session import ChosenDigit, of_page, session

SHEET, BLANK = "sheet", b""  # what was last seen on the sheet, among the session's picks


def digit_to_follow() -> ChosenDigit:
    """The digit last drawn or picked; here another one can be picked from the test set."""
    mine = session()
    asked = kept(DIGIT)
    mine.digit = linked_digit() or mine.digit
    last = of_page(LastPick)
    before = last.place
    with st.popover(say("Test digits"), icon=":material/grid_view:", key="pick_digit"):
        pick = picked_test_digit("inside")
    if pick is not None and last.place != before:  # it tells an earlier pick, too
        mine.digit = pick
    if mine.digit is None and asked is None:
        mine.digit = _drawn_in_this_tab()
    digit = _digit_or_first()
    # The first test digit needs no word: it is what a page begins with.
    keep({DIGIT: digit.place or None, INK: told_ink(digit)})
    return digit


def sheet_as_it_is() -> None:
    """Say that what stands on the sheet now is old: call it when a page with a sheet is opened."""
    session().picks.pop(SHEET, None)


def digit_under_pen() -> tuple[ChosenDigit, ForwardPass | None]:
    """Show the drawing sheet and return what is on it; while it is blank, the digit last chosen.

    The sheet is that of the Draw page. What already stood on it when the page was opened does not
    replace a digit that was chosen elsewhere; the first stroke on a blank one does.

    Returns:
        The digit, and what every layer makes of it where it was read from the sheet.
    """
    mine = session()
    with st.container(key="pen"):
        given = drawing(
            say(
                "Shown: {source}. Draw to replace it.",
                source=_digit_or_first().source,
            )
        )
    found = read_given(given, quiet=True) if given.content is not None else None
    if found is not None and not found.digits and given.finished:
        st.caption(found.sentence)
    drawn = found.chosen(found.followed) if found is not None and found.digits else None
    old = SHEET not in mine.picks
    fresh = news(SHEET, drawn.pixels.tobytes() if drawn else BLANK) is not None
    if drawn and fresh and (mine.digit is None or mine.digit.label is None or not old):
        mine.digit = drawn
    digit = _digit_or_first()
    shown = found is not None and drawn is not None and np.array_equal(digit.pixels, drawn.pixels)
    return digit, found.reading.inside if found is not None and shown else None


def _drawn_in_this_tab() -> ChosenDigit | None:
    """What the tab still has on its sheet after it was loaded again; it arrives in a second run."""
    with st.container(key="tab_sheet"):
        given = drawing()
    found = read_given(given, quiet=True) if given.content is not None else None
    return found.chosen(found.followed) if found is not None and found.digits else None


def came_for(digit: ChosenDigit) -> bool:
    """Whether this is the digit of the link by which the person came: its choices are for it."""
    first = start(DIGIT, range(len(mnist.embedded().test)), 0)
    return digit.place is not None and digit.place == first


def _digit_or_first() -> ChosenDigit:
    """The digit of all pages; while there is none, a test digit, which is not kept as chosen."""
    mine = session()
    if mine.digit is not None:
        return mine.digit
    return test_digit(start(DIGIT, range(len(mnist.embedded().test)), 0))

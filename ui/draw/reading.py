"""What the Draw page says of what was given: one answer, or several digits to choose from."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.evaluation.verdict import Judgement, Verdict, number
from model.preprocessing.image_file import PictureError
from ui.components.maps import map_grid
from ui.components.photo import photo
from ui.digit.answer import no_answer, whole_number
from ui.digit.found import Found, read_given
from ui.digit.preprocessing_words import problem_sentence
from ui.digit.sources import Given, PictureFile, offer_removal
from ui.draw.steps import look
from ui.locale import say
from ui.state.picks import news
from ui.state.session import of_page
from ui.style.mosaic import data_uri


@dataclass
class Form:
    """How the page looks: whether the last finished drawing was of several digits."""

    several: bool = False


def read(given: Given, where: str, beside: DeltaGenerator) -> Found | None:
    """Read what was given, and show of a picture what was found on it.

    Args:
        given: from the source.
        where: the source's name.
        beside: the place of the source on the page; its picture is shown there.

    Returns:
        What was found, at least one digit; None when there is nothing: a sentence then says why.
    """
    found = None
    if given.content is None:
        no_answer(str(given.words))
    else:
        try:
            found = read_given(given, given.followed, look=look())
        except PictureError as error:
            beside.error(problem_sentence(error.problem))
            no_answer(say("No picture to read"))
    with beside:
        if found is not None and isinstance(given.content, PictureFile):
            _outlined(found, given.content)
        offer_removal(where)
    if found is None or found.digits:
        return found
    # A stroke that has just begun is no fault.
    no_answer(found.sentence if given.finished else say("Draw a digit"), finished=given.finished)
    return None


def followed(found: Found) -> int:
    """Return the place of the digit to follow; where there are several, show and offer them."""
    form = of_page(Form)
    several = len(found.digits) > 1
    if found.given.finished:
        form.several = several
    # In the middle of a stroke a digit may be in pieces for a moment: the page keeps its form.
    if not several or not (found.given.finished or form.several):
        return found.followed
    verdicts = found.reading.verdicts
    whole_number(number(verdicts, found.boxes))
    pick = map_grid(
        np.stack(found.digits, axis=2),
        key="digits",
        scale=1.0,
        size=56,
        bar=False,
        labels=[_label(place, verdict) for place, verdict in enumerate(verdicts, start=1)],
        selected=found.followed,
    )
    st.caption(say("Click a digit to follow it through the app."))
    new = news("digits", pick)
    if new is not None and new.channel != found.followed:
        found.follow(new.channel)
        st.rerun()  # the outline above follows, too
    return found.followed


def _outlined(found: Found, file: PictureFile) -> None:
    """Show a picture with an outline around each digit; a click on one follows it."""
    shown = found.reading.photo
    if shown is None:
        return
    key = f"photo_{file.digest}"  # a pick is one of this picture's digits
    pick = news(
        key,
        photo(
            data_uri(shown.jpeg, "image/jpeg"),
            file.name,
            (shown.height, shown.width),
            found.boxes,
            key=key,
            selected=found.followed if found.digits else None,
        ),
    )
    if pick is not None and pick != found.followed:
        found.follow(pick)
        st.rerun()


def _label(place: int, verdict: Verdict) -> str:
    if verdict.judgement is Judgement.STRANGE:
        return f"{place}: ?"
    return f"{place}: {verdict.digit}{'' if verdict.judgement is Judgement.SURE else '?'}"

"""Digits from paper: a sheet to print, and its photo read into the class's own set."""

import base64
from dataclasses import dataclass, field

import streamlit as st

from model.classroom.digits.handwriting import bring
from model.classroom.digits.sheet_photo import SheetProblem, read_sheet
from model.classroom.view import ClassView
from ui.classroom.worksheets import sheet_address
from ui.components.classroom import ShownDigit, digit_grid
from ui.locale import say, say_many, to_say
from ui.locale.sentence import paragraph
from ui.state.ask import ask
from ui.state.classroom.store import database
from ui.state.session import of_page

PROBLEMS = {
    SheetProblem.NO_PICTURE: to_say("This file is no picture that can be opened."),
    SheetProblem.NO_MARKS: to_say(
        "The four corner marks were not found. Take the photo again, with the whole sheet "
        "on it and all four marks sharp.",
    ),
    SheetProblem.NO_BAR: to_say(
        "The bar at the top was not found. Take the photo again, with the whole sheet on "
        "it and even light.",
    ),
}


@dataclass
class Added:
    """Photos whose digits were added, each with its class: twice would be in training and test."""

    photos: set[tuple[str, str]] = field(default_factory=set)


def from_paper(view: ClassView) -> None:
    """Draw the tab.

    Args:
        view: of the class.
    """
    st.markdown(
        say(
            "A class without devices writes on paper: print the sheet, let everybody fill "
            "a row, and take **one photo** of it. Nobody’s name is on it, and the photo "
            "itself is not kept.",
        )
    )
    st.link_button(say("Sheet to print"), sheet_address("collection"), icon=":material/print:")
    photo = st.file_uploader(
        say("Photo of a sheet"), key="sheet_photo", help=say("A photo or a scan.")
    )
    if photo is None:
        return
    reading = ask(read_sheet, photo.getvalue(), spinner=say("Reading the sheet …"))
    if reading is None:
        return
    if reading.problem is not None:
        st.warning(say(PROBLEMS[reading.problem]))
        return
    count, held = len(reading.digits), sum(reading.held)
    words = [
        say(
            "**{count} digits** were found; {blank} boxes are empty.",
            count=count,
            blank=reading.blank,
        ),
        say("When they are added, you can take out any under “Digits”."),
    ]
    if held:
        words.append(
            say_many(
                "{count} does not look like a digit: it is held back until you let it in.",
                "{count} do not look like a digit: they are held back until you let them in.",
                held,
            )
        )
    st.markdown(paragraph(*words))
    known, this = of_page(Added).photos, (view.id, photo.file_id)
    if this in known:
        st.info(say("The digits of this photo are in the class already."))
    elif count and st.button(say("Add them to this class"), type="primary", key="bring_sheet"):
        added = bring(database(), view.id, reading.digits, reading.held)
        known.add(this)
        st.success(say_many("{count} digit was added.", "{count} digits were added.", added))
    shown = [
        ShownDigit(
            str(place),
            base64.b64encode(image.tobytes()).decode(),
            say("A {digit} from the sheet", digit=label),
            str(label),
            "grey",
            is_held,
            False,
            False,
        )
        for place, (image, label, is_held) in enumerate(
            zip(reading.digits.images, reading.digits.labels.tolist(), reading.held, strict=True)
        )
    ]
    digit_grid("sheet_digits", shown)

"""The class's own digits: collected, looked through, read, and taken along."""

import base64
from collections import Counter
from functools import partial

import streamlit as st

from model.classroom.digits.handwriting import (
    WrittenDigit,
    ask_for_digits,
    bring,
    counting_digits,
    take_out,
    written_digits,
)
from model.classroom.digits.handwriting_files import as_table, from_file, to_npz, to_pictures
from model.classroom.lifecycle import class_of_teacher
from model.classroom.reasons import ClassError
from model.classroom.view import ClassView, view_class
from model.files import FileError
from model.network import CLASSES
from model.network.digit_detector import detector
from ui.classroom.handwriting.league import league
from ui.classroom.handwriting.paper import from_paper
from ui.classroom.handwriting.reading import read_class, reading_of, writer_words
from ui.classroom.handwriting.training import train_on_class
from ui.classroom.switch import switch
from ui.components.classroom import ShownDigit, digit_grid
from ui.frame.tabs import said_tabs
from ui.locale import say, say_many, to_say
from ui.locale.sentence import listed, paragraph
from ui.state.address import kept
from ui.state.classroom.seat import Role, looking_seat
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words
from ui.state.pages import page
from ui.state.properties import TEACH
from ui.style.csv_table import csv_text

LOOK_SECONDS = 3.0
"""Between two looks at what came, while digits are asked for."""
SHOWN = 600
"""Digits in the grid: the newest."""
TABS = (
    *(to_say("Digits"), to_say("From paper"), to_say("How are we read?"), to_say("Train on us")),
    *(to_say("League"), to_say("Take along")),
)


def show() -> None:
    """Draw the page."""
    try:
        key = kept(TEACH)
        class_id = class_of_teacher(database(), key) if key else None
        view = None if class_id is None else view_class(database(), class_id)
        if view is None:
            _closed()
            return
        looking_seat(Role.TEACHER, view.id)
        _switch(view)
        grid, paper, read, train, compete, files = said_tabs(TABS, "handwriting")
        if grid.open:
            with grid:
                every = LOOK_SECONDS if view.prompted else None
                st.fragment(_grid, run_every=every, key="handwriting_grid")(view.id)
        if paper.open:
            with paper:
                from_paper(view)
        if read.open:
            with read:
                read_class(view.id, counting_digits(database(), view.id))
        if train.open:
            with train:
                train_on_class(view, counting_digits(database(), view.id))
        if compete.open:
            with compete:
                league(view, counting_digits(database(), view.id))
        if files.open:
            with files:
                _files(view)
    except ClassError as error:
        st.warning(class_words(error.reason))


def _closed() -> None:
    with st.container(key="doors"):
        st.page_link(page("class"), label=say("Open a class first"), icon=":material/group:")
    st.markdown(
        say(
            "Every student draws the ten digits in turn. Then the class sees how well the "
            "network reads **us**: whose 4s fail, whose writing is like whose, and whether "
            "a network reads somebody whom it has never seen.",
        )
    )


def _switch(view: ClassView) -> None:
    switch(
        say("Ask all students for digits"),
        "prompted",
        view.prompted,
        partial(ask_for_digits, database(), view.id),
        say("A sheet opens on each student's screen: “Draw a 7”. The ten digits come in turn."),
    )


def _grid(class_id: str) -> None:
    """The digits as they come; a press takes one out or brings it back."""
    try:
        written = written_digits(database(), class_id)
        st.caption(_counted(written))
        said = reading_of([each for each in written if each.counts], quiet=True)
        shown = [_shown(each, said.get(each.id)) for each in written[-SHOWN:]]
        picked = digit_grid("class_digits", shown)
        if picked is not None:
            take_out(database(), class_id, picked)
            st.rerun(scope="fragment")
    except ClassError as error:
        st.warning(class_words(error.reason))


def _counted(written: list[WrittenDigit]) -> str:
    if not written:
        return say("No digits yet.")
    kept_ones = Counter(each.asked for each in written if each.counts)
    held = sum(each.held for each in written)
    each = listed(f"{kept_ones[digit]} × {digit}" for digit in range(CLASSES))
    total = sum(kept_ones.values())
    words = [say_many("{count} digit: {each}.", "{count} digits: {each}.", total, each=each)]
    if held:
        words.append(
            say_many(
                "{count} held back: it does not look like a digit. Press it to let it in.",
                "{count} held back: they do not look like a digit. Press one to let it in.",
                held,
            )
        )
    words.append(say("Press a digit to take it out."))
    return paragraph(*words)


def _shown(each: WrittenDigit, said: int | None) -> ShownDigit:
    values = {"digit": each.asked, "writer": writer_words(each), "answer": said}
    if each.held:
        words = say("A {digit} by {writer}, held back", **values)
    elif each.removed:
        words = say("A {digit} by {writer}, taken out", **values)
    elif said is not None:
        words = say("A {digit} by {writer}, read as {answer}", **values)
    else:
        words = say("A {digit} by {writer}", **values)
    return ShownDigit(
        each.id,
        base64.b64encode(each.pixels.tobytes()).decode(),
        words,
        str(each.asked) if said in (None, each.asked) else f"{each.asked} → {said}",
        "grey" if each.writer is None else each.writer.colour,
        each.held,
        each.removed,
        said is not None and said != each.asked,
    )


def _files(view: ClassView) -> None:
    written = counting_digits(database(), view.id)
    st.markdown(say("No file has a name in it: writers are numbers, drawn by lot for each file."))
    with st.container(horizontal=True):
        for words, file, make in (
            (say("Arrays (.npz)"), "our_digits.npz", lambda: to_npz(written)),
            (say("Pictures (.zip)"), "our_digits.zip", lambda: to_pictures(written)),
            (say("Table (.csv)"), "our_digits.csv", lambda: csv_text(*as_table(written)).encode()),
        ):
            st.download_button(words, make, file, disabled=not written, key=f"save_{file}")
    brought = st.file_uploader(
        say("Bring digits back"),
        type=["npz", "zip", "csv"],
        key="bring_digits",
        help=say(
            "Any of the three files. Writers come back as numbers: nobody knows who they are."
        ),
    )
    if brought is None or not st.button(say("Add them to this class"), key="bring_now"):
        return
    try:
        found = from_file(brought.name, brought.getvalue())
    except FileError:
        st.warning(say("This is no file of digits that this app has written, or it is damaged."))
        return
    held = [not like for like in detector().accepts(found.digits.inputs()).tolist()]
    count = bring(database(), view.id, found.digits, held, found.writers)
    if not count:
        st.info(say("These digits are in the class already, or it has no room for more."))
        return
    st.success(say_many("{count} digit was added.", "{count} digits were added.", count))

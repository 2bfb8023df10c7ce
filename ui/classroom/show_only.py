"""Where a teacher chooses what the students see: one class, one address, one QR code."""

import streamlit as st

from model.classroom.shown import Shown, show_only
from model.classroom.view import ClassView
from ui.locale import say, say_many, to_say
from ui.state.classroom.shown import CHOSEN, Part
from ui.state.classroom.store import database
from ui.state.pages import ENTRIES
from ui.state.picks import keep_option

PART_WORDS = {
    Part.SETTINGS: to_say("Train’s settings"),
    Part.LESSON: to_say("Lesson texts"),
    Part.NETWORK: to_say("Choice of the network"),
    Part.FILES: to_say("Upload and camera"),
}


def show_only_popover(view: ClassView) -> None:
    """Offer the choice, in the row above the board."""
    now = view.shown
    number = len(now.pages)
    seen = (
        say_many("Students see: {count} page", "Students see: {count} pages", number)
        if number
        else say("Students see")
    )
    # Another key with each choice: the popover closes when one was made.
    with (
        st.container(key="shown", width="content"),
        st.popover(
            seen,
            icon=":material/visibility:",
            key=f"shown_{now.number}",
        ),
    ):
        keep_option(pages_key := f"shown_pages_{now.number}")
        pages = st.multiselect(
            say("Pages"),
            CHOSEN,
            default=[name for name in CHOSEN if name in now.pages],
            format_func=lambda name: ENTRIES[name].title,
            placeholder=say("All pages"),
            key=pages_key,
            help=say("The students’ menu has these pages alone. With none chosen it has all."),
        )
        hidden = st.pills(
            say("Leave out"),
            list(PART_WORDS),
            selection_mode="multi",
            default=[part for part in Part if part in now.hidden],
            format_func=lambda part: say(PART_WORDS[part]),
            key=f"shown_hidden_{now.number}",
        )
        st.caption(
            say(
                "The address and the code stay the same; it holds for all students at "
                "once. Where you bring everybody with “Everybody here”, they see that "
                "page, too.",
            )
        )
        choice = Shown(  # in the order of the menu, in whatever order they were pressed
            tuple(name for name in CHOSEN if name in pages),
            tuple(part for part in Part if part in hidden),
            now.number,
        )
        if st.button(
            say("Show them this"), type="primary", key="show_only", disabled=choice == now
        ):
            show_only(database(), view.id, choice.pages, choice.hidden)
            st.rerun()

"""What runs on every visit of every page: the menu, the row of chips, and then the page itself.

Streamlit's main script: `app.py` names it. Nothing imports it. It does not stand beside pages/,
because Streamlit would take that folder for a menu of its own until `st.navigation` has run once,
and open a link that is a server's very first request with a dialog "Page not found".
"""

import gc

import streamlit as st

from ui.frame import chips
from ui.frame.class_row.closed import closed_page
from ui.frame.history import one_step_a_page
from ui.frame.keys import keys
from ui.frame.language import keep_language
from ui.frame.paste import pasted_pictures
from ui.frame.spoken import spoken_answers
from ui.frame.theme_change import follow_theme
from ui.locale import say
from ui.state.address import visit
from ui.state.classroom.seat import find_seat
from ui.state.classroom.shown import in_menu, is_open
from ui.state.classroom.spoken import share_language
from ui.state.language import find_language
from ui.state.my_runs import find_runs
from ui.state.pages import FRONT_PAGE, MENU, page
from ui.state.pen.seat import adopt_pen_digit
from ui.style.stylesheet import apply_stylesheet


@st.cache_resource
def freeze_start_up() -> None:
    """Hide from the garbage collector what exists after the first page: it lives for good.

    A full collection then costs next to nothing; without this it held up every rerun. It comes
    after the first page and not with the start of the server: most modules are imported by then.
    """
    gc.collect()
    gc.freeze()


st.set_page_config(page_icon="🔢", layout="wide", initial_sidebar_state="collapsed")
find_seat()
find_language()
share_language()
shown = st.navigation(
    {
        say(section): [page(entry.name, in_menu(entry.name)) for entry in entries]
        for section, entries in MENU.items()
    },
    position="top",
)
apply_stylesheet()
with st.container(key="scripts"):
    keep_language()
    one_step_a_page()
    keys()
    spoken_answers()
    pasted_pictures()
    follow_theme()
with visit(shown.url_path or FRONT_PAGE):
    find_runs()
    adopt_pen_digit()
    chips.show()
    if is_open(shown.url_path or FRONT_PAGE):
        shown.run()
    else:
        closed_page()
freeze_start_up()

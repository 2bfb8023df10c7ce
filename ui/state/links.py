"""Links: to another page at a place, and to exactly what one sees."""

from urllib.parse import urlencode

import streamlit as st

from model.files.digit_text import digit_to_text
from model.runs import Run
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.state.address import strangers, told
from ui.state.pages import PageName, page
from ui.state.properties import DIGIT, EPOCH, GATE, GUESS, INK, NETWORK, RUN
from ui.state.session import View, session
from ui.state.shown_network import shown_run


def open_page(name: PageName, view: View) -> None:
    """Leave for another page, at this place; call it outside of callbacks."""
    mine = session()
    mine.view = view
    mine.arrivals += 1
    st.switch_page(page(name), query_params=strangers() | told(name))


def page_link(name: PageName, label: str, view: View) -> None:
    """Offer another page at this place."""
    st.page_link(page(name), label=label, query_params=strangers() | told(name, view))


def copy_link(
    view: View | None = None, *, guess_first: bool = False, run: Run | None = None
) -> None:
    """Offer the address of this very view, with a button that copies it.

    Call it in the fragment that moves the view: elsewhere it would tell the place of before.

    Args:
        view: the place where the page itself chose what it shows; None: what is kept.
        guess_first: whether the page asks for a guess; a teacher's link that does not is offered.
        run: that the page shows, and that can be shared; None: the one whose network is shown.
    """
    with st.popover(
        say("Link"),
        icon=":material/link:",
        help=say("The address of exactly this view"),
        key="link",
        on_change="rerun",  # what is on the sheet by then is part of it
    ):
        with_digit = INK.told_on(session().page)
        words = [
            say("This address opens the same view of the same digit.")
            if with_digit
            else say("This address opens the same view.")
        ]
        run = run or shown_run()
        if run is not None and not st.toggle(say("Share this training"), key="share_training"):
            run = None
        if run is not None:
            words.append(say("Whoever has it sees this training, too."))
        st.markdown(paragraph(*words))
        st.code(address(view, run=run), language=None, wrap_lines=True)
        if guess_first:
            st.markdown(
                say("Whoever opens it guesses first. For teachers, the same without a guess:")
            )
            st.code(address(view, gate_open=True, run=run), language=None, wrap_lines=True)


def address(view: View | None = None, *, gate_open: bool = False, run: Run | None = None) -> str:
    """The address of the view; a drawn digit is packed into it.

    Args:
        view: as of `copy_link`.
        gate_open: whether an experiment opens without a guess there.
        run: that is shared; of all others it names none.
    """
    mine = session()
    params = strangers() | told(mine.page, view)
    drawn = mine.digit is not None and mine.digit.place is None and mine.digit.pixels.any()
    if drawn and mine.digit is not None and INK.told_on(mine.page):
        params.pop(DIGIT.name, None)
        params[INK.name] = digit_to_text(mine.digit.pixels)
    params.pop(RUN.name, None)
    params.pop(NETWORK.name, None)
    if run is None:  # epochs are a run's
        params.pop(EPOCH.name, None)
    for what in (GUESS, GATE):  # whoever opens it is to guess, too
        params.pop(what.name, None)
    if gate_open:
        params[GATE.name] = GATE.text(True)
    if run is not None:
        params[RUN.name] = run.id
    query = urlencode(params)
    return f"{st.context.url or ''}{'?' if query else ''}{query}"

"""The row at the top right of every page: whose network is shown, what trains, and how to present.

The lesson of a page adds its button to the same row: see `ui.frame.lesson`.
"""

import html
from contextvars import ContextVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.engine import engine
from model.runs import Run
from ui.frame.class_row.row import class_chip
from ui.frame.language import choose_language_here
from ui.frame.time_machine import epoch_slider
from ui.frame.whose import shipped_words, skill_words
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.state.address import keep, kept
from ui.state.classroom.shown import Part, hides
from ui.state.my_runs import my_runs
from ui.state.properties import PRESENT, SHIPPED
from ui.state.reason_words import engine_words
from ui.state.session import session
from ui.state.shown_network import network, show_run, shown_epoch, shown_run, title_of
from ui.style.words import name_words, plain

TICK, WAITING_TICK = 2.0, 1.0
"""Seconds between two looks at a run that is underway, and at an engine that is not ready yet. When
neither can change by itself, the row is not drawn again and again."""

ROW: ContextVar[DeltaGenerator | None] = ContextVar("ROW", default=None)
"""The row of the page that is being drawn; each run of a script has a context of its own."""


def show() -> None:
    """Draw the row. It draws itself again while a run or the engine can change by itself."""
    row = st.container(
        key="chips",
        horizontal=True,
        horizontal_alignment="right",
        vertical_alignment="center",
        gap="xsmall",
    )
    ROW.set(row)
    with row:
        class_chip()
        ticking = TICK if engine().state.phase == "ready" else WAITING_TICK
        with st.container(key="status", width="content"):
            st.fragment(_status, run_every=ticking if _moving() else None, key="status")(_moment())
        if not hides(Part.NETWORK):
            _network_choice()
        _present()
        choose_language_here()


def _network_choice() -> None:
    """Let the person choose the network that all pages show, and the epoch of a run."""
    mine = session()
    titles = {SHIPPED: say("Shipped network")}
    titles |= {run.id: name_words(title_of(run)) for run in my_runs()}
    for other, title in (
        (mine.taught, say("Taught network")),
        (mine.imported, say("Imported network")),
    ):
        if other is not None:
            titles[other.id] = title
    options, shown = list(titles), mine.shown_id or SHIPPED
    run = shown_run()
    with st.popover(_label(titles.get(shown, ""), run), icon=":material/hub:", key="network"):
        chosen = st.selectbox(
            say("Network on all pages"),
            options,
            index=options.index(shown) if shown in options else 0,
            format_func=titles.__getitem__,
            # A widget keeps what was last picked in it. When a page has changed which network is
            # shown, or how it is called, a new key makes a new widget, which begins with what is so
            # now.
            key=f"network_choice_{shown}_{titles.get(shown)}",
            help=say(
                "The shipped network was trained before it came to you. Each run is one of yours.",
            ),
        )
        if chosen != shown:
            show_run(None if chosen == SHIPPED else chosen)
            st.rerun()
        if run is not None:
            epoch_slider(run)
        st.caption(_about_network(run))


def _label(title: str, run: Run | None) -> str:
    """What stands on the button: the network, and after how many of its epochs."""
    epoch = shown_epoch()
    if run is None or epoch is None:
        return plain(title)
    return say(
        "{title} · epoch {epoch} of {target}",
        title=plain(title),
        epoch=epoch,
        target=run.state().target,
    )


def _about_network(run: Run | None) -> str:
    mine = session()
    if mine.shown_id is None:
        return shipped_words()
    if run is None:
        words = say(
            "{origin}. It lives as long as this page is open.",
            origin=plain(name_words(network().origin)),
        )
        return paragraph(words, skill_words())
    if shown_epoch() is None:
        return say("No epoch of it is finished yet. Until then the shipped network is shown.")
    words = say("{origin}.", origin=plain(name_words(network().origin)))
    return paragraph(words, skill_words())


def _present() -> None:
    """Switch larger type and no menu on and off: for a projector."""
    presenting = kept(PRESENT)
    if st.button(
        say("Leave") if presenting else say("Present"),
        icon=":material/close_fullscreen:" if presenting else ":material/open_in_full:",
        key="leave" if presenting else "present",  # the stylesheet knows it by this
        help=say("Larger type and no menu, for a projector. Key: P"),
    ):
        keep({PRESENT: not presenting})
        st.rerun()


def _moving() -> bool:
    return engine().state.phase != "ready" or any(run.state().underway for run in my_runs())


def _moment() -> tuple[object, ...]:
    """What the whole page depends on; when it changes, the page must run again."""
    epochs = tuple(run.epoch for run in my_runs())
    return (_moving(), epochs, engine().state.phase == "ready")


def _status(drawn_at: tuple[object, ...]) -> None:
    phase = engine().state.phase
    words = "" if phase == "ready" else engine_words(phase)
    st.html(
        f"<span class='ds-engine' data-phase='{phase}' role='status'>{html.escape(words)}</span>"
    )
    if phase == "failed" and st.button(say("Try again"), key="engine_again"):
        engine().start()
    for run in my_runs():
        if run.state().phase.moving:
            _run_status(run)
    if _moment() != drawn_at:
        st.rerun()


def _run_status(run: Run) -> None:
    state = run.state()
    title, epoch = plain(name_words(title_of(run))), min(state.epoch + 1, state.target)
    words = say("{title}: epoch {epoch} of {target}", title=title, epoch=epoch, target=state.target)
    if state.history:
        words = say(
            "{title}: epoch {epoch} of {target}, {accuracy:.1%}",
            title=title,
            epoch=epoch,
            target=state.target,
            accuracy=state.history[-1].validation.accuracy,
        )
    st.progress(state.share, text=words)

"""The sidebar of every page: the engine, the run that trains, and whose network is shown."""

import streamlit as st

from model.engine import EnginePhase, engine
from model.network.shipped import shipped_card
from model.runs import Run, RunPhase
from ui.frame.time_machine import epoch_slider
from ui.state.my_runs import my_runs
from ui.state.properties import SHIPPED
from ui.state.reason_words import engine_words
from ui.state.session import session
from ui.state.shown_network import network, show_run, shown_epoch, shown_run
from ui.style.words import plain

TICK, WAITING_TICK = 2.0, 1.0
"""Seconds between two looks at a run that is underway, and at an engine that is not ready yet. When
neither can change by itself, the sidebar is not drawn again and again."""

ENGINE_ICONS: dict[EnginePhase, str] = {
    "starting": ":material/hourglass_top:",
    "warming": ":material/hourglass_top:",
    "ready": ":material/check_circle:",
    "restarting": ":material/autorenew:",
    "failed": ":material/error:",
}

PHASE_WORDS = {
    RunPhase.STARTING: "is starting",
    RunPhase.TRAINING: "is training",
    RunPhase.PAUSED: "is paused",
    RunPhase.RECOVERING: "is going on after a fault",
    RunPhase.FINISHED: "is finished",
    RunPhase.STOPPED: "was stopped",
    RunPhase.FAILED: "could not go on",
}


def show() -> None:
    """Draw the sidebar. It draws itself again while a run or the engine can change by itself."""
    with st.sidebar:
        _network_choice()
        ticking = TICK if engine().state.phase == "ready" else WAITING_TICK
        st.fragment(_status, run_every=ticking if _moving() else None, key="status")(_moment())


def _network_choice() -> None:
    """Let the person choose the network that all pages show, and the epoch of a run."""
    mine = session()
    titles = {SHIPPED: "Shipped network"}
    titles |= {run.id: run.title for run in my_runs()}
    for other, title in ((mine.taught, "Taught network"), (mine.imported, "Imported network")):
        if other is not None:
            titles[other.id] = title
    options, shown = list(titles), mine.shown_id or SHIPPED
    chosen = st.selectbox(
        "Network on all pages",
        options,
        index=options.index(shown) if shown in options else 0,
        format_func=titles.__getitem__,
        # A widget keeps what was last picked in it. When a page has changed which network is shown,
        # or how it is called, a new key makes a new widget, which begins with what is so now.
        key=f"network_choice_{shown}_{titles.get(shown)}",
        help="The shipped network was trained before it came to you. Each run is one of yours.",
    )
    if chosen != shown:
        show_run(None if chosen == SHIPPED else chosen)
        st.rerun()
    run = shown_run()
    if run is not None:
        epoch_slider(run)
    st.caption(_about_network(run))


def _about_network(run: Run | None) -> str:
    mine = session()
    if mine.shown_id is None:
        return (
            f"Reads {shipped_card()['test']['accuracy']:.1%} of 10,000 unseen test digits rightly."
        )
    if run is None:
        return f"{plain(network().origin)}. It lives as long as this page is open."
    if shown_epoch() is None:
        return "No epoch of it is finished yet. Until then the shipped network is shown."
    return f"{plain(network().origin)}."


def _moving() -> bool:
    return engine().state.phase != "ready" or any(run.state().underway for run in my_runs())


def _moment() -> tuple[object, ...]:
    """What the whole page depends on; when it changes, the page must run again."""
    epochs = tuple(run.epoch for run in my_runs())
    return (_moving(), epochs, engine().state.phase == "ready")


def _status(drawn_at: tuple[object, ...]) -> None:
    phase = engine().state.phase
    st.markdown(f"{ENGINE_ICONS[phase]} {engine_words(phase)}")
    if phase == "failed" and st.button("Try again", key="engine_again"):
        engine().start()
    mine = my_runs()
    moving = [run for run in mine if run.state().phase.moving]
    for run in moving or mine[-1:]:
        _run_status(run)
    if _moment() != drawn_at:
        st.rerun()


def _run_status(run: Run) -> None:
    state = run.state()
    now = min(state.epoch + 1, state.target) if state.phase.moving else state.epoch
    words = f"{plain(run.title)} {PHASE_WORDS[state.phase]}: epoch {now} of {state.target}"
    if state.history:
        words += f", validation {state.history[-1].validation.accuracy:.1%}"
    st.progress(state.share, text=words)

"""The sidebar of every page: the engine, the run that trains, and whose network is shown."""

import streamlit as st

from model.engine import Phase as EnginePhase
from model.engine import engine
from model.pretrained import card
from model.runs import Phase, Run
from ui.session import latest_run, my_runs, network, session, show_run, shown_run

TICK = 1.0
"""Seconds between two looks at what changes by itself; nothing ticks when nothing does."""

ENGINE_ICONS: dict[EnginePhase, str] = {
    "starting": ":material/hourglass_top:",
    "warming": ":material/hourglass_top:",
    "ready": ":material/check_circle:",
    "restarting": ":material/autorenew:",
    "failed": ":material/error:",
}

PHASE_WORDS = {
    Phase.STARTING: "is starting",
    Phase.TRAINING: "is training",
    Phase.PAUSED: "is paused",
    Phase.RECOVERING: "is going on after a fault",
    Phase.FINISHED: "is finished",
    Phase.STOPPED: "was stopped",
    Phase.FAILED: "could not go on",
}


def show() -> None:
    """Draw the sidebar. It redraws itself while something in it moves."""
    with st.sidebar:
        _network_choice()
        st.fragment(_status, run_every=TICK if _moving() else None, key="status")(_moment())


def _network_choice() -> None:
    mine = session()
    options: list[str | None] = [None, *(run.id for run in my_runs())]
    titles = {run.id: run.title for run in my_runs()}
    if mine.taught is not None:
        options.append(mine.taught.id)
        titles[mine.taught.id] = "Taught network"

    def words(identifier: str | None) -> str:
        return "Shipped network" if identifier is None else titles[identifier]

    chosen = st.selectbox(
        "Network on all pages",
        options,
        index=options.index(mine.shown_run) if mine.shown_run in options else 0,
        format_func=words,
        key="network_choice",
        help="The shipped network was trained before it came to you. Each run is one of yours.",
    )
    if chosen != mine.shown_run:
        show_run(chosen)
    run = shown_run()
    if mine.taught is not None and mine.shown_run == mine.taught.id:
        st.caption(f"{mine.taught.network.origin}. It lives as long as this page is open.")
    elif run is None:
        accuracy = card()["test"]["accuracy"]
        st.caption(f"Reads {accuracy:.1%} of 10,000 unseen test digits rightly.")
    elif run.epoch == 0:
        st.caption("No epoch of it is finished yet. Until then the shipped network is shown.")
    else:
        st.caption(f"{network().origin}.")


def _moving() -> bool:
    run = latest_run()
    return engine().state.phase != "ready" or (run is not None and run.state().phase.moving)


def _moment() -> tuple[object, ...]:
    """What the whole page depends on; when it changes, the page must run again."""
    run = latest_run()
    return (_moving(), run and run.epoch, engine().state.phase == "ready")


def _status(drawn_at: tuple[object, ...]) -> None:
    state = engine().state
    st.markdown(f"{ENGINE_ICONS[state.phase]} {state.sentence}")
    if state.phase == "failed" and st.button("Try again", key="engine_again"):
        engine().start()
    run = latest_run()
    if run is not None:
        _run_status(run)
    if _moment() != drawn_at:
        st.rerun()


def _run_status(run: Run) -> None:
    state = run.state()
    now = min(state.epoch + 1, state.target) if state.phase.moving else state.epoch
    words = f"{run.title} {PHASE_WORDS[state.phase]}: epoch {now} of {state.target}"
    if state.history:
        words += f", validation {state.history[-1].validation.accuracy:.1%}"
    st.progress(state.share, text=words)

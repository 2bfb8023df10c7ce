"""A run on screen: its controls, its figures and its live charts."""

import math

import numpy as np
import streamlit as st

from model.runs import EpochScores, Phase, Run, RunState
from ui.colours import DARK, LIGHT
from ui.curves import Line, curves

TICK = 0.5
"""Seconds between two redraws of the charts while the run moves."""

TRAINING = (LIGHT.training, DARK.training)
VALIDATION = (LIGHT.validation, DARK.validation)


def live_view(run: Run) -> None:
    """Show a run and let it be steered; redraws itself while the run moves."""
    phase = run.state().phase
    every = TICK if phase.moving else None
    st.fragment(_live, run_every=every, key="live")(run, phase.moving)


def duration(seconds: float | None) -> str:
    """Seconds as a person says them: "1 min 20 s"."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _live(run: Run, was_moving: bool) -> None:
    _controls(run)
    state = run.state()
    _tiles(state)
    _charts(state)
    if state.phase.moving != was_moving:
        st.rerun()


def _controls(run: Run) -> None:
    """The buttons; each acts before the rest is drawn, so that the page shows what it did."""
    phase = run.state().phase
    with st.container(horizontal=True, key="controls"):
        pause = st.button("Pause", icon=":material/pause:", disabled=not phase.moving, key="pause")
        resume = st.button(
            "Resume", icon=":material/play_arrow:", key="resume",
            disabled=phase not in (Phase.PAUSED, Phase.STOPPED)
        )  # fmt: skip
        more = st.button(
            "One epoch more", icon=":material/exposure_plus_1:", key="more",
            disabled=phase.moving or phase is Phase.FAILED,
        )  # fmt: skip
        stop = st.button(
            "Stop", icon=":material/stop:", key="stop",
            disabled=not (phase.moving or phase is Phase.PAUSED),
            help="Ends the run. The network of its last finished epoch is kept.",
        )  # fmt: skip
    if pause:
        run.pause()
    if resume:
        run.resume()
    if more:
        run.more(1)
    if stop:
        run.stop()
    if pause or resume or more or stop:
        st.rerun(scope="fragment")


def _tiles(state: RunState) -> None:
    if state.sentence:
        (st.error if state.phase is Phase.FAILED else st.info)(state.sentence)
    moving = state.phase.moving
    words = {
        Phase.STARTING: "Starting. The first points come within seconds.",
        Phase.FINISHED: "Finished.",
        Phase.STOPPED: "Stopped.",
        Phase.PAUSED: "Paused.",
    }.get(state.phase, "")
    if moving and state.seconds_left is not None:
        words = f"About {duration(state.seconds_left)} left"
    st.progress(state.share, text=words)
    last: EpochScores | None = state.history[-1] if state.history else None
    recent = slice(-20, None)
    epoch = min(state.epoch + 1, state.target) if moving else state.epoch
    tiles = (
        ("Epoch", f"{epoch} of {state.target}"),
        ("Batch", f"{state.batch} of {state.batches}" if state.batches else "–"),
        ("Training loss", _number(state.losses[recent])),
        ("Training accuracy", _percent(state.accuracies[recent])),
        ("Validation loss", _number([last.validation.loss]) if last else "–"),
        ("Validation accuracy", _percent([last.validation.accuracy]) if last else "–"),
        ("Images a second", f"{state.images_per_second:,.0f}" if state.images_per_second else "–"),
    )  # fmt: skip
    with st.grid("auto", min_column_width=130):
        for label, value in tiles:
            st.metric(label, value)


def _number(values: np.ndarray | list[float]) -> str:
    return f"{np.mean(values):.4f}" if len(values) else "–"


def _percent(values: np.ndarray | list[float]) -> str:
    return f"{np.mean(values):.1%}" if len(values) else "–"


def _charts(state: RunState) -> None:
    epochs = np.array([scores.epoch for scores in state.history], np.float32)
    log = st.toggle("Logarithmic loss axis", key="log_loss", help="Shows small losses larger.")
    loss, accuracy = st.columns(2)
    with loss:
        curves(
            _lines(state, epochs, "loss"), key="loss_chart", title="Loss", log=log,
            x_label="epoch", y_label="loss",
        )  # fmt: skip
    with accuracy:
        curves(
            _lines(state, epochs, "accuracy"), key="accuracy_chart", title="Accuracy",
            x_label="epoch", y_label="share read rightly", y_format="percent", y_range=(0.0, 1.02),
        )  # fmt: skip
    st.caption(
        "Faint: single training batches. Bold: whole epochs. Training figures in the tiles are the "
        "mean of the last 20 batches."
    )


def _lines(state: RunState, epochs: np.ndarray, quantity: str) -> list[Line]:
    batches = state.losses if quantity == "loss" else state.accuracies
    training = np.array([getattr(s.training, quantity) for s in state.history], np.float32)
    validation = np.array([getattr(s.validation, quantity) for s in state.history], np.float32)
    return [
        Line("Training", state.positions, batches, TRAINING, faint=True),
        Line("Training", epochs, training, TRAINING),
        Line("Validation", epochs, validation, VALIDATION, dashed=True),
    ]

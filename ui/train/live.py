"""A run on screen: its controls, its figures, what is to be noticed, and its live charts."""

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st

from model.runs import EpochScores, Run, RunPhase, RunState
from model.training.config import RATES
from model.training.diagnosis import Evidence, Hint, ShowEpoch, hints
from ui.components.curves import Line, Sent, curves
from ui.frame.class_row.league import hand_in
from ui.frame.time_machine import travel
from ui.locale import say, to_say
from ui.locale.sentence import paragraph
from ui.state.links import copy_link
from ui.state.my_runs import may_steer, restart_run, start_run
from ui.state.shown_network import title_of
from ui.style.colours import DARK, LIGHT
from ui.style.words import duration, name_words, plain
from ui.train.hint_words import remedy_words, what, why
from ui.train.learning import learning_view, settled
from ui.train.next_steps import next_steps
from ui.train.run_words import reasons, turn_words
from ui.train.settings import summary

TICK = 0.75
"""Seconds between two redraws while the run moves; each costs the browser 0.1 s of work."""

TRAINING = (LIGHT.training, DARK.training)
VALIDATION = (LIGHT.validation, DARK.validation)

EMPTY = to_say("The first batches come within seconds")
SAME, NEW = to_say("With the same seed"), to_say("With a new seed")


PHASES = {
    RunPhase.STARTING: to_say("Starting. The first points come within seconds."),
    RunPhase.RECOVERING: to_say("Going on from the last epoch."),
    RunPhase.FINISHED: to_say("Finished."),
    RunPhase.STOPPED: to_say("Stopped. The network of the last finished epoch is kept."),
    RunPhase.PAUSED: to_say("Paused."),
    RunPhase.FAILED: to_say("This run could not go on."),
}


def live_view(run: Run) -> None:
    """Show a run and let it be steered; what changes redraws itself while the run moves."""
    changes, controls = _changes(run), _shown_by_controls(run.state())
    st.caption(f"**{plain(name_words(title_of(run)))}** · {summary(run.network, run.settings)}")
    with st.container(gap="small"):
        # Apart from what ticks: a browser works for seconds a minute on buttons that never change.
        st.fragment(_controls, key="steering")(run)
        if run.state().phase in (RunPhase.FINISHED, RunPhase.STOPPED):
            next_steps(run)
        hand_in(run)
        tick = TICK if changes else None
        sent = Sent(), Sent()
        st.fragment(_live, run_every=tick, key="live")(run, changes, controls, sent)


def _changes(run: Run) -> bool:
    """Whether what is shown changes by itself."""
    return run.state().underway or not settled(run)


def _shown_by_controls(state: RunState) -> tuple[object, ...]:
    """What the buttons and fields say; when it changes by itself, the page must run again."""
    still = None if state.phase.moving else state.phase
    return still, state.learning_rate, len(state.changes), state.slow


def _live(
    run: Run, did_change: bool, controls: tuple[object, ...], sent: tuple[Sent, Sent]
) -> None:
    run.seen()
    state = run.state()
    _progress(run, state)
    _tiles(state)
    advice = st.container()
    _charts(state, sent)
    probe = learning_view(run, state)
    with advice:
        _hints(run, state, probe.dead if probe is not None else {})
    if _changes(run) != did_change or _shown_by_controls(run.state()) != controls:
        st.rerun()


def _controls(run: Run) -> None:
    """The buttons; after each the page runs again and shows what it did."""
    if not may_steer(run):
        _watching(run)
        return
    state = run.state()
    phase = state.phase
    failed = phase is RunPhase.FAILED
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="bottom"):
        if phase.moving:
            go = st.button(
                say("Pause"),
                icon=":material/pause:",
                key="pause",
                type="primary",
                help=say("Stands still in the middle of the epoch until you press Resume."),
            )
        else:
            go = st.button(
                say("Resume"),
                icon=":material/play_arrow:",
                key="resume",
                type="primary",
                disabled=failed or phase is RunPhase.FINISHED,
                help=say("Goes on to the end of the run."),
            )
        batch = st.button(
            say("One batch"),
            icon=":material/skip_next:",
            key="one_batch",
            disabled=failed,
            help=say("Trains one single batch, then stands still."),
        )
        epoch = st.button(
            say("One epoch"),
            icon=":material/fast_forward:",
            key="one_epoch",
            disabled=failed,
            help=say("Trains to the end of the epoch, then stands still."),
        )
        ten = st.button(
            say("10 more epochs"),
            icon=":material/more_time:",
            key="ten_more",
            disabled=failed,
            help=say("Lets the run end ten epochs later."),
        )
        stop = st.button(
            say("Stop"),
            icon=":material/stop:",
            key="stop",
            disabled=not (phase.moving or phase is RunPhase.PAUSED),
            help=say("Ends the run. The network of its last finished epoch is kept."),
        )
        again = st.menu_button(
            say("Start over"),
            (SAME, NEW),
            format_func=say,
            icon=":material/restart_alt:",
            key="start_over",
            help=say(
                "Begins a new run with the same settings. The same seed gives the same curve.",
            ),
        )
        with st.popover(say("Pace"), icon=":material/speed:", key="pace"):
            _rate(run, state)
            slow = st.toggle(
                say("Slow motion"),
                value=run.slow,
                key=f"slow_{run.id}",
                help=say("One batch at a time, with a pause between two, to watch each step."),
            )
        copy_link(run=run)
    if slow != run.slow:
        run.slow = slow
    if go and phase.moving:
        run.pause()
    elif go:
        run.resume()
    if batch:
        run.one_batch()
    if epoch:
        run.one_epoch()
    if ten:
        run.more(10)
    if stop:
        run.stop()
    if again:
        restart_run(run, again == SAME)
    if go or batch or epoch or ten or stop or again:
        st.rerun()


def _watching(run: Run) -> None:
    """What who only watches can do."""
    st.caption(say("You watch this training. Only the browser that began it can steer it."))
    again = st.menu_button(
        say("Start the same"),
        (SAME, NEW),
        format_func=say,
        icon=":material/restart_alt:",
        key="start_same",
        help=say("Begins a training of your own with these settings. This one goes on."),
    )
    if again:
        restart_run(run, again == SAME)
        st.rerun()


def _rate(run: Run, state: RunState) -> None:
    """The learning rate, which may be changed at any moment."""
    low, high = RATES
    rate = st.number_input(
        say("Learning rate"),
        low,
        high,
        state.learning_rate,
        step=state.learning_rate / 10,
        format="%.6g",
        key=f"rate_{run.id}_{len(state.changes)}",
        width=190,
        disabled=state.phase is RunPhase.FAILED,
        help=say("Holds from the next batch on, also while the run trains."),
    )
    if rate is not None and not np.isclose(rate, state.learning_rate, rtol=1e-9):
        run.set_learning_rate(float(rate))


def _progress(run: Run, state: RunState) -> None:
    if words := reasons(run, state):
        (st.error if state.phase is RunPhase.FAILED else st.info)(words)
    words = say(PHASES.get(state.phase, ""))
    if state.phase is RunPhase.PAUSED and state.underway:
        words = say("Pausing: the batches under way are finished first.")
    if state.phase.moving and state.seconds_left is not None:
        words = say("About {time} left.", time=duration(state.seconds_left))
    elif state.phase is RunPhase.TRAINING:
        words = say("Slow motion: one batch at a time.") if state.slow else say("Training.")
    turn = turn_words(state)
    if state.phase is RunPhase.TRAINING and turn:
        words = paragraph(words, turn)
    st.progress(state.share, text=words if state.phase is RunPhase.TRAINING else turn or words)


def _tiles(state: RunState) -> None:
    last: EpochScores | None = state.history[-1] if state.history else None
    recent = slice(-20, None)
    within = state.batch > 0 or state.phase.moving  # an epoch, and not at the end of one
    epoch = min(state.epoch + 1, state.target) if within else state.epoch
    batch = state.batch if within or not state.epoch else state.batches
    tiles = (
        (say("Epoch"), say("{epoch} of {target}", epoch=epoch, target=state.target)),
        (
            say("Batch"),
            say("{batch} of {batches}", batch=batch, batches=state.batches)
            if state.batches
            else "–",
        ),
        (say("Training loss"), _number(state.losses[recent])),
        (say("Training accuracy"), _percent(state.accuracies[recent])),
        (say("Validation loss"), _number([last.validation.loss]) if last else "–"),
        (say("Validation accuracy"), _percent([last.validation.accuracy]) if last else "–"),
        (
            say("Images a second"),
            f"{state.images_per_second:,.0f}" if state.images_per_second else "–",
        ),
        (say("Time left"), duration(state.seconds_left))
        if state.phase.moving
        else (say("Time trained"), duration(state.seconds)),
    )
    st.html(
        f"<div class='ds-tiles' role='list' aria-label='{escape(say('Figures of this run'))}'>"
        + "".join(f"<div role='listitem'>{name}<b>{value}</b></div>" for name, value in tiles)
        + "</div>"
    )


def _number(values: np.ndarray | list[float]) -> str:
    if not len(values):
        return "–"
    mean = float(np.mean(values))
    return f"{mean:.4f}" if np.isfinite(mean) else say("not a number")


def _percent(values: np.ndarray | list[float]) -> str:
    return f"{np.mean(values):.1%}" if len(values) and np.isfinite(np.mean(values)) else "–"


def _hints(run: Run, state: RunState, dead: Mapping[str, float]) -> None:
    """What is to be noticed, each with its reason folded away and a remedy to click."""
    evidence = Evidence(
        run.network,
        run.settings,
        state.learning_rate,
        state.losses,
        [scores.training.loss for scores in state.history],
        [scores.validation.loss for scores in state.history],
        dead,
    )
    for hint in hints(evidence):
        with st.container(border=True, key=f"hint_{hint.kind.replace(' ', '_')}"):
            st.markdown(f":material/lightbulb: {what(hint)}")
            with st.expander(say("Why?"), type="compact", key=f"why_{hint.kind}"):
                st.markdown(why(hint))
            if st.button(remedy_words(hint), key=f"remedy_{hint.kind}"):
                _apply(run, hint)


def _apply(run: Run, hint: Hint) -> None:
    remedy = hint.remedy
    if isinstance(remedy, ShowEpoch):
        travel(run, remedy.epoch)
    else:
        start_run(remedy.network, remedy.settings, instead_of=run)
    st.rerun()


def _charts(state: RunState, sent: tuple[Sent, Sent]) -> None:
    epochs = np.array([scores.epoch for scores in state.history], np.float32)
    loss, accuracy = st.columns(2)
    log = st.toggle(
        say("Logarithmic loss axis"), key="log_loss", help=say("Shows small losses larger.")
    )
    with loss:
        curves(
            _lines(state, epochs, "loss"),
            key="loss_chart",
            title=say("Loss"),
            log=log,
            x_label=say("epoch"),
            y_label=say("loss"),
            empty=say(EMPTY),
            sent=sent[0],
            generation=state.generation,
        )
    with accuracy:
        curves(
            _lines(state, epochs, "accuracy"),
            key="accuracy_chart",
            title=say("Accuracy"),
            x_label=say("epoch"),
            y_label=say("share read rightly"),
            y_format="percent",
            y_range=(0.0, 1.02),
            empty=say(EMPTY),
            sent=sent[1],
            generation=state.generation,
        )
    st.caption(
        say(
            "Faint: single training batches. Bold: whole epochs. Training figures in the "
            "tiles are the mean of the last 20 batches.",
        )
    )


def _lines(state: RunState, epochs: np.ndarray, quantity: str) -> list[Line]:
    batches = state.losses if quantity == "loss" else state.accuracies
    training = np.array([getattr(s.training, quantity) for s in state.history], np.float32)
    validation = np.array([getattr(s.validation, quantity) for s in state.history], np.float32)
    return [
        Line(say("Training"), state.positions, batches, TRAINING, faint=True),
        Line(say("Training"), epochs, training, TRAINING),
        Line(say("Validation"), epochs, validation, VALIDATION, dashed=True),
    ]

"""A training before it starts: its settings, what they amount to, and the button that starts it."""

from dataclasses import replace
from html import escape

import streamlit as st

from model.network import NetworkConfig, count_parameters, layers
from model.training.config import TrainingConfig
from model.training.time_estimate import machine_speed, measured_speed, training_seconds
from ui.frame.class_row.league import competing, for_league
from ui.locale import say, say_many
from ui.state.ask import ask_in_background
from ui.state.classroom.shown import Part, hides
from ui.state.my_runs import may_steer, my_runs, start_run
from ui.style.layer_words import TITLES, shape_text
from ui.style.words import duration, name_words, plain
from ui.train.settings import Choice, training_settings

TICK = 1.0
"""Seconds between two looks at whether the machine's speed has been measured."""


def new_run(label: str) -> None:
    """Show the settings and, beside them, what they amount to and the button that starts."""
    if hides(Part.SETTINGS) and not competing():  # a league may need a smaller network
        with st.container(border=True, width=480):
            _plan(label, Choice(NetworkConfig(), TrainingConfig()))
        return
    plan, settings = st.columns([2, 3], gap="large")
    with settings:
        chosen = training_settings()
    with plan, st.container(border=True):
        _plan(label, chosen)


def _plan(label: str, chosen: Choice | str) -> None:
    league = None if isinstance(chosen, str) else for_league(chosen.network, chosen.settings)
    if isinstance(league, str):
        chosen = league
    elif league is not None and not isinstance(chosen, str):
        chosen = replace(chosen, settings=league)
    busy = next(
        (run.title for run in my_runs() if run.state().phase.moving and may_steer(run)), None
    )
    started = st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        key="start",
        width="stretch",
        disabled=isinstance(chosen, str) or busy is not None,
    )
    if busy is not None:
        st.caption(
            say(
                "{title} is training. Pause or stop it before you start another one.",
                title=plain(name_words(busy)),
            )
        )
    if isinstance(chosen, str):
        st.error(chosen)
        return
    if started:
        words = "League" if chosen.settings.own else "Run"
        start_run(chosen.network, chosen.settings, words)
        st.rerun()
    _amounts(chosen)
    _layer_table(chosen)


def _amounts(chosen: Choice) -> None:
    """Parameters, batches and time; looks again until the machine's speed is known."""
    known = _speed() is not None
    st.fragment(_time, run_every=None if known else TICK, key="estimate")(chosen, known)


def _time(chosen: Choice, was_known: bool) -> None:
    speed = _speed()
    words = say("Estimating the time …")
    if speed is not None:
        seconds = training_seconds(
            chosen.network, chosen.settings, chosen.digits, chosen.validation, speed
        )
        words = say("Takes about {time}", time=duration(_rounded(seconds)))
    epochs = chosen.settings.epochs
    st.markdown(
        f"**{words}**",
        help=say("An estimate from the number of multiplications and the speed of this computer."),
    )
    st.caption(
        say(
            "{epochs} of {batches}, {digits:,} digits",
            epochs=say_many("{count} epoch", "{count} epochs", epochs),
            batches=say_many("{count:,} batch", "{count:,} batches", chosen.batches),
            digits=chosen.digits,
        )
    )
    if speed is not None and not was_known:
        st.rerun()


def _rounded(seconds: float) -> float:
    """An estimate pretends to no more than one figure and a half: 5, 10 … 55, 60, 120, 180."""
    step = 1 if seconds < 5 else 5 if seconds < 60 else 60 if seconds < 3600 else 600
    return max(round(seconds / step) * step, 1)


def _speed() -> float | None:
    """This machine's work a second: from the last run that has trained, or else measured."""
    for run in reversed(my_runs()):
        digits_per_second = run.state().images_per_second
        if digits_per_second > 0:
            return machine_speed(run.network, run.settings.batch_size, digits_per_second)
    return ask_in_background(measured_speed)


def _layer_table(chosen: Choice) -> None:
    table = layers(chosen.network)
    rows = "".join(
        f"<tr><td>{escape(layer.name)}</td><td>{say(TITLES[layer.kind])}</td>"
        f"<td>{shape_text(layer.output_shape)}</td>"
        f"<td class='number'>{f'{layer.parameters:,}' if layer.parameters else '–'}</td></tr>"
        for layer in table
    )
    st.html(
        f"<table class='ds-layers'><tr><th>{say('Layer')}</th><th>{say('Kind')}</th>"
        f"<th>{say('Output')}</th><th class='number'>{say('Parameters')}</th></tr>{rows}"
        f"<tr><td colspan='3'>{say('Learned in all')}</td>"
        f"<td class='number'>{count_parameters(chosen.network):,}</td></tr></table>"
    )

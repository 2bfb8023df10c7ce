"""What a network gives away of the person's own digit: a game, and two pictures that come back."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from model.experiments import Inputs, Part
from model.experiments.leak import EXPERIMENT, LeakSettings
from model.experiments.privacy.game import ATTACKER, DRAWING, LABEL, ROUNDS
from model.experiments.privacy.gradient import (
    OTHERS,
    ClassPicture,
    FromGradient,
    class_picture,
    from_gradient,
)
from model.experiments.study import StudyPhase
from model.network.forward import probabilities
from ui.components.maps import map_grid
from ui.digit.follow import digit_to_follow
from ui.experiment.charts import COLOURS, new_figure, show_figure
from ui.experiment.controls import view_control
from ui.experiment.frame import TICK, Result, fault_words, progress_words
from ui.locale import say, to_say
from ui.locale.sentence import paragraph
from ui.state.ask import ask, ready, waiting_words
from ui.state.picks import keep_option
from ui.state.session import ChosenDigit, session, studies
from ui.state.shown_network import network

PARTS = (
    to_say("The game"),
    to_say("The picture in the gradient"),
    to_say("The picture of a class"),
)
ODDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Where one can draw the line: so many to one."""
GAME_UPDATES = 300
"""Of each network in a game: enough to learn a hundred digits by heart, and half the waiting."""
EXACT = 1e-5
"""Differences below are those of float32."""
BEYOND_LUCK = 15
"""Right bets of twenty; a coin gets there in two games of a hundred."""
MOVING, BET = "leak_game_moving", "leak_game_bet"  # among the session's picks


def own_digit(settings: LeakSettings, result: Result) -> None:
    """Show what is given away of the digit that all pages follow."""
    st.subheader(say("Now with your own digit"))
    digit = digit_to_follow()
    label = _label(digit)
    if label is None:
        return
    st.caption(
        say(
            "The digit: {source}, taken for a {label}.",
            source=digit.source,
            label=label,
        )
    )
    part = view_control(say("Show of your digit"), PARTS, "leak_own")
    if part == PARTS[0]:
        moving = session().picks.get(MOVING) is True
        st.fragment(_game, run_every=TICK if moving else None, key="leak_game")(
            settings, digit, label, moving
        )
    elif part == PARTS[1]:
        _gradient(digit, label)
    else:
        _class(label)


def _label(digit: ChosenDigit) -> int | None:
    """The digit's class: what it is where that is known, else what the network reads."""
    if digit.label is not None:
        return digit.label
    found = ask(probabilities, network(), digit.pixels[None])
    return None if found is None else int(found[0].argmax())


def _game(settings: LeakSettings, digit: ChosenDigit, label: int, was_moving: bool) -> None:
    st.markdown(
        say(
            "Twenty networks learn from a hundred digits each. A coin decides each time "
            "whether your digit is among them. Then all that is known is how sure the "
            "network is of it.",
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        noise = st.segmented_control(
            say("They are trained"),
            (False, True),
            default=False,
            required=True,
            format_func=lambda noise: say("with noise (DP-SGD)") if noise else say("plainly"),
            key="leak_game_noise",
        )
        number = st.number_input(say("Game"), 1, 99, key="leak_game_number", width=130)
        study = studies().of(
            EXPERIMENT,
            LeakSettings(
                updates=min(settings.updates, GAME_UPDATES), game=int(number), noise=bool(noise)
            ),
            game_inputs(digit, label),
        )
        state = study.state(str(id(session())))
        if state.moving:
            if st.button(say("Stop"), icon=":material/close:", key="leak_game_stop"):
                study.cancel(str(id(session())))
        elif state.phase is not StudyPhase.COMPLETE and ready():
            words = say("Go on") if state.parts else say("Play twenty rounds")
            if st.button(words, icon=":material/casino:", key="leak_game_play"):
                study.begin()
                study.wait(0.3, len(state.parts) + 1)
    state = study.state()
    if state.moving:
        st.progress(state.share, text=progress_words(state))
    elif state.phase is StudyPhase.FAILED:
        st.warning(fault_words(state))
    elif state.phase is not StudyPhase.COMPLETE and not ready():
        st.info(waiting_words())
    if len(state.parts) > 1:
        _table(study.fingerprint, state.parts, state.phase is StudyPhase.COMPLETE)
    if was_moving != state.moving:
        session().picks[MOVING] = state.moving
        st.rerun()


def game_inputs(digit: ChosenDigit, label: int) -> Inputs:
    """What the game is given: the digit in bytes, and its class."""
    picture = np.rint(digit.pixels[None] * 255).astype(np.uint8)
    return Inputs(arrays={DRAWING: picture, LABEL: np.array([label], np.uint8)})


def _table(fingerprint: str, parts: Sequence[Part], complete: bool) -> None:
    """The rounds, the person's bet, and when it is made, what was true."""
    attacker = next(part for part in parts if part.key == ATTACKER)
    rounds = [part for part in parts if part.key != ATTACKER]
    bets = session().picks.get(BET)
    bet = bets[1] if isinstance(bets, tuple) and bets[0] == fingerprint else None
    if complete and bet is None:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            keep_option("leak_game_odds")
            odds = st.select_slider(
                say("I bet that it was in where the network is surer than"),
                ODDS,
                100,
                format_func=lambda odds: say("{odds:,} to 1", odds=odds),
                key="leak_game_odds",
            )
            if st.button(say("This is my bet"), type="primary", key="leak_game_bet"):
                session().picks[BET] = (fingerprint, int(odds))
                st.rerun()
    figure = new_figure(x=say("round"), y=say("how sure: so many to 1"), log_y=True, height=300)
    groups = (
        [(say("your digit was in"), True, 0), (say("your digit was not in"), False, 1)]
        if bet is not None
        else [(say("network"), None, 5)]
    )
    for name, inside, colour in groups:
        shown = [each for each in rounds if inside is None or each.values["inside"] is inside]
        figure.add_scatter(
            x=[each.values["number"] for each in shown],
            y=[_odds(each.values["sureness"]) for each in shown],
            name=name,
            mode="markers",
            marker={
                "size": 11,
                "color": COLOURS[colour],
                "symbol": "circle" if inside in (True, None) else "circle-open",
                "line": {"width": 2},
            },
            hovertemplate=say("round %{x}: %{y:,.3g} to 1") + "<extra></extra>",
        )
    figure.update_xaxes(range=[0, ROUNDS + 1])
    if bet is not None:
        for line, words, x, side in (
            (float(bet), say("your line"), 0, "left"),
            (_odds(attacker.values["threshold"]), say("the attacker's"), 1, "right"),
        ):
            figure.add_hline(line, line_dash="dot", line_color="#7f7f7f")
            # On a logarithmic axis Plotly counts the place of a text in powers of ten.
            figure.add_annotation(
                text=words,
                xref="paper",
                x=x,
                xanchor=side,
                y=math.log10(line),
                yanchor="bottom",
                showarrow=False,
            )
    show_figure(figure, "leak_game_chart")
    if bet is not None:
        st.markdown(score_words(rounds, float(bet)))


def _odds(sureness: object) -> float:
    return math.exp(min(max(float(str(sureness)), -40.0), 40.0))


def score_words(rounds: Sequence[Part], odds: float) -> str:
    """How many bets were right, the person's and the attacker's, and whether that is luck."""
    line = math.log(odds)
    own = sum(
        (float(str(each.values["sureness"])) > line) == each.values["inside"] for each in rounds
    )
    attackers = sum(each.values["bet"] == each.values["inside"] for each in rounds)
    words = say(
        "You: **{own} of {count}** right. The attacker: **{attackers}**.",
        own=own,
        count=len(rounds),
        attackers=attackers,
    )
    if len(rounds) == ROUNDS and max(own, attackers) >= BEYOND_LUCK:
        luck = say("A coin gets {right} or more in only two games of a hundred.", right=BEYOND_LUCK)
    else:
        luck = say("A coin may get as many: nothing is given away that one can see.")
    return paragraph(words, luck)


def _gradient(digit: ChosenDigit, label: int) -> None:
    st.markdown(
        say(
            "Hospitals or phones that train one network together send gradients instead of "
            "pictures. In a dense layer, a unit's gradients for its weights, divided by "
            "that for its bias, are the picture.",
        )
    )
    found: FromGradient | None = ask(from_gradient, network(), digit.pixels, label)
    if found is None:
        return
    _pictures(
        "leak_gradient",
        {
            say("your digit"): digit.pixels,
            say("from its gradient"): found.alone,
            say("with {count} others", count=OTHERS): found.among,
        },
    )
    st.markdown(gradient_words(found))
    with st.expander(say("The {count} activations", count=found.activations.size)):
        map_grid(
            found.activations,
            key="leak_activations",
            size=32,
            noun="map",
            bar=False,
            marked_empty=False,
        )


def _pictures(key: str, pictures: Mapping[str, np.ndarray]) -> None:
    """Show pictures beside each other, each in its own scale, with their labels."""
    map_grid(
        np.stack(list(pictures.values()), axis=-1),
        key=key,
        scale=np.array([float(np.abs(each).max()) or 1.0 for each in pictures.values()]),
        labels=list(pictures),
        size=112,
        noun="picture",
        bar=False,
    )


def gradient_words(found: FromGradient) -> str:
    """How exactly the picture came back, and what the convolution network's gradient gives."""
    same = found.difference < EXACT and found.activations_difference < EXACT * 10
    words = (
        say(
            "The picture comes back, exactly but for rounding: no pixel differs by more than "
            "{difference:.8f}.",
            difference=found.difference,
        )
        if same
        else say(
            "The picture comes back, not quite exactly: no pixel differs by more than "
            "{difference:.8f}.",
            difference=found.difference,
        )
    )
    more = say(
        "Of a batch with {others} other pictures it is a mixture. The gradient "
        "of the network on all pages gives back what its dense layer reads, {count} "
        "activations. That is no picture yet, but somebody may search for one that "
        "makes the same.",
        others=OTHERS,
        count=found.activations.size,
    )
    return paragraph(words, more)


def _class(label: int) -> None:
    found: ClassPicture | None = ask(class_picture, network(), label, for_everybody=True)
    if found is None:
        return
    _pictures(
        "leak_class",
        {
            say("surest {label}", label=label): found.picture,
            say("mean of all {label}s", label=label): found.mean,
            say("nearest digit"): found.nearest,
        },
    )
    st.markdown(class_words(found, label))


def class_words(found: ClassPicture, label: int) -> str:
    """What the picture by ascent shows, by its likeness to the mean and to the nearest digit."""
    words = say(
        "Changed step by step until the network is surest of a {label}, noise becomes "
        "the left picture. It is like the mean of all training {label}s by "
        "{to_mean:.2f} and like the nearest of them by {to_nearest:.2f} (1 is the "
        "same).",
        label=label,
        to_mean=found.to_mean,
        to_nearest=found.to_nearest,
    )
    if found.to_nearest > 0.9:
        more = say("That is close: this one digit may have been learned by heart.")
    else:
        more = say(
            "Nobody's digit comes back, at best what the {label}s have in common. "
            "Where a class is one person's face, that is the face: then such a picture "
            "tells more (“model inversion”).",
            label=label,
        )
    return paragraph(words, more)

"""The smallest change that makes the network err, with epsilon under a slider."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from model.evaluation.adversarial import (
    EPSILONS,
    ITERATIONS,
    REFINED_STEPS,
    REFINING,
    Attack,
    AttackMethod,
    attack,
    refined,
)
from model.network import Network
from ui.components.curves import Line, curves
from ui.components.maps import big_map
from ui.frame.save_menu import save_menu
from ui.locale import number_text, say, to_say
from ui.locale.sentence import paragraph
from ui.state.answers import look_inside
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.session import ChosenDigit
from ui.state.shown_network import network
from ui.style.colours import DARK, LIGHT
from ui.style.words import percent

SIZE = 260
NAMES = {AttackMethod.ONE_STEP: to_say("one step"), AttackMethod.ITERATED: to_say("iterated")}
WORDS = {
    AttackMethod.ONE_STEP: (
        to_say(
            "Each pixel moves once, by epsilon, to the side that makes the network's loss "
            "larger: the “fast gradient sign method” (Goodfellow and others 2015). It is "
            "quick and often misses: of 50 test digits it leaves 7 as they are at any "
            "epsilon (shipped network).",
        )
    ),
    AttackMethod.ITERATED: (
        to_say(
            "{iterations} small steps, each along the loss's gradient where it stands by then, "
            "never further than epsilon from the digit (Kurakin and others 2017). Then {refining} "
            "steps look for a smaller epsilon. Another attack may find a smaller one still."
        )
    ),
}
SMALLEST = {
    AttackMethod.ONE_STEP: to_say("It is a small change, and not the smallest: try “iterated”."),
    AttackMethod.ITERATED: to_say(
        "It is the smallest that this attack finds, to a thousandth or two."
    ),
}


def smallest_change(digit: ChosenDigit) -> None:
    """Attack a digit with every epsilon and let one be looked at."""
    current = network()
    label = digit.label
    if label is None:
        inside = look_inside(digit)
        if inside is None:
            return
        label = int(inside.probabilities.argmax())
    method = AttackMethod(
        st.segmented_control(
            say("Method"),
            list(AttackMethod),
            format_func=lambda method: say(NAMES[method]),
            default=AttackMethod.ONE_STEP,
            required=True,
            wrap=True,
            key="attack_method",
            persist_state="session",
        )
    )
    st.caption(say(WORDS[method], iterations=ITERATIONS, refining=REFINING))
    mark = digit.pixels.tobytes()
    ask_in_slices(
        ("attack", current.fingerprint, mark, label, method),
        partial(_slices, current, digit.pixels, label, method),
        partial(_show, digit, method),
        key="attack",
        label=say("Looking for the change"),
    )


def _slices(
    current: Network, pixels: np.ndarray, label: int, method: AttackMethod
) -> list[Slice[Attack]]:
    def begin(_: Sequence[Attack]) -> partial[Attack]:
        return partial(attack, current, pixels, label, method)

    def below(step: float, count: int, before: Sequence[Attack]) -> partial[Attack]:
        return partial(refined, current, pixels, before[-1], step, count)

    if method is AttackMethod.ONE_STEP:
        return [begin]
    return [begin, *(partial(below, step, count) for step, count in REFINED_STEPS)]


def _show(
    digit: ChosenDigit, method: AttackMethod, results: Sequence[Attack], complete: bool
) -> None:
    found = results[-1]
    _verdict(found, method)
    epsilons = found.epsilons
    first = epsilons[found.smallest if found.smallest is not None else -1]
    epsilon = st.select_slider(
        say("Epsilon: how far each pixel may move (from paper, 0, to ink, 1)"),
        epsilons,
        value=first,
        format_func=epsilon_words,
        key=f"epsilon_{method}_{first}_{hash(digit.pixels.tobytes())}_{network().fingerprint[:8]}",
    )
    place = epsilons.index(epsilon)
    st.markdown(_answer(found, place))  # beside the slider: on a phone the pictures are below
    change = found.pixels[place] - digit.pixels
    largest = float(np.abs(change).max())
    columns = st.columns(3, gap="medium")
    pictures = (
        (say("The digit"), digit.pixels, 1.0, _answer(found, 0)),
        (
            say("The change, magnified"),
            change,
            largest,
            say("Orange adds ink, blue takes it away."),
        ),
        (say("Both together"), found.pixels[place], 1.0, _answer(found, place)),
    )
    for number, (column, (title, pixels, scale, words)) in enumerate(
        zip(columns, pictures, strict=True)
    ):
        with column:
            st.markdown(f"**{title}**")
            big_map(
                pixels,
                key=f"attack_{number}",
                scale=scale,
                values=False,
                size=SIZE,
                label=title,
            )
            st.markdown(words)
    save_menu(
        np.stack([digit.pixels, change, found.pixels[place]], axis=2),
        name="smallest_change",
        key="attack_save",
        scale=np.array([1.0, largest, 1.0]),
    )
    _chart(found)


def _verdict(found: Attack, method: AttackMethod) -> None:
    if found.smallest is None:
        st.success(
            say(
                "Up to {epsilon:.2f} nothing that this method finds changes the answer.",
                epsilon=EPSILONS[-1],
            ),
            icon=":material/shield:",
        )
    elif found.smallest == 0:
        st.warning(
            say("This {digit} is misread as it is, without any change.", digit=found.label),
            icon=":material/info:",
        )
    else:
        words = say(
            "At epsilon **{epsilon}** the answer changes from {digit} to {other}.",
            epsilon=epsilon_words(found.epsilons[found.smallest]),
            digit=found.label,
            other=found.probabilities[found.smallest].argmax(),
        )
        st.warning(paragraph(words, say(SMALLEST[method])), icon=":material/bolt:")


def epsilon_words(epsilon: float) -> str:
    """Two places, and a third where it says something."""
    return number_text(epsilon, ".3f").removesuffix("0")


def _answer(found: Attack, place: int) -> str:
    shares = found.probabilities[place]
    return say(
        "Answer: **{digit}**, with a probability of {share}",
        digit=shares.argmax(),
        share=percent(float(shares.max())),
    )


def _chart(found: Attack) -> None:
    epsilons, label = np.array(found.epsilons), found.label
    others = np.delete(found.probabilities, label, axis=1).max(axis=1)
    curves(
        [
            Line(
                say("The {digit}", digit=label),
                epsilons,
                found.probabilities[:, label],
                (LIGHT.training, DARK.training),
            ),
            Line(
                say("The best other digit"), epsilons, others, (LIGHT.validation, DARK.validation)
            ),
        ],
        key="attack_chart",
        title=say("Probability as epsilon grows"),
        x_label=say("epsilon"),
        y_label=say("probability"),
        y_format="percent",
        y_range=(0.0, 1.02),
    )

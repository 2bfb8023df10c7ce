"""Why this digit and not that one: the dense units as bars, and what excites each of them."""

import html
from collections import Counter
from functools import partial

import numpy as np
import streamlit as st

from model.data import mnist
from model.interpretability.logit_difference import (
    Contrast,
    contrast,
    dense_values,
    most_exciting,
)
from model.network import CLASSES, Network
from model.network.activations import ForwardPass, dense_layer
from ui.digit.follow import came_for
from ui.digit.gallery import gallery
from ui.digit.test_digits import test_digit
from ui.frame.save_menu import SavedFile, save_files
from ui.judge.explain import key_of
from ui.locale import number_text, say, say_many
from ui.locale.sentence import listed
from ui.state.address import keep, start
from ui.state.ask import ask
from ui.state.properties import FIRST, SECOND
from ui.state.session import ChosenDigit
from ui.style.csv_table import csv_text, nine
from ui.style.figures import bars_png

BARS = 12
"""Units that have a bar of their own; the others are added together in one."""
EXCITING = 10
"""Test digits that a unit opens into."""


@st.fragment
def why_not(network: Network, inside: ForwardPass, digit: ChosenDigit) -> None:
    """Show the difference of two scores as a sum over the dense units.

    Args:
        network: whose answer is asked about.
        inside: what it made of the digit.
        digit: the digit.
    """
    order = np.argsort(-inside.logits, kind="stable")
    answer, other = int(order[0]), int(order[1])
    if digit.label is not None and digit.label != answer:
        other = digit.label
    one, two = answer, other
    if came_for(digit):
        one, two = start(FIRST, range(CLASSES), one), start(SECOND, range(CLASSES), two)
    with st.container(horizontal=True, gap="medium"):
        first = st.selectbox(
            say("Why a …"),
            range(CLASSES),
            index=one,
            width=110,
            key=f"contrast_first_{key_of(digit)}_{answer}",
        )
        second = st.selectbox(
            say("… and not a …"),
            range(CLASSES),
            index=two,
            width=110,
            key=f"contrast_second_{key_of(digit)}_{other}",
        )
    keep({FIRST: first if first != answer else None, SECOND: second if second != other else None})
    if first == second:
        st.info(say("Choose two different digits."))
        return
    found = contrast(network, inside, first, second)
    st.markdown(_sentence(found, inside))
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        every = st.toggle(
            say("Show all {count} units", count=len(found.values)),
            key="contrast_all",
            persist_state="session",
        )
        name = f"why_{first}_not_{second}"
        save_files(
            [
                SavedFile(
                    say("Bars (PNG)"),
                    f"{name}.png",
                    partial(as_png, found, every),
                    "contrast_png",
                    has_words=True,
                ),
                SavedFile(
                    say("Table (CSV)"), f"{name}.csv", partial(as_csv, found), "contrast_csv"
                ),
            ],
            key="contrast_save",
        )
    shown = _shown(found, every)
    bars = st.container()
    unit = st.pills(
        say("Open a unit: which test digits excite it most?"),
        shown.tolist(),
        default=int(shown[0]),
        required=True,
        key=f"contrast_unit_{key_of(digit)}_{first}_{second}_{every}",
    )
    with bars:
        st.html(_bars(found, shown, int(unit)))
    _exciting(network, found, int(unit))


def as_csv(found: Contrast) -> str:
    """Return "unit,value,weight_difference,part", the largest part first, and the bias."""
    rows: list[tuple[object, ...]] = [
        (unit, nine(found.values[unit]), nine(found.weights[unit]), nine(found.parts[unit]))
        for unit in found.order.tolist()
    ]
    bias = nine(found.bias)
    return csv_text(
        ("unit", "value", "weight_difference", "part"), [*rows, ("bias", 1, bias, bias)]
    )


def as_png(found: Contrast, every: bool) -> bytes:
    """Return the bars as a picture: the largest ones, or one for every unit."""
    rows = [(name, value) for name, value, _ in _parts(found, _shown(found, every))]
    return bars_png(
        say("Why a {first} and not a {second}?", first=found.first, second=found.second),
        rows,
        say(
            "Right: for a {first}. Left: for a {second}. Together {total:+.5f}: the score "
            "of {first} minus that of {second}.",
            first=found.first,
            second=found.second,
            total=found.total,
        ),
    )


def _shown(found: Contrast, every: bool) -> np.ndarray:
    """The units that get a bar of their own."""
    return found.order if every else found.order[:BARS]


def _parts(found: Contrast, shown: np.ndarray) -> list[tuple[str, float, int | None]]:
    """Name, number and unit of each bar: the shown units, the others together, the bias."""
    parts, rest = found.parts, found.order[len(shown) :]
    rows: list[tuple[str, float, int | None]] = [
        (say("unit {unit}", unit=unit), float(parts[unit]), unit) for unit in shown.tolist()
    ]
    if rest.size:
        others = say_many("{count} other", "{count} others", rest.size)
        rows.append((others, float(parts[rest].sum()), None))
    return [*rows, (say("bias"), found.bias, None)]


def _signed(value: float, places: int = 2) -> str:
    return number_text(value, f"+.{places}f").replace("-", "−")


def _sentence(found: Contrast, inside: ForwardPass) -> str:
    one, two = (float(inside.logits[label]) for label in (found.first, found.second))
    gap = abs(found.total - found.difference)
    return say(
        "The score of {first} is {first_score}, that of {second} is {second_score}: a "
        "difference of **{difference}**. The {count} dense units and the bias below add up to "
        "{total} (computed here once more; off by {gap:.1e}).",
        first=found.first,
        first_score=_signed(one, 3),
        second=found.second,
        second_score=_signed(two, 3),
        difference=_signed(found.difference, 5),
        count=len(found.values),
        total=_signed(found.total, 5),
        gap=gap,
    )


def _bars(found: Contrast, shown: np.ndarray, opened: int) -> str:
    rows = [
        (
            name,
            value,
            unit == opened,
            ""
            if unit is None
            else f"{number_text(float(found.values[unit]), '.2f')} × "
            f"{_signed(float(found.weights[unit]))}",
        )
        for name, value, unit in _parts(found, shown)
    ]
    longest = max(*(abs(value) for _, value, _, _ in rows), 1e-9)
    lines = "".join(_row(*row, longest) for row in rows)
    sides = say("← for a {second} | for a {first} →", second=found.second, first=found.first)
    return (
        f"<div class='ds-parts' role='group' "
        f"aria-label='{html.escape(say('What each unit adds'))}'>"
        f"<span class='head'></span><span class='head'>{sides}</span>"
        f"<span class='head number sum'>{say('value × weight')}</span>"
        f"<span class='head number'>{say('adds')}</span>{lines}"
        f"<span class='total'>{say('together')}</span>"
        f"<span class='total'></span><span class='total sum'></span>"
        f"<b class='total'>{_signed(found.total)}</b></div>"
    )


def _row(name: str, value: float, opened: bool, product: str, longest: float) -> str:
    side = "for" if value >= 0 else "against"
    width = abs(value) / longest * 50
    return (
        f"<span class='{'opened' if opened else ''}'>{name}</span>"
        f"<div class='bar'><i class='{side}' style='width:{width:.2f}%'></i></div>"
        f"<span class='sum'>{product}</span><b>{_signed(value)}</b>"
    )


def _exciting(network: Network, found: Contrast, unit: int) -> None:
    """Show the test digits that excite one unit most."""
    test = mnist.embedded().test
    values = ask(
        dense_values,
        network,
        mnist.Selection(part="test"),
        for_everybody=True,
        spinner=say("Sending the test digits through the network …"),
    )
    if values is None:
        return
    places = most_exciting(values, unit, EXCITING)
    if not places.size:
        st.markdown(
            say(
                "**Unit {unit}** is zero for all {count} test digits.",
                unit=unit,
                count=len(test),
            )
        )
        return
    common = Counter(test.labels[places].tolist()).most_common()
    named = listed(f"{count} × {label}" for label, count in common)
    here = float(found.values[unit])
    above = int((values[:, unit] < here).sum())
    st.markdown(
        say(
            "**Unit {unit}** answers most strongly to these of the {count} test digits: "
            "{digits}. To the present digit it answers {value:.2f}, more than to {share:.0%} "
            "of them.",
            unit=unit,
            count=len(test),
            digits=named,
            value=here,
            share=above / len(test),
        )
    )
    st.caption(
        say(
            "Below each: the true digit and the unit's value. {layer} has {count} such units.",
            layer=dense_layer(network.config).name,
            count=len(found.values),
        )
    )
    gallery(
        test.images[places],
        [
            f"{test.labels[place]} · {number_text(float(values[place, unit]), '.2f')}"
            for place in places
        ],
        lambda number: test_digit(int(places[number])),
        key=f"contrast_exciting_{unit}_{network.fingerprint[:8]}",
        size=64,
    )

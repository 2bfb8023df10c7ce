"""How far a digit may be changed: one digit under sliders, and a thousand of them measured."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from model.data.mnist import Selection
from model.evaluation.corruptions import (
    RANGES,
    SLICE,
    Corruption,
    Measured,
    Point,
    curve,
    measure,
    read_changed,
)
from model.evaluation.verdict import judge_pass
from model.network import Network
from model.network.activations import ForwardPass
from ui.components.curves import Line, curves
from ui.components.maps import map_grid
from ui.digit.answer import answer
from ui.frame.save_menu import SavedFile, save_files, save_menu
from ui.judge.corruption_words import WORDS, strength_words, title_words, unit_words
from ui.locale import number_text, say
from ui.locale.sentence import paragraph
from ui.state.answers import rules
from ui.state.ask import ask
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.session import ChosenDigit, session
from ui.state.shown_network import network
from ui.style.colours import ACCENT, DARK, LIGHT, shaded
from ui.style.csv_table import csv_text, nine
from ui.style.figures import Cell, table_png
from ui.style.theme import is_dark

GOOD = 0.9
SIZE = 156
"""Edge of the digit, in CSS pixels: two of them stand side by side on a phone."""
STRONGEST = 0.8
"""How much of its colour a cell gets where all digits are read rightly."""


@st.fragment
def one_digit(digit: ChosenDigit) -> None:
    """The changed digit and the answer, and below them the eight sliders that change both."""
    shown = st.container()  # above: on a phone the answer stays in sight while a slider moves
    strengths = _sliders()
    inside = ask(read_changed, network(), digit.pixels, strengths)
    if inside is None:
        return
    both = np.stack([digit.pixels, inside.digit], axis=2)
    with shown:
        pictures, said = st.columns(2, gap="medium")
        with pictures:
            map_grid(
                both,
                key="robust_both",
                scale=1.0,
                size=SIZE,
                bar=False,
                marked_empty=False,
                labels=[say("as it is"), say("changed")],
            )
            save_menu(both, name="changed_digit", key="robust_save_digit", scale=1.0)
        with said:
            _answer(inside, digit)


def _answer(inside: ForwardPass, digit: ChosenDigit) -> None:
    known = rules()
    answer(inside.probabilities, judge_pass(inside, known), digit.label, known)


def _sliders() -> dict[Corruption, float]:
    """The strength of every change; a new row of sliders after “Leave it as it is”."""
    picks = session().picks
    again = picks.get("robustness", 0)
    strengths: dict[Corruption, float] = {}
    with st.grid("auto", min_column_width=220):
        for change, info in RANGES.items():
            strengths[change] = float(
                st.slider(
                    strength_words(change),
                    float(info.strengths[0]),
                    float(info.strengths[-1]),
                    float(info.nothing),
                    float(info.step),
                    key=f"robust_{change}_{again}",
                    help=say(WORDS[change].meaning),
                    persist_state="session",
                )
            )
    if st.button(say("Leave it as it is"), icon=":material/undo:", key="robust_reset"):
        picks["robustness"] = int(str(again)) + 1
        st.rerun(scope="fragment")
    return strengths


def all_digits() -> None:
    """Measure every change at nine strengths on 1,000 digits; curve and table grow meanwhile."""
    chosen = st.pills(
        say("Change"),
        list(RANGES),
        default=Corruption.SHIFT,
        required=True,
        key="robust_curve",
        format_func=title_words,
        persist_state="session",
    )
    current = network()
    ask_in_slices(
        ("robustness", current.fingerprint),
        partial(_slices, current, chosen),
        partial(_show, chosen),
        key="robustness",
        label=say("Changing and reading 1,000 digits"),
        start=say("Measure all eight changes"),
    )


def _slices(current: Network, first: Corruption) -> list[Slice[Measured]]:
    """The chosen change first, so that its curve is there soon."""
    parts = Selection(part="unseen").slices(SLICE)
    order = [first, *(change for change in RANGES if change is not first)]
    return [
        partial(_measure, current, change, strength, part)
        for change in order
        for strength in RANGES[change].strengths
        for part in parts
    ]


def _measure(
    current: Network,
    change: Corruption,
    strength: float,
    part: Selection,
    before: Sequence[Measured],
) -> partial[Measured]:
    return partial(measure, current, part, change, strength, part.start)


def _show(chosen: Corruption, results: Sequence[Measured], complete: bool) -> None:
    _curve(chosen, curve(results, chosen))
    st.header(say("All changes at a glance"), anchor="all")
    st.caption(
        say(
            "Each row goes from one end of the change to the other, its strength in small "
            "print. The stronger a cell’s colour, the more of the 1,000 digits are read "
            "rightly.",
        )
    )
    rows = "".join(_row(change, curve(results, change)) for change in RANGES)
    st.html(f"<div class='ds-robust'><table>{rows}</table></div>")
    if complete:
        png, csv = partial(robustness_png, results), partial(robustness_csv, results)
        save_files(
            [
                SavedFile(
                    say("Picture (PNG)"),
                    "robustness.png",
                    png,
                    "save_robustness.png",
                    has_words=True,
                ),
                SavedFile(say("Table (CSV)"), "robustness.csv", csv, "save_robustness.csv"),
            ],
            key="robust_save",
            title=say("Save the table"),
        )


def _curve(chosen: Corruption, points: Sequence[Point]) -> None:
    info = RANGES[chosen]
    strengths = np.array([point.strength for point in points])
    right = np.array([point.accuracy for point in points])
    confidence = np.array([point.confidence for point in points])
    curves(
        [
            Line(say("Read rightly"), strengths, right, (LIGHT.training, DARK.training)),
            Line(
                say("Mean confidence"),
                strengths,
                confidence,
                (LIGHT.validation, DARK.validation),
                dashed=True,
            ),
        ],
        key="robust_chart",
        title=say("{change}: 1,000 unseen digits", change=title_words(chosen)),
        height=280,
        x_label=strength_words(chosen),
        y_label=say("accuracy, confidence"),
        y_format="percent",
        y_range=(0.0, 1.02),
        empty=say("This change has not been measured yet."),
    )
    if len(points) == len(info.strengths):
        sure = say("Where the dashed line is above the other, it is more sure than it may be.")
        st.caption(paragraph(reach_words(chosen, points), sure))


def reach_words(chosen: Corruption, points: Sequence[Point]) -> str:
    """The strengths around "nothing" up to which the network is good."""
    info = RANGES[chosen]
    middle = min(range(len(points)), key=lambda i: abs(points[i].strength - info.nothing))
    if points[middle].accuracy < GOOD:
        return say(
            "Even unchanged, fewer than {share:.0%} of the digits are read rightly.",
            share=GOOD,
        )
    low = high = middle
    while low > 0 and points[low - 1].accuracy >= GOOD:
        low -= 1
    while high + 1 < len(points) and points[high + 1].accuracy >= GOOD:
        high += 1
    unit = unit_words(chosen)
    first, last = (f"{points[i].strength:g}" for i in (low, high))
    if not unit:
        return say(
            "{share:.0%} or more are read rightly from {first} to {last}.",
            share=GOOD,
            first=first,
            last=last,
        )
    return say(
        "{share:.0%} or more are read rightly from {first} to {last} {unit}.",
        share=GOOD,
        first=first,
        last=last,
        unit=unit,
    )


def _row(change: Corruption, points: Sequence[Point]) -> str:
    at = {point.strength: point for point in points}
    cells = "".join(_cell(at.get(strength), strength) for strength in RANGES[change].strengths)
    return f"<tr><th scope='row'>{title_words(change)}</th>{cells}</tr>"


def _cell(point: Point | None, strength: float) -> str:
    share = 0.0 if point is None else point.accuracy
    back, text = shaded(ACCENT, STRONGEST * share, dark=is_dark())
    said = "…" if point is None else number_text(share, ".0%")
    return f"<td style='background: {back}; color: {text}'>{said}<small>{strength:g}</small></td>"


def robustness_csv(results: Sequence[Measured]) -> str:
    """One line for each change and strength."""
    return csv_text(
        ("change", "strength", "digits", "accuracy", "mean confidence"),
        (
            (change, f"{p.strength:g}", p.count, nine(p.accuracy), nine(p.confidence))
            for change in RANGES
            for p in curve(results, change)
        ),
    )


def robustness_png(results: Sequence[Measured]) -> bytes:
    """All changes at a glance as a picture: a row a change, from one end to the other."""
    rows = [
        (
            title_words(change),
            [
                Cell(
                    number_text(p.accuracy, ".0%"),
                    f"{p.strength:g}",
                    ACCENT,
                    STRONGEST * p.accuracy,
                )
                for p in curve(results, change)
            ],
        )
        for change in RANGES
    ]
    note = say(
        "Share of 1,000 unseen digits that are read rightly; in small print how strong a change.",
    )
    return table_png(say("Robustness"), [], rows, note)

"""What can be done with a small network: show it on all pages, take it along, help it see 3s."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from model.experiments import Inputs, Part
from model.experiments.bands import band, chosen, numbers
from model.experiments.compression.lite import LiteForm
from model.experiments.small import (
    BIASES,
    Point,
    Way,
    file_of_point,
    network_of,
    weights_of,
)
from model.network import Network
from model.network.shipped import shipped
from ui.experiment.charts import Series, band_chart
from ui.state.ask import ask, ready, wait_for, waiting_words
from ui.state.session import of_page, session
from ui.state.shown_network import network, show_imported, show_run
from ui.style.words import plain

CONVERT_SECONDS = 120.0
"""A conversion waits behind trainings; longer than this nobody waits for it."""
TEST, THREES = 500, 50
"""Test digits, and how many of them are a 3."""
FORM_WORDS = {
    LiteForm.FLOAT32: "",
    LiteForm.FLOAT16: "float16",
    LiteForm.WEIGHTS8: "int8 for large kernels only",
    LiteForm.INT8: "int8",
}


@dataclass
class _Taken:
    """The network that is made smaller, while a small one of it is shown on all pages."""

    base: Network | None = None
    shown_before: str | None = None
    small: set[str] = field(default_factory=set)  # fingerprints of those that were shown


def base_network() -> Network:
    """The network that is made smaller: that on all pages, or the one of which that was made."""
    mine = of_page(_Taken)
    if mine.base is not None and network().fingerprint in mine.small:
        return mine.base
    return network()


def experiment_inputs() -> Inputs:
    """What the experiment is given: nothing for the shipped network."""
    found = base_network()
    return Inputs() if found.fingerprint == shipped().fingerprint else Inputs(found)


def point_words(point: Point) -> str:
    """A point in words: "80% zeros, trained on, int8"."""
    match point.way:
        case Way.WHOLE:
            words = ["the network itself"] if point.form is LiteForm.FLOAT32 else []
        case Way.CUT:
            words = [f"{point.share}% zeros"]
        case Way.TUNED:
            words = [f"{point.share}% zeros, trained on"]
        case Way.ALONE:
            words = [f"{point.student} student alone"]
        case Way.DISTILLED:
            words = [f"{point.student} student, distilled"]
        case Way.UNSEEN:
            words = ["the student that never saw a 3"]
    return ", ".join([*words, *filter(None, [FORM_WORDS[point.form]])])


def take_a_point(points: Mapping[Point, Part], parts: Sequence[Part]) -> None:
    """Let the person choose a point, show it on all pages, and take its file along."""
    if not points:
        return
    options = list(points)
    with st.container(border=True):
        point = st.selectbox(
            "One of these networks", options, format_func=point_words, key="small_point"
        )
        part = points[point]
        st.markdown(figures_words(part))
        weights = weights_of(parts, point, int(part.values["seed"] or 0))
        missing = point.way not in (Way.WHOLE, Way.CUT) and weights is None
        if missing:
            st.caption("This network has learned in our measurement. Run it here to have it.")
        elif not ready():
            st.caption(f"{waiting_words()} The converter needs it.")
        _deeds(point, part, None if missing else weights, missing or not ready())


def _deeds(point: Point, part: Part, weights: np.ndarray | None, away: bool) -> None:
    base, seed = base_network(), int(part.values["seed"] or 0)
    mine = of_page(_Taken)
    with st.container(horizontal=True):
        show = st.button(
            "Show it on all pages",
            icon=":material/visibility:",
            key="small_show",
            disabled=away,
            help="Look at its feature maps and filters, and draw for it.",
        )
        st.download_button(
            "Its file (.tflite)",
            lambda: wait_for(file_of_point, point, seed, base, weights, seconds=CONVERT_SECONDS),
            f"{part.key}.tflite",
            key="small_tflite",
            icon=":material/download:",
            on_click="ignore",
            disabled=away,
            help="For phones and small devices; in Python, LiteRT runs it (pip install "
            "ai-edge-litert).",
        )
        back = network().fingerprint in mine.small and st.button(
            "Show the network itself again", icon=":material/undo:", key="small_back"
        )
    if show:
        small = ask(network_of, point, seed, base, weights)
        if small is not None:
            if network().fingerprint not in mine.small:
                mine.base, mine.shown_before = base, session().shown_id
            mine.small.add(small.fingerprint)
            show_imported(small)
            st.rerun()
    if back:
        if (mine.shown_before or "").startswith("imported"):
            show_imported(base)
        else:
            show_run(mine.shown_before)
        st.rerun()
    if network().fingerprint in mine.small:
        st.caption(
            f"On all pages now: {plain(network().origin)}. The app computes with the weights as "
            "they stand in the file; the file of whole numbers rounds what the layers hand on, too."
        )


def figures_words(part: Part) -> str:
    """What was measured of one file, in sentences."""
    values = part.values
    sentences = [
        f"{float(values['accuracy'] or 0):.1%} of the test digits; {values['bytes']:,} bytes, "
        f"{values['packed']:,} packed; {values['nonzero']:,} of {values['parameters']:,} numbers "
        f"are not zero; {float(values['milliseconds'] or 0):.3f} ms a digit in one thread."
    ]
    if values["form"] == LiteForm.WEIGHTS8 and values["in_float"]:
        sentences.append(
            f"The converter leaves kernels with fewer than 1,024 numbers in float: "
            f"{values['in_float']}."
        )
    if values["input_scale"]:
        sentences.append(
            f"A pixel of ink x is written as x / {values['input_scale']:.6f} "
            f"{_signed(values['input_zero'])} (its scale and zero point), a probability p as "
            f"p / {values['output_scale']:.6f} {_signed(values['output_zero'])}."
        )
    return " ".join(sentences)


def _signed(value: object) -> str:
    number = int(str(value))
    return f"− {-number}" if number < 0 else f"+ {number}"


def without_a_three(parts: Sequence[Part]) -> None:
    """The student that never saw a 3, and the bias that lets it say so."""
    found = chosen(parts, way=Way.UNSEEN.value)
    if not found:
        st.info("The student without a 3 is measured last.", icon=":material/science:")
        return
    bias = st.select_slider(
        "Added to its score of “3”",
        BIASES,
        0,
        key="small_bias",
        help="This student has learned from the large network's answers to 0, 1, 2, 4 … 9. No 3 "
        "was among its digits, so it hardly dares to say “3”.",
    )
    threes = {float(each): _rightly(found, f"wrong threes {each}", THREES) for each in BIASES}
    every = {float(each): _rightly(found, f"wrong {each}", TEST) for each in BIASES}
    band_chart(
        [Series("the 3s, which it never saw", threes), Series("all test digits", every, True)],
        key="small_three",
        x="added to its score of “3”",
        y="read rightly",
        guess=float(bias),
        guess_words="your bias",
        guess_at="x",
        height=320,
    )
    st.markdown(three_words(found, int(bias)))


def three_words(found: Sequence[Part], bias: int) -> str:
    """What the student does with this bias, the mean of all seeds."""
    wrong = band(numbers(found, f"wrong {bias}")).mean
    of_it = band(numbers(found, f"wrong threes {bias}")).mean
    best = min(BIASES, key=lambda each: band(numbers(found, f"wrong {each}")).mean)
    words = (
        f"It reads **{THREES - of_it:.0f} of {THREES}** threes rightly, and "
        f"{TEST - THREES - (wrong - of_it):.0f} of {TEST - THREES} others. "
    )
    if bias == best:
        words += "This bias gives the fewest errors on the test digits. "
    return (
        f"{words}In the paper: 206 errors on 10,000 digits, 133 of them on the 1,010 threes; with "
        "a better bias 109, of which 14 were threes."
    )


def _rightly(found: Sequence[Part], name: str, count: int) -> list[float]:
    return [1 - wrong / count for wrong in numbers(found, name)]

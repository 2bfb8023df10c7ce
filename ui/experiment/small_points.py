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
from ui.locale import say, to_say
from ui.locale.sentence import listed, paragraph
from ui.state.ask import ask, ready, wait_for, waiting_words
from ui.state.picks import keep_option
from ui.state.session import of_page, session
from ui.state.shown_network import network, show_imported, show_run
from ui.style.words import name_words, plain

CONVERT_SECONDS = 120.0
"""A conversion waits behind trainings; longer than this nobody waits for it."""
TEST, THREES = 500, 50
"""Test digits, and how many of them are a 3."""
FORM_WORDS = {
    LiteForm.FLOAT32: "",
    LiteForm.FLOAT16: "float16",
    LiteForm.WEIGHTS8: to_say("int8 for large kernels only"),
    LiteForm.INT8: "int8",
}
STUDENT_WORDS = {
    (Way.ALONE, "large"): to_say("large student alone"),
    (Way.ALONE, "middle"): to_say("middle student alone"),
    (Way.ALONE, "small"): to_say("small student alone"),
    (Way.DISTILLED, "large"): to_say("large student, distilled"),
    (Way.DISTILLED, "middle"): to_say("middle student, distilled"),
    (Way.DISTILLED, "small"): to_say("small student, distilled"),
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
            words = say("the network itself") if point.form is LiteForm.FLOAT32 else ""
        case Way.CUT:
            words = say("{share}% zeros", share=point.share)
        case Way.TUNED:
            words = say("{share}% zeros, trained on", share=point.share)
        case Way.ALONE | Way.DISTILLED:
            words = say(STUDENT_WORDS[point.way, point.student])
        case Way.UNSEEN:
            words = say("the student that never saw a 3")
    return listed(filter(None, (words, say(FORM_WORDS[point.form]))))


def take_a_point(points: Mapping[Point, Part], parts: Sequence[Part]) -> None:
    """Let the person choose a point, show it on all pages, and take its file along."""
    if not points:
        return
    options = list(points)
    with st.container(border=True):
        keep_option("small_point")
        point = st.selectbox(
            say("One of these networks"), options, format_func=point_words, key="small_point"
        )
        part = points[point]
        st.markdown(figures_words(part))
        weights = weights_of(parts, point, int(part.values["seed"] or 0))
        missing = point.way not in (Way.WHOLE, Way.CUT) and weights is None
        if missing:
            st.caption(say("This network has learned in our measurement. Run it here to have it."))
        elif not ready():
            st.caption(paragraph(waiting_words(), say("The converter needs it.")))
        _deeds(point, part, None if missing else weights, missing or not ready())


def _deeds(point: Point, part: Part, weights: np.ndarray | None, away: bool) -> None:
    base, seed = base_network(), int(part.values["seed"] or 0)
    mine = of_page(_Taken)
    with st.container(horizontal=True):
        show = st.button(
            say("Show it on all pages"),
            icon=":material/visibility:",
            key="small_show",
            disabled=away,
            help=say("Look at its feature maps and filters, and draw for it."),
        )
        st.download_button(
            say("Its file (.tflite)"),
            lambda: wait_for(file_of_point, point, seed, base, weights, seconds=CONVERT_SECONDS),
            f"{part.key}.tflite",
            key="small_tflite",
            icon=":material/download:",
            on_click="ignore",
            disabled=away,
            help=say(
                "For phones and small devices; in Python, LiteRT runs it (pip install "
                "ai-edge-litert).",
            ),
        )
        back = network().fingerprint in mine.small and st.button(
            say("Show the network itself again"), icon=":material/undo:", key="small_back"
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
            say(
                "On all pages now: {origin}. The app computes with the weights as they "
                "stand in the file; the file of whole numbers rounds what the layers hand "
                "on, too.",
                origin=plain(name_words(network().origin)),
            )
        )


def figures_words(part: Part) -> str:
    """What was measured of one file, in sentences."""
    values = part.values
    sentences = [
        say(
            "{share:.1%} of the test digits; {bytes:,} bytes, {packed:,} packed; "
            "{nonzero:,} of {all:,} numbers are not zero; {milliseconds:.3f} ms a digit in "
            "one thread.",
            share=float(values["accuracy"] or 0),
            bytes=values["bytes"],
            packed=values["packed"],
            nonzero=values["nonzero"],
            all=values["parameters"],
            milliseconds=float(values["milliseconds"] or 0),
        )
    ]
    if values["form"] == LiteForm.WEIGHTS8 and values["in_float"]:
        sentences.append(
            say(
                "The converter leaves kernels with fewer than 1,024 numbers in float: {layers}.",
                layers=values["in_float"],
            )
        )
    if values["input_scale"]:
        sentences.append(
            say(
                "A pixel of ink x is written as x / {input_scale:.6f} {input_zero} (its scale "
                "and zero point), a probability p as p / {output_scale:.6f} {output_zero}.",
                input_scale=values["input_scale"],
                input_zero=_signed(values["input_zero"]),
                output_scale=values["output_scale"],
                output_zero=_signed(values["output_zero"]),
            )
        )
    return paragraph(*sentences)


def _signed(value: object) -> str:
    number = int(str(value))
    return f"− {-number}" if number < 0 else f"+ {number}"


def without_a_three(parts: Sequence[Part]) -> None:
    """The student that never saw a 3, and the bias that lets it say so."""
    found = chosen(parts, way=Way.UNSEEN.value)
    if not found:
        st.info(say("The student without a 3 is measured last."), icon=":material/science:")
        return
    bias = st.select_slider(
        say("Added to its score of “3”"),
        BIASES,
        0,
        key="small_bias",
        help=say(
            "This student has learned from the large network's answers to 0, 1, 2, 4 … 9. "
            "No 3 was among its digits, so it hardly dares to say “3”.",
        ),
    )
    threes = {float(each): _rightly(found, f"wrong threes {each}", THREES) for each in BIASES}
    every = {float(each): _rightly(found, f"wrong {each}", TEST) for each in BIASES}
    band_chart(
        [
            Series(say("the 3s, which it never saw"), threes),
            Series(say("all test digits"), every, True),
        ],
        key="small_three",
        x=say("added to its score of “3”"),
        y=say("read rightly"),
        guess=float(bias),
        guess_words=say("your bias"),
        guess_at="x",
        height=320,
    )
    st.markdown(three_words(found, int(bias)))


def three_words(found: Sequence[Part], bias: int) -> str:
    """What the student does with this bias, the mean of all seeds."""
    wrong = band(numbers(found, f"wrong {bias}")).mean
    of_it = band(numbers(found, f"wrong threes {bias}")).mean
    best = min(BIASES, key=lambda each: band(numbers(found, f"wrong {each}")).mean)
    words = [
        say(
            "It reads **{right:.0f} of {threes}** threes rightly, and {others_right:.0f} of "
            "{others} others.",
            right=THREES - of_it,
            threes=THREES,
            others_right=TEST - THREES - (wrong - of_it),
            others=TEST - THREES,
        )
    ]
    if bias == best:
        words.append(say("This bias gives the fewest errors on the test digits."))
    words.append(
        say(
            "In the paper: 206 errors on 10,000 digits, 133 of them on the 1,010 "
            "threes; with a better bias 109, of which 14 were threes."
        )
    )
    return paragraph(*words)


def _rightly(found: Sequence[Part], name: str, count: int) -> list[float]:
    return [1 - wrong / count for wrong in numbers(found, name)]

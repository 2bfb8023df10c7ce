"""What the network makes of pictures of another kind than those it has learned from."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from model.evaluation.metrics import wilson
from model.evaluation.out_of_distribution import (
    SLICE,
    Foreign,
    OodSource,
    count,
    joined,
    read_foreign,
)
from model.network import Network
from ui.digit.gallery import gallery
from ui.digit.test_digits import TEST_DIGIT
from ui.frame.save_menu import SavedFile, save_files
from ui.locale import say, to_say
from ui.locale.sentence import Sentence
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.session import ChosenDigit
from ui.state.shown_network import network
from ui.style.csv_table import csv_text, nine

SURE = 0.9
WORDS = {
    OodSource.TEST: to_say("test digits"),
    OodSource.SMALL: to_say("8×8 digits"),
    OodSource.PRINTED: to_say("printed digits"),
    OodSource.LETTERS: to_say("printed letters"),
    OodSource.HAND: to_say("letters by hand"),
    OodSource.SHAPES: "shapes",
    OodSource.DOODLES: "doodles",
    OodSource.SCRIBBLES: "scribbles",
}
ONE = {
    OodSource.TEST: TEST_DIGIT,
    OodSource.SMALL: to_say("8×8 digit {place}, a {truth}"),
    OodSource.PRINTED: to_say("printed digit {place}, a {truth}"),
    OodSource.LETTERS: to_say("printed letter {place}, a {truth}"),
    OodSource.HAND: to_say("letter by hand {place}, a {truth}"),
    OodSource.SHAPES: to_say("shape {place}, a {truth}"),
    OodSource.DOODLES: to_say("doodle {place}, a {truth}"),
    OodSource.SCRIBBLES: to_say("scribble {place}, a {truth}"),
}
MEANINGS = {
    OodSource.TEST: to_say("What it has learned to read, for comparison."),
    OodSource.SMALL: to_say("Scikit-learn's handwritten digits of 8×8 pixels, enlarged."),
    OodSource.PRINTED: to_say("The ten digits in the fonts that come with this app's libraries."),
    OodSource.LETTERS: (
        to_say("Capital letters in ten of those fonts, without I and O; S and Z may be digits.")
    ),
    OodSource.HAND: (
        to_say(
            "Letters drawn by the computer in eight hands, without those that may be digits.",
        )
    ),
    OodSource.SHAPES: to_say(
        "Squares, spirals, arrows and others, drawn by the computer in twelve hands."
    ),
    OodSource.DOODLES: to_say(
        "Faces, houses, hearts and others, drawn by the computer in six hands."
    ),
    OodSource.SCRIBBLES: to_say("Coils, zigzags, tangles and others."),
}


def elsewhere() -> None:
    """Read pictures of every kind and compare how right and how sure the network is."""
    current = network()
    ask_in_slices(
        ("elsewhere", current.fingerprint),
        partial(_slices, current),
        _show,
        key="elsewhere",
        label=say("Drawing and reading pictures of other kinds"),
        start=say("Show it what it has not learned"),
    )


def _slices(current: Network) -> list[Slice[Foreign]]:
    return [
        partial(_read, current, kind, start)
        for kind in OodSource
        for start in range(0, count(kind), SLICE)
    ]


def _read(
    current: Network, kind: OodSource, start: int, before: Sequence[Foreign]
) -> partial[Foreign]:
    return partial(read_foreign, current, kind, start)


def _show(results: Sequence[Foreign], complete: bool) -> None:
    parts = {kind: [part for part in results if part.kind is kind] for kind in OodSource}
    found = {kind: joined(some) for kind, some in parts.items() if some}
    rows = "".join(_row(each) for each in found.values())
    st.html(
        f"<div class='ds-elsewhere'><table><tr><th>Pictures</th><th>Count</th>"
        f"<th>Read rightly<small>95% interval</small></th><th>Mean confidence</th>"
        f"<th>Probability of {SURE:.0%} or more</th>"
        f"<th>Called no digit<small>by the detector</small></th></tr>{rows}</table></div>"
    )
    if not complete:
        return
    st.markdown(
        say(
            "A letter has no right answer among ten digits. A network that knew its limits "
            "would be sure of none of them; the last column but one shows how often it is. "
            "The ten probabilities always sum to 100%, whatever it sees. So on the Draw "
            "page a second, small network decides whether something looks like a digit at "
            "all: the **detector**. Unlike this network it has learned from letters, "
            "shapes, doodles and scribbles, other ones than these; the last column shows "
            "how often it says no.",
        )
    )
    _pictures(found)
    csv = partial(elsewhere_csv, list(found.values()))
    save_files(
        [SavedFile(say("Every answer (CSV)"), "elsewhere.csv", csv, "elsewhere_csv")],
        key="elsewhere_save",
    )


def _row(found: Foreign) -> str:
    hits, confidence = int(found.hits.sum()), found.confidence
    right = "–"
    if found.kind.digits:
        low, high = wilson(hits, len(confidence))
        right = f"{hits / len(confidence):.1%}<small>{low:.1%} to {high:.1%}</small>"
    return (
        f"<tr><td><b>{WORDS[found.kind].capitalize()}</b><small>{MEANINGS[found.kind]}</small></td>"
        f"<td>{len(confidence)}</td><td>{right}</td><td>{confidence.mean():.1%}</td>"
        f"<td>{(confidence >= SURE).mean():.1%}</td><td>{found.refused.mean():.1%}</td></tr>"
    )


def _pictures(found: dict[OodSource, Foreign]) -> None:
    kind = st.pills(
        say("Look at"),
        list(found),
        default=OodSource.HAND,
        required=True,
        key="elsewhere_kind",
        format_func=lambda kind: WORDS[kind].capitalize(),
        persist_state="session",
    )
    shown = found[OodSource(kind)]
    places = np.argsort(-shown.confidence, kind="stable")
    words = say("The surest first")
    if shown.kind.digits:
        places = places[~shown.hits[places]]
        words = say("Those that it reads wrongly, the surest first")
    st.caption(say("{words}. Below each: what it is → the answer, confidence.", words=words))
    labels = [
        f"{shown.names[p]}→{shown.answers[p]} {100 * shown.confidence[p]:.0f}%" for p in places
    ]

    def digit(number: int) -> ChosenDigit:
        place = int(places[number])
        pixels = shown.images[place].astype(np.float32) / np.float32(255)
        name = shown.names[place]
        return ChosenDigit(
            pixels,
            Sentence(ONE[shown.kind], {"place": place, "truth": name}),
            int(name) if shown.kind.digits else None,
        )

    key = f"elsewhere_{shown.kind.name}_{network().fingerprint[:8]}"
    gallery(shown.images[places], labels, digit, key=key, size=72)


def elsewhere_csv(found: Sequence[Foreign]) -> str:
    """One line a picture: kind, what it is, answer, its probability, what the detector says."""
    return csv_text(
        ("pictures", say("what it is"), "answer", "confidence", say("called no digit")),
        (
            (WORDS[each.kind], name, answer, nine(confidence), "yes" if refused else "no")
            for each in found
            for name, answer, confidence, refused in zip(
                each.names, each.answers, each.confidence.tolist(), each.refused, strict=True
            )
        ),
    )

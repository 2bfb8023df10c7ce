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
from ui.frame.save_menu import SavedFile, save_files
from ui.judge.foreign_words import WORDS, name_words, title_words
from ui.locale import number_text, say
from ui.locale.sentence import Sentence, paragraph
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.session import ChosenDigit
from ui.state.shown_network import network
from ui.style.csv_table import csv_text, nine

SURE = 0.9
IN_FILES = {
    OodSource.TEST: "test digits",
    OodSource.SMALL: "8×8 digits",
    OodSource.PRINTED: "printed digits",
    OodSource.LETTERS: "printed letters",
    OodSource.HAND: "letters by hand",
    OodSource.SHAPES: "shapes",
    OodSource.DOODLES: "doodles",
    OodSource.SCRIBBLES: "scribbles",
}
"""What saved tables call the kinds, in every language."""


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
    rows = "".join(table_row(each) for each in found.values())
    st.html(
        f"<div class='ds-elsewhere'><table><tr><th>{say('Pictures')}</th><th>{say('Count')}</th>"
        f"<th>{say('Read rightly')}<small>{say('95% interval')}</small></th>"
        f"<th>{say('Mean confidence')}</th>"
        f"<th>{say('Probability of {share:.0%} or more', share=SURE)}</th>"
        f"<th>{say('Called no digit')}<small>{say('by the detector')}</small></th>"
        f"</tr>{rows}</table></div>"
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


def table_row(found: Foreign) -> str:
    """What the network makes of one kind of pictures, as a row of the table."""
    hits, confidence = int(found.hits.sum()), found.confidence
    right = "–"
    if found.kind.digits:
        low, high = wilson(hits, len(confidence))
        interval = say("{low:.1%} to {high:.1%}", low=low, high=high)
        right = f"{_share(hits / len(confidence))}<small>{interval}</small>"
    return (
        f"<tr><td><b>{title_words(found.kind)}</b>"
        f"<small>{say(WORDS[found.kind].meaning)}</small></td>"
        f"<td>{number_text(len(confidence))}</td><td>{right}</td>"
        f"<td>{_share(confidence.mean())}</td><td>{_share((confidence >= SURE).mean())}</td>"
        f"<td>{_share(found.refused.mean())}</td></tr>"
    )


def _share(share: float) -> str:
    return number_text(share, ".1%")


def _pictures(found: dict[OodSource, Foreign]) -> None:
    kind = st.pills(
        say("Look at"),
        list(found),
        default=OodSource.HAND,
        required=True,
        key="elsewhere_kind",
        format_func=title_words,
        persist_state="session",
    )
    shown = found[OodSource(kind)]
    places = np.argsort(-shown.confidence, kind="stable")
    words = say("The surest first.")
    if shown.kind.digits:
        places = places[~shown.hits[places]]
        words = say("Those that it reads wrongly, the surest first.")
    st.caption(paragraph(words, say("Below each: what it is → the answer, confidence.")))
    labels = [
        f"{name_words(shown.names[p])}→{shown.answers[p]} "
        f"{number_text(float(shown.confidence[p]), '.0%')}"
        for p in places
    ]

    def digit(number: int) -> ChosenDigit:
        place = int(places[number])
        pixels = shown.images[place].astype(np.float32) / np.float32(255)
        name = shown.names[place]
        return ChosenDigit(
            pixels,
            Sentence(WORDS[shown.kind].one, {"place": place, "truth": name_words(name)}),
            int(name) if shown.kind.digits else None,
        )

    key = f"elsewhere_{shown.kind.name}_{network().fingerprint[:8]}"
    gallery(shown.images[places], labels, digit, key=key, size=84)


def elsewhere_csv(found: Sequence[Foreign]) -> str:
    """One line a picture: kind, what it is, answer, its probability, what the detector says."""
    return csv_text(
        ("pictures", "what it is", "answer", "confidence", "called no digit"),
        (
            (IN_FILES[each.kind], name, answer, nine(confidence), "yes" if refused else "no")
            for each in found
            for name, answer, confidence, refused in zip(
                each.names, each.answers, each.confidence.tolist(), each.refused, strict=True
            )
        ),
    )

"""Will it hold elsewhere? The page's own parts."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from model.classroom.digits.handwriting import as_digits, counting_digits
from model.classroom.digits.league import league_of
from model.classroom.reasons import ClassError
from model.data.mnist import Digits
from model.experiments import Inputs, Part
from model.experiments.bands import Comparison, band, chosen, compare, is_chance, numbers
from model.experiments.elsewhere import (
    EXPERIMENT,
    ElsewhereSettings,
    read_far,
    read_written,
)
from model.experiments.learners.far_digits import FarKind, examples
from ui.experiment.charts import group_chart
from ui.experiment.controls import seeds_control, view_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import share_slider
from ui.experiment.without_labels import turns, without_labels
from ui.locale import say, to_say
from ui.locale.sentence import listed, paragraph
from ui.state.ask import ask
from ui.state.classroom.seat import my_class
from ui.state.classroom.store import database
from ui.state.shown_network import network
from ui.style.mosaic import data_uri, mosaic_png
from ui.style.words import all_of, name_words, plain

VIEWS = (
    to_say("Digits from elsewhere"),
    to_say("Your network"),
    to_say("Without labels"),
    to_say("Which way is up?"),
)
KINDS: Mapping[FarKind, str] = {
    FarKind.TEST: to_say("MNIST's own"),
    FarKind.SMALL: to_say("8×8 scans"),
    FarKind.PRINTED: to_say("printed"),
    FarKind.PEN: to_say("drawn by rule"),
}
FROM_ELSEWHERE: Mapping[FarKind, str] = {
    FarKind.SMALL: to_say("digits that were scanned at 8×8"),
    FarKind.PRINTED: to_say("digits that were printed"),
    FarKind.PEN: to_say("digits that lie anywhere on a sheet"),
}
"""The kinds that are not MNIST's, within a sentence."""
ORIGINS: Mapping[FarKind, str] = {
    FarKind.TEST: to_say("test digits of MNIST"),
    FarKind.SMALL: to_say("scikit-learn's digits of 43 people, 8×8 numbers each"),
    FarKind.PRINTED: to_say("all fonts that are here"),
    FarKind.PEN: to_say("the app's own pen, in twenty hands, somewhere on a sheet"),
}
WAYS = {"accuracy": to_say("with our preprocessing"), "plain": to_say("only made small")}
SHOWN = 12
CLASS = to_say("your class")
KEPT_SECONDS = 5


def _controls() -> tuple[ElsewhereSettings, Inputs]:
    return ElsewhereSettings(seeds=seeds_control()), Inputs()


def _result(settings: ElsewhereSettings, result: Result) -> None:
    parts = result.parts
    if words := guess_words(parts, result.guess):
        st.markdown(words)
    view = view_control(say("Show"), VIEWS, "elsewhere_view")
    match view:
        case "Your network":
            _this_network()
        case "Without labels":
            without_labels(parts)
        case "Which way is up?":
            turns(parts)
        case _:
            group_chart(
                {say(words): _far(parts, way) for way, words in WAYS.items()},
                key="elsewhere_chart",
                y=say("read rightly"),
            )
            st.markdown(far_words(parts))


def _this_network() -> None:
    """The network on all pages, and the digits of one's class: read when one looks."""
    found: list[Part] = []
    for kind, words in KINDS.items():
        told = say("Reading digits: {kind} …", kind=say(words))
        part = ask(read_far, network(), kind, for_everybody=True, spinner=told)
        if part is None:
            return
        found.append(part)
    ours = _class_digits()
    written = ask(read_written, network(), ours, spinner=None) if len(ours) else None
    series = {say(words): _far(found, way) for way, words in WAYS.items()}
    if written is not None:
        series[say(WAYS["accuracy"])][say(CLASS)] = numbers([written], "accuracy")
    group_chart(series, key="elsewhere_this", y=say("read rightly"))
    st.markdown(this_words(plain(name_words(network().origin)), found, written))


def _class_digits() -> Digits:
    """What one's class has written so far; none without a class, and none during its league.

    There digits are held back, and nobody is to hear how they are read before the end.
    """
    mine = my_class()
    try:
        league = None if mine is None else league_of(database(), mine)
        if mine is None or (league is not None and not league.ended):
            return as_digits([])
        return _digits_of(mine)
    except ClassError:  # the database is away: the class's bar comes with the next look
        return as_digits([])


@st.cache_resource(ttl=KEPT_SECONDS, max_entries=40, show_spinner=False)
def _digits_of(class_id: str) -> Digits:
    """Kept for a moment: while the experiment runs, every viewer's page asks twice a second."""
    return as_digits(counting_digits(database(), class_id))


def this_words(name: str, parts: Sequence[Part], written: Part | None) -> str:
    """What one network reads, in some sentences.

    Args:
        name: of the network.
        parts: of the kinds of digits.
        written: of the digits of one's class; None where there are none.
    """
    others = [part for part in parts if part.values["kind"] != FarKind.TEST]
    worst = min(others, key=lambda part: numbers([part], "accuracy"))
    words = [
        say(
            "Network: {name}, the one on all pages. It is read once: one network has no "
            "band. With our preprocessing it is worst with {digits}: {share:.0%}.",
            name=name,
            digits=say(FROM_ELSEWHERE[FarKind(str(worst.values["kind"]))]),
            share=numbers([worst], "accuracy")[0],
        )
    ]
    sure = numbers([worst], "sure_wrong")
    if sure:
        words.append(say("Where it is wrong, it is {sure:.0%} sure on average.", sure=sure[0]))
    if written is None:
        words.append(say("Digits of your class stand here, too, once it has written some."))
        return paragraph(*words)
    figures = {
        "count": int(str(written.values["count"])),
        "share": numbers([written], "accuracy")[0],
    }
    sure = numbers([written], "sure_wrong")
    words.append(
        say(
            "Of the {count} digits that your class has written it reads {share:.0%}, and is "
            "{sure:.0%} sure where it is wrong.",
            sure=sure[0],
            **figures,
        )
        if sure
        else say(
            "Of the {count} digits that your class has written it reads {share:.0%}.", **figures
        )
    )
    return paragraph(*words)


def _far(parts: Sequence[Part], way: str) -> dict[str, list[float]]:
    found = {
        say(words): numbers(chosen(parts, kind=kind.value), way) for kind, words in KINDS.items()
    }
    return {words: values for words, values in found.items() if values}


def guess_words(parts: Sequence[Part], guess: float | None) -> str:
    """The guess beside what was measured."""
    found = numbers(chosen(parts, kind=FarKind.PRINTED.value), "plain")
    if not found:
        return ""
    words = say(
        "Printed digits, only made small: **{share:.0%}** are read rightly.",
        share=band(found).mean,
    )
    if guess is None:
        return words
    return paragraph(words, say("Your guess: {guess:.0%}.", guess=guess))


def far_words(parts: Sequence[Part]) -> str:
    """How far a network gets with other people's digits, in some sentences."""
    found = {
        (kind, way): numbers(chosen(parts, kind=kind.value), way)
        for kind in KINDS
        for way in (*WAYS, "sure_wrong", "plain_sure_wrong")
    }
    if not all(found[kind, way] for kind in KINDS for way in WAYS):
        return ""
    bands = {(kind, way): band(found[kind, way]) for kind in KINDS for way in WAYS}
    home = bands[FarKind.TEST, "accuracy"]
    if is_chance(home, 200):
        return say(
            "The network is at chance with MNIST's own digits, {share:.0%}. So "
            "something is wrong with this run, and it shows nothing.",
            share=home.mean,
        )
    others = [kind for kind in KINDS if kind is not FarKind.TEST]
    worst = min(others, key=lambda kind: bands[kind, "plain"].mean)
    words = [
        say(
            "Of MNIST's own digits {own:.0%} are read rightly. From elsewhere it is worst "
            "with {digits}, if they are only made small: {worst:.0%}.",
            own=home.mean,
            digits=say(FROM_ELSEWHERE[worst]),
            worst=bands[worst, "plain"].mean,
        )
    ]
    helped = [
        kind
        for kind in others
        if compare(bands[kind, "accuracy"], bands[kind, "plain"]) is Comparison.HIGHER
    ]
    figures = listed(
        say("{name} {share:.0%}", name=say(KINDS[kind]), share=bands[kind, "accuracy"].mean)
        for kind in others
    )
    if len(helped) == len(others):
        words.append(
            say(
                "Our preprocessing helps each time, in each repetition: {figures}.",
                figures=figures,
            )
        )
    elif helped:
        words.append(
            say(
                "Our preprocessing helps for certain only here: {names} ({figures}).",
                names=all_of([say(KINDS[kind]) for kind in helped]),
                figures=figures,
            )
        )
    else:
        words.append(
            say(
                "Our preprocessing makes no difference beyond the bands: {figures}.",
                figures=figures,
            )
        )
    sure = [value for kind in others for value in found[kind, "plain_sure_wrong"]]
    if sure:
        words.append(
            say(
                "Where it is wrong, it is {sure:.0%} sure on average: confidence does not "
                "tell that a digit comes from elsewhere.",
                sure=band(sure).mean,
            )
            if band(sure).mean >= 0.5
            else say(
                "Where it is wrong, it is {sure:.0%} sure on average: it notices.",
                sure=band(sure).mean,
            )
        )
    return paragraph(*words)


def _more(settings: ElsewhereSettings, result: Result) -> None:
    with st.expander(say("The digits from elsewhere"), icon=":material/image_search:"):
        for kind, words in KINDS.items():
            found = ask(examples, kind, SHOWN, for_everybody=True)
            if found is None:
                return
            rows = np.concatenate(list(found)).transpose(1, 2, 0) / 255
            picture = mosaic_png(rows, scale=1.0, columns=SHOWN, gap=2, zoom=1)
            text = say(
                "{kind}: {origin}. Above only made small, below with our preprocessing.",
                kind=say(words),
                origin=say(ORIGINS[kind]),
            )
            st.image(data_uri(picture), caption=text, alt=text)


PAGE = ExperimentPage(
    EXPERIMENT,
    to_say("Will it hold elsewhere?"),
    share_slider(
        to_say(
            "A network reads nearly all of MNIST's test digits. Printed digits are only "
            "made as small as it needs them. How many of 100 does it read rightly?",
        ),
        0.1,
    ),
    _controls,
    _result,
    to_say(
        "Chen and others 2020 (SimCLR) reach 85.8% (top five) on ImageNet with 1% of the "
        "labels, more than AlexNet with all of them: there the pictures are rich, and the "
        "ones without labels more than a million. Ours are 4,000 small digits, for a few "
        "hundred steps.",
    ),
    to_say(
        "It does not show what longer training without labels would bring: each task gets "
        "250 updates, so that a class can wait for it. And digits that the app draws "
        "itself are cleaner than those of a class: try yours on the page Draw.",
    ),
    _more,
)

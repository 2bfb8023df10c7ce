"""Will it hold elsewhere? The page's own parts."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from model.classroom.digits.handwriting import as_digits, counting_digits
from model.classroom.digits.league import league_of
from model.classroom.reasons import ClassError
from model.data.mnist import Digits
from model.experiments import Inputs, Part
from model.experiments.bands import Band, Comparison, band, chosen, compare, is_chance, numbers
from model.experiments.elsewhere import (
    EXPERIMENT,
    LABELS,
    SCRATCH,
    ElsewhereSettings,
    read_far,
    read_written,
)
from model.experiments.learners.far_digits import FarKind, examples
from model.experiments.learners.pretext import PRETEXTS, TURNS
from ui.experiment.charts import Series, band_chart, group_chart, new_figure, show_figure
from ui.experiment.controls import seeds_control, view_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import share_slider, share_words
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
TASKS = {
    "rotation": to_say("rotation"),
    "denoising": to_say("denoising"),
    "contrast": to_say("contrast (SimCLR)"),
    SCRATCH: to_say("no task before"),
}
HOWS = {"tuned": to_say("all weights learn"), "probe": to_say("kernels stay")}
TEST = 500
"""Test digits of each measurement with labels."""
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
            _without_labels(parts)
        case "Which way is up?":
            _turns(parts)
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


def _without_labels(parts: Sequence[Part]) -> None:
    how = st.segmented_control(
        say("With labels"),
        list(HOWS),
        default="tuned",
        required=True,
        format_func=lambda how: say(HOWS[how]),
        key="elsewhere_how",
        help=say(
            "“All weights learn”: the network goes on learning from the labelled digits. "
            "“Kernels stay”: only a linear machine learns, on what the kernels make of the "
            "digits.",
        ),
    )
    band_chart(
        [
            Series(say(words), _labelled(parts, task, how), dashed=task == SCRATCH)
            for task, words in TASKS.items()
        ],
        key="elsewhere_labels",
        x=say("digits with a label"),
        y=say("read rightly, of 500 unseen digits"),
        log_x=True,
    )
    st.markdown(labels_words(parts, how))


def _labelled(parts: Sequence[Part], task: str, how: str) -> dict[float, list[float]]:
    found = {
        float(labels): numbers(chosen(parts, task=task, labels=labels), how) for labels in LABELS
    }
    return {labels: values for labels, values in found.items() if values}


def _turns(parts: Sequence[Part]) -> None:
    tasks = [part for part in chosen(parts, task="rotation") if "accuracy" in part.values]
    if not tasks:
        st.markdown(say("The figures are there as soon as the first rotation task is learned."))
        return
    shares = confusion(tasks)
    names = [say("not turned"), say("¼ turn"), say("½ turn"), say("¾ turn")]
    left, right = st.columns(2)
    with left:
        figure = new_figure(x=say("said to be turned by"), y=say("turned by"), height=320)
        figure.add_heatmap(
            z=shares,
            x=names,
            y=names,
            zmin=0,
            zmax=1,
            colorscale=[[0, "#eef5f4"], [1, "#0f7a71"]],  # its numbers are read on both papers
            showscale=False,
            text=[[share_words(share) for share in row] for row in shares],
            texttemplate="%{text}",
            hovertemplate=say("%{y}, said %{x}: %{z:.1%}") + "<extra></extra>",
        )
        figure.update_xaxes(type="category", dtick=None)
        figure.update_yaxes(autorange="reversed", type="category")
        show_figure(figure, "elsewhere_turns")
    with right:
        group_chart(
            {say("turn told rightly"): {str(d): numbers(tasks, f"digit{d}") for d in range(10)}},
            key="elsewhere_digits",
            y=say("turn told rightly"),
            height=320,
        )
    st.markdown(turns_words(parts))


def confusion(tasks: Sequence[Part]) -> np.ndarray:
    """Of the pictures turned so far (rows), how often each turn was said: (4, 4), means."""
    return np.array(
        [
            [np.mean(numbers(tasks, f"turned{turned}said{said}")) for said in range(TURNS)]
            for turned in range(TURNS)
        ]
    )


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


def labels_words(parts: Sequence[Part], how: str) -> str:
    """Whether learning without labels helps, in some sentences."""
    outcomes: list[tuple[str, int, Band, Band]] = []
    for labels in LABELS:
        without = numbers(chosen(parts, task=SCRATCH, labels=labels), how)
        for task in PRETEXTS:
            after = numbers(chosen(parts, task=task, labels=labels), how)
            if without and after:
                outcomes.append((task, labels, band(after), band(without)))
    if len(outcomes) < len(LABELS) * len(PRETEXTS):
        return ""
    if is_chance(outcomes[-1][3], TEST):
        return say(
            "The network without a task is at chance even with 500 labels. So "
            "something is wrong with this run, and it shows nothing.",
        )
    counted = dict.fromkeys(Comparison, 0)
    for _, _, mine, alone in outcomes:
        counted[compare(mine, alone)] += 1
    best, labels, mine, alone = max(outcomes, key=lambda each: each[2].mean - each[3].mean)
    words = [
        say(
            "Of {count} comparisons with no task before, {better} are better in each "
            "repetition, {worse} worse, and {within} lie within the band.",
            count=len(outcomes),
            better=counted[Comparison.HIGHER],
            worse=counted[Comparison.LOWER],
            within=counted[Comparison.WITHIN],
        )
    ]
    gain = mine.mean - alone.mean
    if gain <= 0:
        words.append(say("On average nothing helps: learning without labels gains nothing here."))
        return paragraph(*words)
    figures: dict[str, object] = {
        "gain": 100 * gain,
        "task": say(TASKS[best]),
        "labels": labels,
        "share": mine.mean,
        "before": alone.mean,
    }
    if compare(mine, alone) is not Comparison.HIGHER:
        words.append(
            say(
                "The largest gain is {gain:.0f} points, {task} with {labels} labels: {share:.0%} "
                "instead of {before:.0%}, and even that lies within the band.",
                **figures,
            )
        )
        return paragraph(*words)
    words.append(
        say(
            "The largest gain is {gain:.0f} points, {task} with {labels} labels: {share:.0%} "
            "instead of {before:.0%}.",
            **figures,
        )
    )
    last = [each for each in outcomes if each[1] == LABELS[-1]]
    most = max(each[2].mean - each[3].mean for each in last)
    words.append(
        say(
            "With {labels} labels at most {gain:.0f} points are left.",
            labels=LABELS[-1],
            gain=max(0, 100 * most),
        )
    )
    return paragraph(*words)


def turns_words(parts: Sequence[Part]) -> str:
    """What the rotation's task can be told from, in some sentences."""
    tasks = [part for part in chosen(parts, task="rotation") if "accuracy" in part.values]
    if not tasks:
        return ""
    whole = band(numbers(tasks, "accuracy"))
    if is_chance(whole, TURNS * TEST, TURNS):
        return say(
            "The task was not learned: {share:.0%}, and guessing tells 25%.",
            share=whole.mean,
        )
    means = {digit: band(numbers(tasks, f"digit{digit}")).mean for digit in range(10)}
    worst = sorted(sorted(means, key=lambda digit: means[digit])[:4])
    best = max(means, key=lambda digit: means[digit])
    shares = confusion(tasks)
    upside = float((shares[0, 2] + shares[1, 3] + shares[2, 0] + shares[3, 1]) / 4)
    sides = float(1 - np.trace(shares) / TURNS - upside)
    words = say(
        "{share:.0%} of all turns are told rightly. Hardest are {hardest}; easiest is {easiest}, "
        "{most:.0%}.",
        share=whole.mean,
        hardest=all_of([str(digit) for digit in worst]),
        easiest=best,
        most=means[best],
    )
    if upside > sides:
        more = say(
            "Most mistakes are half turns ({upside:.0%} of all pictures): 0, 1 and 8 "
            "look alike upside down, and a 6 becomes a 9. No picture tells there which "
            "way is up, so there is nothing to learn.",
            upside=upside,
        )
    else:
        more = say("Mistakes are not mostly half turns, as one would expect of 0, 1, 8, 6 and 9.")
    return paragraph(words, more)


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

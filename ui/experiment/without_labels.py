"""What learning without labels gains, and how far a task can be learned: views of `elsewhere`."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from model.experiments import Part
from model.experiments.bands import Band, Comparison, band, chosen, compare, is_chance, numbers
from model.experiments.elsewhere import LABELS, SCRATCH
from model.experiments.learners.pretext import PRETEXTS, TURNS
from ui.experiment.charts import Series, band_chart, group_chart, new_figure, show_figure
from ui.experiment.guess import share_words
from ui.locale import say, to_say
from ui.locale.sentence import paragraph
from ui.style.words import all_of

TASKS = {
    "rotation": to_say("rotation"),
    "denoising": to_say("denoising"),
    "contrast": to_say("contrast (SimCLR)"),
    SCRATCH: to_say("no task before"),
}
HOWS = {"tuned": to_say("all weights learn"), "probe": to_say("kernels stay")}
TEST = 500
"""Test digits of each measurement with labels."""


def without_labels(parts: Sequence[Part]) -> None:
    """Show what each task before gains, by the number of labels."""
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


def turns(parts: Sequence[Part]) -> None:
    """Show which turns of a picture were told, and of which digits."""
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

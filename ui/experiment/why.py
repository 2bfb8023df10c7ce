"""Why convolution? The page's own parts."""

from collections.abc import Mapping, Sequence

import streamlit as st

from model.experiments import Inputs, Part
from model.experiments.bands import Band, Comparison, band, chosen, compare, is_chance, numbers
from model.experiments.learners import LEARNERS, LearnerName
from model.experiments.why import COUNTS, EXPERIMENT, INK, MOST, SHIFTS, WhySettings
from ui.experiment.charts import Series, band_chart, group_chart
from ui.experiment.controls import seeds_control, updates_control, view_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import Choice
from ui.locale import number_text, say, to_say
from ui.locale.sentence import listed, paragraph
from ui.style.mosaic import data_uri, mosaic_png

TEST = 500
"""Test digits of each measurement."""
NAMES: Mapping[LearnerName, str] = {
    "cnn": "CNN",
    "dense": to_say("dense network"),
    "random": to_say("random kernels"),
    "hog": "HOG + SVM",
    "pixels": to_say("pixels alone"),
}
MEANINGS: Mapping[LearnerName, str] = {
    "cnn": to_say(
        "Three layers of kernels that learn, then two dense layers: the network of this app.",
    ),
    "dense": to_say("784 pixels, 117 units, 10 outputs: as many parameters, no kernels."),
    "random": to_say("The CNN with kernels left as chance made them; only its dense layers learn."),
    "hog": to_say(
        "Features made by hand: which way the edges run in 16 cells (HOG). A linear "
        "support vector machine weighs them.",
    ),
    "pixels": to_say("Ten weighted sums of the pixels (logistic regression)."),
}
PIXELS = {
    "kept": to_say("as they are"),
    "once": to_say("mixed once, all alike"),
    "each": to_say("each mixed anew"),
}
VIEWS = (
    to_say("More digits"),
    to_say("Moved digits"),
    to_say("Mixed pixels"),
    to_say("What was learned"),
)


def _controls() -> tuple[WhySettings, Inputs]:
    return WhySettings(seeds=seeds_control(), updates=updates_control()), Inputs()


def _result(settings: WhySettings, result: Result) -> None:
    parts = result.parts
    words = guess_words(parts, result.guess)
    if words:
        st.markdown(words)
    match view_control(say("Show"), VIEWS, "why_view"):
        case "Moved digits":
            band_chart(
                [Series(say(name), _shifted(parts, learner)) for learner, name in NAMES.items()],
                key="why_moved",
                x=say("moved by so many pixels"),
                y=say("read rightly, of 500 unseen digits"),
            )
            st.markdown(moved_words(parts))
        case "Mixed pixels":
            group_chart(
                {say(name): _mixed(parts, learner) for learner, name in NAMES.items()},
                key="why_mixed",
                y=say("read rightly, of 500 unseen digits"),
            )
            st.markdown(mixed_words(parts))
        case "What was learned":
            _pictures(parts)
        case _:
            band_chart(
                [Series(say(name), _counted(parts, learner)) for learner, name in NAMES.items()],
                key="why_chart",
                x=say("training digits"),
                y=say("read rightly, of 500 unseen digits"),
                log_x=True,
            )
            st.markdown(digits_words(parts))


def _counted(parts: Sequence[Part], learner: str) -> dict[float, list[float]]:
    mine = chosen(parts, learner=learner, pixels="kept")
    found = {float(count): numbers(chosen(mine, count=count), "accuracy") for count in COUNTS}
    return {count: values for count, values in found.items() if values}


def _shifted(parts: Sequence[Part], learner: str) -> dict[float, list[float]]:
    mine = chosen(parts, learner=learner, pixels="kept", count=MOST)
    found = {float(shift): numbers(mine, f"shift{shift}") for shift in SHIFTS}
    return {shift: values for shift, values in found.items() if values}


def _mixed(parts: Sequence[Part], learner: str) -> dict[str, list[float]]:
    found = {
        say(words): numbers(chosen(parts, learner=learner, pixels=how, count=MOST), "accuracy")
        for how, words in PIXELS.items()
    }
    return {words: values for words, values in found.items() if values}


def _band(parts: Sequence[Part], learner: str, pixels: str = "kept") -> Band | None:
    found = numbers(chosen(parts, learner=learner, pixels=pixels, count=MOST), "accuracy")
    return band(found) if found else None


def _broken(parts: Sequence[Part]) -> str:
    """A sentence where a learner has learned nothing from all digits as they are."""
    for learner, name in NAMES.items():
        found = _band(parts, learner)
        if found is not None and is_chance(found, TEST):
            return say(
                "The {name} is at chance, {share:.0%}, with all digits as they are. So "
                "something is wrong with this run, and it shows nothing.",
                name=say(name),
                share=found.mean,
            )
    return ""


def digits_words(parts: Sequence[Part]) -> str:
    """What more digits do, in some sentences."""
    cnn, dense, hog = (_band(parts, learner) for learner in ("cnn", "dense", "hog"))
    if cnn is None or dense is None or hog is None:
        return ""
    if broken := _broken(parts):
        return broken
    first = say(CNN_AND_DENSE[compare(cnn, dense)], count=MOST, cnn=cnn.mean, dense=dense.mean)
    return paragraph(first, say(CNN_AND_HOG[compare(cnn, hog)], hog=hog.mean))


CNN_AND_DENSE = {
    Comparison.HIGHER: to_say(
        "With {count:,} digits the CNN reads {cnn:.1%} rightly, the dense network {dense:.1%}: "
        "the CNN is better in each repetition."
    ),
    Comparison.LOWER: to_say(
        "With {count:,} digits the CNN reads {cnn:.1%} rightly, the dense network {dense:.1%}: "
        "the CNN is worse in each repetition."
    ),
    Comparison.WITHIN: to_say(
        "With {count:,} digits the CNN reads {cnn:.1%} rightly, the dense network {dense:.1%}: "
        "the bands overlap, so chance alone may do that."
    ),
}
CNN_AND_HOG = {
    Comparison.HIGHER: to_say(
        "HOG and a linear machine reach {hog:.1%}: the CNN is better in each repetition."
    ),
    Comparison.LOWER: to_say(
        "HOG and a linear machine reach {hog:.1%}: the CNN is worse in each repetition."
    ),
    Comparison.WITHIN: to_say(
        "HOG and a linear machine reach {hog:.1%}: the bands overlap, so chance alone may do that."
    ),
}


def moved_words(parts: Sequence[Part]) -> str:
    """Who falls when the digits move, in some sentences."""
    found = {learner: _shifted(parts, learner) for learner in NAMES}
    if not all(SHIFTS[-1] in values for values in found.values()):
        return ""
    if broken := _broken(parts):
        return broken
    at = {
        shift: {learner: band(values[shift]) for learner, values in found.items()}
        for shift in (3, 6)
    }
    order = sorted(NAMES, key=lambda learner: at[3][learner].mean, reverse=True)
    best, second = order[:2]
    figures = listed(
        say("{name} {share:.0%}", name=say(NAMES[learner]), share=at[3][learner].mean)
        for learner in order
    )
    if compare(at[3][best], at[3][second]) is Comparison.HIGHER:
        words = say(
            "All fall. Moved by 3 pixels, {figures}: the {best} falls last.",
            figures=figures,
            best=say(NAMES[best]),
        )
    else:
        words = say(
            "All fall. Moved by 3 pixels, {figures}: the {best} and the {second} lie within one "
            "band.",
            figures=figures,
            best=say(NAMES[best]),
            second=say(NAMES[second]),
        )
    low, high = (pick(each.mean for each in at[6].values()) for pick in (min, max))
    more = say(
        "Moved by 6, they read {low:.0%} to {high:.0%}; guessing reads 10%.", low=low, high=high
    )
    return paragraph(words, more)


def mixed_words(parts: Sequence[Part]) -> str:
    """Who notices that the pixels are mixed, in some sentences."""
    words = []
    if broken := _broken(parts):
        return broken
    for learner in ("dense", "cnn"):
        kept, once = _band(parts, learner), _band(parts, learner, "once")
        if kept is None or once is None:
            return ""
        words.append(
            say(
                MIXED_ONCE[compare(once, kept)],
                name=say(NAMES[learner]),
                before=kept.mean,
                after=once.mean,
            )
        )
    each = {learner: _band(parts, learner, "each") for learner in NAMES}
    ink = _band(parts, INK, "each")
    measured = [found for found in each.values() if found is not None]
    if ink is None or len(measured) < len(NAMES):
        return paragraph(*words)
    best = max(measured, key=lambda found: found.mean)
    if is_chance(best, TEST):
        words.append(say("Mixed anew in each picture, all are at chance."))
    else:
        words.append(
            say(
                "Mixed anew in each picture, the best reads {best:.0%}, and guessing 10%. "
                "What is left is how much ink there is (a 1 needs little): who counts the "
                "shades of grey and nothing else reads {ink:.0%}.",
                best=best.mean,
                ink=ink.mean,
            )
        )
        if compare(best, ink) is Comparison.HIGHER:
            words.append(say("The best finds more than that, which we cannot explain."))
    return paragraph(*words)


MIXED_ONCE = {
    Comparison.WITHIN: to_say(
        "Mixed once, the {name} does not notice: {before:.1%} before, {after:.1%} after, and the "
        "bands overlap."
    ),
    Comparison.LOWER: to_say(
        "Mixed once, the {name} reads worse: {before:.1%} before, {after:.1%} after."
    ),
    Comparison.HIGHER: to_say(
        "Mixed once, the {name} reads better: {before:.1%} before, {after:.1%} after."
    ),
}
GUESSES: tuple[str, ...] = (
    to_say("The CNN"),
    to_say("The dense network"),
    to_say("Both of them"),
    to_say("None of them"),
)


def unmoved(parts: Sequence[Part]) -> int | None:
    """Which of the guesses is right; None where that is not measured yet."""
    keeps = []
    for learner in ("cnn", "dense"):
        kept, once = _band(parts, learner), _band(parts, learner, "once")
        if kept is None or once is None:
            return None
        keeps.append(compare(once, kept) is not Comparison.LOWER)
    return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[
        (keeps[0], keeps[1])
    ]


def guess_words(parts: Sequence[Part], guess: float | None) -> str:
    """The guess beside what was measured."""
    right = unmoved(parts)
    if right is None:
        return ""
    words = say(
        "Who reads as well as before when all pixels are mixed once? **{answer}**.",
        answer=say(GUESSES[right]),
    )
    if guess is None:
        return words
    told = (
        say("That was your guess.")
        if int(guess) == right
        else say("Your guess: {guess}.", guess=say(GUESSES[int(guess)]))
    )
    return paragraph(words, told)


def _pictures(parts: Sequence[Part]) -> None:
    """Kernels and weights of those that have some."""
    drawn = False
    for learner, columns, zoom, words in (
        (
            "cnn",
            16,
            10,
            say(
                "32 kernels of the CNN's first layer, 3×3 numbers each. It uses each one at "
                "every place of the picture.",
            ),
        ),
        (
            "random",
            16,
            10,
            say("The kernels that chance made. They look alike, and do a good deal."),
        ),
        (
            "dense",
            8,
            2,
            say(
                "32 of 117 units of the dense network: a weight for each pixel. It has to "
                "learn every place anew.",
            ),
        ),
        (
            "pixels",
            5,
            3,
            say(
                "Pixels alone: the ten sums, 0 to 9. Orange speaks for the digit, blue against it.",
            ),
        ),
    ):
        for part in chosen(parts, learner=learner, pixels="kept", count=MOST, seed=0):
            if "weights" in part.arrays:
                picture = mosaic_png(
                    part.arrays["weights"], scale=None, columns=columns, gap=4, zoom=zoom
                )
                st.image(data_uri(picture), caption=words, alt=words)
                drawn = True
    if not drawn:
        st.markdown(say("The pictures are there as soon as the learners have seen all digits."))


def _more(settings: WhySettings, result: Result) -> None:
    st.subheader(say("Two questions of the course"), anchor=False)
    first, second = faq_words(result.parts)
    with st.expander(
        say("How does a CNN differ from a plain neural network?"), icon=":material/help:"
    ):
        st.markdown(first)
    with st.expander(say("And from features that are made by hand?"), icon=":material/help:"):
        st.markdown(second)
    with st.expander(say("The five learners"), icon=":material/groups:"):
        st.markdown(learner_table(result.parts))


def faq_words(parts: Sequence[Part]) -> tuple[str, str]:
    """The answers to both questions, with the figures that are there."""
    plain = say(
        "A plain network joins every unit to every pixel and does not know which "
        "pixels are neighbours. A CNN looks through small windows and uses the same "
        "kernel at every place: a stroke that it has learned here it knows there, too.",
    )
    hand = say(
        "HOG was thought out by people: they knew that edges and their directions "
        "matter. A CNN learns its kernels from the digits; with other pictures it "
        "learns others, and nobody has to think them out.",
    )
    few = {
        learner: numbers(chosen(parts, learner=learner, pixels="kept", count=50), "accuracy")
        for learner in NAMES
    }
    return (
        paragraph(plain, mixed_words(parts)),
        paragraph(hand, digits_words(parts), _few_words(few)),
    )


def _few_words(few: Mapping[LearnerName, Sequence[float]]) -> str:
    if not (few["cnn"] and few["hog"]):
        return ""
    cnn, hog = band(few["cnn"]), band(few["hog"])
    return say(FEW_DIGITS[compare(hog, cnn)], cnn=cnn.mean, hog=hog.mean)


FEW_DIGITS = {
    Comparison.HIGHER: to_say(
        "With 50 digits it is {cnn:.0%} for the CNN and {hog:.0%} for HOG: what people know "
        "already need not be learned from few digits."
    ),
    Comparison.LOWER: to_say(
        "With 50 digits it is {cnn:.0%} for the CNN and {hog:.0%} for HOG: here learning wins "
        "even with few digits."
    ),
    Comparison.WITHIN: to_say(
        "With 50 digits it is {cnn:.0%} for the CNN and {hog:.0%} for HOG: the bands overlap."
    ),
}


def learner_table(parts: Sequence[Part]) -> str:
    """What each learner is, how many numbers it learned, and what it reads; Markdown."""
    lines = [say("| | learned numbers | reads | |"), "|---|---:|---:|---|"]
    for learner in LEARNERS:
        found = _band(parts, learner)
        learned = numbers(chosen(parts, learner=learner, pixels="kept", count=MOST), "parameters")
        reads = "" if found is None else number_text(found.mean, ".1%")
        count = number_text(int(learned[0])) if learned else ""
        name, meaning = say(NAMES[learner]), say(MEANINGS[learner])
        lines.append(f"| **{name}** | {count} | {reads} | {meaning} |")
    return "\n".join(lines)


PAGE = ExperimentPage(
    EXPERIMENT,
    to_say("Why convolution?"),
    Choice(
        to_say(
            "All 784 pixels change places, in the same way in every picture, and everybody "
            "learns again from the mixed pictures. Who reads as well as before?",
        ),
        GUESSES,
    ),
    _controls,
    _result,
    to_say(
        "LeCun, Bottou, Bengio and Haffner 1998 (“Gradient-based learning applied to "
        "document recognition”, figure 9) with all 60,000 digits: a linear classifier 12% "
        "errors, a network with 300 hidden units 4.7%, their CNN LeNet-5 0.95%. Ours have "
        "4,000 digits and 300 updates.",
    ),
    to_say(
        "It does not show what these learners reach when they learn longer: HOG's machine "
        "and the pixels' one are computed to their end, the networks stop after 300 "
        "updates. And digits lie in the middle of their pictures; with photos, where "
        "things stand anywhere, windows that move count for more.",
    ),
    _more,
)

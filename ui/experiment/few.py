"""How few digits are enough? The page's own parts."""

from collections.abc import Sequence

import streamlit as st

from model.data import mnist
from model.experiments import Inputs, Part
from model.experiments.bands import Comparison, band, chosen, compare, numbers
from model.experiments.few import COUNTS, EXPERIMENT, TENFOLD, FewSettings
from model.experiments.power_law import PowerLaw, fitted_law
from ui.experiment.charts import Series, band_chart
from ui.experiment.controls import seeds_control, updates_control, view_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import share_slider
from ui.experiment.own_ten import own_ten
from ui.locale import say, to_say
from ui.locale.sentence import paragraph

VIEWS = (to_say("Accuracy"), to_say("The law behind it"))
FROM = 30
"""The law is fitted from so many digits on; below, a network hardly knows more than chance."""
MOST = COUNTS[-1]


def _controls() -> tuple[FewSettings, Inputs]:
    seeds, updates = seeds_control(), updates_control()
    tenfold = mnist.full_is_here() and st.toggle(
        say("Also {count:,} digits", count=TENFOLD),
        key="few_tenfold",
        help=say(
            "All of MNIST is on this computer. So one can see whether the law keeps its promise.",
        ),
    )
    return FewSettings(seeds, updates, tenfold), Inputs()


def _result(settings: FewSettings, result: Result) -> None:
    view = view_control(say("Show"), VIEWS, "few_view")
    if view == VIEWS[0]:
        band_chart(
            [
                Series(name, _points(result.parts, varied), dashed=varied)
                for name, varied in ((say("as they are"), False), (say("with variations"), True))
            ],
            key="few_chart",
            x=say("training digits"),
            y=say("read rightly, of 500 unseen digits"),
            log_x=True,
            guess=result.guess,
            guess_words=say("your guess for 100 digits"),
        )
        st.markdown(conclusion(result.parts))
        return
    law = _law(result.parts)
    band_chart(
        [
            Series(say("as they are"), _errors(result.parts), line=False),
            Series(say("the law"), _line(law), dashed=True, markers=False),
        ],
        key="few_law",
        x=say("training digits"),
        y=say("read wrongly"),
        log_x=True,
        log_y=True,
    )
    st.markdown(law_words(result.parts, settings))


def _points(parts: Sequence[Part], varied: bool) -> dict[float, list[float]]:
    found = {
        float(count): numbers(chosen(parts, varied=varied, count=count), "accuracy")
        for count in (*COUNTS, TENFOLD)
    }
    return {count: values for count, values in found.items() if values}


def _errors(parts: Sequence[Part]) -> dict[float, list[float]]:
    return {
        count: [1 - value for value in values] for count, values in _points(parts, False).items()
    }


def _law(parts: Sequence[Part], most: float = MOST) -> PowerLaw | None:
    """The law of the digits as they are, from `FROM` up to so many."""
    pairs = [
        (count, error)
        for count, errors in _errors(parts).items()
        if FROM <= count <= most
        for error in errors
    ]
    return fitted_law([count for count, _ in pairs], [error for _, error in pairs])


def _line(law: PowerLaw | None) -> dict[float, list[float]]:
    if law is None:
        return {}
    return {float(count): [law.error(count)] for count in (*COUNTS[1:], TENFOLD)}


def conclusion(parts: Sequence[Part]) -> str:
    """What variations do, in two sentences."""
    plain = numbers(chosen(parts, varied=False, count=100), "accuracy")
    varied = numbers(chosen(parts, varied=True, count=100), "accuracy")
    if not (plain and varied):
        return ""
    first, second = band(plain), band(varied)
    figures = {"plain": first.mean, "varied": second.mean}
    match compare(second, first):
        case Comparison.HIGHER:
            words = say(
                "With 100 digits, ten of each, {plain:.0%} are read rightly; varying the digits "
                "makes it {varied:.0%}.",
                **figures,
            )
        case Comparison.LOWER:
            words = say(
                "With 100 digits, ten of each, {plain:.0%} are read rightly; varying the digits "
                "makes it worse, {varied:.0%}.",
                **figures,
            )
        case _:
            words = say(
                "With 100 digits, ten of each, {plain:.0%} are read rightly, and {varied:.0%} "
                "with variations: the bands overlap, so chance alone may do that.",
                **figures,
            )
    return paragraph(words, _most_words(parts))


def _most_words(parts: Sequence[Part]) -> str:
    """What variations do to all digits, in a sentence."""
    plain = numbers(chosen(parts, varied=False, count=MOST), "accuracy")
    varied = numbers(chosen(parts, varied=True, count=MOST), "accuracy")
    if not (plain and varied):
        return ""
    first, second = band(plain), band(varied)
    figures = {"count": MOST, "plain": first.mean, "varied": second.mean}
    match compare(second, first):
        case Comparison.HIGHER:
            return say(
                "With {count:,} it is {plain:.1%} and {varied:.1%}: variations still help.",
                **figures,
            )
        case Comparison.LOWER:
            return say(
                "With {count:,} it is {plain:.1%} and {varied:.1%}: in so few updates, "
                "variations only make it harder.",
                **figures,
            )
        case _:
            return say(
                "With {count:,} it is {plain:.1%} and {varied:.1%}, within the band.", **figures
            )


def law_words(parts: Sequence[Part], settings: FewSettings) -> str:
    """What the law promises, and whether it kept that; in some sentences."""
    law = _law(parts)
    if law is None or MOST not in _errors(parts):
        return ""
    if law.exponent <= 0:
        return say("The error does not fall with more digits, so there is no law to read.")
    promise = law.promise(TENFOLD)
    words = say(
        "On two logarithmic axes the errors lie about on a line: error = {scale:.2f} · "
        "digits^(−{exponent:.2f}). Ten times more digits divide the error by "
        "{factor:.1f}. So {count:,} digits promise {error:.1%} ({low:.1%} to "
        "{high:.1%}).",
        scale=law.scale,
        exponent=law.exponent,
        factor=10**law.exponent,
        count=TENFOLD,
        error=promise.error,
        low=promise.low,
        high=promise.high,
    )
    return paragraph(words, _kept_words(parts), _tenfold_words(parts, settings))


def _kept_words(parts: Sequence[Part]) -> str:
    """Whether the law of fewer digits would have told the error of the most."""
    before = _law(parts, most=COUNTS[-2])
    if before is None:
        return ""
    promise, found = before.promise(MOST), band(_errors(parts)[MOST])
    words = say(
        "**Was it right before?** Up to {fewer:,} digits the line promised "
        "{error:.1%} for {most:,} ({low:.1%} to {high:.1%}); measured: {measured:.1%}.",
        fewer=COUNTS[-2],
        error=promise.error,
        most=MOST,
        low=promise.low,
        high=promise.high,
        measured=found.mean,
    )
    return paragraph(words, _judged(promise.holds(found.mean), found.mean > promise.error))


def _judged(holds: bool, above: bool) -> str:
    if holds:
        return say("So it kept its promise.")
    return say("So it promised too much.") if above else say("So it promised too little.")


def _tenfold_words(parts: Sequence[Part], settings: FewSettings) -> str:
    """Whether the law was right, where full MNIST was learned from."""
    law, errors = _law(parts), _errors(parts)
    if law is None or TENFOLD not in errors:
        return ""
    promise, found = law.promise(TENFOLD), band(errors[TENFOLD])
    words = [
        say(
            "**Was it right?** With {count:,} digits of full MNIST the error is {error:.1%}.",
            count=TENFOLD,
            error=found.mean,
        ),
        _judged(promise.holds(found.mean), found.mean > promise.error),
    ]
    if settings.most_seen < TENFOLD:
        words.append(
            say(
                "But in {updates:,} updates a network sees {seen:,} digits: most of the new ones "
                "it never met.",
                updates=settings.updates,
                seen=settings.most_seen,
            )
        )
    return paragraph(*words)


PAGE = ExperimentPage(
    EXPERIMENT,
    to_say("How few digits are enough?"),
    share_slider(
        to_say(
            "A network learns from 100 digits, ten of each. How many unseen ones does it "
            "read rightly?",
        ),
        0.1,
    ),
    _controls,
    _result,
    to_say(
        "Meir and others 2020 (“Power-law scaling to assist with key challenges in "
        "artificial intelligence”) find that the errors on MNIST fall as a power of the "
        "number of digits when all is tuned; Hestness and others 2017 find such lines in "
        "four other fields. Ours stops after a fixed number of updates, so that all arms "
        "are alike. Michael Nielsen's reduced MNIST (cognitivemedium.com/rmnist) asks the "
        "same with 10, 50 and 100 digits.",
    ),
    to_say(
        "It does not show what a network can do that has learned from other pictures "
        "before. And 500 test digits tell a share no more exactly than about one point: a "
        "small error is a handful of digits.",
    ),
    lambda settings, result: own_ten(),
)

"""How few digits are enough? The page's own parts."""

from collections.abc import Sequence

import streamlit as st

from model.experiments import Inputs, Part
from model.experiments.bands import Comparison, band, chosen, compare, numbers
from model.experiments.few import COUNTS, EXPERIMENT, FewSettings
from ui.experiment.charts import Series, band_chart
from ui.experiment.controls import seeds_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import Slider


def _controls() -> tuple[FewSettings, Inputs]:
    return FewSettings(seeds=seeds_control()), Inputs()


def _result(settings: FewSettings, result: Result) -> None:
    series = [
        Series(name, _points(result.parts, varied), dashed=varied)
        for name, varied in (("as they are", False), ("with variations", True))
    ]
    band_chart(
        series,
        key="few_chart",
        x="training digits",
        y="read rightly, of 500 unseen digits",
        log_x=True,
        guess=result.guess,
        guess_words="your guess for 100 digits",
    )
    st.markdown(conclusion(result.parts))


def _points(parts: Sequence[Part], varied: bool) -> dict[float, list[float]]:
    found = {
        float(count): numbers(chosen(parts, varied=varied, count=count), "accuracy")
        for count in COUNTS
    }
    return {count: values for count, values in found.items() if values}


def conclusion(parts: Sequence[Part]) -> str:
    """What the figures tell, in two sentences."""
    plain = numbers(chosen(parts, varied=False, count=100), "accuracy")
    varied = numbers(chosen(parts, varied=True, count=100), "accuracy")
    if not (plain and varied):
        return ""
    first, second = band(plain), band(varied)
    words = f"With 100 digits, ten of each, {first.mean:.0%} are read rightly"
    match compare(second, first):
        case Comparison.HIGHER:
            return f"{words}; varying the digits makes it {second.mean:.0%}."
        case Comparison.LOWER:
            return f"{words}; varying the digits makes it worse, {second.mean:.0%}."
        case _:
            return (
                f"{words}, and {second.mean:.0%} with variations: the bands overlap, so chance "
                "alone may do that."
            )


PAGE = ExperimentPage(
    EXPERIMENT,
    "How few digits are enough?",
    Slider(
        "A network learns from 100 digits, ten of each. How many unseen ones does it read rightly?",
        0.1,
        1.0,
        0.01,
        0.5,
        lambda share: f"{share:.0%}",
    ),
    _controls,
    _result,
    "Michael Nielsen's reduced MNIST (cognitivemedium.com/rmnist) trains each network to its end. "
    "Ours stops after a fixed number of updates, so that all arms are alike.",
    "It does not show what a network can do that has learned from other pictures before. "
    "And 500 test digits tell a share no more exactly than about one point.",
)

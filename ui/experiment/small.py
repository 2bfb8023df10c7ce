"""How small can it be? The page's own parts: its charts, and what they tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from model.experiments import Inputs, Part
from model.experiments.bands import Band, Comparison, band, compare, numbers
from model.experiments.compression.lite import LiteForm
from model.experiments.small import (
    EXPERIMENT,
    SHARES,
    STUDENTS,
    Point,
    SmallSettings,
    Way,
    enough,
    front,
    point_of,
)
from model.network import count_parameters
from ui.experiment.charts import COLOURS, Series, band_chart, new_figure, show_figure
from ui.experiment.controls import seeds_control, view_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import Slider, share_words
from ui.experiment.small_points import (
    base_network,
    experiment_inputs,
    point_words,
    take_a_point,
    without_a_three,
)
from ui.locale import say, to_say
from ui.locale.sentence import paragraph
from ui.state.address import keep, start
from ui.state.properties import TEMPERATURE
from ui.style.words import name_words, percent, plain

LOWEST = 0.9
"""The chart begins here: below, a network is of no use, and the others would lie on one line."""
WEAK = 0.9
"""A network that reads fewer is no measure for what is lost."""
LOSS = 0.01
SIZES: dict[str, Literal["packed", "bytes"]] = {
    to_say("file packed"): "packed",
    to_say("as it is"): "bytes",
}
VIEWS = (to_say("Size"), to_say("Zeros"), to_say("Students"), to_say("Without a 3"))
TICKS = (5, 10, 20, 50, 100, 200, 400)
"""Kilobytes that are named on the axis."""
SHORTER = 360
"""Pixels: what the chart tells stands below it on the same screen."""
GROUPS: dict[tuple[Way, bool], tuple[str, str, str]] = {
    (Way.WHOLE, False): (to_say("the network itself"), COLOURS[5], "star"),
    (Way.WHOLE, True): (to_say("fewer bits"), COLOURS[0], "diamond"),
    (Way.CUT, False): (to_say("zeros"), COLOURS[1], "x"),
    (Way.TUNED, False): (to_say("trained on"), COLOURS[2], "circle"),
    (Way.TUNED, True): (to_say("trained on, int8"), COLOURS[2], "circle-open"),
    (Way.ALONE, False): (to_say("student alone"), COLOURS[3], "square-open"),
    (Way.DISTILLED, False): (to_say("distilled"), COLOURS[4], "square"),
    (Way.DISTILLED, True): (to_say("distilled, int8"), COLOURS[4], "diamond-open"),
}
"""Of the points of each way (and whether they have fewer bits): name, colour, mark."""
STUDENT_NAMES = {
    "large": to_say("The large student"),
    "middle": to_say("The middle student"),
    "small": to_say("The small student"),
}


@dataclass(frozen=True)
class Row:
    """A point with all that was measured of it."""

    point: Point
    parts: tuple[Part, ...]

    def mean(self, name: str) -> float:
        """Of one figure, over all seeds."""
        return band(numbers(self.parts, name)).mean

    @property
    def accuracy(self) -> Band:
        """The share of test digits read rightly."""
        return band(numbers(self.parts, "accuracy"))


def rows(parts: Sequence[Part]) -> list[Row]:
    """The points that are files, in the order in which they were measured first."""
    found: dict[Point, list[Part]] = {}
    for part in parts:
        if part.values.get("way") != Way.UNSEEN:
            found.setdefault(point_of(part), []).append(part)
    return [Row(point, tuple(each)) for point, each in found.items()]


def _controls() -> tuple[SmallSettings, Inputs]:
    options = (1, 2, 4, 8, 12, 20)
    temperature = st.select_slider(
        say("Temperature of the teacher"),
        options,
        start(TEMPERATURE, options, SmallSettings().temperature),
        key="temperature",
        help=say(
            "The students learn the large network's ten answers. A higher temperature "
            "makes its second thoughts louder: “a 7, but it has something of a 1”.",
        ),
    )
    keep({TEMPERATURE: None if temperature == SmallSettings().temperature else temperature})
    st.caption(
        say("What is made smaller: {origin}.", origin=plain(name_words(base_network().origin)))
    )
    return SmallSettings(seeds_control(), int(temperature)), experiment_inputs()


def _result(settings: SmallSettings, result: Result) -> None:
    row = st.container(horizontal=True, horizontal_alignment="distribute")
    with row:
        view = view_control(say("Chart"), VIEWS, "small_view")
    match view:
        case "Zeros":
            _zeros(result)
        case "Students":
            _students(result)
        case "Without a 3":
            without_a_three(result.parts)
        case _:
            _size(result, row)
    if not result.here and experiment_inputs().network is not None:
        st.caption(say("These figures are of the shipped network. Run it here to measure yours."))


def _size(result: Result, row: "st.delta_generator.DeltaGenerator") -> None:
    """All points: bytes and accuracy, and those that no other one beats."""
    found = rows(result.parts)
    if not found:
        return
    words = row.segmented_control(
        say("Size of the file"),
        list(SIZES),
        default="file packed",
        required=True,
        format_func=say,
        key="small_size",
        label_visibility="collapsed",
        help=say(
            "A zero takes as much room in the file as any other number. Only packing "
            "(gzip) makes a file with many zeros small.",
        ),
    )
    size = SIZES[str(words)]
    figure = new_figure(
        x=say("size of the file, packed") if size == "packed" else say("size of the file"),
        y=say("test digits read rightly"),
        log_x=True,
        percent=True,
        height=SHORTER,
    )
    figure.update_xaxes(
        tickvals=[1000 * each for each in TICKS],
        ticktext=[say("{count:.0f} kB", count=each) for each in TICKS],
    )
    _front_line(figure, found, size)
    for (way, fewer), (name, colour, mark) in GROUPS.items():
        group = [
            row
            for row in found
            if row.point.way is way and (row.point.form is not LiteForm.FLOAT32) == fewer
        ]
        if group:
            _points(figure, group, size, say(name), colour, mark)
    figure.update_layout(legend={"font": {"size": 12}})
    figure.update_yaxes(range=[LOWEST, 1.003])
    show_figure(figure, "small_chart")
    below = [row for row in found if row.accuracy.mean < LOWEST]
    if below:
        st.caption(
            say(
                "{count} of the points lie below {lowest:.0%}: a double click on the chart "
                "shows them.",
                count=len(below),
                lowest=LOWEST,
            )
        )
    st.markdown(paragraph(*conclusions(result.parts, result.guess)))


def _front_line(figure: object, found: Sequence[Row], size: str) -> None:
    sizes, shares = [row.mean(size) for row in found], [row.accuracy.mean for row in found]
    places = front(sizes, shares)
    figure.add_scatter(  # type: ignore[attr-defined]  # Plotly has no types
        x=[sizes[place] for place in places],
        y=[shares[place] for place in places],
        mode="lines",
        line={"color": "#7f7f7f", "width": 1.5, "dash": "dot", "shape": "hv"},
        name=say("best of each size"),
        hoverinfo="skip",
    )


def _points(
    figure: object, group: Sequence[Row], size: str, name: str, colour: str, mark: str
) -> None:
    bands = [row.accuracy for row in group]
    itself = group[0].point == Point(Way.WHOLE)
    figure.add_scatter(  # type: ignore[attr-defined]
        x=[row.mean(size) for row in group],
        y=[each.mean for each in bands],
        error_y={
            "array": [each.high - each.mean for each in bands],
            "arrayminus": [each.mean - each.low for each in bands],
            "thickness": 1,
            "width": 3,
        },
        mode="markers+text" if itself else "markers",
        text=[say("the network itself")] if itself else None,
        textposition="bottom left",
        name=name,
        showlegend=not itself,
        marker={"size": 16 if itself else 10, "symbol": mark, "color": colour},
        customdata=[
            [
                point_words(row.point),
                row.mean("bytes"),
                row.mean("packed"),
                row.mean("nonzero"),
                row.mean("milliseconds"),
            ]
            for row in group
        ],
        hovertemplate=say(
            "<b>%{customdata[0]}</b><br>%{y:.1%} read rightly<br>%{customdata[1]:,.0f} bytes, "
            "%{customdata[2]:,.0f} packed<br>%{customdata[3]:,.0f} numbers that are not zero<br>"
            "%{customdata[4]:.3f} ms a digit<extra></extra>"
        ),
    )


def _zeros(result: Result) -> None:
    """Accuracy against the share of weights that are zero."""
    found = {row.point: row for row in rows(result.parts)}
    series = []
    for way, name, dashed in (
        (Way.TUNED, say("some training after each step"), False),
        (Way.CUT, say("at once, nothing learned after"), True),
    ):
        measured = {share: found.get(Point(way, share=share)) for share in SHARES}
        points = {
            share / 100: numbers(row.parts, "accuracy") for share, row in measured.items() if row
        }
        series.append(Series(name, points, dashed))
    band_chart(
        series,
        key="small_zeros",
        x=say("share of the weights that are zero"),
        y=say("test digits read rightly"),
        guess=result.guess,
        guess_at="x",
        x_percent=True,
        height=SHORTER,
    )
    st.markdown(paragraph(*zeros_words(result.parts, result.guess)))


def _students(result: Result) -> None:
    """The three students: alone, and taught by the large network."""
    found = {row.point: row for row in rows(result.parts)}
    series = []
    for way, name in (
        (Way.DISTILLED, say("distilled")),
        (Way.ALONE, say("alone, from the labels")),
    ):
        points = {}
        for student, config in STUDENTS.items():
            row = found.get(Point(way, student=student))
            if row is not None:
                points[float(count_parameters(config))] = numbers(row.parts, "accuracy")
        series.append(Series(name, points, dashed=way is Way.ALONE))
    band_chart(
        series,
        key="small_students",
        x=say("parameters of the student"),
        y=say("test digits read rightly"),
        log_x=True,
        height=SHORTER,
    )
    st.markdown("  \n".join(student_words(result.parts)))


def conclusions(parts: Sequence[Part], guess: float | None) -> Iterator[str]:
    """What the figures tell, sentence by sentence."""
    found = {row.point: row for row in rows(parts)}
    itself = found.get(Point(Way.WHOLE))
    if itself is None:
        return
    whole = itself.accuracy.mean
    if whole < WEAK:
        yield say(
            "**This network itself reads only {share} rightly, so what it loses tells "
            "little.** Take one that was trained longer.",
            share=percent(whole),
        )
        return
    yield from zeros_words(parts, guess)
    good = [row for row in found.values() if row.accuracy.mean >= whole - LOSS - 1e-9]
    best = min(good, key=lambda row: row.mean("packed"))
    if best is not itself:
        yield say(
            "The smallest packed file that loses no more than one point has "
            "**{size}** instead of {before}: {point}.",
            size=kilobytes(best.mean("packed")),
            before=kilobytes(itself.mean("packed")),
            point=point_words(best.point),
        )
    yield from speed_words(list(found.values()))


def speed_words(found: Sequence[Row]) -> Iterator[str]:
    """Whether whole numbers were faster on this computer, and where they were not."""
    by_point = {row.point: row.mean("milliseconds") for row in found}
    pairs = [
        (point, by_point[in_float], took)
        for point, took in by_point.items()
        if point.form is LiteForm.INT8
        and (in_float := replace(point, form=LiteForm.FLOAT32)) in by_point
    ]
    slower = [each for each in pairs if each[2] > each[1]]
    if not slower:
        return
    point, before, took = max(slower, key=lambda each: each[2] / each[1])
    yield say(
        "int8 is not always faster: “{point}” took {took:.4f} ms a digit, and "
        "{before:.4f} ms in float.",
        point=point_words(point),
        took=took,
        before=before,
    )


def zeros_words(parts: Sequence[Part], guess: float | None) -> Iterator[str]:
    """How many weights can go, beside the guess."""
    files = [part for row in rows(parts) for part in row.parts]
    cut, tuned = enough(files, Way.CUT, LOSS), enough(files, Way.TUNED, LOSS)
    if cut is not None:
        yield say(
            "**{cut}%** of the weights can go at once before more than one point is lost.", cut=cut
        )
        if guess is not None:
            yield say("You guessed {guess:.0%}.", guess=guess)
    if tuned is not None:
        yield say("With some training after each step it is **{tuned}%**.", tuned=tuned)


def student_words(parts: Sequence[Part]) -> Iterator[str]:
    """Of each student, whether the large network's answers helped."""
    found = {row.point: row for row in rows(parts)}
    for student, config in STUDENTS.items():
        alone = found.get(Point(Way.ALONE, student=student))
        taught = found.get(Point(Way.DISTILLED, student=student))
        if alone is None or taught is None:
            continue
        figures: dict[str, object] = {
            "student": say(STUDENT_NAMES[student]),
            "parameters": count_parameters(config),
            "distilled": taught.accuracy.mean,
            "alone": alone.accuracy.mean,
        }
        match compare(taught.accuracy, alone.accuracy):
            case Comparison.HIGHER:
                yield say(
                    "{student} ({parameters:,} parameters): distilled {distilled:.1%}, alone "
                    "{alone:.1%}: the teacher's answers help.",
                    **figures,
                )
            case Comparison.LOWER:
                yield say(
                    "{student} ({parameters:,} parameters): distilled {distilled:.1%}, alone "
                    "{alone:.1%}: the labels are better here.",
                    **figures,
                )
            case Comparison.WITHIN:
                yield say(
                    "{student} ({parameters:,} parameters): distilled {distilled:.1%}, alone "
                    "{alone:.1%}: the bands overlap, chance alone may do that.",
                    **figures,
                )


def kilobytes(count: float) -> str:
    """A number of bytes in words."""
    if count >= 10_000:
        return say("{count:.0f} kB", count=count / 1000)
    return say("{count:.1f} kB", count=count / 1000)


def _more(settings: SmallSettings, result: Result) -> None:
    take_a_point(rows_by_point(result.parts), result.parts)


def rows_by_point(parts: Sequence[Part]) -> dict[Point, Part]:
    """Of each file its first measurement: the one that can be taken along."""
    return {row.point: row.parts[0] for row in rows(parts)}


PAGE = ExperimentPage(
    EXPERIMENT,
    to_say("How small can it be?"),
    Slider(
        to_say(
            "The smallest weights of the network are set to zero, and nothing is learned "
            "after. How many can go before it reads more than one digit in a hundred worse?",
        ),
        0.0,
        1.0,
        0.05,
        0.1,
        share_words,
    ),
    _controls,
    _result,
    to_say(
        "Han, Pool, Tran and Dally (2015) set 92% of the weights of LeNet-5 to zero, with "
        "training after each step, and lost nothing: it had 431,000 parameters, ours has "
        "93,322, so less to spare. Hinton, Vinyals and Dean (2015): teacher 67 errors on "
        "10,000 MNIST digits, student alone 146, distilled 74. Theirs had 60,000 digits to "
        "learn from, ours 4,000, and our 500 test digits tell a share no more exactly than "
        "about half a point.",
    ),
    to_say(
        "It does not show how fast a phone would be: the milliseconds are of this "
        "computer, where int8 may even be slower than float. And digits are an easy task: "
        "that so much can go without loss here does not say that it can where more must be "
        "told apart.",
    ),
    _more,
)

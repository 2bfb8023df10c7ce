"""The charts of the experiments, in Plotly: hover, zoom and PNG come with it, light and dark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from model.experiments.bands import Band, band
from ui.locale import language, number_text, say, tag, to_say

# Each stands at least 3:1 against both papers. Orange and blue mean signed values, and stay free.
COLOURS = ("#0f8f85", "#b5478f", "#7a6ad8", "#8c7a1f", "#a8573a", "#64748b")
TOOLS = (
    to_say("Download plot as a PNG"),
    to_say("Zoom"),
    to_say("Pan"),
    to_say("Zoom in"),
    to_say("Zoom out"),
    to_say("Reset axes"),
)
"""What the buttons of Plotly's bar are called."""
HEIGHT = 400
PERCENTS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
"""What a logarithmic axis of shares names."""
SHADE = 0.18  # opacity of a band


@dataclass(frozen=True)
class Series:
    """One line: at each place on the x axis what was measured there, once for each seed."""

    name: str
    points: Mapping[float, Sequence[float]]
    dashed: bool = False
    line: bool = True  # False: points alone
    markers: bool = True  # False: a line alone, such as one that was fitted


def band_chart(
    series: Sequence[Series],
    *,
    key: str,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    percent: bool = True,
    x_percent: bool = False,
    guess: float | None = None,
    guess_words: str | None = None,
    guess_at: Literal["x", "y"] = "y",
    height: int = HEIGHT,
) -> None:
    """Draw means with the band from the lowest to the highest of all seeds.

    Args:
        series: the lines; those without a point are left out.
        key: names the chart on its page.
        x: what the x axis shows, with its unit.
        y: likewise.
        log_x: whether its steps are factors.
        log_y: likewise.
        percent: whether y is a share, written in percent.
        x_percent: whether x is one.
        guess: a value that is marked; None marks none.
        guess_words: what stands beside it; None: "your guess".
        guess_at: on which axis it is.
        height: pixels.
    """
    figure = new_figure(x=x, y=y, log_x=log_x, log_y=log_y, percent=percent, height=height)
    if x_percent:
        figure.update_xaxes(tickformat=".0%")
    for number, each in enumerate(series):
        _draw(figure, each, COLOURS[number % len(COLOURS)], percent)
    if guess is not None:
        mark = figure.add_hline if guess_at == "y" else figure.add_vline
        mark(
            guess,
            line_dash="dot",
            line_color="#7f7f7f",
            annotation_text=say("your guess") if guess_words is None else guess_words,
            annotation_position="bottom right" if guess_at == "y" else "bottom left",
        )
    show_figure(figure, key)


def group_chart(
    series: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    key: str,
    y: str,
    percent: bool = True,
    height: int = HEIGHT,
) -> None:
    """Draw groups of bars, their means, with a line from the lowest to the highest of all seeds.

    Args:
        series: by name, what was measured in each group; a colour each.
        key: names the chart on its page.
        y: what is measured.
        percent: whether y is a share, written in percent.
        height: pixels.
    """
    figure = new_figure(x="", y=y, percent=percent, height=height)
    figure.update_layout(barmode="group", bargap=0.25)
    figure.update_xaxes(type="category", title=None)
    for number, (name, groups) in enumerate(series.items()):
        bands = [band(values) for values in groups.values()]
        figure.add_bar(
            name=name,
            x=list(groups),
            y=[each.mean for each in bands],
            marker={"color": COLOURS[number % len(COLOURS)]},
            error_y=_spread(bands),
            customdata=[[each.low, each.high, each.count] for each in bands],
            hovertemplate=f"{_band_words(percent)}<extra>{name}</extra>",
        )
    show_figure(figure, key)


def new_figure(
    *,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    percent: bool = False,
    height: int = HEIGHT,
) -> Any:
    """An empty Plotly figure in the app's form; draw with `add_…` and show it by `show_figure`."""
    import plotly.graph_objects as go  # half a second, and most pages need none

    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 64, "r": 16, "t": 16, "b": 56},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        hovermode="closest",
        font={"size": 14},
    )
    figure.update_xaxes(title=x, type="log" if log_x else "linear", dtick=1 if log_x else None)
    figure.update_yaxes(
        title=y, type="log" if log_y else "linear", tickformat=".0%" if percent else None
    )
    if log_y and percent:
        figure.update_yaxes(
            tickvals=[each / 100 for each in PERCENTS],
            ticktext=[_percent_tick(each) for each in PERCENTS],
        )
    return figure


def show_figure(figure: Any, key: str) -> None:
    """Show a figure over the whole width; Plotly's own bar saves it as a PNG."""
    st.plotly_chart(
        figure,
        width="stretch",
        theme="streamlit",
        key=key,
        config={
            "displaylogo": False,
            "locale": tag(language()),
            "locales": {tag(language()): _plotlys_words()},
            "toImageButtonOptions": {"filename": key, "scale": 2},
            "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        },
    )


def _plotlys_words() -> dict[str, dict[str, str]]:
    """What Plotly says and how it writes numbers: its own script knows English alone."""
    return {
        "dictionary": {each: say(each) for each in TOOLS},
        "format": {"decimal": number_text(1.5, ".1f")[1], "thousands": number_text(1000)[1]},
    }


def _percent_tick(percent: float) -> str:
    return number_text(percent / 100, ".1%" if percent < 1 else ".0%")


def _spread(bands: Sequence[Band]) -> dict[str, Any]:
    """Plotly's lines from the lowest to the highest."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [each.high - each.mean for each in bands],
        "arrayminus": [each.mean - each.low for each in bands],
        "thickness": 1.5,
        "width": 3,
    }


def _draw(figure: Any, series: Series, colour: str, percent: bool) -> None:
    places = sorted(series.points)
    if not places:
        return
    bands = [band(series.points[place]) for place in places]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    if series.line and max(each.count for each in bands) > 1:
        figure.add_scatter(
            x=[*places, *reversed(places)],
            y=[*(each.high for each in bands), *(each.low for each in reversed(bands))],
            fill="toself",
            fillcolor=f"rgba({red},{green},{blue},{SHADE})",
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=places,
        y=[each.mean for each in bands],
        name=series.name,
        mode="+".join(["lines"] * series.line + ["markers"] * series.markers),
        line={"color": colour, "width": 2.5, "dash": "dash" if series.dashed else "solid"},
        marker={"size": 8},
        error_y=None if series.line else _spread(bands),
        customdata=[[each.low, each.high, each.count] for each in bands],
        hovertemplate=f"{_band_words(percent)}<extra>{series.name}</extra>",
    )


def _band_words(percent: bool) -> str:
    """What stands at the pointer, as Plotly fills it in: the mean, the band, how many seeds."""
    if percent:
        return say(
            "%{y:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%}, %{customdata[2]} seeds)"
        )
    return say("%{y:.4g} (%{customdata[0]:.4g} to %{customdata[1]:.4g}, %{customdata[2]} seeds)")

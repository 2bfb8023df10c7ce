"""Pick your own ten: which digits are worth a label? A game below "How few digits are enough?"."""

import numpy as np
import streamlit as st

from model.experiments.bands import Comparison, band, compare
from model.experiments.learners.own_ten import CHOICES, TEN, Ranking, offered, ranking
from ui.components.maps import map_grid
from ui.experiment.charts import COLOURS, new_figure, show_figure
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.state.ask import ask
from ui.state.picks import news
from ui.state.session import session

PICKS = "own_ten"


def own_ten() -> None:
    """Let the person choose ten of a hundred digits, and rank the choice."""
    st.subheader(say("Pick your own ten"), anchor="ten")
    picks = session().picks
    mine = picks.get(PICKS, ())
    chosen: tuple[int, ...] = mine if isinstance(mine, tuple) else ()
    st.markdown(
        say(
            "Labels cost work, and you can pay for ten. **Click the ten digits that get "
            "one.** Each unseen digit then takes the label of that one of your ten which "
            "it resembles most.",
        )
    )
    digits = offered()
    labels = [str(digits.labels[n]) if n in chosen else "·" for n in range(len(digits))]
    pick = map_grid(
        digits.inputs().transpose(1, 2, 0),
        key="own_ten_grid",
        scale=1.0,
        size=36,
        bar=False,
        labels=labels,
        noun="digit",
    )
    new = news("own_ten_grid", pick)
    if new is not None:
        picks[PICKS] = toggled(chosen, new.channel)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("**{count} of {most}** have a label.", count=len(chosen), most=TEN))
        if st.button(
            say("Take all labels back"),
            key="own_ten_clear",
            icon=":material/undo:",
            disabled=not chosen,
        ):
            picks[PICKS] = ()
            st.rerun()
    if len(chosen) == TEN and (found := ask(ranking, chosen)) is not None:
        _chart(found)
        st.markdown(ranking_words(found))


def toggled(chosen: tuple[int, ...], place: int) -> tuple[int, ...]:
    """The choice after a click: a digit is taken, or given back; an eleventh is not taken."""
    if place in chosen:
        return tuple(each for each in chosen if each != place)
    return (*chosen, place) if len(chosen) < TEN else chosen


def _chart(found: Ranking) -> None:
    figure = new_figure(
        x=say("different digits among the ten"),
        y=say("read rightly, of 500"),
        percent=True,
        height=320,
    )
    figure.add_box(
        x=found.covered,
        y=found.accuracies,
        name=say("{count:,} choices by chance", count=CHOICES),
        marker={"color": COLOURS[0]},
        boxpoints=False,
        hoverinfo="y",
    )
    figure.add_scatter(
        x=[found.classes],
        y=[found.accuracy],
        name=say("yours"),
        mode="markers",
        marker={"color": COLOURS[1], "size": 16, "symbol": "star"},
        hovertemplate="%{y:.1%}<extra>" + say("yours") + "</extra>",
    )
    figure.update_xaxes(dtick=1, range=[2.4, 10.6])
    show_figure(figure, "own_ten_chart")


def ranking_words(found: Ranking) -> str:
    """How the choice stands, and what the choices by chance tell."""
    words = say(
        "Your ten show **{classes} different digits** and read **{accuracy:.1%}**: "
        "more than {beaten} of {choices:,} choices by chance.",
        classes=found.classes,
        accuracy=found.accuracy,
        beaten=found.beaten,
        choices=CHOICES,
    )
    middle = np.median(found.covered)
    few, many = (
        found.accuracies[found.covered < middle],
        found.accuracies[found.covered > middle],
    )
    if len(few) < 2 or len(many) < 2:
        return words
    # Single choices scatter; whether more kinds help is a question about quarters of them.
    halves = [
        band(float(quarter.mean()) for quarter in np.array_split(side, 4)) for side in (few, many)
    ]
    figures = {"many": halves[1].mean, "middle": float(middle), "few": halves[0].mean}
    if compare(halves[1], halves[0]) is Comparison.HIGHER:
        more = say(
            "Covering all kinds beats chance: choices by chance read {many:.0%} where more than "
            "{middle:.0f} different ones are shown, {few:.0%} where fewer are.",
            **figures,
        )
    else:
        more = say(
            "How many kinds are shown makes no difference here: {many:.0%} where more than "
            "{middle:.0f} different ones are shown, {few:.0%} where fewer are.",
            **figures,
        )
    return paragraph(words, more)

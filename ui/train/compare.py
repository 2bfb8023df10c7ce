"""Runs side by side: one chart, one table that marks what differs, and what to do with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from model.network import count_parameters
from model.runs import Run, RunState
from model.runs.saved import LONGEST_TITLE
from ui.components.curves import Line, curves
from ui.locale import language, say, to_say
from ui.locale.sentence import paragraph
from ui.state.my_runs import delete_run, may_steer, my_runs, undo_delete
from ui.state.session import of_page, runs, session
from ui.state.shown_network import show_run, shown_run, title_of
from ui.style.colours import DARK, LIGHT
from ui.style.words import duration, name_words, plain
from ui.train.settings import setting_words

QUANTITIES = {"accuracy": to_say("Accuracy"), "loss": to_say("Loss")}
TITLES = {"accuracy": to_say("Accuracy of all runs"), "loss": to_say("Loss of all runs")}
AXES = {"accuracy": to_say("accuracy"), "loss": to_say("loss")}


@dataclass
class Comparing:
    """What one person compares."""

    run: str | None = None  # the one last chosen


def compare(current: Run) -> None:
    """Show all runs of this person side by side.

    Args:
        current: the run that the page is about; it is selected at first.
    """
    mine = sorted(my_runs(), key=lambda run: not run.pinned)  # stable: pinned first, then by age
    states = [run.state() for run in mine]
    if len(mine) == 1:
        st.caption(
            say("A second run appears here beside this one. Change one setting, and compare.")
        )
    _chart(mine, states)
    _table(mine, states)
    _actions(mine, current)


def undo_deletion() -> None:
    """Offer the run back that was deleted last."""
    deleted = session().deleted_runs
    run = runs().get(deleted[-1]) if deleted else None
    if run is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_deletion"):
        st.markdown(
            say("{title} is deleted.", title=plain(name_words(title_of(run)))), width="content"
        )
        if st.button(say("Undo"), icon=":material/undo:", key="undo"):
            undo_delete()
            st.rerun()


def _colour(run: Run) -> tuple[str, str]:
    """The run's colour in the light and in the dark theme, by its age: deleting moves none."""
    mine = session()
    found = (runs().get(identifier) for identifier in [*mine.run_ids, *mine.deleted_runs])
    older = sum(other.created < run.created for other in found if other is not None)
    number = older % len(LIGHT.digits)
    return LIGHT.digits[number], DARK.digits[number]


def _titles(mine: Sequence[Run]) -> dict[str, str]:
    """Each run's title by its id; runs of the same title are told apart by numbers."""
    names: dict[str, str] = {}
    for run in mine:
        title = name_words(title_of(run))
        name, number = title, 1
        while name in names.values():
            number += 1
            name = f"{title} ({number})"
        names[run.id] = name
    return names


def _chart(mine: Sequence[Run], states: Sequence[RunState]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        quantity = st.segmented_control(
            say("What to compare"),
            tuple(QUANTITIES),
            default="accuracy",
            required=True,
            format_func=lambda name: say(QUANTITIES[name]),
            key="compare_quantity",
            label_visibility="collapsed",
        )
        log = st.toggle(say("Logarithmic axis"), key="compare_log", disabled=quantity != "loss")
    titles, lines = _titles(mine), []
    for run, state in zip(mine, states, strict=True):
        epochs = np.array([scores.epoch for scores in state.history], np.float32)
        for part, dashed in (("training", False), ("validation", True)):
            values = [getattr(getattr(scores, part), quantity) for scores in state.history]
            lines.append(
                Line(
                    titles[run.id],
                    epochs,
                    np.array(values, np.float32),
                    _colour(run),
                    dashed=dashed,
                )
            )
    is_share = quantity == "accuracy"
    curves(
        lines,
        key="compare_chart",
        title=say(TITLES[quantity]),
        height=320,
        x_label=say("epoch"),
        y_label=say(AXES[quantity]),
        y_format="percent" if is_share else "number",
        log=log and not is_share,
        empty=say("Nothing yet: no epoch is finished"),
    )
    st.caption(say("Solid: training. Dashed: validation. A click on a name hides its run."))


def _table(mine: Sequence[Run], states: Sequence[RunState]) -> None:
    words = [setting_words(run.network, run.settings) for run in mine]
    differing = [name for name in words[0] if len({each[name] for each in words}) > 1]
    titles = _titles(mine)
    heads = [
        say("Run"),
        *map(say, differing),
        say("Parameters"),
        say("Epochs done"),
        say("Time"),
        say("Best validation accuracy"),
    ]
    rows = []
    for run, state, settings in zip(mine, states, words, strict=True):
        light, dark = _colour(run)
        name = (
            f"<span class='swatch' style='background: light-dark({light}, {dark})'></span>"
            f"{'📌 ' if run.pinned else ''}{escape(titles[run.id])}"
        )
        values = [escape(settings[name] or say("none")) for name in differing]
        marked = [f"<td class='differs'><span>{value}</span></td>" for value in values]
        results = (
            f"{count_parameters(run.network):,}",
            f"{state.epoch}",
            duration(state.seconds),
            _best(state),
        )
        plain = [f"<td>{result}</td>" for result in results]
        rows.append(f"<tr><td>{name}</td>{''.join(marked)}{''.join(plain)}</tr>")
    header = "".join(f"<th>{escape(head)}</th>" for head in heads)
    st.html(f"<div class='ds-runs'><table><tr>{header}</tr>{''.join(rows)}</table></div>")
    same = [
        say("{setting}: {value}", setting=say(name), value=value)
        for name, value in words[0].items()
        if name not in differing and value
    ]
    if len(mine) > 1:
        start = (
            say("The settings that differ are marked.") if differing else say("No setting differs.")
        )
        alike = say("The same in all: {settings}.", settings=" · ".join(same))
        st.caption(paragraph(start, alike))


def _best(state: RunState) -> str:
    scores = [each for each in state.history if np.isfinite(each.validation.loss)]
    if not scores:
        return "–"
    best = max(scores, key=lambda each: each.validation.accuracy)
    return say(
        "{accuracy:.1%} (epoch {epoch})",
        accuracy=best.validation.accuracy,
        epoch=best.epoch,
    )


def _actions(mine: Sequence[Run], current: Run) -> None:
    """Rename, pin, delete one run, or let all pages show its network."""
    titles, ids = _titles(mine), [run.id for run in mine]
    begin = of_page(Comparing).run or current.id
    with st.container(border=True):
        chosen = st.selectbox(
            say("Run"),
            ids,
            index=ids.index(begin) if begin in ids else 0,
            format_func=lambda identifier: titles.get(identifier, ""),
            key=f"compare_run_{titles}",  # a new one shows a new name
        )
        of_page(Comparing).run = chosen
        run = next(run for run in mine if run.id == chosen)
        mine_to_steer = may_steer(run)
        if mine_to_steer:
            _rename(run)
        with st.container(horizontal=True, key="run_actions"):
            here = shown_run()
            if st.button(
                say("Show on all pages"),
                icon=":material/visibility:",
                key="use",
                disabled=here is not None and here.id == run.id,
                help=say(
                    "Draw, Feature maps, Filters and all others then show this run's network.",
                ),
            ):
                show_run(run.id)
                st.rerun()
            if mine_to_steer and st.button(
                say("Unpin") if run.pinned else say("Pin"),
                icon=":material/keep:",
                key="pin",
                help=say("A pinned run stands first, is kept for good and cannot be deleted."),
            ):
                run.pinned = not run.pinned
                st.rerun()
            if st.button(
                say("Delete") if mine_to_steer else say("Take off my list"),
                icon=":material/delete:",
                key="delete",
                disabled=run.pinned and mine_to_steer,
                help=say("Undo brings it back, until the page is loaded anew."),
            ):
                delete_run(run)
                st.rerun()


def _rename(run: Run) -> None:
    now = name_words(title_of(run))
    key = f"name_{run.id}_{language()}"  # a given name is another one in another language
    title = st.text_input(say("Name"), now, max_chars=LONGEST_TITLE, key=key)
    title = " ".join(title.split())
    if not title:
        st.caption(
            say(
                "A run needs a name: it is still called {title}.",
                title=plain(now),
            )
        )
    elif title in {name_words(title_of(other)) for other in my_runs() if other is not run}:
        st.caption(
            say(
                "Another run is called {title}: this one keeps its name.",
                title=plain(title),
            )
        )
    elif title != now:
        run.rename(title)
        st.rerun()

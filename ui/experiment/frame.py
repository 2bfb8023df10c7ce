"""What stands around every experiment: guess, settings, Run, progress, result, and its limits.

A page fills in an `ExperimentPage` and calls `show`. The result of an earlier measurement that
comes with the app stands there at once, and says so; what is measured here takes its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Generic, TypeVar

import streamlit as st

from model.experiments import Experiment, ExperimentName, Inputs, Part, Settings
from model.experiments.measured import Measured, measured
from model.experiments.study import Study, StudyFault, StudyPhase, StudyState
from ui.experiment.guess import Guess, ask_guess, gate_is_open, given
from ui.locale import date_text, say, say_many
from ui.locale.sentence import paragraph
from ui.state.ask import WAITING_ICON, ready, waiting_words
from ui.state.links import copy_link
from ui.state.my_runs import my_mark
from ui.state.reason_words import reason_words
from ui.state.session import session, studies
from ui.style.csv_table import csv_text

S = TypeVar("S", bound=Settings)

TICK = 0.5
"""Seconds between two looks at an experiment under way."""


@dataclass(frozen=True)
class Result:
    """What a page draws from.

    Attributes:
        parts: the finished ones, in the order of the plan.
        complete: whether they are all.
        guess: the person's; None where the gate was opened without.
        here: whether they were measured on this machine; else they came with the app, with few of
            their arrays or none.
    """

    parts: Sequence[Part]
    complete: bool
    guess: float | None
    here: bool


@dataclass(frozen=True)
class ExperimentPage(Generic[S]):
    """One page.

    Attributes:
        experiment: what is measured.
        title: of the page; in English, like all words here: marked with `to_say`.
        guess: what is asked first.
        controls: draws the settings and returns them, and what the experiment is given.
        result: draws the figures, the main one first, and says what they tell.
        reference: the paper and its figure, and why ours differs. Markdown.
        not_shown: two sentences on what this does not show.
        more: draws what stands below: a game, a deed. None for nothing.
    """

    experiment: Experiment[S]
    title: str
    guess: Guess
    controls: Callable[[], tuple[S, Inputs]]
    result: Callable[[S, Result], None]
    reference: str
    not_shown: str
    more: Callable[[S, Result], None] | None = None

    @property
    def name(self) -> ExperimentName:
        """Of the experiment and its page."""
        return self.experiment.name  # type: ignore[return-value]  # names.py lists it


def show(page: ExperimentPage[S]) -> None:
    """Draw the whole page below its title and lesson."""
    moving = session().picks.get(_moving(page)) is True
    st.fragment(_page, run_every=TICK if moving else None, key=f"{page.name}_page")(page, moving)


def _moving(page: ExperimentPage[S]) -> str:
    """Names, among this person's picks, whether the experiment changed by itself when drawn."""
    return f"{page.name}_moving"


def _page(page: ExperimentPage[S], was_moving: bool) -> None:
    left, right = st.columns([1, 2.3], gap="large")
    with left:
        ask_guess(page.name, page.guess)
        if not (gate_is_open() or given(page.name, page.guess) is not None):
            st.caption(
                say("First guess, then see. The result is there as soon as you have guessed.")
            )
            with right:
                _closed()
            return
        with st.expander(say("Settings"), icon=":material/tune:"):
            settings, inputs = page.controls()
        study = studies().of(page.experiment, settings, inputs)
        state = study.state(_who())
        _steer(page, study, state)
    with right:
        _result(page, study, state)
    if was_moving != state.moving:
        session().picks[_moving(page)] = state.moving
        st.rerun()


def _closed() -> None:
    with st.container(border=True, height=320, vertical_alignment="center"):
        st.markdown(
            ":material/lock: " + say("The chart opens with your guess."), text_alignment="center"
        )


def _result(page: ExperimentPage[S], study: Study, state: StudyState) -> None:
    """The figures, where they come from, what they do not show, and the files to keep."""
    known = measured(page.experiment)
    guess = given(page.name, page.guess)
    if state.parts:
        result = Result(state.parts, state.phase is StudyPhase.COMPLETE, guess, True)
        page.result(study.settings, result)
    elif known is not None:
        result = Result(known.parts, True, guess, False)
        page.result(known.settings, result)
    else:
        result = Result((), False, guess, True)
        st.info(say("Nothing is measured with these settings yet."), icon=":material/science:")
    _about(state, known, study)
    if page.more is not None:
        page.more(study.settings, result)
    st.caption(say("**What this does not show.** {not_shown}", not_shown=say(page.not_shown)))
    st.caption(say("**To compare.** {reference}", reference=say(page.reference)))
    with st.container(horizontal=True):
        if result.parts:
            st.download_button(
                say("Table (CSV)"),
                partial(table_csv, result.parts),
                f"{page.name}.csv",
                "text/csv",
                icon=":material/download:",
                key=f"{page.name}_csv",
                on_click="ignore",
            )
        copy_link(guess_first=True)


def _steer(page: ExperimentPage[S], study: Study, state: StudyState) -> None:
    """The bar with its button, and why it stands still where one must know."""
    if state.moving:
        st.progress(state.share, text=progress_words(state))
        if st.button(say("Cancel"), icon=":material/close:", key=f"{page.name}_cancel"):
            if not study.cancel(_who()):
                st.toast(say("Another person is looking at this experiment: it goes on for them."))
            st.rerun()
        return
    if state.phase is StudyPhase.FAILED:
        st.warning(fault_words(state), icon=WAITING_ICON)
    if state.phase is StudyPhase.COMPLETE:
        return
    if not ready():
        st.info(waiting_words(), icon=WAITING_ICON)
        return
    words = say("Go on") if state.parts else say("Run it here")
    if st.button(words, icon=":material/play_arrow:", type="primary", key=f"{page.name}_run"):
        study.begin()
        study.wait(0.3, len(state.parts) + 1)
        st.rerun()


def _about(state: StudyState, known: Measured | None, study: Study) -> None:
    """Where the figures on screen come from."""
    if state.parts:
        words = [
            say(
                "Measured here: {measured} of {all} measurements.",
                measured=len(state.parts),
                all=state.count,
            )
        ]
        if not state.kept:
            words.append(
                say("They are gone when the server ends: this computer's disk takes nothing.")
            )
    elif known is not None:
        words = [
            say(
                "Measured by us on {date} ({machine}, {seconds:.0f} s). Run it here, and "
                "your own figures take their place.",
                date=date_text(date.fromisoformat(known.date)),
                machine=machine_words(known.machine),
                seconds=known.seconds,
            )
        ]
        if known.settings != study.settings:
            words.append(say("These figures have the default settings."))
    else:
        return
    st.caption(paragraph(*words))


def machine_words(machine: str) -> str:
    """A computer in words; what `model.experiments.measured.machine` has not written stays."""
    processor, _, cores = machine.rpartition(", ")
    count = cores.removesuffix(" cores").removesuffix(" core")
    if not (processor and cores != count and count.isdecimal()):
        return machine
    return say_many(
        "{processor}, {count} core", "{processor}, {count} cores", int(count), processor=processor
    )


def progress_words(state: StudyState) -> str:
    """What stands above the bar."""
    figures = {"measured": len(state.parts), "all": state.count}
    if state.phase is StudyPhase.WAITING:
        if state.place is None:
            return say("{measured} of {all} measured, waiting for its turn", **figures)
        return say(
            "{measured} of {all} measured, waiting for its turn (place {place} in the queue)",
            place=state.place,
            **figures,
        )
    seconds = state.seconds_left
    if seconds is None:
        return say("{measured} of {all} measured", **figures)
    if seconds < 90:
        return say(
            "{measured} of {all} measured, about {seconds} s left",
            seconds=max(5, 5 * round(seconds / 5)),
            **figures,
        )
    return say(
        "{measured} of {all} measured, about {minutes} min left",
        minutes=round(seconds / 60),
        **figures,
    )


def fault_words(state: StudyState) -> str:
    """Why an experiment has failed, in a sentence."""
    match state.fault:
        case StudyFault.ENDS_WORKERS:
            return say(
                "The worker that measures ended several times. Perhaps the memory of this computer "
                "is too small: close other programs, and press Go on. Finished parts are kept."
            )
        case StudyFault.FAULT | None:
            return say(
                "A fault in the app ended this experiment. Finished parts are kept: press Go on. "
                "The server's log says more."
            )
        case reason:
            return reason_words(reason)


def table_csv(parts: Sequence[Part]) -> str:
    """All figures: a line a part, a column for each name that occurs."""
    names = list(dict.fromkeys(name for part in parts for name in part.values))
    rows = ((part.key, *(part.values.get(name) for name in names)) for part in parts)
    return csv_text(("part", *names), rows)


def _who() -> str:
    """This person, among those who look at an experiment: the same one after a reload."""
    return my_mark() or str(id(session()))

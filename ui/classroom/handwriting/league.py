"""The teacher's side of a league: begin it, see how many have handed in, end it, show who won."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from model.classroom.digits.handwriting import WrittenDigit
from model.classroom.digits.league import (
    PARAMETERS,
    SECONDS,
    League,
    begin_league,
    end_league,
    league_of,
    show_league,
)
from model.classroom.reasons import ClassError
from model.classroom.view import ClassView, view_class
from ui.classroom.channel.parts import PLACES
from ui.classroom.handwriting.training import enough
from ui.classroom.switch import switch
from ui.locale import number_text, say
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words, name_words
from ui.style.words import duration, percent

LOOK_SECONDS = 3.0
"""Between two looks at who has handed in."""


def league(view: ClassView, written: Sequence[WrittenDigit]) -> None:
    """Draw the tab.

    Args:
        view: of the class.
        written: the digits that count.
    """
    now = league_of(database(), view.id)
    if now is None:
        st.markdown(
            say(
                "Whose network reads the class best? All learn from the same digits of "
                "your class, with as many parameters and seconds. **One digit of five "
                "stays with you until the end**: on those the networks are compared.",
            )
        )
        _begin(view, written)
    elif not now.ended:
        st.fragment(_under_way, run_every=LOOK_SECONDS, key="league_under_way")(view.id)
        if st.button(say("End the league"), type="primary", key="end_league"):
            end_league(database(), view.id)
            st.rerun()
    else:
        _result(view, now)
        with st.expander(say("Another league")):
            _begin(view, written)


def _begin(view: ClassView, written: Sequence[WrittenDigit]) -> None:
    if not enough(written):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parameters = st.selectbox(
            say("Parameters at most"),
            PARAMETERS,
            index=1,
            format_func=number_text,
            key="league_parameters",
            width=200,
        )
        seconds = st.selectbox(
            say("Seconds of training"), SECONDS, index=1, key="league_seconds", width=200
        )
        begin = st.button(say("Begin the league"), type="primary", key="begin_league")
    st.caption(say("Students find “For the league” on their page Train, and hand in from there."))
    if begin:
        begin_league(database(), view.id, written, parameters, seconds)
        st.rerun()


def _under_way(class_id: str) -> None:
    try:
        now, view = league_of(database(), class_id), view_class(database(), class_id)
    except ClassError as error:
        st.warning(class_words(error.reason))
        return
    if now is None or view is None:
        return
    st.markdown(
        say(
            "**{entries} of {students}** have handed a network in. All learn from {training} "
            "digits, with {parameters:,} parameters and {seconds} seconds at most; {test} "
            "digits are held back.",
            entries=len(now.entries),
            students=len(view.students),
            training=now.training,
            parameters=now.parameters,
            seconds=now.seconds,
            test=now.test,
        )
    )


def _result(view: ClassView, ended: League) -> None:
    names = {each.id: name_words(each.name) for each in view.students}
    if not ended.entries:
        st.info(say("Nobody has handed a network in."))
        return
    st.markdown(say("Digits that were held back: **{test}**.", test=ended.test))
    heads = (
        *(say("Rank"), say("Network of"), say("Read rightly"), say("Parameters")),
        say("Training"),
    )
    rows = [
        (
            place,
            names.get(student) or say("somebody"),
            f"{entry.right} ({percent(entry.right / ended.test)})",
            number_text(entry.parameters),
            duration(entry.seconds),
        )
        for place, student, entry in ended.ranking
    ]
    lines = [heads, ("---",) * len(heads), *rows]
    st.markdown("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines))
    st.caption(
        say(
            "With {test} digits one more or less is chance: networks that differ by two or "
            "three are about as good as each other.",
            test=ended.test,
        )
    )
    switch(
        say("Show it on the projector"),
        "league_shown",
        ended.shown,
        partial(show_league, database(), view.id),
        say("The first {count} places, whenever no question is there.", count=PLACES),
    )

"""Correcting the network: digits kept with their right label, and the lesson that they make."""

import numpy as np
import streamlit as st

from model.runs.lesson import Lesson, LessonPhase, LessonState
from model.training.rehearsal import BATCHES, Correction
from ui.components.curves import Line, curves
from ui.components.maps import map_grid
from ui.locale import say, say_many, to_say
from ui.locale.sentence import paragraph
from ui.state.reason_words import reason_words
from ui.state.session import ChosenDigit, session
from ui.state.shown_network import begin_lesson, network, show_taught, untaught
from ui.style.colours import DARK, LIGHT

ANCHOR = "teach"
TICK = 0.5
"""Seconds between two redraws while a lesson runs."""

YOURS = (LIGHT.training, DARK.training)
UNSEEN = (LIGHT.validation, DARK.validation)
PHASE_WORDS = {
    LessonPhase.STARTING: to_say("The lesson begins. The first one takes some seconds longer."),
    LessonPhase.TEACHING: to_say("Teaching: batch {batch} of {batches}"),
    LessonPhase.DONE: to_say("Done."),
    LessonPhase.CANCELLED: to_say("Cancelled. Nothing was changed."),
    LessonPhase.FAILED: to_say("It could not go on."),
}


def correct(digit: ChosenDigit) -> None:
    """Let the person say which digit it really was; it is kept with that label."""
    mine = session()
    if digit.label is not None:
        st.caption(say("Test digits are never taught: they measure what the network can do."))
        return
    count = len(mine.kept) + len(mine.kept_before)  # a fresh row of buttons after each correction
    label = st.pills(
        say("Wrong? It was a …"),
        range(10),
        key=f"was_{count}",
        wrap=True,
        help=say("Keeps this digit with the label that you give it, to teach the network below."),
    )
    if label is not None:
        others = [each for each in mine.kept if not np.array_equal(each.pixels, digit.pixels)]
        _keep((*others, Correction(digit.pixels, int(label))))
        st.rerun()
    _what_became_of_it(digit)


def _kept_as(digit: ChosenDigit) -> int | None:
    """The label with which this very digit is kept; None: it is not."""
    kept = session().kept
    return next((e.label for e in kept if np.array_equal(e.pixels, digit.pixels)), None)


def _what_became_of_it(digit: ChosenDigit) -> None:
    """Beside the answer: that a correction is kept, and what teaching has gained and cost."""
    mine, label = session(), _kept_as(digit)
    taught = mine.taught is not None and mine.shown_id == mine.taught.id
    if label is None and not taught:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="kept_here"):
        if label is not None:
            kept = say(":material/check: Kept as a **{label}**.", label=label)
            st.markdown(kept, width="content")
        if taught and mine.lesson is not None:
            st.markdown(cost_words(mine.lesson.state()), width="content")
        st.markdown(f"[{say('Teach it')}](#{ANCHOR})", width="content")  # its buttons stand there


def cost_words(state: LessonState) -> str:
    """What a lesson has gained and what it has cost, in a sentence; empty where not measured."""
    if state.test_before is None or state.test_after is None:
        return ""
    points = 100 * (state.test_after - state.test_before)
    change = (
        say("{points:+.1f} points", points=points).replace("-", "−")
        if round(points, 1)
        else say("no change")
    )
    return say(
        "Of your digits it reads {corrected:.0%} rightly now; of 500 test digits "
        "{after:.1%} ({change}).",
        corrected=state.skills[-1].corrected,
        after=state.test_after,
        change=change,
    )


def teach() -> None:
    """Show the kept digits and the lesson; redraws itself while the lesson runs."""
    mine = session()
    if not mine.kept and not mine.kept_before and mine.taught is None:
        return
    st.header(say("Teach it"), anchor=ANCHOR)
    moving = mine.lesson is not None and mine.lesson.state().moving
    st.fragment(_section, run_every=TICK if moving else None, key="teaching")(moving)


def _section(was_moving: bool) -> None:
    mine = session()
    _kept_digits()
    if mine.lesson is None:
        return
    state = mine.lesson.state()
    _lesson(mine.lesson, state)
    new = state.network
    if new is not None and (mine.taught is None or mine.taught.network is not new):
        show_taught(new, mine.lesson.base)
        st.rerun()
    if state.moving != was_moving:
        st.rerun()


def _kept_digits() -> None:
    """The digits kept so far, and what can be done with them."""
    mine = session()
    pick = None
    if mine.kept:
        pick = map_grid(
            np.stack([each.pixels for each in mine.kept], axis=2),
            key=f"kept_{len(mine.kept)}",
            scale=1.0,
            size=56,
            bar=False,
            labels=[say("a {digit}", digit=each.label) for each in mine.kept],
        )
    else:
        st.caption(say("No digit is kept. Give one its right label above."))
    busy = mine.lesson is not None and mine.lesson.state().moving
    with st.container(horizontal=True, key="teach_buttons"):
        start = st.button(
            say_many("Teach it {count} digit", "Teach it {count} digits", len(mine.kept)),
            type="primary",
            icon=":material/school:",
            disabled=busy or not mine.kept,
            key="teach",
        )
        remove = st.button(
            say("Remove the selected one"),
            icon=":material/delete:",
            disabled=busy or pick is None,
            key="teach_remove",
        )
        undo = st.button(
            say("Undo"),
            icon=":material/undo:",
            disabled=busy or not mine.kept_before,
            key="teach_undo",
            help=say("Takes the last change of this list back."),
        )
        forget = st.button(
            say("Undo the teaching"),
            icon=":material/history:",
            disabled=busy or mine.taught is None,
            key="untaught",
            help=say("Shows the network as it was before its last lesson."),
        )
    if start:
        mine.lesson = begin_lesson(mine.kept, _base())
    if remove and pick is not None:
        _keep(mine.kept[: pick.channel] + mine.kept[pick.channel + 1 :])
    if undo:
        mine.kept = mine.kept_before.pop()
    if forget:
        untaught()
        mine.lesson = None
    if start or remove or undo or forget:
        st.rerun()


def _keep(kept: tuple[Correction, ...]) -> None:
    mine = session()
    mine.kept_before.append(mine.kept)
    mine.kept = kept


def _base() -> str:
    """What the network that is shown was called before it was taught anything here."""
    mine = session()
    taught = mine.taught
    if taught is not None and mine.shown_id == taught.id:
        return taught.base
    return network().origin


def _lesson(lesson: Lesson, state: LessonState) -> None:
    if state.phase is LessonPhase.FAILED:
        st.error(paragraph(reason_words(state.detail), say("Nothing was changed.")))
        return
    words = say(PHASE_WORDS[state.phase], batch=len(state.losses), batches=BATCHES)
    st.progress(state.share, text=words)
    if state.moving:
        if st.button(say("Cancel"), icon=":material/close:", key="teach_cancel"):
            lesson.cancel()
            st.rerun()
    elif state.test_before is not None and state.test_after is not None:
        _before_and_after(state)
    _charts(state)


def _before_and_after(state: LessonState) -> None:
    first, last = state.skills[0], state.skills[-1]
    before, after = state.test_before or 0.0, state.test_after or 0.0
    with st.grid("auto", min_column_width=180):
        st.metric(
            say("Your digits read rightly"),
            f"{last.corrected:.0%}",
            say("{points:+.0f} points", points=100 * (last.corrected - first.corrected)),
            delta_color="off",
        )
        st.metric(say("500 test digits, before"), f"{before:.1%}")
        st.metric(
            say("500 test digits, after"),
            f"{after:.1%}",
            say("{points:+.1f} points", points=100 * (after - before)),
            delta_color="off",
        )
    st.caption(
        say(
            "The taught network is now the one on all pages; the top row names it. Every "
            "batch had 8 of your digits and 24 training digits, so that it does not forget "
            "the others.",
        )
    )


def _charts(state: LessonState) -> None:
    batches = np.arange(1, len(state.losses) + 1, dtype=np.float32)
    at = np.array([skill.batch for skill in state.skills], np.float32)
    yours = np.array([skill.corrected for skill in state.skills], np.float32)
    unseen = np.array([skill.unseen for skill in state.skills], np.float32)
    left, right = st.columns(2)
    with left:
        curves(
            [Line(say("Each batch"), batches, state.losses, YOURS, faint=True)],
            key="teach_loss",
            title=say("Loss"),
            x_label=say("batch"),
            y_label=say("loss"),
            height=200,
            empty=say("Nothing yet"),
        )
    with right:
        curves(
            [
                Line(say("Your digits"), at, yours, YOURS),
                Line(say("500 validation digits"), at, unseen, UNSEEN, dashed=True),
            ],
            key="teach_accuracy",
            title=say("Read rightly"),
            x_label=say("batch"),
            y_label=say("share read rightly"),
            y_format="percent",
            y_range=(0.0, 1.02),
            height=200,
            empty=say("Nothing yet"),
        )

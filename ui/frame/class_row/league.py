"""A student in the league of their class: train under its conditions, and hand a network in."""

from dataclasses import replace

import streamlit as st

from model.classroom.digits.league import Entry, League, epoch_in_time, hand_network_in, league_of
from model.classroom.digits.training_sets import kept_set
from model.classroom.lifecycle import Member
from model.classroom.reasons import ClassError
from model.interpretability.embedding import features_of
from model.network import NetworkConfig, count_parameters
from model.runs import Run
from model.training.config import TrainingConfig
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.state.ask import ask
from ui.state.classroom.seat import ClassSeats
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words
from ui.state.my_runs import may_steer
from ui.state.session import of_page


def my_league() -> tuple[League, Member] | None:
    """The league of this student's class; None for everybody else, and where there is none."""
    seat = of_page(ClassSeats).student
    if seat is None or seat.one is None:
        return None
    try:
        league = league_of(database(), seat.class_id)
    except ClassError:  # the database is away, and has logged it: the next run offers the league
        return None
    return None if league is None else (league, seat.one)


def competing() -> bool:
    """Whether a league of this student's class is under way."""
    mine = my_league()
    return mine is not None and not mine[0].ended


def for_league(network: NetworkConfig, settings: TrainingConfig) -> TrainingConfig | str | None:
    """Offer a training for the league, on the page Train.

    Args:
        network: that was chosen.
        settings: that were chosen.

    Returns:
        The settings with the class's digits; a sentence where the network is too large; None where
        there is no league, or the student trains for themselves.
    """
    mine = my_league()
    if mine is None or mine[0].ended:
        return None
    league = mine[0]
    chosen = st.toggle(say("For the league"), value=True, key=f"for_league_{league.id}")
    st.caption(
        say(
            "All learn from the same {training} digits of your class. A network may have "
            "{parameters:,} parameters, and what counts is what it is after {seconds} "
            "seconds of training.",
            training=league.training,
            parameters=league.parameters,
            seconds=league.seconds,
        )
    )
    if not chosen:
        return None
    count = count_parameters(network)
    if count > league.parameters:
        return say(
            "This network has {count:,} parameters, {parameters:,} are allowed. Take "
            "fewer filters or dense units.",
            count=count,
            parameters=league.parameters,
        )
    return replace(settings, data="embedded", images=league.training, own=league.set_id)


def hand_in(run: Run) -> None:
    """Offer to hand in a network that was trained for the league, and say how it ended."""
    mine = my_league()
    if mine is None or run.settings.own != mine[0].set_id or not may_steer(run):
        return
    league, one = mine
    given = league.entries.get(one.student_id)
    if league.ended:
        _ended(league, one)
        return
    count = count_parameters(run.network)
    if count > league.parameters:  # it was trained for an earlier league with the same digits
        st.caption(
            say(
                "This network has {count:,} parameters, and the league allows "
                "{parameters:,}. Train a smaller one for it.",
                count=count,
                parameters=league.parameters,
            )
        )
        return
    state = run.state()
    epoch, seconds = epoch_in_time(state.history, run.epochs, league.seconds)
    with st.container(horizontal=True, vertical_alignment="center", key="league"):
        pressed = st.button(
            say("Hand in to the league"),
            icon=":material/emoji_events:",
            key="league_hand_in",
            disabled=epoch == 0,
        )
        words = [
            say("The first epoch must end in time.")
            if epoch == 0
            else say(
                "The network after epoch {epoch}, {seconds:.0f} s of training.",
                epoch=epoch,
                seconds=seconds,
            )
        ]
        if given is not None:
            words.append(
                say(
                    "Handed in: epoch {epoch}, {parameters:,} parameters.",
                    epoch=given.epoch,
                    parameters=given.parameters,
                )
            )
        st.caption(paragraph(*words), width="content")
    if pressed:
        _evaluate(run, league, one, epoch, seconds)


def _evaluate(run: Run, league: League, one: Member, epoch: int, seconds: float) -> None:
    network = run.network_at(epoch)
    if network is None:
        st.warning(say("This network cannot answer: its weights have diverged."))
        return
    try:
        test = kept_set(database(), league.set_id).test
        found = ask(features_of, network, test)
        if found is None:
            return
        right = int((found.probabilities.argmax(axis=1) == test.labels).sum())
        entry = Entry(right, count_parameters(run.network), seconds, epoch)
        hand_network_in(database(), one.class_id, one.student_id, league.id, entry)
    except ClassError as error:
        st.warning(class_words(error.reason))
        return
    st.rerun()


def _ended(league: League, one: Member) -> None:
    for place, student, entry in league.ranking:
        if student == one.student_id:
            st.success(
                say(
                    "The league has ended. Your network reads {right} of {test} digits "
                    "that no network had seen: place {place} of {count}.",
                    right=entry.right,
                    test=league.test,
                    place=place,
                    count=len(league.entries),
                )
            )
            return
    st.info(say("The league has ended. You have handed no network in."))

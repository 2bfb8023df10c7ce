"""Test digits to pick from: no network of this app has learned from them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from model.data import mnist
from model.files.digit_text import digit_from_text
from ui.components.maps import map_grid
from ui.locale import say, to_say
from ui.locale.sentence import Sentence
from ui.state.address import kept, newly
from ui.state.answers import misread_test_digits
from ui.state.picks import news
from ui.state.properties import DIGIT, INK
from ui.state.session import ChosenDigit, of_page

OFFERED = 40
"""Test digits on offer at a time."""


@dataclass
class LastPick:
    """The place among the test digits of the one that was picked last, in any gallery."""

    place: int | None = None


def picked_test_digit(key: str) -> ChosenDigit | None:
    """Offer test digits, which no network of this app has learned from.

    Args:
        key: names the gallery on its page; `LastPick` is that of all of them.

    Returns:
        What was picked just now; None when nothing was.
    """
    last, test = of_page(LastPick), mnist.embedded().test
    label = st.pills(
        say("Show only"), range(10), key=f"{key}_label", persist_state="session", wrap=True
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        surprise = st.button(say("Surprise me"), icon=":material/casino:", key=f"{key}_surprise")
        hard = st.toggle(
            say("Only those the network gets wrong"), key=f"{key}_wrong", persist_state="session"
        )
    places = np.arange(len(test)) if label is None else np.flatnonzero(test.labels == label)
    if hard:
        wrong = misread_test_digits()
        places = places[:0] if wrong is None else np.intersect1d(places, wrong)
        if wrong is not None:
            st.caption(
                say(
                    "It gets {wrong} of the {all} test digits wrong.",
                    wrong=len(wrong),
                    all=len(test),
                )
            )
    if not len(places):
        st.caption(say("There is none to show."))
        return None
    if surprise:
        last.place = int(np.random.default_rng().choice(places))
    shown = places[:: max(1, len(places) // OFFERED)][:OFFERED]
    grid = f"{key}_gallery_{label}_{hard}"  # another choice is another grid: its picks are its own
    here = np.flatnonzero(shown == last.place)
    pick = map_grid(
        test.take(shown).inputs().transpose(1, 2, 0),
        key=grid,
        scale=1.0,
        size=44,
        bar=False,
        labels=[str(test.labels[place]) for place in shown],
        selected=int(here[0]) if len(here) else None,
    )
    new = news(grid, pick)
    if new is not None:
        last.place = int(shown[new.channel])
    elif not surprise:
        return None
    return test_digit(last.place) if last.place is not None else None


LINKED = Sentence(to_say("the drawing of a link"))
TEST_DIGIT = to_say("test digit {place}, a {truth}")


def linked_digit() -> ChosenDigit | None:
    """The digit that the address names, once after each arrival by one that does."""
    asked_place, asked_ink = newly(DIGIT), newly(INK)
    place, ink = kept(DIGIT), kept(INK)
    if asked_ink and ink is not None:
        return ChosenDigit(digit_from_text(ink), LINKED)
    return test_digit(place) if asked_place and place is not None else None


def told_ink(digit: ChosenDigit | None) -> str | None:
    """What the address goes on to say of a drawing that came with it: the tab has no other copy."""
    return kept(INK) if digit is not None and digit.origin == LINKED else None


def test_digit(place: int) -> ChosenDigit:
    """One of the embedded test digits."""
    test = mnist.embedded().test
    truth = int(test.labels[place])
    pixels = test.take(np.array([place])).inputs()[0]
    words = Sentence(TEST_DIGIT, {"place": place, "truth": truth})
    return ChosenDigit(pixels, words, truth, place)

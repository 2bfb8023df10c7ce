"""The guess before the result: a slider, or one of some answers. It opens the gate.

People who say what they expect learn from a demonstration; who only watch hardly do (Crouch, Fagen,
Callan and Mazur 2004, "Classroom demonstrations: learning tools or entertainment?", American
Journal of Physics 72, 835).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import streamlit as st

from model.experiments import ExperimentName
from ui.frame.class_row.ask_here import ask_here
from ui.locale import ENGLISH, number_text, say, speaking
from ui.state.address import keep, kept
from ui.state.picks import keep_option
from ui.state.properties import GATE, GUESS

PARTS = 4
"""Answers that a class chooses from where one person moves a slider."""


def share_words(share: float) -> str:
    """A share of 1 in whole percent: how most sliders are said."""
    return number_text(share, ".0%")


@dataclass(frozen=True)
class Slider:
    """A guess that is a number."""

    question: str  # in English, like all words of a guess: marked with `to_say`
    low: float
    high: float
    step: float
    start: float
    words: Callable[[float], str]  # how the number is said

    def ask(self, key: str) -> float:
        """Draw the slider and return where it stands."""
        whole = all(float(each).is_integer() for each in (self.low, self.high, self.step))
        values = [self.low + self.step * n for n in range(self._steps + 1)]
        values = [round(value) if whole else round(value, 9) for value in values]
        start = min(values, key=lambda value: abs(value - self.start))
        found = st.select_slider(
            say(self.question), values, start, format_func=self.words, key=f"{key}_slider"
        )
        return float(found)

    @property
    def _steps(self) -> int:
        return round((self.high - self.low) / self.step)

    def parse(self, text: str) -> float | None:
        """The guess of a text; None when it is none."""
        try:
            value = float(text)
        except ValueError:
            return None
        return value if self.low <= value <= self.high else None

    def said(self, value: float) -> str:
        """The guess in words."""
        return self.words(value)


def share_slider(question: str, low: float) -> Slider:
    """A guess that is a share, of 1: from `low` to all."""
    return Slider(question, low, 1.0, 0.01, 0.5, share_words)


@dataclass(frozen=True)
class Choice:
    """A guess that is one of some answers, told by its place."""

    question: str
    answers: tuple[str, ...]

    def ask(self, key: str) -> float | None:
        """Draw the answers and return the place of the chosen one."""
        keep_option(f"{key}_choice")
        found = st.radio(
            say(self.question), self.answers, index=None, format_func=say, key=f"{key}_choice"
        )
        return None if found is None else float(self.answers.index(found))

    def parse(self, text: str) -> float | None:
        """The guess of a text; None when it is none."""
        known = text.isascii() and text.isdigit() and len(text) < 3
        return float(text) if known and int(text) < len(self.answers) else None

    def said(self, value: float) -> str:
        """The guess in words."""
        return say(self.answers[int(value)])


Guess = Slider | Choice


def given(name: ExperimentName, guess: Guess) -> float | None:
    """What this person has guessed; None before."""
    pairs = kept(GUESS)
    text = dict(pairs).get(name)
    return None if text is None else guess.parse(text)


def gate_is_open() -> bool:
    """Whether a teacher's link has opened the gate: no guess is needed."""
    return kept(GATE)


def as_question(guess: Guess) -> tuple[str, tuple[str, ...]]:
    """A guess as a question that a class can answer, in English: a slider's range in four parts."""
    if isinstance(guess, Choice):
        return guess.question, guess.answers
    steps = round((guess.high - guess.low) / guess.step)
    bounds = [guess.low + guess.step * round(steps * part / PARTS) for part in range(PARTS + 1)]
    with speaking(ENGLISH):
        words = [guess.words(bound) for bound in bounds]
    return guess.question, tuple(f"{low}–{high}" for low, high in pairwise(words))


def ask_guess(name: ExperimentName, guess: Guess) -> None:
    """Ask for the guess, or say what it was; a teacher may ask the class for it."""
    _ask_guess(name, guess)
    ask_here("ask_gate", *as_question(guess), None)


def _ask_guess(name: ExperimentName, guess: Guess) -> None:
    value = given(name, guess)
    if value is not None:
        st.markdown(
            say(
                "{question}  \n**Your guess: {said}**",
                question=say(guess.question),
                said=guess.said(value),
            )
        )
        return
    found = guess.ask(name)
    pressed = st.button(
        say("This is my guess"),
        icon=":material/lock_open:",
        type="primary",
        key=f"{name}_guess",
        disabled=found is None,
        help=say("The experiment can be run when you have guessed."),
    )
    if pressed and found is not None:
        text = f"{found:g}"
        others = [pair for pair in kept(GUESS) if pair[0] != name]
        keep({GUESS: (*others, (name, text))})
        st.rerun()

"""Which digit is followed where there are several, and what the network says of it."""

import numpy as np
import streamlit as st

from model.evaluation.verdict import Judgement, Verdict, judge, judge_pass, number
from model.network.activations import ForwardPass
from model.network.digit_detector import detector
from ui.components.maps import map_grid
from ui.digit.answer import whole_number
from ui.digit.sources import Found
from ui.state.answers import look_inside, read_digits, rules
from ui.state.links import news
from ui.state.session import ChosenDigit, session


def followed(found: Found) -> int:
    """Return the place of the digit to follow; where there are several, show and offer them."""
    if len(found.pixels) == 1:
        return 0
    verdicts = _verdicts(found)
    if verdicts is None:
        return found.followed
    whole_number(number(verdicts, found.boxes))
    pick = map_grid(
        np.stack(found.pixels, axis=2),
        key="digits",
        scale=1.0,
        size=56,
        bar=False,
        labels=[_label(place, verdict) for place, verdict in enumerate(verdicts, start=1)],
        selected=found.followed,
    )
    st.caption("Click a digit to follow it through the app.")
    new = news("digits", pick)
    if new is not None and new.channel != found.followed:
        found.follow(new.channel)
        st.rerun()  # the outline above follows, too
    return found.followed


def read(digit: ChosenDigit, *, finished: bool = True) -> tuple[ForwardPass, Verdict] | None:
    """Send a digit through the network; all pages speak about it from now on.

    Args:
        digit: what to read.
        finished: whether the pen is lifted.

    Returns:
        None when the engine is away; a sentence on the page then says so.
    """
    session().digit = digit
    inside = look_inside(digit)
    return None if inside is None else (inside, judge_pass(inside, rules(), finished=finished))


def _verdicts(found: Found) -> list[Verdict] | None:
    said = read_digits(np.stack(found.pixels))
    if said is None:
        return None
    measured = rules()
    rows = zip(said.probabilities, detector().likeness(np.stack(found.pixels)), strict=True)
    return [judge(row, float(like), measured, finished=found.finished) for row, like in rows]


def _label(place: int, verdict: Verdict) -> str:
    if verdict.judgement is Judgement.STRANGE:
        return f"{place}: ?"
    return f"{place}: {verdict.digit}{'' if verdict.judgement is Judgement.SURE else '?'}"

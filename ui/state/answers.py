"""What the shown network says, each asked once and kept."""

import numpy as np
import streamlit as st

from model.data.mnist import Selection
from model.engine import EngineError, engine
from model.evaluation.metrics import answers
from model.evaluation.verdict import Rules, rules_for
from model.network import Network
from model.network.activations import ForwardPass, Reading, forward_pass, read
from ui.state.session import ChosenDigit, session
from ui.state.shown_network import network


def look_inside(digit: ChosenDigit) -> ForwardPass | None:
    """Send a digit through the network; a sentence on the page and None when the engine fails.

    The last result is kept, so that a rerun with the same digit and network costs nothing.
    """
    mine, current = session(), network()
    key = (current.fingerprint, digit.pixels.tobytes())
    if mine.last_pass is None or mine.last_pass[0] != key:
        state = engine().state
        if state.phase != "ready":  # say so at once; the sidebar runs the page again when it is
            st.info(state.sentence, icon=":material/hourglass_top:")
            return None
        try:
            mine.last_pass = (key, engine().run(forward_pass, current, digit.pixels))
        except EngineError as error:
            st.warning(str(error), icon=":material/hourglass_top:")
            return None
    return mine.last_pass[1]


@st.cache_resource(max_entries=32, show_spinner=False)
def _rules(fingerprint: str, _network: Network) -> Rules:
    return engine().run(rules_for, _network)


def read_digits(pictures: np.ndarray) -> Reading | None:
    """What the shown network says of several digits, (n, 28, 28); None while the engine is away."""
    if engine().state.phase != "ready":
        return None
    try:
        return engine().run(read, network(), pictures)
    except EngineError:
        return None


def misread_test_digits() -> np.ndarray | None:
    """The places of the test digits that the shown network misreads; None without the engine."""
    mine, current = session(), network()
    if mine.wrong is None or mine.wrong[0] != current.fingerprint:
        if engine().state.phase != "ready":
            return None
        test = Selection(part="test")
        try:
            shares = engine().run(answers, current, test)
        except EngineError:
            return None
        wrong = np.flatnonzero(shares.argmax(axis=1) != test.digits().labels)
        mine.wrong = (current.fingerprint, wrong)
    return mine.wrong[1]


def rules() -> Rules | None:
    """The rules of the shown network's verdicts, measured once; None while the engine is away."""
    current = network()
    if engine().state.phase != "ready":
        return None
    try:
        return _rules(current.fingerprint, current)
    except EngineError:
        return None

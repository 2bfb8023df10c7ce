"""What the shown network says, each asked once and kept."""

import numpy as np

from model.data.mnist import Selection
from model.evaluation.metrics import probabilities_of
from model.evaluation.reading import known_rules
from model.evaluation.verdict import Rules
from model.network.activations import ForwardPass, forward_pass
from ui.locale import say
from ui.state.ask import ask
from ui.state.session import ChosenDigit
from ui.state.shown_network import network


def look_inside(digit: ChosenDigit) -> ForwardPass | None:
    """Send a digit through the network; a sentence on the page and None while that cannot be."""
    return ask(forward_pass, network(), digit.pixels, spinner=say("Reading the digit …"))


def misread_test_digits() -> np.ndarray | None:
    """The places of the test digits that the shown network misreads; None without the engine."""
    test = Selection(part="test")
    shares = ask(probabilities_of, network(), test, for_everybody=True, quiet=True)
    return None if shares is None else np.flatnonzero(shares.argmax(axis=1) != test.digits().labels)


def rules() -> Rules | None:
    """The rules of the shown network's verdicts, measured once; None while the engine is away."""
    return ask(known_rules, network(), for_everybody=True, quiet=True)

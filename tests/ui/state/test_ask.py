"""One call to the engine: what a page sees while it waits, after a fault, and later."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model.engine import (
    EngineError,
    EngineFault,
    EngineLost,
    EngineState,
    InlineEngine,
    using_engine,
)
from model.network import Network
from model.network.shipped import shipped
from ui.state.ask import ask, ask_in_background


class Faults:
    """What comes instead of the work while it is set; counts the work that was begun."""

    def __init__(self) -> None:
        self.error: EngineError | None = None
        self.done = 0

    def __call__(self, *work: object) -> None:
        if self.error is not None:
            raise self.error
        self.done += 1


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def engine(faults: Faults) -> Iterator[InlineEngine]:
    with using_engine(InlineEngine(before=faults)) as here:
        yield here


def brightness(network: Network, digit: np.ndarray, offset: float) -> float:
    return float(digit.sum()) + offset + 0 * len(network.weights)


def page(*args: object) -> None:
    from tests.ui.state.test_ask import show

    show(*args)  # type: ignore[arg-type]


def show(network: Network, digit: np.ndarray, quiet: bool, for_everybody: bool) -> None:
    found = ask(brightness, network, digit, 1.5, quiet=quiet, for_everybody=for_everybody)
    st.text(str(found))


def opened(network: Network, value: float, *, quiet: bool = False, all_: bool = False) -> AppTest:
    digit = np.full((28, 28), value, np.float32)
    return AppTest.from_function(page, args=(network, digit, quiet, all_), default_timeout=60)


def test_a_page_says_what_it_waits_for_and_shows_the_answer_when_it_is_there(
    engine: InlineEngine, faults: Faults
) -> None:
    app = opened(shipped(), 0.0)
    engine.state = EngineState("warming")
    app.run()
    assert (app.text[0].value, len(app.info)) == ("None", 1)
    engine.state = EngineState("ready")
    app.run()
    assert (app.text[0].value, len(app.info)) == ("1.5", 0)
    engine.state = EngineState("restarting")  # what was answered is still known
    app.run()
    assert (app.text[0].value, len(app.info), faults.done) == ("1.5", 0, 1)


def test_a_fault_is_one_sentence_and_the_next_run_asks_again(
    engine: InlineEngine, faults: Faults
) -> None:
    app = opened(shipped(), 0.25)
    faults.error = EngineError(EngineFault.SLOW)
    app.run()
    assert not app.exception
    assert (app.text[0].value, len(app.warning)) == ("None", 1)
    faults.error = None
    app.run()
    assert (app.text[0].value, len(app.warning)) == ("197.5", 0)


def test_a_quiet_page_says_nothing(engine: InlineEngine, faults: Faults) -> None:
    app = opened(shipped(), 0.0, quiet=True)
    engine.state = EngineState("warming")
    app.run()
    engine.state, faults.error = EngineState("ready"), EngineLost()
    app.run()
    assert (app.text[0].value, len(app.info), len(app.warning)) == ("None", 0, 0)


def test_an_answer_of_ones_own_is_kept_in_the_session_alone(
    engine: InlineEngine, faults: Faults
) -> None:
    opened(shipped(), 0.5).run()
    opened(shipped(), 0.5).run()
    assert faults.done == 2


def test_what_is_the_same_for_everybody_is_asked_once_a_server(
    engine: InlineEngine, faults: Faults
) -> None:
    network = shipped()
    for origin in ("one", "another"):  # the same weights, so the same network
        assert opened(replace(network, origin=origin), 0.75, all_=True).run().text
    assert faults.done == 1
    opened(network, 1.0, all_=True).run()
    weights = {name: values + 1 for name, values in network.weights.items()}
    opened(replace(network, weights=weights), 0.75, all_=True).run()
    assert faults.done == 3


def test_what_cannot_be_told_apart_is_refused(engine: InlineEngine, faults: Faults) -> None:
    with pytest.raises(TypeError, match="SimpleNamespace"):
        ask(str, SimpleNamespace())


def test_in_the_background_nothing_waits_and_a_fault_is_begun_anew(
    engine: InlineEngine, faults: Faults
) -> None:
    engine.state = EngineState("warming")
    assert ask_in_background(abs, -7) is None
    engine.state, faults.error = EngineState("ready"), EngineLost()
    assert ask_in_background(abs, -7) is None
    faults.error = None
    assert ask_in_background(abs, -7) == 7

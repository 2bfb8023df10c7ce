import time

import numpy as np
import pytest

from model.engine import EngineError, EngineFault, InlineEngine
from model.network import Network, NetworkConfig, weight_shapes
from model.runs.watch import EVERY, Watch
from model.training.probe import probe, probe_digits

SMALL = NetworkConfig(filters=(4,), dense_units=8)


def network(seed: int = 0, bias: float = 0.0) -> Network:
    chance = np.random.default_rng(seed)
    weights = {
        name: np.full(shape, bias, np.float32)
        if name.endswith("bias")
        else chance.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in weight_shapes(SMALL).items()
    }
    return Network(SMALL, weights, "made up")


def test_the_first_ten_digits_are_one_of_each_class_and_never_change() -> None:
    found = probe_digits()
    assert found.labels[:10].tolist() == list(range(10))
    assert len(found) == 100
    assert len({image.tobytes() for image in found.images}) == 100


def test_probabilities_are_those_of_the_ten_digits() -> None:
    from model.network.forward import probabilities

    answer = probe(network())
    expected = probabilities(network(), probe_digits().inputs()[:10])
    np.testing.assert_allclose(answer.probabilities, expected, atol=1e-6)


def test_dead_neurons_are_counted_by_layer() -> None:
    made_up = network()
    weights = dict(made_up.weights)
    bias = weights["conv1/bias"].copy()
    bias[:3] = -100.0  # three of four filters give zero whatever they see
    weights["conv1/bias"] = bias
    dead = probe(Network(SMALL, weights, "three dead")).dead
    assert dead["conv1"] == pytest.approx(0.75)
    assert set(dead) == {"conv1", "dense"}
    assert probe(network(bias=100.0)).dead["conv1"] == 0.0


class Asked(InlineEngine):
    """Keeps the networks that it is asked about, and answers unless it is told to fail."""

    def __init__(self) -> None:
        super().__init__(before=self._note)
        self.networks: list[Network] = []
        self.fails = False

    def _note(self, work: object, asked: Network) -> None:
        self.networks.append(asked)
        if self.fails:
            raise EngineError(EngineFault.SLOW)


def wait_for(condition) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_watch_asks_once_a_second_and_never_about_what_it_knows() -> None:
    engine, first, second = Asked(), network(1), network(2)
    probe(first)  # TensorFlow compiles: an answer that took a second would not be asked too early
    watch = Watch(engine)
    assert watch.look(first) is None
    wait_for(lambda: watch.knows(first))
    assert not watch.knows(second)
    watch.look(second)  # too early
    time.sleep(0.1)
    assert engine.networks == [first]
    time.sleep(EVERY)
    answer = watch.look(second)
    assert answer is not None
    assert answer.network is first  # the old answer, at once
    wait_for(lambda: watch.knows(second))
    time.sleep(EVERY)
    watch.look(second)
    time.sleep(0.1)
    assert engine.networks == [first, second]


def test_a_watch_outlives_an_engine_that_is_away() -> None:
    engine, asked = Asked(), network()
    engine.fails = True
    watch = Watch(engine)
    watch.look(asked)
    wait_for(lambda: len(engine.networks) == 1)
    engine.fails = False
    time.sleep(EVERY)
    watch.look(asked)
    wait_for(lambda: watch.knows(asked))

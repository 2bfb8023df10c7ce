import threading

import numpy as np
import pytest

from model.engine import EngineError, EngineFault, InlineEngine
from model.network import Network, NetworkConfig, weight_shapes
from model.runs.watch import EVERY, THREAD, Watch
from model.training.probe import Probe, probe, probe_digits

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


class Watching:
    """A watch whose clock stands still until it is moved."""

    def __init__(self) -> None:
        self.engine, self.now = Asked(), 100.0
        self.watch = Watch(self.engine, clock=lambda: self.now)

    def look(self, network: Network) -> Probe | None:
        """Look, and wait until what was asked for is answered."""
        answer = self.watch.look(network)
        for thread in threading.enumerate():
            if thread.name == THREAD:
                thread.join()
        return answer


def test_a_watch_asks_once_a_second_and_never_about_what_it_knows() -> None:
    watching, first, second = Watching(), network(1), network(2)
    assert watching.look(first) is None
    assert watching.watch.knows(first)
    assert not watching.watch.knows(second)
    watching.now += EVERY * 0.9  # too early
    watching.look(second)
    assert watching.engine.networks == [first]
    watching.now += EVERY * 0.2
    answer = watching.look(second)
    assert answer is not None
    assert answer.network is first  # the old answer, at once
    assert watching.watch.knows(second)
    watching.now += EVERY
    watching.look(second)
    assert watching.engine.networks == [first, second]


def test_a_watch_outlives_an_engine_that_is_away() -> None:
    watching, asked = Watching(), network()
    watching.engine.fails = True
    watching.look(asked)
    assert watching.engine.networks == [asked]
    watching.engine.fails = False
    watching.now += EVERY
    watching.look(asked)
    assert watching.watch.knows(asked)

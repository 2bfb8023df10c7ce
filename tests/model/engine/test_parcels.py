"""What travels to a worker and back: networks go once, then by name."""

import pickle
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.engine.parcels import (
    KEPT,
    KnownNetworks,
    Raised,
    SentNetworks,
    Unknown,
    answer,
    opened,
    pack,
)
from model.network import Network, NetworkConfig
from tests.noise import noise_network

COURSE = NetworkConfig()
TINY = NetworkConfig((), dense_units=2)


@dataclass(frozen=True)
class Told:
    """As `Probe`: an answer that names the network it is about."""

    network: Network
    total: float


def some_network(config: NetworkConfig = COURSE, seed: int = 1) -> Network:
    return noise_network(config, seed)


def tell(network: Network, sign: float = 1.0) -> Told:
    return Told(network, sign * float(sum(array.sum() for array in network.weights.values())))


def retold(told: list[Told]) -> list[Told]:
    return [tell(each.network) for each in told]


def renamed(network: Network) -> Network:
    return Network(network.config, network.weights, "another origin")


def spoil(network: Network) -> None:
    next(iter(network.weights.values()))[:] = 0


def open_missing(network: Network) -> bytes:
    return Path("there is no such file").read_bytes()


def size(body: bytes, carried: Mapping[Any, Network]) -> int:
    return len(pickle.dumps((body, carried)))


def test_a_network_goes_once_and_then_by_its_name() -> None:
    network, sent, known = some_network(), SentNetworks(), KnownNetworks()
    sizes = []
    for _ in range(2):
        body, networks = pack((tell, (network,), {"sign": -1.0}))
        carried = sent.carry("a worker", networks)
        sizes.append(size(body, carried))
        told = opened(answer(body, carried, known), networks)
        assert told.total == tell(network, sign=-1.0).total
        assert told.network is network
    assert sizes[0] > 370_000
    assert sizes[1] < 1_000


def test_networks_inside_of_other_values_go_by_name_as_well() -> None:
    networks = [some_network(), some_network(seed=2)]
    body, named = pack((retold, ([tell(each) for each in networks],), {}))
    assert len(body) < 2_000
    known = KnownNetworks()
    known.keep(named)
    reply = answer(body, {}, known)
    assert isinstance(reply, bytes)
    assert len(reply) < 2_000
    assert [told.network for told in opened(reply, named)] == networks


def test_a_worker_that_does_not_know_a_network_says_so_and_does_nothing() -> None:
    network, known = some_network(TINY), KnownNetworks()
    body, networks = pack((tell, (network,), {}))
    assert answer(body, {}, known) == Unknown()
    assert opened(answer(body, networks, known), networks).network is network
    assert isinstance(answer(body, {}, known), bytes)


def test_the_same_weights_of_another_origin_keep_their_origin() -> None:
    first = some_network(TINY)
    second = renamed(first)
    known = KnownNetworks()
    body, networks = pack((retold, ([tell(first), tell(second)],), {}))
    told = opened(answer(body, networks, known), networks)
    assert [each.network.origin for each in told] == [first.origin, "another origin"]
    body, networks = pack((renamed, (first,), {}))
    assert opened(answer(body, {}, known), networks).origin == "another origin"


def test_what_a_worker_keeps_cannot_be_changed_by_any_work() -> None:
    network, known = some_network(TINY), KnownNetworks()
    body, networks = pack((spoil, (network,), {}))
    carried = pickle.loads(pickle.dumps(networks))  # as it arrives in a worker
    with pytest.raises(ValueError, match="read-only"):
        opened(answer(body, carried, known), networks)


def test_the_network_that_was_asked_about_longest_ago_is_forgotten() -> None:
    known, sent = KnownNetworks(), SentNetworks()
    bodies = []
    for seed in range(KEPT + 1):
        body, networks = pack((tell, (some_network(TINY, seed=seed),), {}))
        bodies.append((body, networks))
        known.keep(sent.carry("a worker", networks))
        assert isinstance(answer(bodies[0][0], {}, known), bytes)  # the first is asked about again
        assert not sent.carry("a worker", bodies[0][1])
    assert answer(bodies[1][0], {}, known) == Unknown()
    assert sent.carry("a worker", bodies[1][1])
    assert not sent.carry("a worker", bodies[0][1])
    assert sent.carry("another worker", bodies[0][1])


def fail_with(error: Exception) -> None:
    raise error


def fail_oddly() -> None:
    raise KeyError("odd", threading.Lock())  # no lock can be pickled


@pytest.mark.parametrize("error", [ValueError("no"), NameError("result"), TimeoutError("late")])
def test_whatever_the_work_raises_is_a_reply_with_its_traceback(error: Exception) -> None:
    body, networks = pack((fail_with, (error,), {}))
    reply = pickle.loads(pickle.dumps(answer(body, networks, KnownNetworks())))
    with pytest.raises(type(error), match=str(error)) as raised:
        opened(reply, networks)
    assert "in fail_with" in "".join(raised.value.__notes__)


def test_an_exception_that_cannot_travel_still_says_what_it_was() -> None:
    body, networks = pack((fail_oddly, (), {}))
    reply = pickle.loads(pickle.dumps(answer(body, networks, KnownNetworks())))
    with pytest.raises(RuntimeError, match=r"KeyError: .'odd'") as raised:
        opened(reply, networks)
    assert "in fail_oddly" in "".join(raised.value.__notes__)


def test_an_oserror_of_the_work_is_a_reply() -> None:
    body, networks = pack((open_missing, (some_network(TINY),), {}))
    reply = answer(body, networks, KnownNetworks())
    assert isinstance(reply, Raised)
    with pytest.raises(FileNotFoundError):
        opened(reply, networks)


def test_arrays_come_back_as_they_are() -> None:
    picture = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
    body, networks = pack((np.negative, (picture,), {}))
    result = opened(answer(body, {}), networks)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, -picture)

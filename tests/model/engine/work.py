"""Work for an engine with real processes: its workers import this module, as those of `model`."""

import os
import signal
import time
import weakref
from pathlib import Path
from typing import ClassVar

import numpy as np
from distributed import Worker, get_worker
from threadpoolctl import threadpool_info

from model.network import Network, NetworkConfig
from model.training.trainer import Trainer
from tests.noise import noise_network
from tests.waiting import wait_until


def squares(numbers: np.ndarray) -> np.ndarray:
    return numbers * numbers


def refuse() -> None:
    raise ValueError("expected 28×28, got 3×3")


def read_missing_file() -> str:
    return Path("there is no such file").read_text()


def print_a_lot() -> int:
    return os.write(1, b"more than a pipe holds\n" * 10_000)


def die_at_first(marker: str) -> str:
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second try"


def die_always() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hoard(count: int = 150_000_000, kept: list[bytes] = []) -> int:  # noqa: B006 - it is to last
    kept.append(b"x" * count)
    return os.getpid()


def itself(network: Network) -> Network:
    return network


def sleep_at(process: int, seconds: float) -> int:
    """Sleep if this is that process; the process that did it."""
    if os.getpid() == process:
        time.sleep(seconds)
    return os.getpid()


def some_network(seed: int) -> Network:
    return noise_network(NetworkConfig(), seed)


def wait_for(path: str) -> None:
    wait_until(Path(path).exists, 600, f"{path} is there")


def write_when(gate: str, path: str) -> None:
    wait_for(gate)
    Path(path).write_text("ran")


class Counter:
    alive: ClassVar["weakref.WeakSet[Counter]"] = weakref.WeakSet()

    def __init__(self, start: int) -> None:
        if start < 0:
            raise ValueError("a counter starts at 0 or above")
        self.value = start
        Counter.alive.add(self)

    def add(self, amount: int = 1) -> int:
        self.value += amount
        return self.value

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def wait_for(self, path: str) -> None:
        wait_for(path)

    def read_missing_file(self) -> str:
        return read_missing_file()


def weigh(network: Network) -> float:
    return float(sum(array.sum() for array in network.weights.values()))


class Scales:
    def __init__(self, network: Network) -> None:
        self.network = network

    def weigh(self) -> float:
        return weigh(self.network)

    def heavier(self, other: Network) -> Network:
        return max(self.network, other, key=weigh)


def blas_threads() -> set[int]:
    np.ones((64, 64)) @ np.ones((64, 64))
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def own_address() -> str:
    address: str = get_worker().address
    return address


def living_counters() -> int:
    return len(Counter.alive)


def trainers(dask_worker: Worker) -> int:
    """How many trainings live in a worker: Dask gives it to a function that asks by this name."""
    slots = dask_worker.state.actors.values()
    return sum(isinstance(getattr(slot, "_held", None), Trainer) for slot in slots)

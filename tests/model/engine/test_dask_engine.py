"""The engine with real processes: what it answers, and who can reach it."""

import asyncio
import errno
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from distributed.core import rpc

from model.engine import DaskEngine, EngineError, EngineFault, EngineLost
from model.engine.certificates import Certificate, new_certificate, security
from model.engine.connection import Link
from model.engine.parcels import Networks, SentNetworks
from model.engine.protocol import LOOK
from tests.model.engine.neighbour import neighbour
from tests.model.engine.processes import certificate_of, processes_of
from tests.model.engine.work import (
    Counter,
    Scales,
    blas_threads,
    hoard,
    itself,
    living_counters,
    own_address,
    print_a_lot,
    read_missing_file,
    refuse,
    some_network,
    squares,
    weigh,
    write_when,
)
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


def test_run_returns_what_the_function_returns(engine: DaskEngine) -> None:
    numbers = np.arange(784, dtype=np.float32).reshape(28, 28)
    result = engine.run(squares, numbers)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, numbers * numbers)
    assert engine.run(os.getpid) != os.getpid()
    assert engine.run(int, "ff", base=16) == 255
    assert engine.state.phase == "ready"


def test_an_exception_of_the_work_comes_back_as_it_is(engine: DaskEngine) -> None:
    with pytest.raises(ValueError, match="expected 28×28, got 3×3"):
        engine.run(refuse)
    with pytest.raises(FileNotFoundError):  # an OSError, as Dask's own troubles are
        engine.run(read_missing_file)
    with pytest.raises(FileNotFoundError):
        engine.submit(read_missing_file).result(30)


@pytest.mark.parametrize("kind", [UnboundLocalError, AttributeError, RuntimeError])
def test_a_fault_of_waiting_is_not_a_fault_of_the_work(
    engine: DaskEngine, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    begin, faults = Link.begin, [kind("result")]

    def broken(self: Link, coming: Any) -> Future[Any]:
        if not faults:
            return begin(self, coming)
        failed: Future[Any] = Future()
        failed.set_exception(faults.pop())
        return failed

    monkeypatch.setattr(Link, "begin", broken)
    assert engine.run(math.sqrt, 9.0) == 3.0
    assert not faults
    counter = engine.actor(Counter, 0)
    faults.append(kind("result"))
    with pytest.raises(EngineLost) as lost:
        counter.call(Counter.add)
    assert isinstance(lost.value.__cause__, kind)
    counter.close()


def test_eight_threads_at_once(engine: DaskEngine) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda n: engine.run(math.factorial, n), range(80)))
    assert results == [math.factorial(n) for n in range(80)]


def test_printing_does_not_stop_a_worker(engine: DaskEngine) -> None:
    assert engine.run(print_a_lot) > 0


def test_an_actor_keeps_its_state(engine: DaskEngine) -> None:
    first, second = engine.actor(Counter, 10), engine.actor(Counter, start=0)
    assert first.call(Counter.add) == 11
    assert first.call(Counter.add, amount=5) == 16
    assert second.call(Counter.add) == 1
    with pytest.raises(ValueError, match="starts at 0"):
        engine.actor(Counter, -1)
    with pytest.raises(FileNotFoundError):
        first.call(Counter.read_missing_file)
    assert first.call(Counter.add) == 17


def test_a_closed_actor_is_dropped_by_its_worker(engine: DaskEngine) -> None:
    def living() -> int:
        return engine.submit(living_counters).result(30)

    wait_until(lambda: living() == 0, 10, "nobody holds those of other tests")
    counter = engine.actor(Counter, 0)
    assert living() == 1
    counter.close()
    wait_until(lambda: living() == 0, 10, "the closed one is dropped")
    with pytest.raises(EngineLost):
        counter.call(Counter.add)


def test_sixty_threads_at_once_get_their_answers_and_nothing_else(engine: DaskEngine) -> None:
    barrier = threading.Barrier(60)

    def ask(number: int) -> list[int]:
        barrier.wait()
        pending = engine.submit(math.factorial, number)
        return [engine.run(math.factorial, number), pending.result(120)]

    with ThreadPoolExecutor(60) as threads:
        for _ in range(5):
            answers = list(threads.map(ask, range(60)))
            assert answers == [[math.factorial(n)] * 2 for n in range(60)]


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of weights that were sent along with each request."""
    sizes: list[int] = []
    carry = SentNetworks.carry

    def counted(self: SentNetworks, worker: str, networks: Networks) -> Networks:
        new = carry(self, worker, networks)
        sizes.append(sum(a.nbytes for network in new.values() for a in network.weights.values()))
        return new

    monkeypatch.setattr(SentNetworks, "carry", counted)
    return sizes


def test_the_weights_of_a_network_travel_once(engine: DaskEngine, carried: list[int]) -> None:
    first, second = some_network(1), some_network(2)
    for network in (first, second):
        assert [engine.run(weigh, network) for _ in range(3)] == [weigh(network)] * 3
    assert carried == [93_322 * 4, 0, 0] * 2
    carried.clear()
    pending = [engine.submit(weigh, first) for _ in range(3)]
    assert [each.result(30) for each in pending] == [weigh(first)] * 3
    assert carried == [93_322 * 4, 0, 0]
    scales = engine.actor(Scales, first)
    carried.clear()
    for _ in range(2):
        assert scales.call(Scales.weigh) == weigh(first)
        assert scales.call(Scales.heavier, second) == max(first, second, key=weigh)
    assert carried == [0, 93_322 * 4, 0, 0]
    assert engine.run(itself, first) is first


def test_a_fresh_worker_asks_for_the_weights(engine: DaskEngine, carried: list[int]) -> None:
    network = some_network(3)
    assert engine.submit(weigh, network).result(30) == weigh(network)
    old = engine.submit(os.getpid).result(30)
    os.kill(old, signal.SIGKILL)
    carried.clear()
    assert engine.submit(weigh, network).result(60) == weigh(network)
    assert engine.submit(os.getpid).result(30) != old
    assert carried == [0, 0]  # we thought that the worker knew it; it asked
    assert engine.actor(Scales, network).call(Scales.weigh) == weigh(network)


def test_workers_multiply_with_one_thread(engine: DaskEngine) -> None:
    assert engine.run(blas_threads) == {1}
    assert engine.submit(blas_threads).result(60) == {1}


def test_a_busy_actor_does_not_hold_up_an_answer(engine: DaskEngine, tmp_path: Path) -> None:
    counter = engine.actor(Counter, 0)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(counter.call, Counter.wait_for, str(tmp_path / "gate"))
        try:
            assert engine.run(math.sqrt, 9.0) == 3.0
            assert not busy.done()
        finally:
            (tmp_path / "gate").touch()
        busy.result(30)


def test_what_was_cancelled_before_it_began_never_runs(engine: DaskEngine, tmp_path: Path) -> None:
    gate = str(tmp_path / "gate")
    first = engine.submit(write_when, gate, str(tmp_path / "first"))
    second = engine.submit(write_when, gate, str(tmp_path / "second"))
    third = engine.submit(write_when, gate, str(tmp_path / "third"))
    second.cancel()
    assert second.done()
    with pytest.raises(EngineError, match=EngineFault.CANCELLED):
        second.result(1)
    with pytest.raises(EngineError, match=EngineFault.SLOW):
        first.result(0.5)
    Path(gate).touch()
    first.result(30)
    third.result(30)
    assert third.done()
    assert (tmp_path / "first").exists()
    assert not (tmp_path / "second").exists()


def test_too_slow_an_answer_is_given_up(engine: DaskEngine) -> None:
    with pytest.raises(EngineError, match=EngineFault.SLOW):
        engine.within(0.2).run(time.sleep, 1.0)
    assert engine.run(math.sqrt, 9.0) == 3.0


@pytest.mark.slow
def test_a_worker_that_has_grown_is_replaced_without_a_break(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(LOOK, "0.2")
    engine = DaskEngine(warm_up=False)  # nothing in this test loads TensorFlow: it would grow by it
    engine.start()
    wait_until(lambda: engine.answering == 2, 300, "both workers answer")  # or the other might
    old = engine.run(os.getpid)
    guest = engine.actor(Counter, 7)
    answering: list[int] = []
    phases: set[str] = set()

    def replaced() -> bool:
        answering.append(engine.run(os.getpid))
        phases.add(engine.state.phase)
        if answering[-1] == old and len(answering) % 50 == 0:
            engine.run(hoard)
        return answering[-1] != old

    wait_until(replaced, 120, "another worker answers")
    wait_until(lambda: replaced() and not psutil.pid_exists(old), 30, "the old one has ended")
    assert phases == {"ready"}
    assert set(answering) == {old, answering[-1]}
    assert guest.call(Counter.add) == 8  # the other worker has nothing to do with it
    engine.close()


def listening(engine: DaskEngine) -> list[Any]:
    """The addresses on which the engine's processes listen: the scheduler's and two workers'."""
    found = [
        connection.laddr
        for process in processes_of(engine)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(found) >= 3
    return found


def test_every_port_is_open_to_this_machine_only(engine: DaskEngine) -> None:
    assert {port.ip for port in listening(engine)} == {"127.0.0.1"}


def test_another_machine_reaches_none_of_them(engine: DaskEngine) -> None:
    with neighbour() as other, socket.create_server(("0.0.0.0", 0)) as open_to_all:
        assert other.knock([open_to_all.getsockname()[1]]) == [0]
        ports = [port.port for port in listening(engine)]
        assert set(other.knock(ports)) == {errno.ECONNREFUSED}


@pytest.mark.parametrize("port", ["the scheduler", "a worker"])
def test_nobody_without_the_certificate_can_use_a_port(engine: DaskEngine, port: str) -> None:
    assert engine.address is not None
    address = engine.address if port == "the scheduler" else engine.submit(own_address).result(30)
    assert address.startswith("tls://")

    async def call(secret: Certificate | None, address: str) -> object:
        arguments = security(secret).get_connection_args("client") if secret else {}
        async with rpc(address, timeout=1, connection_args=arguments) as stranger:
            return await stranger.identity()

    own = Certificate(*certificate_of(engine))
    assert asyncio.run(call(own, address))
    before_comm = "before comm was established"
    with pytest.raises(OSError, match=before_comm):
        asyncio.run(call(new_certificate(), address))
    with pytest.raises(OSError, match=before_comm):
        asyncio.run(call(None, address.replace("tls://", "tcp://")))


def test_a_cluster_that_exists_is_used(
    engine: DaskEngine, monkeypatch: pytest.MonkeyPatch, cluster_settings: None
) -> None:
    assert engine.address is not None
    monkeypatch.setenv("DIGITSCOPE_SCHEDULER", engine.address)
    other = DaskEngine()
    other.start()
    wait_until(lambda: other.answering == engine.answering == 2, 60, "both have both workers")
    assert other.run(os.getpid) == engine.run(os.getpid)
    assert other.actor(Counter, 1).call(Counter.add) == 2
    network = some_network(4)
    assert [other.run(weigh, network), engine.run(weigh, network)] == [weigh(network)] * 2
    other.close()
    with pytest.raises(EngineError, match=EngineFault.CLOSED):
        other.run(os.getpid)
    assert engine.run(math.sqrt, 9.0) == 3.0


def test_start_returns_at_once_and_loads_nothing_heavy() -> None:
    program = (
        "import sys; import model.engine; "
        "print([name for name in ('dask', 'distributed', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


TAKE_AND_GIVE = """
import os, resource, sys
from model.engine import server
if "undo" in sys.argv:
    server.keep_freed_memory()
for n in range(6):
    if n == 1:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(1 << 23)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is about Linux' C library")
def test_a_worker_of_a_cluster_keeps_what_it_has_freed() -> None:
    def page_faults(*words: str) -> int:
        command = [sys.executable, "-c", TAKE_AND_GIVE, *words]
        environment = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}  # as Dask sets it
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert page_faults() > 5 * 2000  # each block of 8 MB is new each time
    assert page_faults("undo") < 100


MANY_ASK = """
import threading
from concurrent.futures import ThreadPoolExecutor
from model.engine import DaskEngine, engine

started = []
DaskEngine.start = lambda self: started.append(self)
barrier = threading.Barrier(8)


def first(_):
    barrier.wait()
    return engine()

with ThreadPoolExecutor(8) as threads:
    engines = list(threads.map(first, range(8)))
print(len(set(map(id, engines))), len(started))
"""


def test_the_app_has_one_engine() -> None:
    result = subprocess.run(
        [sys.executable, "-c", MANY_ASK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["1", "1"]

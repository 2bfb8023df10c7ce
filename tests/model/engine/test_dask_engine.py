"""The engine with real processes: what it answers, what it survives, and that it leaves nothing."""

import asyncio
import contextlib
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import dask
import numpy as np
import psutil
import pytest
from distributed import get_worker
from distributed.core import rpc
from threadpoolctl import threadpool_info

import model.engine
import model.engine.connection
import model.engine.dask_engine
from model.engine import DaskEngine, EngineError, EngineFault, EngineLost
from model.engine.certificates import Certificate, new_certificate, security
from model.engine.connection import Link, open_link
from model.engine.parcels import Networks, SentNetworks
from model.engine.slot import SlotHandle, open_slot
from model.network import Network, NetworkConfig, weight_shapes

ROOT = Path(__file__).resolve().parents[3]
HERE = str(Path(__file__).resolve().parent)


# Work for the engine. The workers import this module, as they import those of `model` in the app.


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
    chance = np.random.default_rng(seed)
    shapes = weight_shapes(NetworkConfig()).items()
    weights = {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes}
    return Network(NetworkConfig(), weights, "test")


def wait_for(path: str) -> None:
    while not Path(path).exists():
        time.sleep(0.01)


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


# The tests.


@pytest.fixture(scope="module")
def engine() -> Iterator[DaskEngine]:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = HERE
    engine = DaskEngine(warm_up=False)
    engine.start()
    assert wait_until(lambda: engine.answering == 2, 60)
    yield engine
    processes = processes_of(engine)
    engine.close()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    assert wait_until(lambda: not running(processes), 5)


def child_of(engine: DaskEngine) -> int:
    assert engine.process is not None
    return engine.process


def processes_of(engine: DaskEngine) -> list[psutil.Process]:
    child = psutil.Process(child_of(engine))
    return [child, *child.children(recursive=True)]


def running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run: a zombie has ended, its parent has only not looked."""
    alive = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


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

    assert wait_until(lambda: living() == 0, 10)  # nobody holds those of other tests any more
    counter = engine.actor(Counter, 0)
    assert living() == 1
    counter.close()
    assert wait_until(lambda: living() == 0, 10)
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
    monkeypatch.setenv("PYTHONPATH", HERE)
    engine = DaskEngine()  # warm: a cold worker grows by TensorFlow itself
    engine.start()
    assert wait_until(lambda: engine.answering == 2, 300)  # or the other worker might answer
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

    assert wait_until(replaced, 120)
    assert wait_until(lambda: replaced() and not psutil.pid_exists(old), 30)
    assert phases == {"ready"}
    assert set(answering) == {old, answering[-1]}
    assert guest.call(Counter.add) == 8  # the other worker has nothing to do with it
    engine.close()


def test_every_port_is_open_to_this_machine_only(engine: DaskEngine) -> None:
    ports = [
        connection.laddr
        for process in processes_of(engine)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(ports) >= 3  # the scheduler and two workers
    assert {port.ip for port in ports} == {"127.0.0.1"}


@pytest.fixture
def cluster_settings(engine: DaskEngine, tmp_path: Path) -> Iterator[None]:
    """Dask's settings as the environment of a cluster's machine gives them."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    for path, content in zip((certificate, key), certificate_of(engine), strict=True):
        path.write_text(content)
    tls = "distributed.comm.tls"
    settings = {
        "distributed.comm.require-encryption": True,
        f"{tls}.ca-file": str(certificate),
        f"{tls}.client.cert": str(certificate),
        f"{tls}.client.key": str(key),
    }
    with dask.config.set(settings):
        yield


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


def certificate_of(engine: DaskEngine) -> tuple[str, str]:
    assert engine._link is not None
    held = engine._link.client.security
    return held.tls_ca_file, held.tls_client_key


def test_a_cluster_that_exists_is_used(
    engine: DaskEngine, monkeypatch: pytest.MonkeyPatch, cluster_settings: None
) -> None:
    assert engine.address is not None
    monkeypatch.setenv("DIGITSCOPE_SCHEDULER", engine.address)
    other = DaskEngine()
    other.start()
    assert wait_until(lambda: other.answering == engine.answering == 2, 60)
    assert other.run(os.getpid) == engine.run(os.getpid)
    assert other.actor(Counter, 1).call(Counter.add) == 2
    network = some_network(4)
    assert [other.run(weigh, network), engine.run(weigh, network)] == [weigh(network)] * 2
    other.close()
    with pytest.raises(EngineError, match=EngineFault.CLOSED):
        other.run(os.getpid)
    assert engine.run(math.sqrt, 9.0) == 3.0


def test_an_actor_is_lost_with_its_worker_and_a_new_one_works(engine: DaskEngine) -> None:
    counter = engine.actor(Counter, 0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(counter.call, Counter.sleep, 60.0)
        assert wait_until(waiting.running, 5)
        os.kill(engine.submit(os.getpid).result(30), signal.SIGKILL)
        with pytest.raises(EngineLost):
            waiting.result(10)
    with pytest.raises(EngineLost):
        counter.call(Counter.add)
    assert engine.run(math.sqrt, 9.0) == 3.0  # the worker that answers has not noticed
    assert engine.actor(Counter, 7).call(Counter.add) == 8


def test_another_worker_answers_while_the_one_that_answers_is_started_again(
    engine: DaskEngine,
) -> None:
    assert wait_until(lambda: engine.answering == 2, 60)
    answering, training = engine.run(os.getpid), engine.submit(os.getpid).result(60)
    assert answering != training
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(engine.run, sleep_at, answering, 60.0)  # it is killed at this
        assert wait_until(asked.running, 5)
        os.kill(answering, signal.SIGKILL)
        assert asked.result(30) == training
    pids = [engine.run(os.getpid)]
    while pids[-1] == training:
        assert engine.state.phase == "ready"
        pids.append(engine.run(os.getpid))
    assert pids[0] == training
    assert pids[-1] not in {answering, training}
    assert engine.answering == 2


def test_run_tries_again_when_its_worker_dies(engine: DaskEngine, tmp_path: Path) -> None:
    assert engine.run(die_at_first, str(tmp_path / "marker")) == "second try"
    with pytest.raises(EngineLost):
        engine.run(die_always)
    assert engine.run(math.sqrt, 9.0) == 3.0


def test_a_killed_engine_is_started_again(engine: DaskEngine) -> None:
    counter = engine.actor(Counter, 0)
    pending = engine.submit(time.sleep, 60.0)
    killed = processes_of(engine)
    os.kill(killed[0].pid, signal.SIGKILL)
    assert wait_until(lambda: not running(killed), 5)
    with pytest.raises(EngineLost):
        counter.call(Counter.add)
    with pytest.raises(EngineLost):
        pending.result(5)
    assert engine.run(math.sqrt, 9.0) == 3.0
    assert child_of(engine) != killed[0].pid
    assert engine.actor(Counter, 7).call(Counter.add) == 8


def test_a_call_that_waits_survives_the_killed_engine(engine: DaskEngine) -> None:
    child = child_of(engine)
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(engine.run, math.factorial, n) for n in range(400)]
        os.kill(child, signal.SIGKILL)
        assert [answer.result(30) for answer in answers] == [math.factorial(n) for n in range(400)]
    assert child_of(engine) != child


def test_a_failed_engine_says_so_and_can_be_started_again(
    engine: DaskEngine, monkeypatch: pytest.MonkeyPatch, cluster_settings: None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(model.engine.dask_engine, "PAUSES", (0.0,))
    monkeypatch.setattr(model.engine.connection, "CONNECT_SECONDS", 0.2)
    monkeypatch.setenv("DIGITSCOPE_SCHEDULER", nobody)
    other = DaskEngine()
    with pytest.raises(EngineError, match=EngineFault.NOT_STARTED):
        other.run(math.sqrt, 4.0)
    other.start()
    with pytest.raises(EngineError, match=EngineFault.FAILED):
        other.run(math.sqrt, 4.0)
    assert other.state.phase == "failed"
    assert engine.address is not None
    monkeypatch.setattr(model.engine.connection, "CONNECT_SECONDS", 10)
    monkeypatch.setenv("DIGITSCOPE_SCHEDULER", engine.address)
    other.start()
    assert other.run(math.sqrt, 4.0) == 2.0
    other.close()


@pytest.mark.parametrize("fault", [NameError("result"), ImportError("partially initialised")])
def test_a_start_that_meets_anything_at_all_is_tried_again(
    fault: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[None] = []

    def broken(*_: object) -> None:
        tried.append(None)
        raise fault

    monkeypatch.setattr(model.engine.dask_engine, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(model.engine.dask_engine, "open_link", broken)
    engine = DaskEngine(warm_up=False)
    engine.start()
    with pytest.raises(EngineError, match=EngineFault.FAILED):
        engine.run(math.sqrt, 4.0)
    assert len(tried) == 3
    assert str(fault) in caplog.text
    assert "Traceback" in caplog.text
    monkeypatch.setattr(model.engine.dask_engine, "open_link", open_link)
    engine.start()
    assert engine.run(math.sqrt, 4.0) == 2.0
    engine.close()


def test_an_engine_that_loses_hold_of_a_worker_is_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [RuntimeError("no such slot")]

    def broken(*arguments: Any) -> SlotHandle:
        if faults:
            raise faults.pop()
        return open_slot(*arguments)

    monkeypatch.setattr(model.engine.dask_engine, "open_slot", broken)
    engine = DaskEngine(warm_up=False)
    engine.start()
    assert engine.run(math.sqrt, 4.0) == 2.0
    assert wait_until(lambda: engine.answering == 2, 60)
    assert "no such slot" in caplog.text
    engine.close()


@pytest.mark.parametrize("says", ["nothing", "noise"])
def test_a_scheduler_that_is_none_is_given_up(says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.engine.dask_engine, "PAUSES", ())
    monkeypatch.setattr(model.engine.connection, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:
        monkeypatch.setenv("DIGITSCOPE_SCHEDULER", f"tcp://127.0.0.1:{server.getsockname()[1]}")
        other = DaskEngine()
        other.start()
        connection, _ = threads.submit(server.accept).result(30)
        if says == "noise":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with pytest.raises(EngineError, match=EngineFault.FAILED):
            other.run(math.sqrt, 4.0)
        connection.close()
    other.close()


@pytest.mark.parametrize(
    "program", ["import time; time.sleep(600)", "print('hello'); import time; time.sleep(600)"]
)
def test_a_program_that_never_says_where_it_is_is_ended(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[str]] = []

    def silent(_: bool) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-u", "-c", program]
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    monkeypatch.setattr(model.engine.dask_engine, "PAUSES", ())
    monkeypatch.setattr(model.engine.connection, "_start_child", silent)
    monkeypatch.setattr(model.engine.connection, "LISTEN_SECONDS", 0.5)
    monkeypatch.setattr(model.engine.connection, "CLOSE_SECONDS", 0.1)
    other = DaskEngine()
    other.start()
    with pytest.raises(EngineError, match=EngineFault.FAILED):
        other.run(math.sqrt, 4.0)
    assert [child.poll() for child in started] == [-signal.SIGKILL]


def test_workers_that_never_come_are_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model.engine.dask_engine, "PAUSES", ())
    monkeypatch.setattr(model.engine.dask_engine, "ANSWER", "a role that no worker has")
    monkeypatch.setattr(model.engine.dask_engine, "TRAIN", "another one")
    monkeypatch.setattr(model.engine.dask_engine, "WARM_SECONDS", 0.5)
    other = DaskEngine(warm_up=False)
    other.start()
    with pytest.raises(EngineError, match=EngineFault.FAILED):
        other.run(math.sqrt, 4.0)
    assert other.process is None


PARENT = """
import time
from model.engine import DaskEngine
engine = DaskEngine(warm_up=False)
engine.start()
{then}
print("now", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("then", ["engine.run(abs, -1)", ""], ids=["ready", "starting"])
def test_nothing_is_left_of_an_engine_whose_parent_was_killed(then: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "now\n"
    family = psutil.Process(parent.pid)
    assert wait_until(lambda: bool(family.children()), 5)
    processes = family.children(recursive=True)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not running(processes), 5)


def test_start_returns_at_once_and_loads_nothing_heavy() -> None:
    program = (
        "import sys; import model.engine; "
        "print([name for name in ('dask', 'distributed', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


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

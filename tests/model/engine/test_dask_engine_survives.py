"""The engine with real processes: what it survives, and that it leaves nothing."""

import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

import model.engine
import model.engine.connection
import model.engine.dask_engine
from model.engine import DaskEngine, EngineError, EngineFault, EngineLost
from model.engine.connection import open_link
from model.engine.slot import SlotHandle, open_slot
from tests.model.engine.processes import child_of, processes_of, running
from tests.model.engine.work import Counter, die_always, die_at_first, sleep_at
from tests.model.killed import KILLS
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


def test_an_actor_is_lost_with_its_worker_and_a_new_one_works(engine: DaskEngine) -> None:
    counter = engine.actor(Counter, 0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(counter.call, Counter.sleep, 60.0)
        wait_until(waiting.running, 60, "the call is on its way")
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
    for _ in range(KILLS):
        wait_until(lambda: engine.answering == 2, 60, "both workers answer")
        answering, training = engine.run(os.getpid), engine.submit(os.getpid).result(60)
        assert answering != training
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(engine.run, sleep_at, answering, 60.0)  # it is killed at this
            wait_until(asked.running, 60, "the call is on its way")
            os.kill(answering, signal.SIGKILL)
            assert asked.result(30) == training
        pids = [engine.run(os.getpid)]
        while pids[-1] == training:
            assert engine.state.phase == "ready"
            pids.append(engine.run(os.getpid))
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
    child, helper = child_of(engine), engine.helper
    killed = [each for each in processes_of(engine) if each.pid != helper]
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not running(killed), 60, "the killed ones have ended")
    with pytest.raises(EngineLost):
        counter.call(Counter.add)
    with pytest.raises(EngineLost):
        pending.result(5)
    assert engine.run(math.sqrt, 9.0) == 3.0
    assert child_of(engine) != child
    assert engine.actor(Counter, 7).call(Counter.add) == 8
    assert engine.helper == helper  # it need not be warmed again: that takes longest of all


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are forked off nobody")
def test_an_engine_whose_helper_was_killed_is_started_again(engine: DaskEngine) -> None:
    before, helper = processes_of(engine), engine.helper
    assert helper is not None
    os.kill(helper, signal.SIGKILL)
    wait_until(lambda: not running(before), 60, "no worker is left behind")
    assert engine.run(math.sqrt, 9.0) == 3.0
    assert engine.helper not in {helper, None}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are forked off nobody")
def test_a_helper_that_forks_nothing_is_replaced(engine: DaskEngine) -> None:
    """Somebody has tidied the folder of temporary files, and with it the helper's socket."""
    wait_until(lambda: engine.answering == 2, 60, "both workers answer")
    helper = engine.helper
    assert helper is not None
    (folder,) = {
        each
        for each in psutil.Process(helper).cmdline()
        if each.startswith(f"{tempfile.gettempdir()}/digitscope-")
    }
    shutil.rmtree(folder)
    os.kill(child_of(engine), signal.SIGKILL)
    wait_until(lambda: engine.helper not in {helper, None}, 120, "there is another helper")
    assert engine.run(math.sqrt, 9.0) == 3.0


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
    wait_until(lambda: engine.answering == 2, 60, "both workers answer")
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

    def silent(*_: object) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-u", "-c", program]
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    monkeypatch.setattr(model.engine.dask_engine, "PAUSES", ())
    monkeypatch.setattr(model.engine.connection, "start_child", silent)
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
def test_nothing_is_left_of_an_engine_whose_parent_was_killed(then: str, tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "now\n"
    family = psutil.Process(parent.pid)
    wait_until(family.children, 60, "its engine's program has started")
    processes = family.children(recursive=True)
    parent.kill()
    parent.wait()
    wait_until(lambda: not running(processes), 20, "no process is left")
    assert not list(tmp_path.glob("*/helper"))  # the socket's folder

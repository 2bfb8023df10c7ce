"""Runs under real processes that are killed or replaced: nothing is lost, the curve is the same."""

import os
import signal
import time
from collections.abc import Callable
from functools import cache as kept
from pathlib import Path

import numpy as np
import psutil
import pytest

from model.engine import DaskEngine, Engine
from model.engine.protocol import LOOK
from model.network import NetworkConfig
from model.runs import Run, RunPhase, RunState
from model.runs.registry import Runs
from model.runs.store import RunFolder
from model.runs.worker_loop import WorkerLoop
from model.training.config import TrainingConfig
from model.training.trainer import Trainer
from tests.benchmarks.bench_starts import at_once
from tests.model.killed import KILLS, PATIENCE, engine_process, started, worker_that_trains
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cache")]

STARTS = 50 if "DIGITSCOPE_KILLS" in os.environ else 12

SERVER = """
import sys
from model.engine import DaskEngine
from model.network import NetworkConfig
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from tests.model.runs.test_run_survives import reached
engine = DaskEngine(warm_up=False)
engine.start()
runs = Runs(lambda: engine)
name, epochs = sys.argv[1], int(sys.argv[2])
if name == "new":
    run = runs.start("Run 1", NetworkConfig(filters=(8,)), TrainingConfig(epochs=epochs))
else:
    run = runs.get(name)
known = run.epochs
print(run.id, flush=True)
reached(run, engine, lambda state: run.epochs != known or state.phase == "finished")
print("moves", flush=True)
state = reached(run, engine, lambda state: state.phase == "finished")
run.wait_until_idle(60)
print(state.phase, state.epoch, flush=True)
engine.close()
"""
LONGER = TrainingConfig(epochs=4)
MIDDLE = NetworkConfig(filters=(8,))


@kept
def trained(settings: TrainingConfig) -> np.ndarray:
    """The losses of an undisturbed training."""
    trainer = Trainer(MIDDLE, settings)
    parts = []
    while trainer.epoch < settings.epochs:
        parts.append(trainer.advance(10).losses)
    return np.concatenate(parts)


def reached(run: Run, engine: Engine, until: Callable[[RunState], bool]) -> RunState:
    """Wait until the run is so. A pause because the engine was not up in time counts as waiting."""
    while not until(state := run.wait(lambda s: until(s) or not s.phase.moving, PATIENCE)):
        assert state.phase is RunPhase.PAUSED, state
        engine.start()  # one that gave up on a busy machine
        run.resume()
    return state


@pytest.fixture(scope="module")
def longer() -> np.ndarray:
    return trained(LONGER)


@pytest.mark.parametrize("victim", [worker_that_trains, engine_process])
def test_a_killed_process_costs_no_batch(
    victim: Callable[[DaskEngine], int], real: DaskEngine, longer: np.ndarray
) -> None:
    chance = np.random.default_rng()
    for _ in range(KILLS):
        process = victim(real)
        run = Runs(lambda: real).start("Run 1", MIDDLE, LONGER)

        def underway(state: RunState, moment: int = int(chance.integers(1, 400))) -> bool:
            return len(state.losses) >= moment

        reached(run, real, underway)
        epoch, least = run.epoch, LONGER.epochs
        os.kill(process, signal.SIGKILL)

        def finished(state: RunState) -> bool:
            nonlocal least
            least = min(least, state.epoch)
            return state.phase is RunPhase.FINISHED

        state = reached(run, real, finished)
        assert least >= epoch  # at most the epoch that ran is repeated
        assert np.array_equal(state.losses, longer)


def test_of_many_who_start_at_once_on_a_cold_engine_none_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns: list[int] = []
    train = WorkerLoop._train

    def noted(self: WorkerLoop) -> None:
        turns.append(id(self))
        train(self)

    monkeypatch.setattr(WorkerLoop, "_train", noted)
    cold = DaskEngine(warm_up=False)
    cold.start()
    bad, placed, uneven = at_once(cold, STARTS, 64, turns)
    cold.close()
    assert bad == 0
    assert placed > STARTS / 2  # they have seen their place in the queue
    assert uneven <= 3  # turns that one had before another who waited


def test_a_killed_server_loses_no_run(cache: Path) -> None:
    epochs = 1 + 3 * KILLS  # it must not end before the last kill

    chance, name = np.random.default_rng(), "new"
    families: list[psutil.Process] = []
    for _ in range(KILLS):
        server = started(SERVER, cache, name, str(epochs))
        assert server.stdout is not None
        name = server.stdout.readline().strip()
        assert server.stdout.readline() == "moves\n"
        time.sleep(chance.random() * 0.3)  # any moment is as good as another
        families += psutil.Process(server.pid).children(recursive=True)
        server.kill()
        server.wait()
        saved = RunFolder(name).load()
        assert saved is not None
        if saved.snapshot is None:  # killed before anything was there that could be lost
            assert not (cache / "runs" / name / "epoch-0001.npz").exists()
        else:
            assert len(saved.records) == saved.snapshot.epoch + 1
    server = started(SERVER, cache, name, str(epochs))
    output, _ = server.communicate(timeout=PATIENCE)
    assert output.split() == [name, "moves", "finished", str(epochs)]
    psutil.wait_procs(families, timeout=20)
    saved = RunFolder(name).load()
    assert saved is not None
    expected = trained(TrainingConfig(epochs=epochs))
    assert np.array_equal(np.concatenate([r.losses for r in saved.records]), expected)


FIRST_OWNER = """
from model.engine import DaskEngine
from model.network import NetworkConfig
from model.runs.registry import Runs
from tests.model.runs.test_run_survives import LONGER, MIDDLE, PATIENCE
engine = DaskEngine(warm_up=False)
engine.start()
run = Runs(lambda: engine).start("Run 1", MIDDLE, LONGER)
run.wait(lambda state: state.epoch == 1, PATIENCE)
run.slow = True  # it waits for its end
print(run.id, flush=True)
input()
"""
SECOND_OWNER = """
import sys
from model.engine import DaskEngine
from model.runs.registry import Runs
from tests.model.runs.test_run_survives import PATIENCE
from tests.waiting import wait_until
engine = DaskEngine(warm_up=False)
run = Runs(lambda: engine).get(sys.argv[1])
def epoch_seen():  # its owner counts an epoch a moment before it is on disk
    run.seen()
    return run.state().epoch >= 1
wait_until(epoch_seen, PATIENCE, "an epoch is on disk")
state = run.state()
print(state.elsewhere, state.phase, state.epoch >= 1, engine.process, flush=True)
sys.stdin.readline()
engine.start()
def finished():
    run.seen()
    return run.state().phase == "finished"
wait_until(finished, PATIENCE, "it has finished")
state = run.wait_until_idle(PATIENCE)
print(state.elsewhere, state.phase, state.epoch, flush=True)
engine.close()
"""


def test_a_server_shows_the_run_of_another_and_takes_it_over_when_that_is_killed(
    cache: Path, longer: np.ndarray
) -> None:
    first = started(FIRST_OWNER, cache)
    assert first.stdout is not None
    name = first.stdout.readline().strip()
    second = started(SECOND_OWNER, cache, name)
    assert second.stdout is not None
    assert second.stdout.readline() == "True training True None\n"  # and no engine of its own
    family = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    first.wait()
    output, _ = second.communicate("\n", timeout=PATIENCE)
    assert output == "False finished 4\n"
    psutil.wait_procs(family, timeout=20)
    saved = RunFolder(name).load()
    assert saved is not None
    losses = np.concatenate([record.losses for record in saved.records])
    assert np.array_equal(losses, longer)


GROW = "import model.engine as m; m.hoard = getattr(m, 'hoard', b'') + b'x' * 150_000_000"


def test_a_run_goes_on_while_its_worker_is_replaced(
    longer: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that has grown too much leaves; its run moves at an epoch's end, unnoticed."""
    monkeypatch.setenv(LOOK, "0.2")
    warm = DaskEngine()  # a cold worker grows by TensorFlow itself
    warm.start()
    old = worker_that_trains(warm)
    leaving = psutil.Process(old)
    run = Runs(lambda: warm).start("Run 1", MIDDLE, TrainingConfig(epochs=1000))

    def grow() -> None:
        warm.submit(exec, GROW).result(60)
        time.sleep(0.5)  # or it takes all memory before its size is looked at

    wait_until(lambda: worker_that_trains(warm) != old, PATIENCE, "another worker trains", grow)
    leaving.wait(PATIENCE)
    count = len(run.state().losses)
    run.wait(lambda state: len(state.losses) >= count + 5, PATIENCE)  # in the fresh worker
    run.wait(lambda state: len(state.losses) >= len(longer), PATIENCE)
    state = run.state()
    run.stop()
    run.wait_until_idle(PATIENCE)
    warm.close()
    assert (state.phase, state.reason, state.generation) == (RunPhase.TRAINING, None, 0)
    assert np.array_equal(state.losses[: len(longer)], longer)

"""Runs: steering, what survives, and that whatever happens the curve is the same.

The engine of these tests lives in this process and can be told to fail. `test_runs_survive.py` has
real processes.
"""

import errno
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.data import mnist
from model.engine import EngineError, EngineFault, EngineLost, InlineEngine
from model.network import Network, NetworkConfig
from model.runs import Run, RunPhase, RunState, record, store
from model.runs import run as run_module
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

pytestmark = pytest.mark.usefixtures("cache")

SMALL = NetworkConfig(filters=(3,), dense_units=8)
SETTINGS = TrainingConfig(images=160, epochs=3)  # five batches an epoch


class Faulty(InlineEngine):
    """Counts what it is asked for; `fault`, when set, is raised by the next call."""

    def __init__(self) -> None:
        super().__init__(before=self._count)
        self.fault: Exception | None = None
        self.calls = 0
        self.before_call: Callable[[int], None] = lambda number: None

    def _count(self, *work: object) -> None:
        self.calls += 1
        self.before_call(self.calls)
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault


@pytest.fixture
def engine() -> Faulty:
    return Faulty()


@pytest.fixture
def registry(engine: Faulty) -> Runs:
    return Runs(lambda: engine)


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """The losses of an undisturbed training of five epochs."""
    trainer = Trainer(SMALL, SETTINGS)
    return np.concatenate([trainer.advance(10).losses for _ in range(5)])


def wait(run: Run, *phases: RunPhase, seconds: float = 120) -> RunState:
    until = time.monotonic() + seconds
    while (state := run.state()).phase not in phases or run._drive:
        assert time.monotonic() < until, state
        time.sleep(0.01)
    return state


def test_a_run_trains_to_its_end(registry: Runs, engine: Faulty, expected: np.ndarray) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    state = wait(run, RunPhase.FINISHED)
    assert (state.epoch, state.batch, state.batches, state.target) == (3, 0, 5, 3)
    assert np.array_equal(state.losses, expected[:15])
    assert np.allclose(state.positions, np.arange(1, 16) / 5)
    assert [scores.epoch for scores in state.history] == [1, 2, 3]
    assert list(state.weight_norms) == list(state.gradient_norms) == ["conv1", "dense", "output"]
    assert state.share == 1.0
    assert state.seconds > 0
    assert state.sentence == ""
    assert run.epochs == (0, 1, 2, 3)
    networks = [run.network_at(epoch) for epoch in run.epochs]
    assert len({network.fingerprint for network in networks if network}) == 4
    assert run.network_at(4) is None
    assert run.network_at() is run.network_at(3)
    assert not engine.actors  # nothing stays in the worker


def test_a_run_moves_out_of_a_worker_that_is_replaced(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    trainers: list[object] = []

    def replace_worker(_: int) -> None:
        for trainer in engine.actors:
            if trainer not in trainers:
                trainers.append(trainer)
            trainer.retiring = True

    engine.before_call = replace_worker
    run = registry.start("Run 1", SMALL, SETTINGS)
    state = wait(run, RunPhase.FINISHED)
    assert np.array_equal(state.losses, expected[:15])
    assert len(trainers) == 3  # a new one after each epoch
    assert not engine.actors


def test_steps_by_hand_and_pauses_give_the_same_curve(registry: Runs, expected: np.ndarray) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    run.stop()
    assert wait(run, RunPhase.STOPPED).batch == 0
    done = len(run.state().losses)
    run.one_batch()
    assert len(wait(run, RunPhase.PAUSED).losses) == done + 1
    run.one_batch()
    state = wait(run, RunPhase.PAUSED)
    assert len(state.losses) == done + 2
    now = run.network_now()
    assert now is not None
    assert "batch 2" in now.origin
    run.one_epoch()
    state = wait(run, RunPhase.PAUSED, RunPhase.FINISHED)
    assert (state.epoch, state.batch) == (done // 5 + 1, 0)
    run.slow = True
    run.resume()
    run.pause()
    wait(run, RunPhase.PAUSED, RunPhase.FINISHED)
    run.slow = False
    run.resume()
    state = wait(run, RunPhase.FINISHED)
    assert np.array_equal(state.losses, expected[: len(state.losses)])
    run.more(5 - state.epoch) if state.epoch < 5 else None
    assert np.array_equal(wait(run, RunPhase.FINISHED).losses, expected)


def test_a_paused_run_is_underway_until_its_last_batches_are_home(
    registry: Runs, engine: Faulty
) -> None:
    asked, answer = threading.Event(), threading.Event()

    def hold(number: int) -> None:
        if number == 3:  # the actor and its first snapshot came before
            asked.set()
            assert answer.wait(60)

    engine.before_call = hold
    run = registry.start("Run 1", SMALL, SETTINGS)
    assert asked.wait(60)
    run.pause()
    state = run.state()
    assert (state.phase, state.underway, state.losses.size) == (RunPhase.PAUSED, True, 0)
    answer.set()
    state = wait(run, RunPhase.PAUSED)
    assert not state.underway
    assert state.losses.size > 0


def test_slow_motion_takes_single_batches(
    registry: Runs, engine: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "SLOW_SECONDS", 30.0)
    engine.before_call = lambda number: started.set() if number == 1 else None
    started = threading.Event()
    run = Run("Run 1", SMALL, SETTINGS, engine)
    run.slow = True
    assert started.wait(30)
    until = time.monotonic() + 60
    while not run.state().losses.size:
        assert time.monotonic() < until
        time.sleep(0.01)
    count = len(run.state().losses)
    assert count in (1, 5)  # five if the first slice began before slow motion did
    time.sleep(0.3)
    assert len(run.state().losses) <= count + 1
    run.slow = False  # wakes it
    wait(run, RunPhase.FINISHED, seconds=25)


def test_more_epochs_count_from_the_end_that_was_asked_for(registry: Runs) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    run.pause()
    run.more(1)
    assert run.state().target == 4
    assert wait(run, RunPhase.FINISHED).epoch == 4
    run.more(2)
    assert wait(run, RunPhase.FINISHED).epoch == 6
    for wrong in (0, -1, 1001):
        with pytest.raises(ValueError, match="between 1 and 1000"):
            run.more(wrong)


def test_a_changed_rate_is_kept_and_repeated_after_a_fault(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    run.stop()
    wait(run, RunPhase.STOPPED)
    while run.epoch < 1:
        run.one_epoch()
        wait(run, RunPhase.PAUSED)
    epoch = run.epoch
    run.one_batch()
    wait(run, RunPhase.PAUSED)
    run.set_learning_rate(0.02)
    assert run.state().learning_rate == 0.02
    run.one_batch()
    before = wait(run, RunPhase.PAUSED)
    assert [(c.epoch, c.batch, c.rate) for c in before.changes] == [(epoch, 1, 0.02)]
    engine.fault = EngineLost()
    run.resume()
    after = wait(run, RunPhase.FINISHED)
    assert np.array_equal(after.losses[: len(before.losses)], before.losses)
    place = epoch * 5 + 1
    assert np.array_equal(after.losses[: place + 1], expected[: place + 1])
    assert not np.array_equal(after.losses[place + 1 :], expected[place + 1 : len(after.losses)])
    changed = TrainingConfig(images=160, epochs=3)
    trainer = Trainer(SMALL, changed, changes=after.changes)
    again = np.concatenate([trainer.advance(10).losses for _ in range(after.epoch)])
    assert np.array_equal(after.losses, again)
    with pytest.raises(ValueError, match="learning rate must lie"):
        run.set_learning_rate(20)


def test_a_rate_set_in_an_epoch_that_is_dropped_holds_from_its_beginning(registry: Runs) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    run.stop()
    wait(run, RunPhase.STOPPED)
    epoch = run.epoch
    run.one_batch()
    wait(run, RunPhase.PAUSED)
    run.set_learning_rate(0.5)
    run.stop()
    state = wait(run, RunPhase.STOPPED)
    assert state.learning_rate == 0.5
    assert [(c.epoch, c.batch) for c in state.changes] == [(epoch, 0)]


def test_lost_workers_at_random_moments_leave_the_curve_alone(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    chance = np.random.default_rng(0)

    def before(number: int) -> None:
        if number > 2 and chance.random() < 0.3:
            engine.fault = EngineLost()

    engine.before_call = before
    run = registry.start("Run 1", SMALL, SETTINGS)
    until = time.monotonic() + 120
    while (state := run.state()).phase is not RunPhase.FINISHED:
        assert time.monotonic() < until
        if state.phase is RunPhase.PAUSED:  # after several faults in a row it waits for a person
            assert "Resume" in state.sentence
            run.resume()
        time.sleep(0.01)
    assert np.array_equal(run.state().losses, expected[:15])


def test_an_engine_that_does_not_answer_pauses_the_run(registry: Runs, engine: Faulty) -> None:
    engine.fault = EngineError(EngineFault.SLOW)
    run = registry.start("Run 1", SMALL, SETTINGS)
    state = wait(run, RunPhase.PAUSED)
    assert "Resume" in state.sentence
    saved = run_store_phase(run)
    assert saved == "training"  # nobody wished the pause: after a restart it goes on
    run.resume()
    assert wait(run, RunPhase.FINISHED).epoch == 3


def run_store_phase(run: Run) -> str:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        saved = store.RunFolder(run.id).load()
        if saved is not None and saved.about.phase != "starting":
            return saved.about.phase
        time.sleep(0.02)
    raise AssertionError("nothing was saved")


def test_a_fault_of_the_training_itself_is_said(registry: Runs, engine: Faulty) -> None:
    engine.fault = mnist.DataError("Full MNIST is not on this computer yet.")
    run = registry.start("Run 1", SMALL, SETTINGS)
    assert wait(run, RunPhase.FAILED).sentence == "Full MNIST is not on this computer yet."


def test_a_restarted_server_finds_the_run(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    before = wait(run, RunPhase.FINISHED)
    run.rename("  My   first run ")
    run.pinned = True
    later = Runs(lambda: engine).get(run.id)
    assert later is not None
    assert later is not run
    state = later.state()
    assert later.title == "My first run"
    assert later.pinned
    assert later.created == run.created
    assert (state.phase, state.epoch, state.batches) == (RunPhase.FINISHED, 3, 5)
    assert state.history == before.history
    assert np.array_equal(state.losses, before.losses)
    assert np.array_equal(state.accuracies, before.accuracies)
    assert later.epochs == (0, 1, 2, 3)
    for epoch in later.epochs:
        ours, theirs = run.network_at(epoch), later.network_at(epoch)
        assert isinstance(ours, Network)
        assert isinstance(theirs, Network)
        assert ours.fingerprint == theirs.fingerprint
    later.more(2)
    assert np.array_equal(wait(later, RunPhase.FINISHED).losses, expected)


def test_a_run_that_moved_when_the_server_died_goes_on(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    enough = threading.Event()

    def before(number: int) -> None:
        if number == 5:  # the actor, its snapshot, and slices; then the server is as if dead
            enough.set()
            time.sleep(3600)

    engine.before_call = before
    run = registry.start("Run 1", SMALL, SETTINGS)
    assert enough.wait(60)
    later = Runs(Faulty).get(run.id)
    assert later is not None
    assert np.array_equal(wait(later, RunPhase.FINISHED).losses, expected[:15])


def test_ids_from_outside_are_checked(registry: Runs) -> None:
    for name in ("", "nobody", "../../../../etc/pa", "a" * 16, "a" * 10_000):
        assert registry.get(name) is None


def test_runs_that_stand_still_leave_the_memory_and_come_back(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "FORGOTTEN_SECONDS", 0.0)
    run = registry.start("Run 1", SMALL, SETTINGS)
    wait(run, RunPhase.FINISHED)
    name, held = run.id, registry.get(run.id)
    assert held is run
    registry.start("Run 2", SMALL, SETTINGS)
    assert name not in registry._held
    assert registry.get(name) is run  # somebody still has it in hand: it stays the only one
    registry._held.pop(name)
    del run, held
    again = registry.get(name)
    assert again is not None
    assert again.state().epoch == 3


def test_an_abandoned_run_pauses_and_can_be_resumed(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "ABANDONED_SECONDS", -1.0)
    run = registry.start("Run 1", SMALL, SETTINGS)
    state = wait(run, RunPhase.PAUSED)
    assert "nobody" in state.sentence
    monkeypatch.setattr(run_module, "ABANDONED_SECONDS", 900.0)
    run.seen()
    run.resume()
    assert wait(run, RunPhase.FINISHED).epoch == 3


def test_a_deleted_run_stands_still_and_comes_back(registry: Runs, engine: Faulty) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    run.deleted = True
    assert wait(run, RunPhase.PAUSED, RunPhase.FINISHED).phase
    later = Runs(lambda: engine).get(run.id)
    assert later is not None
    assert later.deleted
    later.deleted = False
    later.resume()
    assert wait(later, RunPhase.FINISHED).epoch >= 3


def test_early_stopping_and_going_on(registry: Runs) -> None:
    settings = TrainingConfig(images=10, epochs=100, learning_rate=0.02, patience=2)
    run = registry.start("Run 1", SMALL, settings)
    state = wait(run, RunPhase.FINISHED)
    losses = [scores.validation.loss for scores in state.history]
    assert state.epoch < 100
    assert int(np.argmin(losses)) + 1 == state.epoch - 2
    assert "Stopped early" in state.sentence
    run.more(5)  # the epochs without a better loss count anew
    assert wait(run, RunPhase.FINISHED).epoch >= state.epoch + 2


def test_a_full_disk_is_said_and_made_good_later(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_atomically", full)
        run = registry.start("Run 1", SMALL, SETTINGS)
        state = wait(run, RunPhase.FINISHED)
        assert state.epoch == 3
        assert "disk" in state.sentence
        assert "memory" in state.sentence
        assert all(run.network_at(epoch) for epoch in range(4))
        assert store.RunFolder(run.id).load() is None
        assert not run.forgettable
    run.more(1)
    assert wait(run, RunPhase.FINISHED).sentence == ""
    saved = store.RunFolder(run.id).load()
    assert saved is not None
    assert saved.with_weights == {0, 1, 2, 3, 4}


def test_a_long_run_keeps_epochs_evenly(registry: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KEPT_WEIGHTS", 0)
    monkeypatch.setattr(record, "FEWEST_EPOCHS", 5)
    run = registry.start("Run 1", SMALL, TrainingConfig(images=10, epochs=16))
    wait(run, RunPhase.FINISHED)
    assert len(run.epochs) == 5
    assert (run.epochs[0], run.epochs[-1]) == (0, 16)
    assert max(np.diff(run.epochs)) <= 8
    assert len(run.state().history) == 16
    saved = store.RunFolder(run.id).load()
    assert saved is not None
    assert saved.with_weights == set(run.epochs)
    assert len(saved.records) == 17

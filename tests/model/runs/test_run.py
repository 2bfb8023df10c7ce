"""Runs: steering, what survives, and that whatever happens the curve is the same.

The engine of these tests lives in this process and can be told to fail or to wait.
`test_run_survives.py` has real processes.
"""

import errno
import gc
import json
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from model.data import mnist
from model.data.cache import write_atomically
from model.engine import EngineError, EngineFault, EngineLost, InlineEngine
from model.network import Network, NetworkConfig
from model.runs import Cause, Missing, Reason, Run, RunPhase, RunState, record, store, worker_loop
from model.runs import run as run_module
from model.runs.events import Command, Pause
from model.runs.inbox import Inbox
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

pytestmark = pytest.mark.usefixtures("cache")

SMALL = NetworkConfig(filters=(3,), dense_units=8)
SETTINGS = TrainingConfig(images=160, epochs=3)  # five batches an epoch
PATIENCE = 120.0  # seconds until a test gives up
FIRST_SLICE = 3
"""Its number among the calls of a new run: the actor and its first snapshot came before."""


class Faulty(InlineEngine):
    """Counts what it is asked for; `fault`, when set, is raised by the next call."""

    def __init__(self) -> None:
        super().__init__(before=self._count)
        self.fault: Exception | None = None
        self.calls = 0
        self.before_call: Callable[[int], None] = lambda number: None
        self.trainers = 0  # built so far
        self.most: list[object] = []  # batches that each slice was limited to

    def _count(self, work: object, *arguments: object) -> None:
        self.calls += 1
        self.before_call(self.calls)
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        if work is Trainer:
            self.trainers += 1
        elif work is Trainer.advance:
            self.most.append(arguments[1])


@contextmanager
def held(engine: Faulty, number: int) -> Iterator[threading.Event]:
    """Let the engine wait at its call of this number; within, once `asked`, it does."""
    asked, answer = threading.Event(), threading.Event()

    def hold(call: int) -> None:
        if call == number:
            asked.set()
            assert answer.wait(PATIENCE)

    engine.before_call = hold
    try:
        yield asked
    finally:
        answer.set()


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


@pytest.fixture
def untrained(registry: Runs, engine: Faulty) -> Run:
    """A run that was stopped before its first batch."""
    with held(engine, FIRST_SLICE) as asked:
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        run.stop()
    assert at_rest(run, RunPhase.STOPPED).losses.size == 0
    return run


def at_rest(run: Run, phase: RunPhase) -> RunState:
    """Wait until nothing is left to do; the run must then be in this phase."""
    state = run.wait_until_idle(PATIENCE)
    assert state.phase is phase, state
    assert not state.underway
    return state


def test_a_run_trains_to_its_end(registry: Runs, engine: Faulty, expected: np.ndarray) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    state = at_rest(run, RunPhase.FINISHED)
    assert (state.epoch, state.batch, state.batches, state.target) == (3, 0, 5, 3)
    assert np.array_equal(state.losses, expected[:15])
    assert np.allclose(state.positions, np.arange(1, 16) / 5)
    assert [scores.epoch for scores in state.history] == [1, 2, 3]
    assert list(state.weight_norms) == list(state.gradient_norms) == ["conv1", "dense", "output"]
    assert state.share == 1.0
    assert state.seconds > 0
    assert (state.reason, state.disk_full, state.generation) == (None, False, 0)
    assert run.epochs == (0, 1, 2, 3)
    networks = [run.network_at(epoch) for epoch in run.epochs]
    assert len({network.fingerprint for network in networks if network}) == 4
    assert run.network_at(4) is None
    assert run.network_at() is run.network_at(3)
    assert not engine.actors  # nothing stays in the worker


def test_a_run_that_stands_still_has_no_thread(registry: Runs, engine: Faulty) -> None:
    before = set(threading.enumerate())
    with held(engine, FIRST_SLICE) as asked:
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        (thread,) = {t for t in set(threading.enumerate()) - before if t.name == run.title}
        run.pause()
    at_rest(run, RunPhase.PAUSED)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_run_moves_out_of_a_worker_that_is_replaced(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    def replace_worker(_: int) -> None:
        for actor in engine.actors:
            actor.retiring = True

    engine.before_call = replace_worker
    run = registry.start("Run 1", SMALL, SETTINGS)
    state = at_rest(run, RunPhase.FINISHED)
    assert np.array_equal(state.losses, expected[:15])
    assert engine.trainers == 3  # a new one after each epoch
    assert not engine.actors


def test_steps_by_hand_and_pauses_give_the_same_curve(
    untrained: Run, engine: Faulty, expected: np.ndarray
) -> None:
    run, before = untrained, engine.trainers
    for count in (1, 2, 3):
        run.one_batch()
        state = at_rest(run, RunPhase.PAUSED)
        assert (len(state.losses), state.batch) == (count, count)
    now = run.network_now()
    assert now is not None
    assert "batch 3" in now.origin
    run.one_epoch()  # the rest of it
    state = at_rest(run, RunPhase.PAUSED)
    assert (state.epoch, state.batch) == (1, 0)
    assert engine.trainers == before + 1  # in the middle of an epoch the trainer stays
    run.one_epoch()
    state = at_rest(run, RunPhase.PAUSED)
    assert (state.epoch, state.batch) == (2, 0)
    run.resume()
    state = at_rest(run, RunPhase.FINISHED)
    assert np.array_equal(state.losses, expected[:15])
    run.more(2)
    state = at_rest(run, RunPhase.FINISHED)
    assert np.array_equal(state.losses, expected)
    assert state.generation == 0  # nothing that was shown was taken back


def test_a_paused_run_is_underway_until_its_last_batches_are_home(
    registry: Runs, engine: Faulty
) -> None:
    with held(engine, FIRST_SLICE) as asked:
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        run.pause()
        state = run.state()
        assert (state.phase, state.underway, state.losses.size) == (RunPhase.PAUSED, True, 0)
    assert at_rest(run, RunPhase.PAUSED).losses.size > 0


def test_what_is_asked_for_shows_at_once_while_the_engine_is_at_work(
    untrained: Run, engine: Faulty
) -> None:
    run = untrained
    run.one_batch()
    assert at_rest(run, RunPhase.PAUSED).batch == 1
    with held(engine, engine.calls + 1) as asked:
        run.resume()
        assert asked.wait(PATIENCE)
        run.rename("Mine")
        run.more(1)
        run.slow = run.pinned = True
        run.set_learning_rate(0.02)
        state = run.state()
        assert (run.title, run.pinned, run.slow, state.slow) == ("Mine", True, True, True)
        assert (state.target, state.learning_rate, state.batch) == (4, 0.02, 1)
        run.stop()
        state = run.state()
        assert (state.phase, state.underway) == (RunPhase.STOPPED, False)
        assert (state.batch, state.losses.size, state.positions.size) == (0, 0, 0)
    assert at_rest(run, RunPhase.STOPPED).losses.size == 0


def test_a_run_that_goes_on_at_once_after_a_stop_keeps_nothing_of_the_stopped_epoch(
    untrained: Run, engine: Faulty, expected: np.ndarray
) -> None:
    run = untrained
    run.one_batch()
    generation = at_rest(run, RunPhase.PAUSED).generation
    with held(engine, engine.calls + 1) as asked:
        run.resume()
        assert asked.wait(PATIENCE)
        run.stop()
        run.resume()
        assert run.state().phase is RunPhase.STARTING
    state = at_rest(run, RunPhase.FINISHED)
    assert np.array_equal(state.losses, expected[:15])
    assert state.generation == generation + 1
    assert not engine.actors


def test_slow_motion_takes_single_batches(
    untrained: Run, engine: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_loop, "SLOW_SECONDS", 10 * PATIENCE)
    run = untrained
    run.slow = True
    engine.most.clear()
    run.resume()
    run.wait(lambda state: state.losses.size > 0, PATIENCE)
    with pytest.raises(TimeoutError, match=r"after 0\.3 s"):
        run.wait(lambda state: state.losses.size > 1, 0.3)
    run.rename("Looked at")  # is carried out meanwhile and hurries nothing
    with pytest.raises(TimeoutError):
        run.wait(lambda state: state.losses.size > 1, 0.3)
    assert engine.most == [1]
    run.slow = False  # wakes it
    assert at_rest(run, RunPhase.FINISHED).epoch == 3
    assert engine.most[1] is None


def test_more_epochs_count_from_the_end_that_was_asked_for(registry: Runs, engine: Faulty) -> None:
    with held(engine, FIRST_SLICE) as asked:
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        run.pause()
        run.more(1)
        assert run.state().target == 4
    assert at_rest(run, RunPhase.FINISHED).epoch == 4
    run.more(2)
    assert at_rest(run, RunPhase.FINISHED).epoch == 6
    for wrong in (0, -1, 1001):
        with pytest.raises(ValueError, match="between 1 and 1000"):
            run.more(wrong)


def test_a_changed_rate_is_kept_and_repeated_after_a_fault(
    untrained: Run, engine: Faulty, expected: np.ndarray
) -> None:
    run = untrained
    run.one_epoch()
    at_rest(run, RunPhase.PAUSED)
    run.one_batch()
    at_rest(run, RunPhase.PAUSED)
    run.set_learning_rate(0.02)
    assert run.state().learning_rate == 0.02
    run.one_batch()
    before = at_rest(run, RunPhase.PAUSED)
    assert [(c.epoch, c.batch, c.rate) for c in before.changes] == [(1, 1, 0.02)]
    engine.fault = EngineLost()
    run.resume()
    after = at_rest(run, RunPhase.FINISHED)
    assert after.generation == before.generation + 1
    assert np.array_equal(after.losses[: len(before.losses)], before.losses)
    assert np.array_equal(after.losses[:6], expected[:6])
    assert not np.isclose(after.losses[7:], expected[7:15]).all()
    trainer = Trainer(SMALL, SETTINGS, changes=after.changes)
    again = np.concatenate([trainer.advance(10).losses for _ in range(after.epoch)])
    assert np.array_equal(after.losses, again)
    with pytest.raises(ValueError, match="learning rate must lie"):
        run.set_learning_rate(20)


def test_a_rate_set_in_an_epoch_that_is_dropped_holds_from_its_beginning(untrained: Run) -> None:
    run = untrained
    run.one_batch()
    at_rest(run, RunPhase.PAUSED)
    run.set_learning_rate(0.5)
    run.stop()
    state = at_rest(run, RunPhase.STOPPED)
    assert state.learning_rate == 0.5
    assert [(c.epoch, c.batch) for c in state.changes] == [(0, 0)]


def test_lost_workers_at_random_moments_leave_the_curve_alone(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    chance = np.random.default_rng(0)
    lost = 0

    def before(number: int) -> None:
        nonlocal lost
        if number > 2 and chance.random() < 0.3:
            engine.fault, lost = EngineLost(), lost + 1

    engine.before_call = before
    run = registry.start("Run 1", SMALL, SETTINGS)
    while (state := run.wait_until_idle(PATIENCE)).phase is not RunPhase.FINISHED:
        assert state.reason == Reason(Cause.LOST_OFTEN)  # after several in a row it waits
        run.resume()
    assert np.array_equal(state.losses, expected[:15])
    assert lost > 0


def test_many_lost_workers_in_a_row_pause_the_run_for_a_person(
    registry: Runs, engine: Faulty
) -> None:
    def before(number: int) -> None:
        engine.fault = EngineLost()

    engine.before_call = before
    run = registry.start("Run 1", SMALL, SETTINGS)
    assert at_rest(run, RunPhase.PAUSED).reason == Reason(Cause.LOST_OFTEN)
    engine.before_call = lambda number: None
    engine.fault = None
    run.resume()
    assert at_rest(run, RunPhase.FINISHED).reason is None


def test_an_engine_that_does_not_answer_pauses_the_run(registry: Runs, engine: Faulty) -> None:
    engine.fault = EngineError(EngineFault.SLOW)
    run = registry.start("Run 1", SMALL, SETTINGS)
    reason = at_rest(run, RunPhase.PAUSED).reason
    assert reason == Reason(Cause.ENGINE_FAILED, EngineFault.SLOW)
    saved = store.RunFolder(run.id).load()
    assert saved is not None
    assert saved.about.phase == "training"  # nobody wished the pause: after a restart it goes on
    run.resume()
    assert at_rest(run, RunPhase.FINISHED).epoch == 3


def test_a_fault_of_the_training_itself_is_said(registry: Runs, engine: Faulty) -> None:
    engine.fault = mnist.DataError(mnist.DataReason.FULL_MISSING)
    run = registry.start("Run 1", SMALL, SETTINGS)
    reason = at_rest(run, RunPhase.FAILED).reason
    assert reason == Reason(Cause.TRAINING_FAILED, mnist.DataReason.FULL_MISSING)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_that_nobody_expects_fails_the_run(registry: Runs, engine: Faulty) -> None:
    engine.fault = ZeroDivisionError()
    run = registry.start("Run 1", SMALL, SETTINGS)
    assert at_rest(run, RunPhase.FAILED).reason == Reason(Cause.APP_FAILED)
    run.resume()
    assert at_rest(run, RunPhase.FINISHED).epoch == 3


def test_a_restarted_server_finds_the_run(
    registry: Runs, engine: Faulty, expected: np.ndarray
) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    before = at_rest(run, RunPhase.FINISHED)
    run.rename("  My   first run ")
    run.rename("   ")
    run.pinned = True
    at_rest(run, RunPhase.FINISHED)
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
    assert np.array_equal(at_rest(later, RunPhase.FINISHED).losses, expected)


def test_a_run_that_moved_when_the_server_died_goes_on(
    registry: Runs, engine: Faulty, cache: Path, expected: np.ndarray
) -> None:
    with held(engine, FIRST_SLICE + 2) as asked:  # slices came; then the server is as if dead
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        (lease,) = (cache / "runs" / run.id / "server").iterdir()
        lease.write_text(json.dumps(json.loads(lease.read_text()) | {"started": 0.0}))
        later = Runs(Faulty).get(run.id)
        assert later is not None
        assert later.state().reason in (None, Reason(Cause.SERVER_RESTARTED))
        assert np.array_equal(at_rest(later, RunPhase.FINISHED).losses, expected[:15])
        files = {path: path.stat().st_mtime_ns for path in (cache / "runs" / run.id).glob("*.*")}
    state = at_rest(run, RunPhase.FINISHED)  # it was only asleep: it shows what the other has done
    assert np.array_equal(state.losses, expected[:15])
    assert all(path.stat().st_mtime_ns == time for path, time in files.items())


def test_two_servers_share_a_run(
    registry: Runs, engine: Faulty, expected: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for, send = threading.Event(), Inbox.send

    def sent(inbox: Inbox, command: Command) -> None:
        send(inbox, command)
        if isinstance(command, Pause):
            asked_for.set()

    monkeypatch.setattr(Inbox, "send", sent)
    monkeypatch.setattr(worker_loop, "LOOK_SECONDS", 0.0)
    other = Faulty()
    with held(engine, FIRST_SLICE) as asked:
        here = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        there = Runs(lambda: other).get(here.id)
        assert there is not None
        state = there.state()
        assert (state.elsewhere, state.phase) == (True, RunPhase.TRAINING)
        there.rename("Ours")
        there.pause()
        assert (there.title, there.state().phase) == ("Ours", RunPhase.PAUSED)  # shows at once
        assert asked_for.wait(PATIENCE)
    state = at_rest(here, RunPhase.PAUSED)
    assert (here.title, state.elsewhere) == ("Ours", False)
    state = at_rest(there, RunPhase.PAUSED)  # and now it may be taken from there
    assert (state.elsewhere, state.epoch, other.trainers) == (False, here.epoch, 0)
    trained_here = engine.trainers
    with held(other, FIRST_SLICE) as asked:
        there.resume()
        assert asked.wait(PATIENCE)
        here.seen()
        assert here.wait(lambda state: state.elsewhere, PATIENCE).phase is RunPhase.TRAINING
    assert np.array_equal(at_rest(there, RunPhase.FINISHED).losses, expected[:15])
    here.seen()
    state = here.wait(lambda state: state.phase is RunPhase.FINISHED, PATIENCE)
    assert np.array_equal(state.losses, expected[:15])
    assert engine.trainers == trained_here
    assert at_rest(here, RunPhase.FINISHED).history == there.state().history
    assert [here.network_at(epoch) is not None for epoch in here.epochs] == [True] * 4


def test_ids_from_outside_are_checked(registry: Runs) -> None:
    for name in ("", "nobody", "../../../../etc/pa", "a" * 16, "a" * 10_000):
        assert registry.get(name) is None


def test_runs_that_stand_still_leave_the_memory_and_come_back(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "FORGOTTEN_SECONDS", 0.0)
    run = registry.start("Run 1", SMALL, SETTINGS)
    at_rest(run, RunPhase.FINISHED)
    name = run.id
    registry.start("Run 2", SMALL, SETTINGS)
    assert registry.get(name) is run  # somebody still has it in hand: it stays the only one
    registry.start("Run 3", SMALL, SETTINGS)
    memory = weakref.ref(run)
    del run
    gc.collect()
    assert memory() is None
    again = registry.get(name)
    assert again is not None
    assert again.state().epoch == 3


def test_an_abandoned_run_pauses_and_can_be_resumed(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_loop, "ABANDONED_SECONDS", -1.0)
    run = registry.start("Run 1", SMALL, SETTINGS)
    assert at_rest(run, RunPhase.PAUSED).reason == Reason(Cause.UNWATCHED)
    monkeypatch.setattr(worker_loop, "ABANDONED_SECONDS", 900.0)
    run.seen()
    run.resume()
    assert at_rest(run, RunPhase.FINISHED).epoch == 3


def test_a_deleted_run_stands_still_and_comes_back(registry: Runs, engine: Faulty) -> None:
    with held(engine, FIRST_SLICE) as asked:
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        run.deleted = True
        assert run.state().phase is RunPhase.PAUSED
    at_rest(run, RunPhase.PAUSED)
    later = Runs(lambda: engine).get(run.id)
    assert later is not None
    assert later.deleted
    assert at_rest(later, RunPhase.PAUSED)
    later.deleted = False
    later.resume()
    assert at_rest(later, RunPhase.FINISHED).epoch == 3
    assert not later.deleted


def test_early_stopping_and_going_on(registry: Runs) -> None:
    settings = TrainingConfig(images=10, epochs=100, learning_rate=0.02, patience=2)
    run = registry.start("Run 1", SMALL, settings)
    state = at_rest(run, RunPhase.FINISHED)
    losses = [scores.validation.loss for scores in state.history]
    assert state.epoch < 100
    assert int(np.argmin(losses)) + 1 == state.epoch - 2
    assert state.reason == Reason(Cause.NO_BETTER)
    run.more(5)  # the epochs without a better loss count anew
    assert at_rest(run, RunPhase.FINISHED).epoch >= state.epoch + 2


def test_a_full_disk_is_said_and_made_good_later(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_atomically", full)
        patch.setattr(run_module, "FORGOTTEN_SECONDS", -1.0)
        run = registry.start("Run 1", SMALL, SETTINGS)
        state = at_rest(run, RunPhase.FINISHED)
        assert state.epoch == 3
        assert state.disk_full
        assert all(run.network_at(epoch) for epoch in range(4))
        assert store.RunFolder(run.id).load() is None
        assert not run.forgettable  # it would be lost
    run.more(1)
    assert not at_rest(run, RunPhase.FINISHED).disk_full
    saved = store.RunFolder(run.id).load()
    assert saved is not None
    assert saved.with_weights == {0, 1, 2, 3, 4}
    monkeypatch.setattr(run_module, "FORGOTTEN_SECONDS", -1.0)
    assert run.forgettable


def test_a_damaged_snapshot_costs_no_epoch(
    registry: Runs, engine: Faulty, cache: Path, expected: np.ndarray
) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    before = at_rest(run, RunPhase.FINISHED)
    last = cache / "runs" / run.id / "last.npz"
    last.write_bytes(last.read_bytes()[:1000])
    later = Runs(lambda: engine).get(run.id)
    assert later is not None
    state = at_rest(later, RunPhase.FINISHED)
    assert (state.epoch, state.history) == (3, before.history)
    assert state.missing == {Missing.OPTIMIZER}
    assert np.array_equal(state.losses, expected[:15])
    assert later.epochs == (0, 1, 2, 3)
    later.more(1)
    assert at_rest(later, RunPhase.FINISHED).epoch == 4
    again = store.RunFolder(run.id).load()  # the snapshot was written anew
    assert again is not None
    assert not again.missing


def test_a_damaged_description_is_made_again(registry: Runs, engine: Faulty, cache: Path) -> None:
    run = registry.start("Run 1", SMALL, SETTINGS)
    at_rest(run, RunPhase.FINISHED)
    path = cache / "runs" / run.id / "run.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    later = Runs(lambda: engine).get(run.id)
    assert later is not None
    assert at_rest(later, RunPhase.FINISHED).missing == {Missing.DESCRIPTION}
    assert path.read_bytes() == whole


def test_a_folder_deleted_in_the_middle_is_written_again(
    registry: Runs, engine: Faulty, cache: Path, expected: np.ndarray
) -> None:
    run: list[Run] = []

    def delete(number: int) -> None:
        if run and run[0].epoch == 2:
            shutil.rmtree(cache / "runs" / run[0].id, ignore_errors=True)
            run.clear()

    engine.before_call = delete
    with held(engine, FIRST_SLICE) as asked:
        started = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        run.append(started)
        engine.before_call = delete
    state = at_rest(started, RunPhase.FINISHED)
    assert not run
    assert state.missing == {Missing.NETWORKS}
    assert started.epochs == (3,)
    later = Runs(lambda: engine).get(started.id)
    assert later is not None
    state = later.state()
    assert (state.phase, state.epoch, len(state.history)) == (RunPhase.FINISHED, 3, 3)
    assert np.array_equal(state.losses, expected[:15])


@pytest.mark.parametrize("room", [0, 2_000, 100_000, 300_000])
def test_what_a_full_disk_had_no_room_for_is_said_after_a_restart(
    registry: Runs,
    engine: Faulty,
    cache: Path,
    expected: np.ndarray,
    room: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SMALL takes 70 kB an epoch, and 200 kB for its snapshot."""

    def small_disk(path: Path, content: bytes) -> None:
        files = set((cache / "runs").glob("*/*.*")) - {path}
        taken = sum(file.stat().st_size for file in files)
        if taken + len(content) > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_atomically(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_atomically", small_disk)
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert at_rest(run, RunPhase.FINISHED).disk_full
    later = Runs(lambda: engine).get(run.id)
    if later is None:
        assert room == 0
        return
    state = later.state()
    assert np.array_equal(state.losses, expected[: 5 * state.epoch])
    if state.epoch == 3:  # all epochs found room, and their snapshot did not
        assert (state.phase, state.missing) == (
            RunPhase.FINISHED,
            frozenset({Missing.OPTIMIZER}),
        )
        return
    assert (state.phase, state.reason) == (RunPhase.PAUSED, Reason(Cause.EPOCHS_LOST, "3"))
    later.resume()
    state = at_rest(later, RunPhase.FINISHED)
    if Missing.OPTIMIZER not in state.missing:
        assert np.array_equal(state.losses, expected[:15])
    assert (state.epoch, state.disk_full) == (3, False)


def test_nobody_waits_for_a_disk_that_hangs(
    registry: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, answers = write_atomically, threading.Event()

    def hangs(path: Path, content: bytes) -> None:
        assert answers.wait(PATIENCE)
        whole(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_atomically", hangs)
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert store.RunFolder(run.id).load() is None
        run.rename("Mine")
        run.pause()
        assert (run.title, run.state().phase) == ("Mine", RunPhase.PAUSED)
        assert registry.get(run.id) is run
        run.resume()
        answers.set()
        at_rest(run, RunPhase.FINISHED)
    assert store.RunFolder(run.id).load() is not None


def test_a_long_run_keeps_epochs_evenly(registry: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KEPT_WEIGHTS", 0)
    monkeypatch.setattr(record, "FEWEST_EPOCHS", 5)
    run = registry.start("Run 1", SMALL, TrainingConfig(images=10, epochs=16))
    at_rest(run, RunPhase.FINISHED)
    assert len(run.epochs) == 5
    assert (run.epochs[0], run.epochs[-1]) == (0, 16)
    assert max(np.diff(run.epochs)) <= 8
    assert len(run.state().history) == 16
    saved = store.RunFolder(run.id).load()
    assert saved is not None
    assert saved.with_weights == set(run.epochs)
    assert len(saved.records) == 17

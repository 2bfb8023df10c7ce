"""Runs: steering, and that whatever happens meanwhile the curve is the same.

The engine of these tests lives in this process and can be told to fail or to wait.
`test_run_survives.py` has real processes, `test_run_kept.py` what is found again.
"""

import threading

import numpy as np
import pytest

from model.data import mnist
from model.engine import EngineError, EngineFault, EngineLost
from model.runs import Cause, Reason, Run, RunPhase, store, worker_loop
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from model.training.trainer import Trainer
from tests.model.runs.faulty import FIRST_SLICE, PATIENCE, SETTINGS, SMALL, Faulty, at_rest, held
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def untrained(registry: Runs, engine: Faulty) -> Run:
    """A run that was stopped before its first batch."""
    with held(engine, FIRST_SLICE) as asked:
        run = registry.start("Run 1", SMALL, SETTINGS)
        assert asked.wait(PATIENCE)
        run.stop()
    assert at_rest(run, RunPhase.STOPPED).losses.size == 0
    return run


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


def kept_title(run: Run) -> str | None:
    saved = store.RunFolder(run.id).load()
    return saved.about.title if saved is not None else None


def test_slow_motion_takes_single_batches(
    untrained: Run, engine: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_loop, "SLOW_SECONDS", 10 * PATIENCE)
    run = untrained
    run.slow = True
    engine.most.clear()
    run.resume()
    run.wait(lambda state: state.losses.size > 0, PATIENCE)
    for title in ("Looked at", "Looked at again"):  # is carried out meanwhile and hurries nothing
        run.rename(title)
        wait_until(lambda: kept_title(run) == run.title, PATIENCE, "the title is on disk")
    with pytest.raises(TimeoutError, match="after 0 s"):
        run.wait(lambda state: state.losses.size > 1, 0)
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

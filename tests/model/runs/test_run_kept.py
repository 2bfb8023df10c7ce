"""Runs on disk: found again after a restart, shared by servers, whatever the disk does."""

import errno
import gc
import json
import shutil
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from model.data.cache import write_atomically
from model.network import Network
from model.runs import Cause, Missing, Reason, Run, RunPhase, record, store, worker_loop
from model.runs import run as run_module
from model.runs.events import Command, Pause
from model.runs.inbox import Inbox
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from tests.model.runs.faulty import FIRST_SLICE, PATIENCE, SETTINGS, SMALL, Faulty, at_rest, held

pytestmark = pytest.mark.usefixtures("cache")


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

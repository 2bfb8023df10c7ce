"""What becomes of a run, event by event: no thread, no engine, no disk."""

from dataclasses import replace

import pytest

from model.network import NetworkConfig
from model.runs import Cause, Reason, RunPhase
from model.runs.events import (
    AppFailed,
    AtBatch,
    Command,
    Delete,
    EngineFailed,
    More,
    OneBatch,
    OneEpoch,
    Pause,
    Pin,
    Rename,
    Report,
    Resume,
    SetRate,
    SetSlow,
    SliceDone,
    Stop,
    TrainingFailed,
    WorkerLost,
)
from model.runs.transitions import (
    MOST_LOSSES,
    NEXT_PHASE,
    Steering,
    Trigger,
    about,
    taken_up,
    transition,
)
from model.training.config import RateChange, TrainingConfig

STARTING, TRAINING, PAUSED, RECOVERING, FINISHED, STOPPED, FAILED = RunPhase
MOVING = (STARTING, TRAINING, RECOVERING)
AT_REST = (FINISHED, STOPPED, FAILED)
NOW = Steering("Run 1", target=5, patience=2, epoch=2)


def after(phase: RunPhase, *events: Command | Report, **changes: object) -> Steering:
    now = replace(NOW, phase=phase, **changes)  # type: ignore[arg-type]
    for event in events:
        now = transition(now, event)
    return now


def test_the_table_answers_every_trigger_in_every_phase() -> None:
    assert set(NEXT_PHASE) == {(phase, trigger) for phase in RunPhase for trigger in Trigger}


EXPECTED = {  # the phase after STARTING, TRAINING, PAUSED, RECOVERING, FINISHED, STOPPED, FAILED
    Resume(): (STARTING, TRAINING, STARTING, RECOVERING, STARTING, STARTING, STARTING),
    More(1): (STARTING, TRAINING, STARTING, RECOVERING, STARTING, STARTING, STARTING),
    OneEpoch(): (STARTING, TRAINING, STARTING, RECOVERING, STARTING, STARTING, STARTING),
    OneBatch(): (STARTING, TRAINING, STARTING, RECOVERING, STARTING, STARTING, STARTING),
    Pause(): (PAUSED, PAUSED, PAUSED, PAUSED, *AT_REST),
    Delete(True): (PAUSED, PAUSED, PAUSED, PAUSED, *AT_REST),
    Stop(): (STOPPED, STOPPED, STOPPED, STOPPED, STOPPED, STOPPED, FAILED),
    SliceDone(2): (TRAINING, TRAINING, PAUSED, TRAINING, *AT_REST),
    SliceDone(3, 3): (TRAINING, TRAINING, PAUSED, TRAINING, *AT_REST),
    SliceDone(5, 5): (FINISHED, FINISHED, FINISHED, FINISHED, *AT_REST),
    SliceDone(3, 1): (FINISHED, FINISHED, FINISHED, FINISHED, *AT_REST),
    SliceDone(2, unwatched=True): (PAUSED, PAUSED, PAUSED, PAUSED, *AT_REST),
    WorkerLost(): (RECOVERING, RECOVERING, PAUSED, RECOVERING, *AT_REST),
    EngineFailed("slow"): (PAUSED, PAUSED, PAUSED, PAUSED, *AT_REST),
    TrainingFailed("no data"): (FAILED, FAILED, FAILED, FAILED, *AT_REST),
    AppFailed(): (FAILED, FAILED, FAILED, FAILED, *AT_REST),
    **dict.fromkeys(
        (SetRate(0.1), SetSlow(True), Rename("New"), Pin(True), Delete(False), AtBatch(3)),
        tuple(RunPhase),
    ),
}


@pytest.mark.parametrize("event", EXPECTED, ids=repr)
def test_every_event_in_every_phase(event: Command | Report) -> None:
    assert tuple(after(phase, event).phase for phase in RunPhase) == EXPECTED[event]


def test_every_event_is_in_the_list_above() -> None:
    tried = {type(event) for event in EXPECTED}
    assert tried == set(Command.__args__) | set(Report.__args__)


@pytest.mark.parametrize("phase", AT_REST)
@pytest.mark.parametrize(
    "event", [Pause(), SliceDone(9), WorkerLost(), EngineFailed(""), TrainingFailed("")]
)
def test_what_a_run_at_rest_does_not_heed_changes_nothing(phase: RunPhase, event: Report) -> None:
    assert after(phase, event) == replace(NOW, phase=phase)


@pytest.mark.parametrize("phase", [*MOVING, PAUSED])
@pytest.mark.parametrize(
    ("event", "drops"),
    [
        (Stop(), True),
        (WorkerLost(), True),
        (EngineFailed(""), True),
        (TrainingFailed(""), True),
        (AppFailed(), True),
        (Pause(), False),
        (Resume(), False),
        (SliceDone(3, 3), False),
        (SetRate(0.1), False),
    ],
)
def test_what_drops_the_unfinished_epoch(
    phase: RunPhase, event: Command | Report, drops: bool
) -> None:
    assert after(phase, event).dropped == NOW.dropped + drops


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (SliceDone(2), None),
        (SliceDone(5, 5), None),
        (SliceDone(3, 1), Reason(Cause.NO_BETTER)),
        (SliceDone(2, unwatched=True), Reason(Cause.UNWATCHED)),
        (WorkerLost(), Reason(Cause.WORKER_LOST)),
        (EngineFailed("slow"), Reason(Cause.ENGINE_FAILED, "slow")),
        (TrainingFailed("no data"), Reason(Cause.TRAINING_FAILED, "no data")),
        (AppFailed(), Reason(Cause.APP_FAILED)),
        (Pause(), None),
        (Stop(), None),
        (Resume(), Reason(Cause.SERVER_RESTARTED)),  # still true until the first batches are there
    ],
)
def test_the_reason_that_a_page_is_told(event: Command | Report, reason: Reason | None) -> None:
    assert after(RECOVERING, event, reason=Reason(Cause.SERVER_RESTARTED)).reason == reason


@pytest.mark.parametrize("event", [WorkerLost(), EngineFailed("slow"), SliceDone(2)])
def test_a_pause_that_a_person_wished_stays_one(event: Report) -> None:
    now = after(TRAINING, Pause(), event)
    assert (now.phase, now.reason) == (PAUSED, None)
    assert about(now, NetworkConfig(), TrainingConfig(), 0.0).phase == "paused"


def test_targets_count_from_where_the_run_is() -> None:
    assert after(TRAINING, More(3)).target == 8
    assert after(PAUSED, More(3)).target == 8
    assert after(STOPPED, More(3)).target == 5
    assert after(FINISHED, More(3), epoch=5).target == 8
    assert after(FINISHED, Resume(), epoch=5).target == 6
    assert after(FINISHED, OneBatch(), epoch=5).target == 6
    assert after(PAUSED, Resume()).target == 5


def test_one_epoch_ends_with_the_epoch_that_ran_when_it_was_asked_for() -> None:
    now = after(TRAINING, OneEpoch(), SliceDone(2))
    assert now.phase is TRAINING
    assert transition(now, SliceDone(3, 3)).phase is PAUSED
    assert transition(transition(now, Resume()), SliceDone(3, 3)).phase is TRAINING


def test_one_batch_is_not_the_slice_that_was_under_way() -> None:
    now = after(TRAINING, OneBatch(), SliceDone(2))
    assert (now.phase, now.one_batch) == (TRAINING, True)
    now = transition(now, SliceDone(2, one_batch=True))
    assert (now.phase, now.one_batch) == (PAUSED, False)
    withdrawn = after(TRAINING, OneBatch(), Resume(), SliceDone(2, one_batch=True))
    assert withdrawn.phase is TRAINING


def test_workers_lost_in_a_row_pause_the_run_and_a_batch_between_them_counts_anew() -> None:
    lost = [WorkerLost()] * (MOST_LOSSES - 1)
    assert after(TRAINING, *lost).phase is RECOVERING
    assert after(TRAINING, *lost, SliceDone(2), *lost).phase is RECOVERING
    often = after(TRAINING, *lost, WorkerLost())
    assert (often.phase, often.reason) == (PAUSED, Reason(Cause.LOST_OFTEN))
    assert transition(transition(often, Resume()), WorkerLost()).phase is RECOVERING


def test_early_stopping_counts_anew_after_its_end() -> None:
    stopped = after(TRAINING, SliceDone(3, 1))
    assert stopped.phase is FINISHED
    more = transition(stopped, More(5))
    assert transition(more, SliceDone(4, 1)).phase is TRAINING
    assert transition(transition(more, SliceDone(4, 1)), SliceDone(5, 1)).phase is FINISHED
    assert after(TRAINING, SliceDone(3, 1), patience=0).phase is TRAINING


def test_a_new_rate_gets_its_place_before_the_next_batch() -> None:
    now = after(TRAINING, SetRate(0.1))
    assert (now.changes, now.new_rate) == ((), 0.1)
    now = transition(now, AtBatch(7))
    assert (now.changes, now.new_rate) == ((RateChange(2, 7, 0.1),), None)
    again = transition(transition(now, SetRate(0.2)), AtBatch(3))  # the epoch is repeated
    assert again.changes == (RateChange(2, 3, 0.2),)


def test_stopping_draws_the_last_change_back_to_the_epochs_beginning() -> None:
    changes = (RateChange(1, 4, 0.3), RateChange(2, 5, 0.2), RateChange(2, 9, 0.1))
    stopped = after(PAUSED, Stop(), changes=changes)
    assert stopped.changes == (RateChange(1, 4, 0.3), RateChange(2, 0, 0.1))
    assert after(FAILED, Stop(), changes=changes).changes == changes


def test_names_pins_and_slow_motion_are_kept() -> None:
    now = after(TRAINING, Rename("New"), Pin(True), SetSlow(True), Delete(True), Delete(False))
    assert (now.title, now.pinned, now.slow, now.deleted) == ("New", True, True, False)
    assert after(TRAINING, Delete(True)).deleted


@pytest.mark.parametrize(
    ("events", "phase", "reason"),
    [
        ([], RECOVERING, Cause.SERVER_RESTARTED),
        ([EngineFailed("slow")], RECOVERING, Cause.SERVER_RESTARTED),  # nobody wished that pause
        ([EngineFailed("slow"), Delete(True)], PAUSED, Cause.ENGINE_FAILED),
        ([SliceDone(2, unwatched=True)], PAUSED, Cause.UNWATCHED),
        ([Pause()], PAUSED, None),
        ([SliceDone(3, 1)], FINISHED, Cause.NO_BETTER),
        ([TrainingFailed("no data")], FAILED, Cause.TRAINING_FAILED),
    ],
)
def test_a_run_is_taken_up_where_it_was(
    events: list[Report], phase: RunPhase, reason: Cause | None
) -> None:
    before = after(TRAINING, *events, pinned=True, changes=(RateChange(1, 2, 0.3),))
    again = taken_up(about(before, NetworkConfig(), TrainingConfig(patience=2), 0.0), before.epoch)
    assert (again.phase, again.reason and again.reason.cause) == (phase, reason)
    kept = ("title", "target", "patience", "epoch", "pinned", "deleted", "changes")
    assert [getattr(again, name) for name in kept] == [getattr(before, name) for name in kept]

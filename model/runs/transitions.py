"""What becomes of a run when something happens to it: a table, and the function that reads it.

`transition` says what each event makes of a run. It changes nothing and asks nobody, so all of it
can be read here line by line and tried in a test. `model.runs.worker_loop` carries it out.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from model.network import NetworkConfig
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
from model.runs.saved import About
from model.runs.state import Cause, Reason, RunPhase
from model.training.config import RateChange, TrainingConfig

MOST_LOSSES = 5
"""So many lost workers in a row, without a batch between them, are no chance."""

TABLE = """
trigger          starting    training    paused    recovering  finished  stopped   failed

go               starting    training    starting  recovering  starting  starting  starting
pause            paused      paused      paused    paused      -         -         -
stop             stopped     stopped     stopped   stopped     stopped   stopped   -

batches          training    training    paused    training    -         -         -
place_reached    paused      paused      paused    paused      -         -         -
target_reached   finished    finished    finished  finished    -         -         -
no_better        finished    finished    finished  finished    -         -         -
unwatched        paused      paused      paused    paused      -         -         -

worker_lost      recovering  recovering  paused    recovering  -         -         -
lost_often       paused      paused      paused    paused      -         -         -
engine_failed    paused      paused      paused    paused      -         -         -
training_failed  failed      failed      failed    failed      -         -         -
app_failed       failed      failed      failed    failed      -         -         -
"""
"""The phase that follows each phase; - means that it changes nothing there.

The columns are the phases before. A run that is paused still gets the batches that were under way:
with them it may reach its end, or hear that they are lost.
"""


class Trigger(StrEnum):
    """What an event comes down to: the rows of the table."""

    GO = "go"
    PAUSE = "pause"
    STOP = "stop"
    BATCHES = "batches"  # some are done, and more are wanted
    PLACE_REACHED = "place_reached"  # the batch or the epoch that was asked for is done
    TARGET_REACHED = "target_reached"
    NO_BETTER = "no_better"
    UNWATCHED = "unwatched"
    WORKER_LOST = "worker_lost"
    LOST_OFTEN = "lost_often"
    ENGINE_FAILED = "engine_failed"
    TRAINING_FAILED = "training_failed"
    APP_FAILED = "app_failed"


CAUSES = {
    Trigger.NO_BETTER: Cause.NO_BETTER,
    Trigger.UNWATCHED: Cause.UNWATCHED,
    Trigger.WORKER_LOST: Cause.WORKER_LOST,
    Trigger.LOST_OFTEN: Cause.LOST_OFTEN,
    Trigger.ENGINE_FAILED: Cause.ENGINE_FAILED,
    Trigger.TRAINING_FAILED: Cause.TRAINING_FAILED,
    Trigger.APP_FAILED: Cause.APP_FAILED,
}
"""What a page is told as the reason; the other triggers need none."""

DROPPING = frozenset(
    {
        Trigger.STOP,
        Trigger.WORKER_LOST,
        Trigger.LOST_OFTEN,
        Trigger.ENGINE_FAILED,
        Trigger.TRAINING_FAILED,
        Trigger.APP_FAILED,
    }
)
"""After these the batches of the unfinished epoch are dropped: it is repeated, or given up."""


def _rows(table: str) -> dict[tuple[RunPhase, Trigger], RunPhase | None]:
    head, *lines = [line.split() for line in table.splitlines() if line]
    return {
        (RunPhase(before), Trigger(name)): None if after == "-" else RunPhase(after)
        for name, *row in lines
        for before, after in zip(head[1:], row, strict=True)
    }


NEXT_PHASE = _rows(TABLE)


@dataclass(frozen=True)
class Steering:
    """Where a run stands, and what is wished of it: everything beside its figures and weights."""

    title: str
    target: int  # the epoch at which it ends
    patience: int = 0  # of early stopping, in epochs; 0 is never
    phase: RunPhase = RunPhase.STARTING
    reason: Reason | None = None
    epoch: int = 0  # finished epochs
    pause_after: int | None = None  # the epoch at whose end it pauses
    one_batch: bool = False  # it pauses after the next batch
    patient_from: int = 0  # early stopping counts from this epoch on
    losses_in_a_row: int = 0  # of workers
    dropped: int = 0  # how often the batches of an unfinished epoch were dropped
    slow: bool = False
    pinned: bool = False
    deleted: bool = False
    changes: tuple[RateChange, ...] = ()
    new_rate: float | None = None  # gets its place among the changes before the next batch


def transition(now: Steering, event: Command | Report) -> Steering:
    """Return what an event makes of a run."""
    match event:
        case Resume():
            return _go(now, now.target)
        case More(epochs):
            pending = now.phase.moving or now.phase is RunPhase.PAUSED
            return _go(now, (now.target if pending else now.epoch) + epochs)
        case OneEpoch():
            return _go(now, now.target, pause_after=now.epoch + 1)
        case OneBatch():
            return _go(now, now.target, one_batch=True)
        case Pause():
            return _enter(now, Trigger.PAUSE)
        case Stop():
            stopped = _enter(now, Trigger.STOP)
            if stopped is now:
                return now
            return replace(stopped, changes=drawn_back(now.changes, now.epoch))
        case SetRate(rate):
            return replace(now, new_rate=rate)
        case SetSlow(on):
            return replace(now, slow=on)
        case Rename(title):
            return replace(now, title=title)
        case Pin(on):
            return replace(now, pinned=on)
        case Delete(on):
            return replace(_enter(now, Trigger.PAUSE) if on else now, deleted=on)
        case SliceDone():
            return _after_slice(now, event)
        case AtBatch(batch):
            if now.new_rate is None:
                return now
            change = RateChange(now.epoch, batch, now.new_rate)
            return replace(now, changes=with_change(now.changes, change), new_rate=None)
        case WorkerLost():
            losses = now.losses_in_a_row + 1
            often = losses >= MOST_LOSSES
            lost = _enter(now, Trigger.LOST_OFTEN if often else Trigger.WORKER_LOST)
            return now if lost is now else replace(lost, losses_in_a_row=losses)
        case EngineFailed(detail):
            return _enter(now, Trigger.ENGINE_FAILED, detail)
        case TrainingFailed(detail):
            return _enter(now, Trigger.TRAINING_FAILED, detail)
        case AppFailed():
            return _enter(now, Trigger.APP_FAILED)


def about(now: Steering, network: NetworkConfig, settings: TrainingConfig, created: float) -> About:
    """What is written of a run, so that it can be taken up: one that goes on is in training."""
    passing = now.reason is not None and now.reason.passing and not now.deleted
    goes_on = now.phase.moving or passing
    return About(
        now.title,
        network,
        settings,
        created,
        RunPhase.TRAINING if goes_on else now.phase,
        now.target,
        None if goes_on else now.reason,
        now.changes,
        now.pinned,
        now.deleted,
        now.epoch,
    )


def taken_up(about: About, epoch: int) -> Steering:
    """Where a run stands that an earlier process has written, with so many finished epochs."""
    phase, reason = about.phase, about.reason
    if epoch < about.epoch and not phase.moving and phase is not RunPhase.FAILED:
        phase, reason = RunPhase.PAUSED, Reason(Cause.EPOCHS_LOST, str(about.epoch))
    elif phase.moving and epoch >= about.target:  # it had just come to its end
        phase, reason = RunPhase.FINISHED, None
    elif phase.moving:
        phase, reason = RunPhase.RECOVERING, Reason(Cause.SERVER_RESTARTED)
    return Steering(
        about.title,
        about.target,
        about.settings.patience,
        phase,
        reason,
        epoch,
        pinned=about.pinned,
        deleted=about.deleted,
        changes=about.changes,
    )


def followed(about: About, epoch: int) -> Steering:
    """Where a run stands that another server holds: as that one has written it last."""
    return replace(taken_up(about, epoch), phase=about.phase, reason=about.reason)


def _enter(now: Steering, trigger: Trigger, detail: str = "") -> Steering:
    """Go to the phase that the table says; the very same object where it says nothing."""
    phase = NEXT_PHASE[now.phase, trigger]
    if phase is None:
        return now
    cause = CAUSES.get(trigger)
    reason = Reason(cause, detail) if cause is not None else None
    if phase is now.phase and (reason is None or not phase.moving):
        reason = now.reason  # a pause that a person wished stays one, whatever fails meanwhile
    return replace(now, phase=phase, reason=reason, dropped=now.dropped + (trigger in DROPPING))


def _go(
    now: Steering, target: int, pause_after: int | None = None, one_batch: bool = False
) -> Steering:
    gone = replace(
        _enter(now, Trigger.GO),
        target=max(target, now.epoch + 1),
        pause_after=pause_after,
        one_batch=one_batch,
    )
    if now.phase.moving:
        return gone
    patient_from = now.epoch if now.phase is RunPhase.FINISHED else now.patient_from
    return replace(gone, patient_from=patient_from, losses_in_a_row=0)


def _after_slice(before: Steering, done: SliceDone) -> Steering:
    now = replace(before, epoch=done.epoch, losses_in_a_row=0)
    epoch_ended = now.epoch > before.epoch
    since_best = now.epoch - max(done.best_epoch, now.patient_from)
    if epoch_ended and now.epoch >= now.target:
        trigger = Trigger.TARGET_REACHED
    elif epoch_ended and 0 < now.patience <= since_best:
        trigger = Trigger.NO_BETTER
    elif epoch_ended and now.pause_after is not None and now.epoch >= now.pause_after:
        trigger = Trigger.PLACE_REACHED
    elif done.unwatched:
        trigger = Trigger.UNWATCHED
    elif done.one_batch and now.one_batch:
        trigger = Trigger.PLACE_REACHED
    else:
        trigger = Trigger.BATCHES
    after = _enter(now, trigger)
    if after is now:
        return before
    return replace(after, one_batch=now.one_batch and not done.one_batch)


def with_change(changes: tuple[RateChange, ...], change: RateChange) -> tuple[RateChange, ...]:
    """Add a change made by hand; those noted for later places, in an epoch repeated, give way."""
    earlier = (c for c in changes if (c.epoch, c.batch) < (change.epoch, change.batch))
    return (*earlier, change)


def drawn_back(changes: tuple[RateChange, ...], epoch: int) -> tuple[RateChange, ...]:
    """Let the last change made after an epoch's end hold from that end on."""
    if not changes or (changes[-1].epoch, changes[-1].batch) <= (epoch, 0):
        return changes
    return with_change(changes, replace(changes[-1], epoch=epoch, batch=0))

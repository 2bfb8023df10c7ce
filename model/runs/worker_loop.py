"""What moves a run: one loop that carries out commands and asks the engine for slices of training.

The loop is a thread that lives as long as there is something to do; a run that stands still has
none. It alone changes the run and talks to the engine and the disk, so nobody who presses a button
waits for either.
"""

import contextlib
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from model.data.lease import Lease
from model.data.mnist import DataError, DataReason, DataSet
from model.engine import Actor, Engine, EngineError, EngineLost
from model.engine.turns import Turn, turns_of
from model.network import NetworkConfig
from model.runs.events import (
    AppFailed,
    AtBatch,
    Command,
    EngineFailed,
    Report,
    SliceDone,
    TrainingFailed,
    WorkerLost,
)
from model.runs.inbox import Inbox
from model.runs.record import Record
from model.runs.saved import About
from model.runs.store import RunFolder
from model.runs.transitions import Steering, about, followed, taken_up, transition
from model.training.config import RateChange, TrainingConfig
from model.training.trainer import Progress, Trainer

SLICE = 0.3
"""Seconds of training that are asked for at a time: three new stretches of curve a second."""
FIRST_SLICE = 0.05
"""Seconds of the first slice, so that the first points are there at once."""
SLOW_SECONDS = 0.7
"""From one batch to the next in slow motion."""
ABANDONED_SECONDS = 15 * 60.0
"""A run that nobody has looked at for so long pauses by itself."""
LOOK_SECONDS = 1.0
"""Between two looks whether another server has changed a run that stands still here."""
FOLLOW_SECONDS = 0.5
"""Between two looks at what the server writes that has the run."""
WATCHED_SECONDS = 10.0
"""A page that shows a run asks for it more often; after that nobody looks, and nobody follows."""
TOLD_SECONDS = 60.0
"""Between two messages to that server that somebody looks at the run from here."""
TURN_SECONDS = 1.0
"""A run that waits for its turn sees to its lease and its messages so often."""


OwnDigits = Callable[[str], DataSet]
"""Finds digits that were written here by the name that the settings have for them.

Raises DataError where they are deleted, and EngineError where they cannot be had now.
"""


class WorkerLoop:
    """Trains one run. All methods may be called from any thread.

    Args:
        network: the architecture.
        settings: of the training.
        created: seconds since 1970.
        engine: where the work is done.
        steering: where the run stands.
        record: its figures and weights.
        folder: its files.
        lease: says which server may change it.
        elsewhere: whether another server holds the lease.
        own_digits: finds the digits that were written here; None where there are none.
        owner: whose run it is; people share the worker alike.
    """

    def __init__(
        self,
        network: NetworkConfig,
        settings: TrainingConfig,
        created: float,
        engine: Engine,
        steering: Steering,
        record: Record,
        folder: RunFolder,
        lease: Lease,
        elsewhere: bool = False,
        own_digits: OwnDigits | None = None,
        owner: str = "",
    ) -> None:
        self.record = record
        self.seen = time.monotonic()  # when somebody looked at the run last
        self.changed = threading.Condition()  # guards all that is here, the record too
        self._network, self._settings, self._created = network, settings, created
        self._engine, self._own_digits, self._owner = engine, own_digits, owner
        self._folder, self._lease = folder, lease
        self._inbox = Inbox(folder.path)
        self._looked = 0.0  # when another server's files were looked at, on time.monotonic()
        self.elsewhere = elsewhere
        self._commands: deque[Command] = deque()
        self._steering = steering
        self._alive = False  # whether the thread lives
        self._training = False  # whether the engine is at work for this run
        self._slice_seconds = FIRST_SLICE
        self._next_batch_at = 0.0  # in slow motion, on the clock time.monotonic()
        self._trainer: Actor[Trainer] | None = None
        self._told: tuple[RateChange, ...] = ()  # what the trainer knows of the changes
        self._watched = -math.inf  # when the server that has the run was told that one looks
        self._unwanted: list[Actor[Trainer]] = []  # trainers to close
        self._turns = turns_of(engine)
        self._turn: Turn | None = None  # waits for the worker, or has it

    def begin(self) -> None:
        """Start the loop if the run moves by itself, or something of it is to be written."""
        with self.changed:
            if self._steering.phase.moving or not self.record.all_on_disk:
                self._wake()

    def look(self) -> None:
        """Somebody looks at the run; one that stands still asks whether another server moves it."""
        self.seen = now = time.monotonic()
        if self._alive or now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if self._changed_elsewhere() or self._lease.is_anothers():
            with self.changed:
                self._wake()

    def post(self, command: Command) -> None:
        """Put a command into the queue. Returns at once; what it asks for shows in `steering`."""
        with self.changed:
            self._commands.append(command)
            self._wake()

    @property
    def steering(self) -> Steering:
        """Where the run stands when the commands that still wait are carried out."""
        with self.changed:
            return reduce(transition, self._commands, self._steering)

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do, to write or to carry out."""
        return not self._alive

    @property
    def drops_batches(self) -> bool:
        """Whether a command that still waits drops the batches of the unfinished epoch."""
        return self.steering.dropped != self._steering.dropped

    @property
    def underway(self) -> bool:
        """Whether the figures change by themselves, if only by the batches that are under way."""
        return self.steering.phase.moving or (self._training and not self.drops_batches)

    @property
    def turn(self) -> Turn | None:
        """Its place in the queue for the worker that trains; None when it wants nothing of it."""
        return self._turn

    @property
    def sharing(self) -> int:
        """How many runs take turns now, this one included."""
        return max(self._turns.sharing, 1)

    def save(self) -> None:
        """Write what is not on disk yet."""
        self.record.save(self.changed, self._about)

    def _about(self) -> About:
        return about(self._steering, self._network, self._settings, self._created)

    def _wake(self) -> None:
        if not self._alive:
            self._alive = True
            self._slice_seconds = FIRST_SLICE
            threading.Thread(target=self._work, name=self._steering.title, daemon=True).start()
        self.changed.notify_all()

    # All below runs in the loop's own thread.

    def _work(self) -> None:
        ended = False
        try:
            while not ended:
                if self._ours():
                    while self._has_more():
                        if self._its_turn():
                            self._train()
                            self._leave_turn()
                    self._leave_turn()
                lost = not self._lease.still_held()  # then what came last is not written
                self._lease.give_back()
                with self.changed:
                    goes_on = (lost or self._steering.phase.moving) and not self.elsewhere
                    if not (self._commands or goes_on):
                        self._alive = False
                        self.changed.notify_all()
                        ended = True  # another thread may work already
        finally:
            self._leave_turn()
            if not ended:  # an exception that nobody expects is on its way out
                self._lease.give_back()
                with self.changed:
                    self._alive = self._training = False
                    self._happened(AppFailed())
                    self.changed.notify_all()

    def _ours(self) -> bool:
        """Take the run's lease; while another server has it, follow that as long as one looks."""
        while not self._lease.take():
            self._follow()
            with self.changed:
                if self.changed.wait_for(lambda: bool(self._commands), FOLLOW_SECONDS):
                    continue
                if time.monotonic() - self.seen > WATCHED_SECONDS:
                    return False
        if self.elsewhere or self._changed_elsewhere():
            self._take_up(taken_up)
        self._folder.tidy_up()
        with self.changed:
            self.elsewhere = False
            self.changed.notify_all()
        return True

    def _follow(self) -> None:
        """Show what the server that has the run has written, and pass on what is asked for."""
        if not self.elsewhere or self._changed_elsewhere():
            self._take_up(followed)
        with self.changed:
            self.elsewhere = True
            asked = list(self._commands)
            self._commands.clear()
            self._steering = reduce(transition, asked, self._steering)  # shows until it is so
            self.changed.notify_all()
        with contextlib.suppress(OSError):  # then the next look shows that nothing has come of it
            for command in asked:
                self._inbox.send(command)
        if time.monotonic() - self._watched > TOLD_SECONDS:
            self._watched = time.monotonic()
            self._inbox.watch()

    def _changed_elsewhere(self) -> bool:
        stamp = self._folder.stamp
        return stamp is not None and stamp != self.record.stamp

    def _take_up(self, stand: Callable[[About, int], Steering]) -> None:
        """Read what another server has written, and stand where that says."""
        saved = self._folder.load()
        if saved is None:
            return
        with self.changed:
            self._give_trainer_up()
            self.record.reload(saved)
            before = self._steering
            self._steering = replace(
                stand(saved.about, self.record.epoch),
                dropped=before.dropped + 1,
                slow=before.slow,  # is on no disk
            )
            self.changed.notify_all()
        self._close_unwanted()

    def _has_more(self) -> bool:
        """Carry out what was asked for; return whether to train on."""
        while True:
            if not self._lease.still_held():
                return False
            received = self._inbox.received()
            if self._inbox.was_watched():
                self.seen = time.monotonic()
            with self.changed:
                self._commands.extend(received)
                self._carry_out()
                self._happened(AtBatch(self.record.batch))
                if self._steering.phase.moving:
                    self._leave_worker_that_goes()
                elif self.record.batch == 0:  # in the middle of an epoch it will be asked again
                    self._give_trainer_up()
            self._close_unwanted()
            self.save()
            with self.changed:
                if not (self._commands or self._steering.phase.moving):
                    return False
                pause = self._next_batch_at - time.monotonic() if self._steering.slow else 0.0
                if not self.changed.wait_for(lambda: bool(self._commands), max(pause, 0.0)):
                    return True

    def _its_turn(self) -> bool:
        """Wait for the worker in the queue of all runs; False when there is something else to do.

        The place in the queue is kept meanwhile.
        """
        turn = self._turn
        if turn is None:
            turn = self._turn = self._turns.join(self._tell, self._owner or None)
        with self.changed:
            self.changed.wait_for(lambda: turn.has_come or bool(self._commands), TURN_SECONDS)
            return turn.has_come and not self._commands

    def _tell(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def _leave_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.leave()

    def _train(self) -> None:
        """Train one slice, or in slow motion one batch, and keep what comes of it."""
        with self.changed:
            now, self._training = self._steering, True
        one_batch = now.one_batch
        self._next_batch_at = 0.0
        report: Report | None = None
        try:
            trainer = self._trainer or self._build(now)
            progress = self._advance(trainer, now)
        except EngineLost:
            report = WorkerLost()
        except (DataError, ValueError) as error:
            report = TrainingFailed(str(error))
        except EngineError as error:
            report = EngineFailed(str(error))
        else:
            self._slice_seconds = SLICE
        with self.changed:
            self._training = False
            if report is not None:
                self._trainer, self._slice_seconds = None, FIRST_SLICE
            self._carry_out()  # first: it was asked for before anybody knew what has come now
            if self._steering.dropped == now.dropped:
                self._happened(report or self._kept(progress, one_batch))
            self.changed.notify_all()
            if now.slow:
                self._next_batch_at = time.monotonic() + SLOW_SECONDS

    def _build(self, now: Steering) -> Actor[Trainer]:
        with self.changed:
            last, self._told = self.record.snapshot, now.changes
        data = self._data()
        settings, told = self._settings, self._told
        trainer = self._engine.actor(Trainer, self._network, settings, last, told, data)
        self._trainer = trainer
        if last is None:
            first = trainer.call(Trainer.snapshot)
            with self.changed:
                self.record.begin(first)
        return trainer

    def _data(self) -> DataSet | None:
        """The digits that were written here; None where the worker has those of the settings."""
        if not self._settings.own:
            return None
        if self._own_digits is None:
            raise DataError(DataReason.OWN_GONE)
        return self._own_digits(self._settings.own)

    def _advance(self, trainer: Actor[Trainer], now: Steering) -> Progress:
        if now.changes != self._told:
            trainer.call(Trainer.change_rates, now.changes)
            self._told = now.changes
        most = 1 if now.one_batch or now.slow else None
        return trainer.call(Trainer.advance, self._slice_seconds, most)

    def _kept(self, progress: Progress, one_batch: bool) -> SliceDone:
        self.record.add(progress)
        unwatched = time.monotonic() - self.seen > ABANDONED_SECONDS
        return SliceDone(self.record.epoch, self.record.best_epoch, one_batch, unwatched)

    def _carry_out(self) -> None:
        while self._commands:
            self._happened(self._commands.popleft())

    def _happened(self, event: Command | Report) -> None:
        before, self._steering = self._steering, transition(self._steering, event)
        if self._steering.dropped != before.dropped:
            self.record.forget_unfinished()
            self._give_trainer_up()
        if self._steering != before:
            self.changed.notify_all()

    def _give_trainer_up(self) -> None:
        if self._trainer is not None:
            self._unwanted.append(self._trainer)
        self._trainer = None

    def _close_unwanted(self) -> None:
        for trainer in self._unwanted:
            trainer.close()
        self._unwanted.clear()

    def _leave_worker_that_goes(self) -> None:
        """Between two epochs: the next trainer lives in the fresh worker."""
        if self._trainer is not None and self._trainer.retiring and self.record.batch == 0:
            self._give_trainer_up()

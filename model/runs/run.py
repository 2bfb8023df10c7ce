"""Runs: trainings that belong to a person and go on whatever page is open.

While a run moves, a thread of its own asks the engine for one slice of training after the other and
keeps what comes back; pausing is not asking. When the worker, the engine or this whole process is
lost, the run is built again from its last snapshot and repeats at most the epoch it was in, to the
same figures (see `model.training.trainer`). What is kept of a run is in `record`, its files in
`model.runs.store`, what a page is told in `model.runs.state`.
"""

import secrets
import threading
import time
from collections import OrderedDict

import numpy as np

from model.data.mnist import DataError
from model.engine import Actor, Engine, EngineError, EngineLost
from model.network import Network, NetworkConfig, from_vector
from model.runs.record import DISK_FAULT, Record, drawn_back, with_change
from model.runs.state import RunPhase, RunState
from model.runs.store import About, RunFolder, Saved
from model.training.config import RATES, RateChange, TrainingConfig, rate_at
from model.training.trainer import EpochScores, Progress, Trainer

__all__ = ["EpochScores", "Run", "RunPhase", "RunState"]

SLICE = 0.3
"""Seconds of training that are asked for at a time: three new stretches of curve a second."""
FIRST_SLICE = 0.05
"""Seconds of the first slice, so that the first points are there at once."""
SLOW_SECONDS = 0.7
"""From one batch to the next in slow motion."""
ABANDONED_SECONDS = 15 * 60.0
"""A run that nobody has looked at for so long pauses by itself."""
FORGOTTEN_SECONDS = 60 * 60.0
"""A run that stands still and was not looked at for so long leaves the memory; its files stay."""
MOST_FAULTS = 5
"""So many lost workers in a row, without a batch between them, are no chance."""
LONGEST_TITLE = 60


class Run:
    """One training of one person. All methods may be called from any thread.

    Args:
        title: what the screen calls it.
        network: the architecture.
        settings: of the training.
        engine: where the work is done.
        identifier: of a run that is found again; None makes a new one.
        saved: what was found of it on disk.
    """

    def __init__(
        self,
        title: str,
        network: NetworkConfig,
        settings: TrainingConfig,
        engine: Engine,
        identifier: str | None = None,
        saved: Saved | None = None,
    ) -> None:
        self.id = identifier or secrets.token_urlsafe(12)  # whoever knows it sees the run
        self.title = title
        self.network = network
        self.settings = settings
        self.created = saved.about.created if saved else time.time()
        self._engine = engine
        self._changed = threading.Condition()  # guards everything below
        self._phase = RunPhase.STARTING
        self._sentence = ""
        self._by_fault = False  # paused because the engine failed, and not by a person's wish
        self._target = settings.epochs
        self._record = Record(network, RunFolder(self.id), saved)
        self._changes: tuple[RateChange, ...] = ()
        self._new_rate: float | None = None  # waits for the end of the slice that runs
        self._pinned = self._deleted = False
        self._slow = self._single = False
        self._halt: int | None = None  # the epoch at whose end the run pauses
        self._patient_from = 0  # early stopping counts from this epoch on
        self._speed = 0.0
        self._networks: OrderedDict[int, Network] = OrderedDict()  # those last asked for
        self._seen = time.monotonic()
        self._trainer: Actor[Trainer] | None = None  # in the middle of an epoch, not at work
        self._told: tuple[RateChange, ...] = ()  # what the trainer knows of the changes
        self._drive = 0  # the number of the thread that drives the run; 0 when none does
        self._drives = 0
        if saved is None:
            self._save()  # found again, whatever happens from now on
        else:
            self._take_up(saved.about)
        if self._phase.moving:
            self._start_driving()

    # What a person can do with a run.

    def pause(self) -> None:
        """Ask for no more slices until `resume`."""
        with self._changed:
            if self._phase.moving:
                self._enter(RunPhase.PAUSED)
        self._save()

    def resume(self) -> None:
        """Go on, to the epoch where the run was to end, or for one more when it had reached it."""
        self._go_on(self._target)

    def more(self, epochs: int) -> None:
        """Train so many epochs more than were asked for, or than are done where it had ended.

        Raises:
            ValueError: not from 1 to 1000.
        """
        if not 1 <= epochs <= 1000:
            raise ValueError("The number of further epochs must lie between 1 and 1000.")
        with self._changed:
            pending = self._phase.moving or self._phase is RunPhase.PAUSED
            target = (self._target if pending else self._record.epoch) + epochs
        self._go_on(target)

    def one_epoch(self) -> None:
        """Train to the end of the epoch that runs, or a whole one, then stand still."""
        self._go_on(self._target, halt=1)

    def one_batch(self) -> None:
        """Train one single batch, then stand still."""
        self._go_on(self._target, single=True)

    def stop(self) -> None:
        """End the run. The networks of its finished epochs stay; the unfinished one is dropped."""
        with self._changed:
            if self._phase is not RunPhase.FAILED:
                self._record.forget_unfinished()
                self._changes = drawn_back(self._changes, self.epoch)
                self._drive = 0  # what its thread still brings home is not wanted
                if self._trainer is not None:
                    self._trainer.close()
                self._trainer = None
                self._enter(RunPhase.STOPPED)
        self._save()

    def set_learning_rate(self, rate: float) -> None:
        """Use another learning rate from the next batch on.

        Raises:
            ValueError: out of range.
        """
        low, high = RATES
        if not low <= rate <= high:
            raise ValueError(f"The learning rate must lie between {low:g} and {high:g}.")
        with self._changed:
            self._new_rate = rate
            if not self._drive:
                self._change_rate()
        self._save()

    @property
    def slow(self) -> bool:
        """Slow motion: single batches with a pause between two."""
        return self._slow

    @slow.setter
    def slow(self, slow: bool) -> None:
        with self._changed:
            self._slow = slow
            self._changed.notify_all()

    def rename(self, title: str) -> None:
        """Give it another title; one of blanks alone changes nothing, a long one is cut."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        with self._changed:
            self.title = title or self.title
            self._networks.clear()  # they carry the title as their origin
        self._save()

    @property
    def pinned(self) -> bool:
        """Whether its files are kept for good, and not for 30 days alone."""
        return self._pinned

    @pinned.setter
    def pinned(self, pinned: bool) -> None:
        self._pinned = pinned
        self._save()

    @property
    def deleted(self) -> bool:
        """Whether its person threw it away; it can be brought back for a day."""
        return self._deleted

    @deleted.setter
    def deleted(self, deleted: bool) -> None:
        self._deleted = deleted
        if deleted:
            self.pause()
        self._save()

    def seen(self) -> None:
        """Say that somebody looks at the run: without this it pauses after 15 minutes."""
        self._seen = time.monotonic()

    @property
    def forgettable(self) -> bool:
        """Whether it may leave the memory: it stands still, unwatched, and is all on disk."""
        with self._changed:
            still = not self._drive and not self._phase.moving and self._record.all_on_disk
            return still and time.monotonic() - self._seen > FORGOTTEN_SECONDS

    # What a page can show of it.

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self._record.epoch

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs whose networks can be had, in order; 0 is the untrained network."""
        with self._changed:
            return self._record.epochs

    def state(self) -> RunState:
        """What to show now."""
        with self._changed:
            record = self._record
            done = record.epoch * record.batches + record.batch
            left = max(self._target * record.batches - done, 0)
            known = self._speed and self._phase.moving and not self._slow
            words = [self._sentence, DISK_FAULT if record.disk_fault else ""]
            rate = self._new_rate or rate_at(
                self.settings, self._changes, record.epoch, record.batch
            )
            return RunState(
                self._phase,
                " ".join(filter(None, words)),
                record.epoch,
                record.batch,
                record.batches,
                self._target,
                record.positions,
                record.losses,
                record.accuracies,
                tuple(record.history),
                self._speed,
                left * self.settings.batch_size / self._speed if known else None,
                record.seconds,
                rate,
                self._changes,
                self._slow,
                record.weight_norms,
                record.gradient_norms,
                self._phase.moving or bool(self._drive),
            )

    def network_at(self, epoch: int | None = None) -> Network | None:
        """The network as it was at the end of an epoch; None without one means the latest.

        Returns None when there is no such epoch, or its weights are not numbers any more.
        """
        with self._changed:
            epoch = self.epoch if epoch is None else epoch
            if epoch in self._networks:
                self._networks.move_to_end(epoch)
                return self._networks[epoch]
            network = self._network(self._record.weights_at(epoch), f"epoch {epoch}")
            if network is not None:
                self._networks[epoch] = network
                if len(self._networks) > 4:
                    self._networks.popitem(last=False)
            return network

    def network_now(self) -> Network | None:
        """The network as it is at this moment, in the middle of an epoch; None as `network_at`."""
        with self._changed:
            place = f"epoch {self.epoch}, batch {self._record.batch}"
            return self._network(self._record.live, place)

    def _network(self, weights: np.ndarray | None, place: str) -> Network | None:
        if weights is None or not np.isfinite(weights).all():
            return None
        return Network(self.network, from_vector(self.network, weights), f"{self.title}, {place}")

    # How it moves. The methods above run in anybody's thread, `_work` in the run's own.

    def _take_up(self, about: About) -> None:
        """Be what the run was when its last process ended."""
        phase = RunPhase(about.phase)
        self._target, self._changes = about.target, about.changes
        self._pinned, self._deleted = about.pinned, about.deleted
        if phase.moving:
            words = "The server was started again. The run goes on from its last epoch."
            self._enter(RunPhase.RECOVERING, words)
        else:
            self._enter(phase, about.sentence)

    def _go_on(self, target: int, halt: int | None = None, single: bool = False) -> None:
        with self._changed:
            self._target = max(target, self.epoch + 1)
            self._halt = None if halt is None else self.epoch + halt
            self._single = single
            if not self._phase.moving:
                if self._phase is RunPhase.FINISHED:
                    self._patient_from = self.epoch
                self._enter(RunPhase.STARTING)
                if not self._drive:
                    self._start_driving()
        self._save()

    def _enter(self, phase: RunPhase, sentence: str = "", by_fault: bool = False) -> None:
        with self._changed:
            self._phase, self._sentence, self._by_fault = phase, sentence, by_fault
            self._changed.notify_all()

    def _about(self) -> About:
        wanted = RunPhase.TRAINING if self._phase.moving or self._by_fault else self._phase
        sentence = "" if wanted is RunPhase.TRAINING else self._sentence
        return About(
            self.title,
            self.network,
            self.settings,
            self.created,
            str(wanted),
            self._target,
            sentence,
            self._changes,
            self._pinned,
            self._deleted,
        )

    def _save(self) -> None:
        self._record.save(self._changed, self._about)

    def _start_driving(self) -> None:
        self._drives += 1
        self._drive = self._drives
        name = f"{self.title}, drive {self._drive}"
        threading.Thread(target=self._work, args=(self._drive,), name=name, daemon=True).start()

    def _work(self, drive: int) -> None:
        """Drive the run until it stands still, or another thread drives it."""
        with self._changed:
            trainer, self._trainer = self._trainer, None
        faults, seconds = 0, FIRST_SLICE
        try:
            while self._wanted(drive, trainer):
                try:
                    trainer = trainer or self._build(drive)
                    self._advance(trainer, drive, seconds)
                    faults, seconds = 0, SLICE
                    if trainer.retiring and self._between_epochs(drive):
                        trainer.close()  # the next one lives in the fresh worker
                        trainer = None
                except EngineLost:
                    trainer, faults = None, faults + 1
                    self._recover(drive, faults)
                except (DataError, ValueError) as error:
                    trainer = None
                    self._give_up(drive, RunPhase.FAILED, str(error))
                except EngineError as error:
                    trainer = None
                    self._give_up(drive, RunPhase.PAUSED, f"{error} Press Resume to go on.")
                self._save()
        finally:
            self._give_up(drive, RunPhase.FAILED, "A fault in the app ended this training.")

    def _wanted(self, drive: int, trainer: Actor[Trainer] | None) -> bool:
        """Whether this thread has more to train; if not, it hands its trainer over."""
        with self._changed:
            if self._drive == drive and self._phase.moving:
                return True
            between = self._drive == drive and self._record.batch > 0
            if between:  # it will be asked for again
                self._trainer = trainer
            elif trainer is not None:
                trainer.close()
            if self._drive == drive:
                self._drive = 0
            return False

    def _between_epochs(self, drive: int) -> bool:
        with self._changed:
            return self._drive == drive and self._record.batch == 0

    def _build(self, drive: int) -> Actor[Trainer]:
        with self._changed:
            self._record.forget_unfinished()
            last = self._record.snapshot
            self._told = self._changes
        trainer = self._engine.actor(Trainer, self.network, self.settings, last, self._told)
        if last is None:
            first = trainer.call(Trainer.snapshot)
            with self._changed:
                if self._drive == drive:
                    self._record.begin(first)
        return trainer

    def _advance(self, trainer: Actor[Trainer], drive: int, seconds: float) -> None:
        """Train one slice, or in slow motion one batch, and keep what comes of it."""
        with self._changed:
            if self._drive == drive:
                self._change_rate()
            single, slow, changes = self._single, self._slow, self._changes
        if changes != self._told:
            trainer.call(Trainer.change_rates, changes)
            self._told = changes
        progress = trainer.call(Trainer.advance, seconds, 1 if single or slow else None)
        with self._changed:
            if self._drive != drive:
                return
            self._take(progress)
            if single and self._single:
                self._single = False
                if self._phase.moving:
                    self._enter(RunPhase.PAUSED)
            if slow:
                self._changed.wait_for(self._hurried, timeout=SLOW_SECONDS)

    def _hurried(self) -> bool:
        return not (self._slow and self._phase.moving and self._drive)

    def _take(self, progress: Progress) -> None:
        if self._phase.moving:
            self._enter(RunPhase.TRAINING)
        speed = progress.images / progress.seconds
        self._speed = speed if not self._speed else 0.8 * self._speed + 0.2 * speed
        self._record.add(progress)
        if progress.epoch_end is not None:
            self._end_epoch()
        if self._phase.moving and time.monotonic() - self._seen > ABANDONED_SECONDS:
            minutes = round(ABANDONED_SECONDS / 60)
            words = f"Paused, because nobody looked at this run for {minutes} minutes."
            self._enter(RunPhase.PAUSED, f"{words} Press Resume to go on.")

    def _end_epoch(self) -> None:
        if not (self._phase.moving or self._phase is RunPhase.PAUSED):
            return
        if self.epoch >= self._target:
            self._enter(RunPhase.FINISHED)
        elif self._stopped_improving():
            words = (
                f"Stopped early: the validation loss has not fallen for {self.settings.patience}"
            )
            self._enter(RunPhase.FINISHED, f"{words} epochs.")
        elif self._halt is not None and self.epoch >= self._halt:
            self._enter(RunPhase.PAUSED)

    def _stopped_improving(self) -> bool:
        """Early stopping: the best validation loss is `patience` epochs old or older."""
        losses = [scores.validation.loss for scores in self._record.history]
        best = int(np.nanargmin(losses)) + 1 if not np.isnan(losses).all() else 0
        return 0 < self.settings.patience <= self.epoch - max(best, self._patient_from)

    def _change_rate(self) -> None:
        """Note a change of the learning rate at the place where the run is now."""
        if self._new_rate is None:
            return
        change = RateChange(self.epoch, self._record.batch, self._new_rate)
        self._changes, self._new_rate = with_change(self._changes, change), None

    def _recover(self, drive: int, faults: int) -> None:
        with self._changed:
            if self._drive != drive:
                return
            self._record.forget_unfinished()
            if faults >= MOST_FAULTS:
                words = "Its worker was lost several times in a row. Press Resume to try again."
                self._give_up(drive, RunPhase.PAUSED, words)
            elif self._phase.moving:
                words = "Its worker was lost. It goes on from its last epoch."
                self._enter(RunPhase.RECOVERING, words)

    def _give_up(self, drive: int, phase: RunPhase, sentence: str) -> None:
        with self._changed:
            if self._drive == drive:
                self._drive = 0
                self._record.forget_unfinished()
                self._enter(phase, sentence, by_fault=phase is RunPhase.PAUSED)

"""Runs: trainings that belong to a person and go on whatever page is open.

While a run moves, its worker loop asks the engine for one slice of training after the other and
keeps what comes back; pausing is not asking. When the worker, the engine or this whole process is
lost, the run is built again from its last snapshot and repeats at most the epoch it was in, to the
same figures (see `model.training.trainer`).

What a run can do and can be asked is here; what becomes of it when something happens is in
`model.runs.transitions`, who carries that out in `worker_loop`, what is kept in `record`, its files
in `store`, what a page is told in `state`.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from model.data.lease import Lease, Owner, this_server
from model.engine import Engine
from model.network import Network, NetworkConfig, computable, from_vector
from model.runs.events import (
    Delete,
    More,
    OneBatch,
    OneEpoch,
    Pause,
    Pin,
    Rename,
    Resume,
    SetRate,
    SetSlow,
    Stop,
)
from model.runs.record import Record
from model.runs.saved import LONGEST_TITLE, MOST_MORE, Saved
from model.runs.state import RunState
from model.runs.store import RunFolder
from model.runs.transitions import Steering, followed, taken_up
from model.runs.worker_loop import OwnDigits, WorkerLoop
from model.training.config import RATES, TrainingConfig, rate_at

FORGOTTEN_SECONDS = 5 * 60.0
"""A run that stands still and was not looked at for so long leaves the memory, 2.5 MB of the
course's network; its files stay."""
NETWORKS_AT_HAND = 4
QUICK_DISK = 0.1
"""Seconds that a new run waits for its first file; it does not wait for a slow disk."""


class Run:
    """One training of one person. All methods may be called from any thread.

    Nothing here waits for the engine or the disk: what is asked for shows at once, and is carried
    out when the slice of training that is under way has come back.

    Args:
        title: what the screen calls it.
        network: the architecture.
        settings: of the training.
        engine: where the work is done.
        identifier: of a run that is found again; None makes a new one.
        saved: what was found of it on disk.
        server: whose run it is, where several use one folder.
        owner: the mark of its person, see `model.runs.owner`.
        own_digits: finds the digits that were written here; None where there are none.
    """

    def __init__(
        self,
        title: str,
        network: NetworkConfig,
        settings: TrainingConfig,
        engine: Engine,
        identifier: str | None = None,
        saved: Saved | None = None,
        server: Owner | None = None,
        owner: str = "",
        own_digits: OwnDigits | None = None,
    ) -> None:
        self.id = identifier or secrets.token_urlsafe(12)  # whoever knows it sees the run
        self.owner = owner
        self.network = network
        self.settings = settings
        self.created = saved.about.created if saved else time.time()
        folder = RunFolder(self.id)
        self._record = Record(network, folder, saved)
        lease = Lease(folder.path, server or this_server())
        elsewhere = saved is not None and lease.is_anothers()
        if saved is None:
            steering = Steering(title, settings.epochs, settings.patience)
        else:
            stand = followed if elsewhere else taken_up
            steering = stand(saved.about, self._record.epoch)
        self._loop = WorkerLoop(
            network,
            settings,
            self.created,
            engine,
            steering,
            self._record,
            folder,
            lease,
            elsewhere,
            own_digits,
            owner,
        )
        self._changed = self._loop.changed  # guards the record, and what is below
        self._networks: OrderedDict[tuple[str, int], Network] = OrderedDict()  # last asked for
        self._loop.begin()
        if saved is None:  # it is found again, whatever happens from now on
            with self._changed:
                self._changed.wait_for(lambda: self._record.tried, QUICK_DISK)

    # What a person can do with a run.

    def pause(self) -> None:
        """Ask for no more slices until `resume`."""
        self._loop.post(Pause())

    def resume(self) -> None:
        """Go on, to the epoch where the run was to end, or for one more when it had reached it."""
        self._loop.post(Resume())

    def more(self, epochs: int) -> None:
        """Train so many epochs more than were asked for, or than are done where it had ended.

        Raises:
            ValueError: not from 1 to 1000.
        """
        if not 1 <= epochs <= MOST_MORE:
            raise ValueError("The number of further epochs must lie between 1 and 1000.")
        self._loop.post(More(epochs))

    def one_epoch(self) -> None:
        """Train to the end of the epoch that runs, or a whole one, then stand still."""
        self._loop.post(OneEpoch())

    def one_batch(self) -> None:
        """Train one single batch, then stand still."""
        self._loop.post(OneBatch())

    def stop(self) -> None:
        """End the run. The networks of its finished epochs stay; the unfinished one is dropped."""
        self._loop.post(Stop())

    def set_learning_rate(self, rate: float) -> None:
        """Use another learning rate from the next batch on.

        Raises:
            ValueError: out of range.
        """
        low, high = RATES
        if not low <= rate <= high:
            raise ValueError(f"The learning rate must lie between {low:g} and {high:g}.")
        self._loop.post(SetRate(rate))

    @property
    def slow(self) -> bool:
        """Slow motion: single batches with a pause between two."""
        return self._loop.steering.slow

    @slow.setter
    def slow(self, slow: bool) -> None:
        self._loop.post(SetSlow(slow))

    @property
    def title(self) -> str:
        """What the screen calls it."""
        return self._loop.steering.title

    def rename(self, title: str) -> None:
        """Give it another title; one of blanks alone changes nothing, a long one is cut."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        if title:
            self._loop.post(Rename(title))

    @property
    def pinned(self) -> bool:
        """Whether its files are kept for good, and not for 30 days alone."""
        return self._loop.steering.pinned

    @pinned.setter
    def pinned(self, pinned: bool) -> None:
        self._loop.post(Pin(pinned))

    @property
    def deleted(self) -> bool:
        """Whether its person threw it away; it can be brought back for a day."""
        return self._loop.steering.deleted

    @deleted.setter
    def deleted(self, deleted: bool) -> None:
        self._loop.post(Delete(deleted))

    def seen(self) -> None:
        """Say that somebody looks at the run: without this it pauses after 15 minutes."""
        self._loop.look()

    @property
    def moving(self) -> bool:
        """Whether it goes on by itself. Cheap: a class asks for each of its runs every second."""
        return self._loop.steering.phase.moving

    @property
    def forgettable(self) -> bool:
        """Whether it may leave the memory: it stands still, unwatched, and is all on disk."""
        with self._changed:
            still = self._loop.idle and self._record.all_on_disk
            return still and time.monotonic() - self._loop.seen > FORGOTTEN_SECONDS

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
            record, now = self._record, self._loop.steering
            batch = 0 if self._loop.drops_batches else record.batch
            done = record.epoch * record.batches + batch
            left = max(now.target * record.batches - done, 0)
            speed = record.images_per_second
            known = speed and now.phase.moving and not now.slow
            turn, sharing = self._loop.turn, self._loop.sharing
            return RunState(
                phase=now.phase,
                reason=now.reason,
                disk_full=record.disk_full,
                epoch=record.epoch,
                batch=batch,
                batches=record.batches,
                target=now.target,
                generation=record.generation,
                positions=record.positions[:done],
                losses=record.losses[:done],
                accuracies=record.accuracies[:done],
                history=tuple(record.history),
                images_per_second=speed,
                seconds_left=sharing * left * self.settings.batch_size / speed if known else None,
                seconds=record.seconds,
                learning_rate=now.new_rate
                or rate_at(self.settings, now.changes, record.epoch, batch),
                changes=now.changes,
                slow=now.slow,
                weight_norms=record.weight_norms,
                gradient_norms=record.gradient_norms,
                missing=record.missing,
                elsewhere=self._loop.elsewhere,
                place_in_queue=turn.place if turn is not None else None,
                seconds_to_turn=turn.seconds if turn is not None else None,
                sharing=sharing,
                underway=self._loop.underway,
            )

    def wait(self, until: Callable[[RunState], bool], seconds: float) -> RunState:
        """Wait until what there is to show is so, and return it.

        Raises:
            TimeoutError: it was not so in time; the message says what there was instead.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: until(self.state()), seconds):
                raise TimeoutError(f"after {seconds:g} s the run has {self.state()}")
            return self.state()

    def wait_until_idle(self, seconds: float) -> RunState:
        """Wait until the run stands still and all that was asked for is done and written.

        Raises:
            TimeoutError: it was not so in time; the message says what there was instead.
        """
        return self.wait(lambda _: self._loop.idle, seconds)

    def network_at(self, epoch: int | None = None) -> Network | None:
        """The network as it was at the end of an epoch; None without one means the latest.

        Returns None when there is no such epoch, or its weights have grown beyond all numbers.
        """
        with self._changed:
            key = (self.title, self.epoch if epoch is None else epoch)  # its origin has the title
            if key in self._networks:
                self._networks.move_to_end(key)
                return self._networks[key]
            network = self._network(self._record.weights_at(key[1]), f"epoch {key[1]}")
            if network is not None:
                self._networks[key] = network
                if len(self._networks) > NETWORKS_AT_HAND:
                    self._networks.popitem(last=False)
            return network

    def network_now(self) -> Network | None:
        """The network as it is at this moment, in the middle of an epoch; None as `network_at`."""
        with self._changed:
            place = f"epoch {self.epoch}, batch {self._record.batch}"
            return self._network(self._record.live, place)

    def _network(self, weights: np.ndarray | None, place: str) -> Network | None:
        if weights is None:
            return None
        arrays = from_vector(self.network, weights)
        if not computable(self.network, arrays):
            return None
        return Network(self.network, arrays, f"{self.title}, {place}")

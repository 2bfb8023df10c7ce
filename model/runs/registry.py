"""Where all runs of the server are found again by their ids, in memory or on disk."""

import contextlib
import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

from model.data.cache import try_to_keep
from model.data.lease import this_server
from model.engine import Engine
from model.network import NetworkConfig
from model.runs import store
from model.runs.owner import Marks, alias_of, keep_mark, kept_mark
from model.runs.run import QUICK_DISK, Run
from model.runs.store import RunFolder
from model.runs.worker_loop import OwnDigits
from model.training.config import TrainingConfig

TIDYING = "tidying"
"""The name of the threads that write for no run."""


class Runs:
    """The runs of everybody on this server, each found by its id alone.

    Args:
        engine: where they train.
        own_digits: finds digits that were written here; None where there are none.
    """

    def __init__(self, engine: Callable[[], Engine], own_digits: OwnDigits | None = None) -> None:
        self._engine, self._own_digits = engine, own_digits
        self._server = this_server()
        self._lock = threading.Lock()
        self._marks = Marks()
        self._looking: threading.Thread | None = None
        self._held: dict[str, Run] = {}
        # A run that is no longer held may still be in somebody's hands: it stays the only one.
        self._known: WeakValueDictionary[str, Run] = WeakValueDictionary()

    def start(
        self, title: str, network: NetworkConfig, settings: TrainingConfig, owner: str = ""
    ) -> Run:
        """Begin a run; it trains at once.

        Args:
            title: what the screen calls it.
            network: the architecture.
            settings: of the training.
            owner: the mark of its person, see `model.runs.owner`; empty: everybody may steer it.
        """
        run = Run(
            title,
            network,
            settings,
            self._engine(),
            server=self._server,
            owner=owner,
            own_digits=self._own_digits,
        )
        with self._lock:
            self._held = {name: run for name, run in self._held.items() if not run.forgettable}
            self._held[run.id] = self._known[run.id] = run
        threading.Thread(target=self._settle, args=(run,), name=TIDYING, daemon=True).start()
        return run

    def of(self, owner: str) -> list[Run]:
        """The runs of a person that this server has in hand, the oldest first.

        Args:
            owner: their mark; runs of nobody are nobody's.
        """
        with self._lock:
            held = list(self._held.values())
        mine = [
            run
            for run in held
            if owner and run.owner == owner and not (run.deleted or run.forgettable)
        ]
        return sorted(mine, key=lambda run: run.created)

    def found(self, owner: str, most: int, alias: str | None = None) -> list[Run]:
        """The newest runs of a person, from disk where need be, the oldest of them first.

        Args:
            owner: their mark; runs of nobody are nobody's.
            most: how many.
            alias: of a run that is to be among them, however old: see `model.runs.owner`.
        """
        if not owner:
            return []
        self._look()
        began = self._marks.of(owner) | {run.id: run.created for run in self.of(owner)}
        found: list[Run] = []
        for name in sorted(began, key=began.__getitem__, reverse=True):
            if len(found) >= most and alias_of(name) != alias:
                continue
            run = self.get(name)
            if run is not None and not run.deleted:
                found.append(run)
        return sorted(found, key=lambda run: run.created)

    def _look(self) -> None:
        """Look whose the runs on disk are; a slow disk is not waited for, nor asked twice."""
        looking = self._looking
        if looking is None or not looking.is_alive():
            looking = threading.Thread(target=self._marks.look, name=TIDYING, daemon=True)
            self._looking = looking
            looking.start()
        looking.join(QUICK_DISK)

    def prepare(self) -> None:
        """Find out whether anything can be kept (`cache.refusal` tells); waits for no slow disk."""
        trying = threading.Thread(target=try_to_keep, name=TIDYING, daemon=True)
        trying.start()
        trying.join(QUICK_DISK)
        store.close_to_others()

    def get(self, identifier: str) -> Run | None:
        """The run with this id, from disk where need be; None where there is none."""
        if not store.valid(identifier):
            return None
        with self._lock:
            run = self._known.get(identifier) or self._load(identifier)
            if run is not None:
                self._held[identifier] = self._known[identifier] = run
            return run

    def _settle(self, run: Run) -> None:
        """Note whose run it is, and delete what is too old or too much.

        In a thread of its own: the disk may be slow.
        """
        if run.owner:
            keep_mark(RunFolder(run.id).path, run.owner)
        with self._lock:
            known = set(self._known)
        with contextlib.suppress(OSError):  # a disk that we may not tidy up is no fault of the run
            store.clear(known)

    def _load(self, identifier: str) -> Run | None:
        folder = RunFolder(identifier)
        saved = folder.load()
        if saved is None:
            return None
        about = saved.about
        return Run(
            about.title,
            about.network,
            about.settings,
            self._engine(),
            identifier,
            saved,
            self._server,
            kept_mark(folder.path),
            self._own_digits,
        )

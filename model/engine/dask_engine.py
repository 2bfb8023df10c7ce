"""Hand work to worker processes, so that the page's own process stays free of TensorFlow.

By default the engine is a child process with a scheduler and two workers on this machine (see
`model.engine.server`): one answers, one trains, so that no training and no long work ever holds up
a prediction. While the one that answers is started again after a fault, the other answers too. A
worker is replaced when its memory has grown: see `model.engine.worker_rotation`.

When the environment variable DIGITSCOPE_SCHEDULER holds the address of a Dask scheduler, that
cluster does the work. Its workers need this project on PYTHONPATH, and one or both of the
resources:

    dask worker ADDRESS --nthreads 1 --preload model.engine.server --resources "answer=1 train=1"
        --no-dashboard --dashboard-address 127.0.0.1:0

Dask's pages know no certificate. Without the last option, which a scheduler has, too, they are open
to the network, even where they are switched off.

The app must be able to connect to the workers themselves. Dask runs any function that it is sent,
so a cluster needs TLS as the app's own engine has it (`model.engine.certificates`), unless the
network is trusted whole. One certificate for all of its machines and the app is enough:

    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=digitscope
        -days 3650 -keyout key.pem -out certificate.pem

Dask reads the paths from the environment, on each machine with the scheduler, a worker or the app:

    DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=True
    DASK_DISTRIBUTED__COMM__TLS__CA_FILE=certificate.pem
    DASK_DISTRIBUTED__COMM__TLS__ROLE__CERT=certificate.pem  # ROLE: SCHEDULER, WORKER or CLIENT
    DASK_DISTRIBUTED__COMM__TLS__ROLE__KEY=key.pem

and ADDRESS and DIGITSCOPE_SCHEDULER begin with tls://.
"""

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from model.engine.connection import Link, Programs, load_dask, open_link
from model.engine.interface import EngineError, EngineFault, EngineLost, EnginePhase, EngineState
from model.engine.protocol import ANSWER, TRAIN
from model.engine.slot import DaskActor, DaskPending, SlotHandle, open_slot

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

SCHEDULER = "DIGITSCOPE_SCHEDULER"
RUN_SECONDS = 30.0  # the start of the engine included
ACTOR_SECONDS = 120.0  # to build it, in a worker that is there
WARM_SECONDS = 300.0  # TensorFlow from a slow disk takes long; a worker that died is noticed before
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)  # before a new start, after 1, 2 … failures in a row
WATCH_SECONDS = 0.1
HAND_OVER_SECONDS = 2.0  # what is on its way to a slot that is given up has arrived by then

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Within:
    """An engine with another time limit: see `Engine.within`."""

    engine: "DaskEngine"
    seconds: float

    def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Engine.run`."""
        result: R = self.engine._run(work, args, kwargs, self.seconds)
        return result


class DaskEngine:
    """An `Engine` of worker processes. The app uses the one that `engine()` returns.

    Args:
        warm_up: whether workers load TensorFlow and compile when they start. Without, the first
            call that needs TensorFlow is slow.
    """

    def __init__(self, warm_up: bool = True) -> None:
        self._programs = Programs(warm_up)
        self._changed = threading.Condition()  # guards everything below
        self._state = EngineState("starting")
        self._link: Link | None = None
        self._slots: dict[str, SlotHandle] = {}  # by role: where questions are answered
        self._supervisor: threading.Thread | None = None
        self._closing = False

    @property
    def state(self) -> EngineState:
        """As `Engine.state`."""
        return self._state

    @property
    def process(self) -> int | None:
        """The process id of the engine's own program; None while there is none, or a cluster."""
        link = self._link
        return link.process if link is not None and link.alive else None

    @property
    def helper(self) -> int | None:
        """The process id of the helper that its workers are forked off; None without one."""
        return self._programs.helper

    @property
    def answering(self) -> int:
        """How many workers can answer now: as a rule two, one while the other is started again."""
        with self._changed:
            return sum(not slot.lost for slot in self._slots.values())

    @property
    def address(self) -> str | None:
        """The address of the scheduler; None while none is connected."""
        link = self._link
        return link.address if link is not None and link.alive else None

    @property
    def training_workers(self) -> int | None:
        """As `Engine.training_workers`."""
        return None if SCHEDULER in os.environ else 1

    def start(self) -> None:
        """As `Engine.start`."""
        with self._changed:
            running = self._supervisor is not None and self._supervisor.is_alive()
            if self._closing or (running and self._state.phase != "failed"):
                return
            if self._supervisor is None:
                atexit.register(self.close)
            self._enter("starting")
            self._supervisor = threading.Thread(
                target=self._supervise, name="engine-supervisor", daemon=True
            )
            self._supervisor.start()
        # Imported here and whole, while the child program starts: two threads that import NumPy, or
        # what builds on it, at the same time can leave it half initialised, and after this call
        # pages may import what they like.
        import numpy  # noqa: F401

        load_dask()

    def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Engine.run`."""
        result: R = self._run(work, args, kwargs, RUN_SECONDS)
        return result

    def within(self, seconds: float) -> _Within:
        """As `Engine.within`."""
        return _Within(self, seconds)

    def submit(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> DaskPending[R]:
        """As `Engine.submit`."""
        link = self._await_link(time.monotonic() + RUN_SECONDS)
        return DaskPending(link, TRAIN, work, args, kwargs)

    def actor(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> DaskActor[T]:
        """As `Engine.actor`."""
        deadline = time.monotonic() + WARM_SECONDS
        link = self._await_link(deadline)
        slot = open_slot(link, TRAIN, deadline - time.monotonic())
        with ExitStack() as unless_built:
            unless_built.callback(slot.close)
            slot.ask("build", make, args, kwargs, ACTOR_SECONDS)
            unless_built.pop_all()
        return DaskActor(slot)

    def close(self) -> None:
        """As `Engine.close`: its processes end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            supervisor, link = self._supervisor, self._link
        if link is not None:
            link.close()  # the supervisor may be waiting for an answer through it
        if supervisor is not None:
            supervisor.join(timeout=10)
        self._programs.close()

    def _run(
        self,
        work: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        seconds: float,
    ) -> Any:
        deadline = time.monotonic() + seconds
        lost: list[SlotHandle] = []
        while True:
            slot = self._await_slot(deadline, lost)
            try:
                return slot.ask("run", work, args, kwargs, deadline - time.monotonic())
            except EngineLost:
                lost.append(slot)
                # When the whole engine ended, that is not to be blamed on this work.
                if sum(each.connected for each in lost) == 2:
                    raise

    def _await_slot(self, deadline: float, lost: list[SlotHandle]) -> SlotHandle:
        """Wait for a slot that answers, and is none of those that were just lost."""

        def usable() -> list[SlotHandle]:
            slots = (self._slots[role] for role in (ANSWER, TRAIN) if role in self._slots)
            return [slot for slot in slots if slot not in lost and not slot.lost]

        with self._changed:
            self._await(lambda: bool(usable()), deadline)
            return usable()[0]

    def _await_link(self, deadline: float) -> Link:
        with self._changed:
            self._await(lambda: self._link is not None and self._link.alive, deadline)
            assert self._link is not None
            return self._link

    def _await(self, there: Callable[[], bool], deadline: float) -> None:
        """Wait, with the lock held, until `there()`; raise EngineError when that cannot be."""
        if self._supervisor is None:
            raise EngineError(EngineFault.NOT_STARTED)

        def settled() -> bool:
            return self._closing or self._state.phase == "failed" or there()

        in_time = self._changed.wait_for(settled, timeout=max(0.0, deadline - time.monotonic()))
        if self._closing:
            raise EngineError(EngineFault.CLOSED)
        if not in_time or not there():
            raise EngineError(self._state.fault)

    def _enter(self, phase: EnginePhase) -> None:
        with self._changed:
            if self._state.phase != phase:
                self._state = EngineState(phase)
            self._changed.notify_all()

    def _supervise(self) -> None:
        """Start the engine, watch it, and start it again when it ends. Runs in its own thread."""
        failures = 0
        while failures <= len(PAUSES):
            if self._pause(PAUSES[failures - 1] if failures else 0.0):
                return
            try:
                ready = self._start_and_watch()
            except Exception:
                # Whatever it was: without a supervisor the engine would stand still for good, and
                # nobody would be told.
                log.exception("The engine ended by a fault in the app and is started again")
                ready = False
            failures = 1 if ready else failures + 1
            if not self._closing:
                self._enter("restarting")
        self._enter("failed")

    def _start_and_watch(self) -> bool:
        """Start the engine and return when it has ended: whether it had become ready before."""
        try:
            link = open_link(os.environ.get(SCHEDULER), self._programs)
        except (OSError, EngineError) as fault:
            log.warning("The engine could not be started: %s", fault)
            return False
        with self._changed:
            self._link = link
        self._enter("warming" if self._state.phase == "starting" else "restarting")
        try:
            ready = self._watch(link)
        finally:
            with self._changed:
                self._link = None
                self._slots.clear()
            link.close()
        if not (ready or self._closing):
            self._programs.close()  # its helper may live and yet fork no worker
        return ready

    def _watch(self, link: Link) -> bool:
        """Keep a slot in a worker of each role until the engine ends; whether there ever was one.

        All questions go to the worker that answers. While it is being started again, they go to the
        one that trains, which does them between two slices of its training.
        """
        ready = threading.Event()

        def keep(role: str) -> None:
            try:
                self._keep_slot(link, role, ready)
            except Exception:
                log.exception("The engine lost its hold of a worker and is started again")
                link.close()

        standby = threading.Thread(target=keep, args=(TRAIN,), name="engine-standby", daemon=True)
        standby.start()
        keep(ANSWER)
        standby.join()
        return ready.is_set()

    def _keep_slot(self, link: Link, role: str, ready: threading.Event) -> None:
        while link.alive and not self._closing:
            try:
                slot = open_slot(link, role, WARM_SECONDS)
            except EngineError as fault:
                if fault.fault is EngineFault.SLOW and not ready.is_set():
                    log.warning("No worker was ready after %g s", WARM_SECONDS)
                    link.close()
                continue
            before = self._put_slot(role, slot)
            if before is not None:
                threading.Timer(HAND_OVER_SECONDS, before.close).start()
            ready.set()
            while not (slot.lost or slot.retiring or self._pause(WATCH_SECONDS)):
                pass
            if slot.lost or self._closing:
                self._put_slot(role, None)
            # One in a worker that is being replaced answers until there is one in the fresh worker.

    def _put_slot(self, role: str, slot: SlotHandle | None) -> SlotHandle | None:
        """Put a slot in the place of the one before, and return that."""
        with self._changed:
            before = self._slots.pop(role, None)
            if slot is not None:
                self._slots[role] = slot
            if not self._closing:
                self._enter("ready" if self._slots else "restarting")
        return before

    def _pause(self, seconds: float) -> bool:
        """Wait; return whether the engine is being closed."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closing, timeout=seconds)

"""Workers are replaced when their memory has grown, so that nobody has to wait for it.

TensorFlow keeps for good a part of the memory that it took to compile a network and work with it:
after 50 trainings of ten architectures 135 MB were left. So a worker that has grown is replaced, at
a quiet moment if there is one. A fresh worker starts and warms up beside it. From then on all new
work goes to the fresh one, and the old one retires: it ends when it has done what it had begun. The
topic `RETIRING` tells clients, so that they move what they keep in the old one.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from typing import Any

import psutil

from model.engine.protocol import LOOK, RETIRING

LOOK_SECONDS = float(os.environ.get(LOOK, "5"))
IDLE_GROWTH = 80e6  # bytes: a worker that has nothing to do is replaced when it has grown by more
BUSY_GROWTH = 400e6  # bytes: one that works is replaced when it has grown by more
IDLE = 0.05  # of a core: a worker that only reports that it is alive takes a fifth of that
RETIRING_SECONDS = 600.0  # a retiring worker has so long to finish what it had begun

log = logging.getLogger("distributed.digitscope")


class WorkerRotation:
    """One role, and the worker that has it now.

    Args:
        role: also the name of the resource that its worker has.
        make_nanny: makes a nanny, not started yet, for a worker of that name.
    """

    def __init__(self, role: str, make_nanny: Callable[[str], Any]) -> None:
        self.role = role
        self.current = make_nanny(role)
        self._fresh: Any = None
        self._retiring: Any = None
        self._make_nanny = make_nanny
        self._made = 1
        self._measured: int | None = None  # the process whose first size is known
        self._first_size = 0.0  # bytes
        self._cpu = 0.0  # seconds of work at the last look

    @property
    def nannies(self) -> list[Any]:
        """Of all its workers: the current one, the one that starts and the one that retires."""
        others = (self._fresh, self._retiring)
        return [self.current, *(nanny for nanny in others if nanny is not None)]

    async def replace_when_grown(self, scheduler: Any) -> None:
        """Replace the current worker whenever its memory has grown; runs until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._has_grown():
                await self._replace(scheduler)

    def _has_grown(self) -> bool:
        """Whether it has grown too much; the first look at a worker only measures it."""
        process_id = self.current.pid
        if process_id is None or self.current.status.name != "running":  # it is being restarted
            return False
        try:
            process = psutil.Process(process_id)
            size, times = float(process.memory_info().rss), process.cpu_times()
        except psutil.NoSuchProcess:
            return False
        cpu = times.user + times.system
        busy, self._cpu = cpu - self._cpu > IDLE * LOOK_SECONDS, cpu
        if process_id != self._measured:
            self._measured, self._first_size = process_id, size
            return False
        return size - self._first_size > (BUSY_GROWTH if busy else IDLE_GROWTH)

    async def _replace(self, scheduler: Any) -> None:
        self._made += 1
        self._fresh = self._make_nanny(f"{self.role}-{self._made}")
        try:
            await self._fresh  # it has warmed up when this returns
        except (RuntimeError, OSError, TimeoutError) as fault:
            log.warning("A fresh worker could not be started: %s", fault)
            self._fresh, self._measured = None, None  # the old one goes on and is measured again
            return
        self._retiring, self.current, self._fresh = self.current, self._fresh, None
        await self._let_finish(scheduler, self._retiring.worker_address)
        # It is killed if it does not end; on a busy machine even that may not be seen in time.
        with contextlib.suppress(TimeoutError):
            await self._retiring.close(timeout=1)
        self._retiring = None

    async def _let_finish(self, scheduler: Any, address: str) -> None:
        """Give it no new work, tell clients, and wait until what it had begun is done."""
        if address in scheduler.workers:
            scheduler.add_resources(address, {self.role: 0})
            scheduler.log_event(RETIRING, {"worker": address})
        for _ in range(round(RETIRING_SECONDS)):
            worker = scheduler.workers.get(address)
            if worker is None or not (worker.actors or worker.processing):
                return
            await asyncio.sleep(1)

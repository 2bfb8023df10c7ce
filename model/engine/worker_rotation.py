"""The posts of the engine's own program: a worker on duty at each, replaced when it is worn.

TensorFlow keeps, for good, part of the memory that compiling a network and working on it took: 50
trainings of ten architectures left 135 MB behind. So a worker that has grown makes room for a fresh
one, at a quiet moment if there is one: the fresh worker starts and warms up beside it, from then on
all new work is for the fresh one, and the old one ends when what it had begun is over. Clients are
told by the topic `RETIRING`, so that they move what they keep in the old one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import psutil

from model.engine.protocol import RETIRING

LOOK_SECONDS = 5.0
TOLERATED = 80e6  # bytes that a worker may have grown by and yet be left in peace when idle
MOST = 400e6  # bytes that it may have grown by when it is at work
IDLE = 0.05  # of a core: a worker that only tells that it lives takes a fifth of that
STAY_SECONDS = 600.0  # a worker that leaves may finish for so long what it had begun

log = logging.getLogger("distributed.digitscope")


class Post:
    """One role, and the worker that has it.

    Args:
        role: also the resource of its worker.
        hire: makes a nanny, not started yet, for a worker of that name.
    """

    def __init__(self, role: str, hire: Callable[[str], Any]) -> None:
        self.role = role
        self.on_duty = hire(role)
        self._arriving: Any = None
        self._leaving: Any = None
        self._hire = hire
        self._hired = 1
        self._pid: int | None = None
        self._fresh = self._cpu = 0.0  # bytes when it was fresh; seconds of work at the last look

    @property
    def nannies(self) -> list[Any]:
        """Of all its workers: the one on duty, and those that arrive or leave."""
        others = (self._arriving, self._leaving)
        return [self.on_duty, *(nanny for nanny in others if nanny is not None)]

    async def keep_fresh(self, scheduler: Any) -> None:
        """Replace the worker on duty whenever it is worn; runs until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._worn():
                await self._replace(scheduler)

    def _worn(self) -> bool:
        """Whether it has grown too much; the first look at a worker takes its measure."""
        pid = self.on_duty.pid
        if pid is None or self.on_duty.status.name != "running":  # it is being started again
            return False
        try:
            process = psutil.Process(pid)
            memory, times = float(process.memory_info().rss), process.cpu_times()
        except psutil.NoSuchProcess:
            return False
        cpu = times.user + times.system
        busy, self._cpu = cpu - self._cpu > IDLE * LOOK_SECONDS, cpu
        if pid != self._pid:
            self._pid, self._fresh = pid, memory
            return False
        return memory - self._fresh > (MOST if busy else TOLERATED)

    async def _replace(self, scheduler: Any) -> None:
        self._hired += 1
        self._arriving = self._hire(f"{self.role}-{self._hired}")
        try:
            await self._arriving  # it has warmed up when this returns
        except (RuntimeError, OSError, TimeoutError) as fault:
            log.warning("A fresh worker could not be started: %s", fault)
            self._arriving, self._pid = None, None  # the old one is measured anew and goes on
            return
        self._leaving, self.on_duty, self._arriving = self.on_duty, self._arriving, None
        await self._let_finish(scheduler, self._leaving.worker_address)
        with contextlib.suppress(TimeoutError):  # it was killed; a busy machine is slow to bury it
            await self._leaving.close(timeout=1)
        self._leaving = None

    async def _let_finish(self, scheduler: Any, address: str) -> None:
        """Give it no new work, say so, and wait until what it had begun is over."""
        if address in scheduler.workers:
            scheduler.add_resources(address, {self.role: 0})
            scheduler.log_event(RETIRING, {"worker": address})
        for _ in range(round(STAY_SECONDS)):
            worker = scheduler.workers.get(address)
            if worker is None or not (worker.actors or worker.processing):
                return
            await asyncio.sleep(1)

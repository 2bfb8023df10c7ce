"""One connection to one scheduler: the child program, the Dask client, and how a thread waits."""

import asyncio
import contextlib
import json
import logging
import os
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Future
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from model.data.cache import find_scratch
from model.engine.certificates import Certificate, security
from model.engine.forking import COLD, IMPORTS, LENT, Helper, python
from model.engine.interface import EngineError, EngineFault, EngineLost
from model.engine.parcels import SentNetworks
from model.engine.protocol import DASK_SETTINGS, FORKED, PRELOAD, RETIRING, WARM_UP

R = TypeVar("R")

Child = subprocess.Popen[str]

POLL_SECONDS = 0.5  # a waiting caller looks this often whether the other side still lives
LISTEN_SECONDS = 60.0  # from the start of the child program to its line, from a slow disk too
CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 3.0

log = logging.getLogger(__name__)


class Link:
    """A Dask client, and the child program with the scheduler if that is ours."""

    def __init__(self, client: Any, child: Child | None) -> None:
        self.client = client
        self._child = child
        self.sent = SentNetworks()
        self._retiring: set[str] = set()  # addresses of workers that are being replaced
        client.subscribe_topic(RETIRING, self._note_retiring)

    @property
    def alive(self) -> bool:
        """Whether the scheduler can be reached. Asks nobody: cheap enough to poll."""
        ended = self._child is not None and self._child.poll() is not None
        return not ended and self.client.status == "running"

    @property
    def process(self) -> int | None:
        """The process id of the child program; None where a cluster does the work."""
        return None if self._child is None else self._child.pid

    @property
    def address(self) -> str:
        """Of the scheduler, as Dask writes it: tls://host:port."""
        address: str = self.client.scheduler.address
        return address

    def retires(self, worker: str) -> bool:
        """Whether the worker at an address is being replaced."""
        return worker in self._retiring

    def _note_retiring(self, event: tuple[float, dict[str, str]]) -> None:
        self._retiring.add(event[1]["worker"])

    def submit(self, work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Hand a task to the scheduler.

        Returns:
            Dask's future of it.

        Raises:
            EngineLost: the connection has ended.
        """
        from distributed.client import ClosedClientError

        try:
            return self.client.submit(work, *args, pure=False, **options)
        except ClosedClientError:
            raise EngineLost from None

    def begin(self, coming: Awaitable[R]) -> Future[R]:
        """Wait for something of Dask's on the client's loop; see `outcome`."""

        async def wait() -> R:
            with self.client.as_current():  # of several clients in this process it is this one's
                return await coming

        return asyncio.run_coroutine_threadsafe(wait(), self.client.loop.asyncio_loop)

    def outcome(self, waiting: Future[R], deadline: float, lost: Callable[[], bool]) -> R:
        """Wait in the calling thread for what `begin` began.

        Dask's own blocking calls are not made for many threads: under a load they raise an
        UnboundLocalError now and then.

        Args:
            waiting: what `begin` returned.
            deadline: on the clock time.monotonic().
            lost: whether it will never come.

        Raises:
            EngineLost: it is lost, or Dask failed to bring it.
            EngineError: it did not come in time.
        """
        while True:
            left, was_done = deadline - time.monotonic(), waiting.done()
            try:
                return waiting.result(timeout=max(0.001, min(POLL_SECONDS, left)))
            except TimeoutError as fault:
                if was_done:  # it is not that we waited long: Dask's own connection did
                    raise EngineLost from fault
                if waiting.done():
                    continue
                if lost():
                    raise EngineLost from None
                if left <= POLL_SECONDS:
                    raise EngineError(EngineFault.SLOW) from None
            except (CancelledError, Exception) as fault:
                # What the work itself raised comes as a reply: this is Dask's own. OSError and
                # KilledWorker tell of an end; what else there is may be a fault.
                from distributed import KilledWorker

                if not isinstance(fault, (CancelledError, OSError, KilledWorker)):
                    log.warning("Dask did not bring an answer: %r", fault)
                raise EngineLost from fault

    def drop(self, future: Any) -> None:
        """Let the scheduler forget a task or a slot, whoever else holds its future."""
        cancelling = self.client.cancel([future], asynchronous=True)
        asyncio.run_coroutine_threadsafe(cancelling, self.client.loop.asyncio_loop)

    def close(self) -> None:
        """Close the connection and end the child program. Waiting callers get EngineLost."""

        async def close() -> None:
            await self.client.close(timeout=1)

        gone = not self.alive  # Dask waits a second for the answer of a scheduler that was killed
        closing = asyncio.run_coroutine_threadsafe(close(), self.client.loop.asyncio_loop)
        try:
            if not gone:
                closing.result(timeout=CLOSE_SECONDS)
        except (OSError, CancelledError):  # a scheduler that is gone is no fault
            pass
        except Exception:
            log.exception("The connection to the workers could not be closed in good order")
        finally:
            if self._child is not None:
                _end_child(self._child)


class Programs:
    """What the app starts for its own engine: the helper, and one program after the other.

    For one thread at a time.

    Args:
        warm_up: whether workers load TensorFlow and compile when they start.
    """

    def __init__(self, warm_up: bool) -> None:
        self._warm_up = warm_up
        self._helper: Helper | None = None

    def start(self) -> Child:
        """Start the engine's program. It ends when this process does: see `model.engine.server`."""
        find_scratch()
        environment = _environment(self._warm_up)
        if not FORKED:
            return start_child(environment, None)
        if self._helper is not None and not self._helper.alive:
            self.close()
        if self._helper is None:
            self._helper = Helper(environment, IMPORTS if self._warm_up else COLD)
        return start_child(environment, self._helper)

    @property
    def helper(self) -> int | None:
        """The process id of the helper that workers are forked off; None where there is none."""
        helper = self._helper
        return helper.process if helper is not None and helper.alive else None

    def close(self) -> None:
        """End the helper, after the programs."""
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()


def open_link(address: str | None, programs: Programs) -> Link:
    """Connect to the scheduler at an address, or start one of our own and connect to that.

    Raises:
        OSError: nobody answers there, or not in time.
        EngineError: our own could not be started.
        Exception: whatever else Dask raises. In each case nothing is left of the attempt.
    """
    if address is not None:
        return _connect(address, None, None)
    child = programs.start()
    try:
        scheduler, own = _report_of(child)
        return _connect(scheduler, own, child)
    except BaseException:
        _end_child(child)
        raise


def _connect(address: str, own: Certificate | None, child: Child | None) -> Link:
    """Make a client on its own loop, where a wait can be bounded.

    It shows the engine's own certificate; for a cluster, what Dask's settings name.

    Made in this thread it would wait with Dask's blocking call, which has no end when a program
    listens at the address and says nothing, and raises an UnboundLocalError when it is cancelled.
    """
    loop = load_dask()
    from distributed import Client

    made: list[Any] = []

    async def connect() -> Link:
        client = Client(
            address,
            loop=loop,
            security=None if own is None else security(own),
            timeout=CONNECT_SECONDS,
            direct_to_workers=True,  # a tenth of the time of the way through the scheduler
            set_as_default=False,
            name="digitscope",
        )
        made.append(client)
        await asyncio.wait_for(client, 2 * CONNECT_SECONDS)
        return Link(client, child)

    connecting = asyncio.run_coroutine_threadsafe(connect(), loop.asyncio_loop)
    try:
        return connecting.result(timeout=3 * CONNECT_SECONDS)
    except BaseException:
        connecting.cancel()
        for client in made:
            loop.add_callback(client.close, timeout=1)
        raise


def _environment(warm_up: bool) -> dict[str, str]:
    """The environment of the engine's program, of its helper and of the workers."""
    root = str(Path(__file__).resolve().parents[2])
    environment = {
        # TensorFlow's own errors arrive as exceptions; at 2 it reports every missing graphics card.
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **os.environ,
        **DASK_SETTINGS,
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
    }
    if not warm_up:
        environment[WARM_UP] = "0"
    return environment


def start_child(environment: dict[str, str], helper: Helper | None) -> Child:
    """Start the engine's program; `_report_of` waits for what it says."""
    return subprocess.Popen(
        [*python(), "-m", PRELOAD],
        stdin=subprocess.PIPE,  # its end tells the child that we are gone
        stdout=subprocess.PIPE,
        text=True,
        env=environment if helper is None else {**environment, LENT: helper.lent},
        pass_fds=() if helper is None else helper.passed,
        start_new_session=True,  # Ctrl-C in the terminal is for us; the child follows in good order
    )


def _report_of(child: Child) -> tuple[str, Certificate]:
    """Wait for the child's one line: where its scheduler listens, and what opens it.

    Raises:
        EngineError: the child ended without it, or did not write it in time.
    """
    assert child.stdout is not None
    with child.stdout as report, _killed_after(LISTEN_SECONDS, child):
        line = report.readline()
    if not line:
        raise EngineError(EngineFault.FAILED)
    said = json.loads(line)
    return said["scheduler"], Certificate(said["certificate"], said["key"])


@contextlib.contextmanager
def _killed_after(seconds: float, child: Child) -> Iterator[None]:
    """Kill the child program if the block takes longer: who reads from it then reads its end."""
    alarm = threading.Timer(seconds, child.kill)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _end_child(child: Child) -> None:
    """End the child program in good order, or by force after `CLOSE_SECONDS`."""
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    try:
        child.wait(CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


_loop_lock = threading.Lock()


@cache
def _started_loop() -> Any:
    import dask

    # Read when distributed is imported. What goes wrong reaches the callers as exceptions.
    dask.config.set({"logging": {"distributed": "critical", "distributed.client": "critical"}})
    from distributed.utils import LoopRunner

    runner = LoopRunner()
    runner.start()
    return runner


def load_dask() -> Any:
    """Import Dask, whole, and return the event loop of every client.

    The loop outlives the clients, so no waiting caller is left behind.
    """
    with _loop_lock:
        return _started_loop().loop

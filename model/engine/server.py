"""The engine's own program: a Dask scheduler and two workers on this machine.

`python -m model.engine.server` starts them, writes one JSON line to standard output as soon as
the scheduler listens, `{"scheduler": "tls://127.0.0.1:…", "certificate": …, "key": …}`, and ends
when its standard input ends: that happens however the parent ends, kill -9 included, and the
workers end with this program. Who has not read the line cannot connect: see
`model.engine.certificates`.

The module is also the preload of every worker (`dask_setup` below), here and on a cluster.
It must stay light: it is imported before Dask, and TensorFlow is loaded by the workers alone.
"""

import asyncio
import contextlib
import ctypes
import json
import logging
import os
import threading
import time
from dataclasses import asdict
from functools import partial
from typing import Any

import psutil

from model.engine.certificates import new_certificate, security
from model.engine.forking import borrow
from model.engine.protocol import ANSWER, FORKED, LOOK, PRELOAD, TRAIN, WARM_UP
from model.engine.worker_rotation import WorkerRotation

# Only this machine can reach the ports; who may connect says the certificate.
LOOPBACK = "127.0.0.1"

# Above 0 the operating system serves other processes first. Training takes all cores and gives way
# when a prediction needs one: its p95 fell from 362 ms at 0 to 134 ms at 10 on two busy cores.
TRAINING_NICENESS = 10

CLEAN_UP_SECONDS = 2.0  # to close in good order, before the program ends anyway
WORKER_GONE_SECONDS = 5.0  # a nanny without a worker for this long has failed to restart it

TRIM = "MALLOC_TRIM_THRESHOLD_"
"""Dask's nannies set it in the environment of their workers."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of the C library's malloc.h
LARGEST_KEPT = 1 << 25  # bytes of one block; the C library takes no more


def dask_setup(worker: Any) -> None:
    """Make a worker ready before it takes work: Dask calls this when the worker starts.

    A worker registers with its scheduler only after this has returned, so a worker that can be
    seen is warm. An exception in here is logged by Dask and leaves a worker that is cold.

    Args:
        worker: the `distributed.Worker` that is starting.
    """
    resources = worker.state.total_resources
    keep_freed_memory()
    _multiply_with_one_thread()
    if os.environ.get(WARM_UP) != "0":
        _warm_up(trains=TRAIN in resources)
    if TRAIN in resources and ANSWER not in resources:
        os.nice(TRAINING_NICENESS)  # not before: a run may wait for it to be warm


def keep_freed_memory() -> None:
    """Undo on a cluster what `_serve` does not let Dask do here: see there.

    The two sizes are those at which the C library arrives by itself where nobody sets one: with
    Dask's, a batch of training took 1,800 page faults and 17 ms of a core, with these 40 and 14.
    """
    if TRIM in os.environ and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
        libc.mallopt(M_TRIM_THRESHOLD, 2 * LARGEST_KEPT)


def _multiply_with_one_thread() -> None:
    """Have NumPy multiply with one thread, whatever the machine's environment says.

    The products are small, and after each one OpenBLAS keeps a thread per core busy waiting for the
    next. TensorFlow has threads of its own; they stay as they are.
    """
    import numpy  # noqa: F401 - only what is loaded can be limited
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    threadpool_limits(1, user_api="blas")


def _warm_up(trains: bool) -> None:
    """Import TensorFlow and compile what the default network needs to answer, and to train."""
    import numpy as np

    from model.network import SIDE, Network, NetworkConfig, weight_shapes
    from model.network.activations import forward_pass
    from model.network.forward import BATCH, probabilities

    config = NetworkConfig()
    empty = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    network = Network(config, empty, "warm-up")
    forward_pass(network, np.zeros((SIDE, SIDE), np.float32))
    probabilities(network, np.zeros((BATCH, SIDE, SIDE), np.float32))
    if trains:
        from model.training.config import TrainingConfig
        from model.training.trainer import Trainer

        trainer = Trainer(config, TrainingConfig())
        trainer.advance(0.0)
        trainer.evaluate()


async def _serve(report: int, stop: asyncio.Event) -> None:
    """Run scheduler and workers until `stop` is set or a worker cannot be kept alive.

    Args:
        report: file descriptor that takes the line with the scheduler's address.
        stop: ends the program in good order.

    Raises:
        RuntimeError: a worker could not be started again.
    """
    import dask
    from distributed import Nanny, Scheduler

    # Dask has the C library return freed memory to the system at once. TensorFlow frees and takes
    # some for every batch: a batch of training took 37 ms with it and 12 without.
    dask.config.set({f"distributed.nanny.pre-spawn-environ.{TRIM}": None})

    helper = borrow()
    own = new_certificate()
    here = {
        "host": LOOPBACK,
        "protocol": "tls",
        "security": security(own),
        "dashboard_address": f"{LOOPBACK}:0",  # bound even when unused; never to all interfaces
        "dashboard": False,
    }
    async with Scheduler(port=0, **here) as scheduler:
        with os.fdopen(report, "w") as line:
            line.write(json.dumps({"scheduler": scheduler.address, **asdict(own)}) + "\n")

        def make_nanny(role: str, name: str) -> Any:
            return Nanny(
                scheduler.address,
                name=name,
                resources={role: 1},
                nthreads=1,
                memory_limit=0,  # no pausing or spilling by Dask: a paused worker looks hung
                preload=[PRELOAD],
                **here,
            )

        rotations = [WorkerRotation(role, partial(make_nanny, role)) for role in (ANSWER, TRAIN)]
        tasks: list[asyncio.Task[None]] = []
        try:
            await asyncio.gather(*(rotation.current for rotation in rotations))
            tasks = [asyncio.create_task(_watch(rotations, helper, stop))]
            # A cold worker grows by TensorFlow: it is looked at only if that is asked for.
            if os.environ.get(WARM_UP) != "0" or LOOK in os.environ:
                tasks += [
                    asyncio.create_task(rotation.replace_when_grown(scheduler))
                    for rotation in rotations
                ]
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            # Closing in the middle of a warm-up or a slice is normal; Dask would warn of it.
            logging.getLogger("distributed").setLevel(logging.CRITICAL)
            for task in tasks:
                task.cancel()
            nannies = [nanny for rotation in rotations for nanny in rotation.nannies]
            await asyncio.gather(*(_close(nanny) for nanny in nannies))


async def _close(nanny: Any) -> None:
    with contextlib.suppress(TimeoutError):  # it was killed; a busy machine has not seen it yet
        await nanny.close(timeout=1)


async def _watch(rotations: list[WorkerRotation], helper: int | None, stop: asyncio.Event) -> None:
    """Wait for `stop`; raise RuntimeError when a role has had no worker for too long."""
    alive = dict.fromkeys(rotations, time.monotonic())
    # The helper, and what cleans up behind multiprocessing.
    helpers = psutil.Process().children() if FORKED else []
    if helper is not None:
        helpers.append(psutil.Process(helper))
    while not stop.is_set():
        if not all(map(_runs, helpers)):  # how its workers fare nobody would tell us any more
            raise RuntimeError("A helper of the engine ended.")
        now = time.monotonic()
        alive.update((each, now) for each in rotations if each.current.is_alive())
        if now - min(alive.values()) > WORKER_GONE_SECONDS:
            raise RuntimeError("A worker of the engine ended and could not be started again.")
        try:
            await asyncio.wait_for(stop.wait(), timeout=1)
        except TimeoutError:
            continue


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _end_with_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Wait for the end of standard input, then end this program, in good order if it can."""
    while os.read(0, 1024):
        pass
    with contextlib.suppress(RuntimeError):  # the loop has ended: this program is about to
        loop.call_soon_threadsafe(stop.set)
    time.sleep(CLEAN_UP_SECONDS)
    os._exit(0)


async def _main(report: int) -> None:
    stop = asyncio.Event()
    threading.Thread(
        target=_end_with_parent, args=(asyncio.get_running_loop(), stop), daemon=True
    ).start()
    await _serve(report, stop)


def main() -> None:
    """Run the program: see the module's docstring."""
    # What workers and libraries print goes to standard error: nobody reads this pipe after the
    # one line, and a full pipe would stop the writer.
    report = os.dup(1)
    os.dup2(2, 1)
    asyncio.run(_main(report))


if __name__ == "__main__":
    main()

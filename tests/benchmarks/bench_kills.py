"""What a kill costs: `python tests/benchmarks/bench_kills.py [--kills 20] [--only WHO …]`.

Each process is killed (kill -9) at random moments, so often. Of the answering worker it is measured
how long nobody gets an answer; of the worker that trains and of the engine's program, how long it
takes until the run's next batch; of the helper that workers are forked off likewise; of the
server, which is started again at once, how long until its page answers and until the run's next
batch and its next epoch are there. No run may be lost.

WHO: answering, training, engine, helper, server.

Prints figures and asserts nothing else: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.engine import DaskEngine
from model.evaluation.reading import read_ink
from model.network import NetworkConfig
from model.network.shipped import shipped
from model.runs import Run, RunPhase
from model.runs.registry import Runs
from model.runs.store import RunFolder
from model.training.config import TrainingConfig
from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.student import Student
from tests.benchmarks.timing import say
from tests.browser.conftest import ROOT, end_server, start_server
from tests.pen_messages import digit_sheet

PATIENCE = 300.0
ARRIVING = 0.3
"""Seconds: batches that were on their way when a process was killed are there by then."""
LONG = TrainingConfig(epochs=1000)


def told(what: str, seconds: list[float], bar: str = "") -> None:
    each = " ".join(f"{value:.1f}" for value in seconds)
    middle = statistics.median(seconds)
    say(what, f"median {middle:.1f} s, longest {max(seconds):.1f} s   {each}", bar)


def until(true: Callable[[], bool]) -> float:
    """Wait until something is so, and return the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.01)
    return time.monotonic() - began


def there(engine: DaskEngine, what: str) -> int:
    """Wait until a process of the engine is there, and return its number."""
    until(lambda: getattr(engine, what) is not None)
    number: int = getattr(engine, what)
    return number


def answering(engine: DaskEngine, kills: int) -> None:
    ink = digit_sheet(3).astype("float32") / 255
    seconds = []
    for _ in range(kills):
        until(lambda: engine.answering == 2)
        engine.run(read_ink, shipped(), ink)
        victim = engine.run(os.getpid)
        time.sleep(random.random())
        os.kill(victim, signal.SIGKILL)
        began = time.monotonic()
        engine.within(PATIENCE).run(read_ink, shipped(), ink)
        seconds.append(time.monotonic() - began)
    told("answering worker killed → next reading", seconds, "2 s")


def trainer(engine: DaskEngine, kills: int, who: str, victim: Callable[[], int]) -> None:
    run = Runs(lambda: engine).start("Run 1", NetworkConfig(), LONG)
    seconds = []
    for _ in range(kills):
        moving(run)
        number = victim()
        time.sleep(random.random())
        os.kill(number, signal.SIGKILL)
        began = time.monotonic()
        time.sleep(ARRIVING)
        moving(run)
        seconds.append(time.monotonic() - began)
    epoch = run.epoch
    run.stop()
    state = run.wait_until_idle(PATIENCE)
    assert state.phase is RunPhase.STOPPED
    saved = RunFolder(run.id).load()
    assert saved is not None
    assert len(saved.records) > epoch
    told(f"{who} killed → next batch", seconds, "8 s")


def moving(run: Run) -> float:
    """Wait until a run has got on after what is there now, also after it has begun anew."""

    def place() -> tuple[int, int]:
        state = run.state()
        return state.generation, len(state.losses)

    before = place()
    dropped = [before]

    def moved() -> bool:
        now = place()
        if now[0] != before[0] and dropped == [before]:
            dropped.append(now)  # the batches of the epoch that is begun anew
        return now[1] > dropped[-1][1]

    return until(moved)


async def server(kills: int, folder: Path) -> None:
    script, log = ROOT / "app.py", folder / "log.txt"
    runs = folder / "runs"
    others = {path.name for path in runs.iterdir()} if runs.exists() else set()
    url, process = start_server(script, log)
    student = await Student.enter(url, "train")
    await student.press("train", "Start")
    for _ in range(kills):  # it must not end before the last kill
        await student.press("train", "10 more epochs")
    (name,) = {path.name for path in runs.iterdir()} - others

    def epochs() -> int:  # not the files: the newest may be without the snapshot that goes with it
        saved = RunFolder(name).load()
        return 0 if saved is None else len(saved.records)

    async def look(until: Callable[[str], bool]) -> None:
        began = time.monotonic()
        while not until(await student.look("train")):
            assert time.monotonic() - began < PATIENCE
            await asyncio.sleep(0.05)

    def has_more_than(done: int, _: str) -> bool:
        return epochs() > done

    seconds: dict[str, list[float]] = {
        each: [] for each in ("it answers", "its page", "next batch", "next epoch")
    }
    for _ in range(kills):
        await look(_trains)
        await asyncio.sleep(random.random())
        process.kill()
        began, done = time.monotonic(), epochs()
        process.wait()
        url, process = start_server(script, log)
        seconds["it answers"].append(time.monotonic() - began)
        student = await Student.enter(url, "train", f"run={name}")
        seconds["its page"].append(time.monotonic() - began)
        await look(_trains)
        seconds["next batch"].append(time.monotonic() - began)
        await look(partial(has_more_than, done))
        seconds["next epoch"].append(time.monotonic() - began)
        saved = RunFolder(name).load()
        assert saved is not None
        assert not saved.missing
    for what, values in seconds.items():
        told(f"server killed, started again → {what}", values, "8 s" if "batch" in what else "")
    await student.leave()
    end_server(process, log)


def _trains(words: str) -> bool:
    """Whether the page shows a batch of the epoch that runs."""
    return re.search(r"Batch<b>[1-9]", words) is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    everybody = ["answering", "training", "engine", "helper", "server"]
    parser.add_argument("--only", nargs="*", default=everybody)
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with own_cache() as folder:
        if set(options.only) - {"server"}:
            engine = DaskEngine()
            engine.start()
            until(lambda: engine.answering == 2)
            if "answering" in options.only:
                answering(engine, options.kills)
            if "training" in options.only:
                trainer(
                    engine,
                    options.kills,
                    "worker that trains",
                    lambda: engine.submit(os.getpid).result(PATIENCE),
                )
            if "engine" in options.only:
                trainer(engine, options.kills, "engine's program", lambda: there(engine, "process"))
            if "helper" in options.only:
                trainer(engine, options.kills, "helper", lambda: there(engine, "helper"))
            engine.close()
        if "server" in options.only:
            asyncio.run(server(options.kills, folder))


if __name__ == "__main__":
    main()

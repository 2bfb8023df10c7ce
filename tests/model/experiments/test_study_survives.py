"""An experiment under real processes that are killed: only the part in work is measured again."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from model.engine import DaskEngine
from model.experiments import Inputs, Part, Settings, Working
from model.experiments.experiment import Done, Experiment, Steps
from model.experiments.study import Studies, Study, StudyPhase
from tests.model.killed import KILLS, PATIENCE, engine_process, started, worker_that_trains
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cache")]

SERVER = """
import sys
from model.engine import DaskEngine
from model.experiments import store
from model.experiments.study import Studies
from tests.model.experiments.test_study_survives import COUNTING, LogSettings, finished
store.experiment = lambda _: COUNTING
engine = DaskEngine(warm_up=False)
engine.start()
studies = Studies(lambda: engine)
settings = LogSettings(parts=int(sys.argv[2]), log=sys.argv[1])
studies.take_up()
study = studies.of(COUNTING, settings)
if sys.argv[3] == "begin":
    study.begin()
print(study.state().phase, flush=True)
study.wait(600, count=len(study.state().parts) + 1)
print("moves", flush=True)
finished(study, engine)
print(study.state().phase, flush=True)
engine.close()
"""


@dataclass(frozen=True)
class LogSettings(Settings):
    """Of an experiment that writes into a file what it measures."""

    parts: int = 6
    log: str = ""


def plan(settings: LogSettings) -> list[str]:
    return [f"part-{number}" for number in range(settings.parts)]


def measure(settings: LogSettings, inputs: Inputs, done: Done) -> Steps:
    for key in plan(settings):
        if key in done:
            continue
        with Path(settings.log).open("a", encoding="utf-8") as log:
            log.write(f"begun {key}\n")
        last = key == plan(settings)[-1]
        for step in range(4):
            time.sleep(0.05)
            yield Working(step / 4)
        while last and not may_end(Path(settings.log)).exists():
            time.sleep(0.05)
            yield Working(0.9)
        yield Part(key, {"number": int(key.removeprefix("part-"))})


COUNTING = Experiment("few", 99, LogSettings(), plan, measure)


def may_end(log: Path) -> Path:
    """The file for which the last part waits: a kill on a busy machine does not come too late."""
    return log.with_suffix(".end")


def finished(study: Study, engine: DaskEngine) -> None:
    """Wait for all parts. An engine that was not up in time counts as waiting."""

    def begin_again() -> None:
        study.wait(PATIENCE)
        if study.state().phase is StudyPhase.FAILED:
            engine.start()
            study.begin()

    wait_until(lambda: study.complete, PATIENCE, "all parts are measured", begin_again)


def begun(log: Path) -> Counter[str]:
    """How often each part was begun."""
    return Counter(line.split()[1] for line in log.read_text(encoding="utf-8").splitlines())


def check(log: Path, parts: int, kills: int) -> None:
    """Every part was measured, and each kill cost no more than the part that was in work."""
    found = begun(log)
    assert set(found) == {f"part-{number}" for number in range(parts)}
    assert sum(found.values()) <= parts + kills


@pytest.mark.parametrize("victim", [worker_that_trains, engine_process])
def test_a_killed_process_costs_the_part_in_work(
    victim: Callable[[DaskEngine], int], real: DaskEngine, tmp_path: Path
) -> None:
    for kill in range(KILLS):
        process = victim(real)
        log = tmp_path / f"{kill}.txt"
        study = Studies(lambda: real).of(COUNTING, LogSettings(log=str(log)))
        study.begin()
        study.wait(PATIENCE, count=2)
        before = len(study.state().parts)
        assert 2 <= before < 6
        os.kill(process, signal.SIGKILL)
        may_end(log).touch()
        finished(study, real)
        state = study.state()
        assert state.phase is StudyPhase.COMPLETE, state
        assert [part.values["number"] for part in state.parts] == list(range(6))
        check(log, 6, 1)


def test_after_a_killed_server_the_next_one_goes_on(cache: Path, tmp_path: Path) -> None:
    log, parts = tmp_path / "log.txt", 2 + 4 * KILLS

    how = "begin"
    families: list[psutil.Process] = []
    for _ in range(KILLS):
        server = started(SERVER, cache, str(log), str(parts), how)
        assert server.stdout is not None
        server.stdout.readline()
        assert server.stdout.readline() == "moves\n"
        families += psutil.Process(server.pid).children(recursive=True)
        server.kill()
        server.wait(PATIENCE)
        server.stdout.close()
        how = "look"  # nobody presses Run again: the next server takes it up
    may_end(log).touch()
    server = started(SERVER, cache, str(log), str(parts), how)
    assert server.stdout is not None
    assert server.stdout.readline().strip() in (StudyPhase.WAITING, StudyPhase.MEASURING)
    output, _ = server.communicate(timeout=PATIENCE)
    assert output.splitlines()[-1] == StudyPhase.COMPLETE
    psutil.wait_procs(families, PATIENCE)  # each engine ends by itself
    check(log, parts, KILLS)

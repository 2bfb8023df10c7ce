"""An experiment under way: its parts are kept, found again, and measured once."""

import pickle
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from model.engine import EngineLost, InlineEngine
from model.experiments import NAMES, Inputs, Part, Settings, Working, experiment, names, store
from model.experiments.experiment import Done, Experiment, Steps
from model.experiments.study import Studies, StudyFault, StudyPhase
from tests.junk import mutated
from tests.waiting import wait_until

MEASURED: list[str] = []
"""The parts that the experiment below has measured, in this process."""
GATE = threading.Event()
FAULTS: list[Exception] = []


@dataclass(frozen=True)
class CountSettings(Settings):
    parts: int = 3


def plan(settings: CountSettings) -> Sequence[str]:
    return [f"part-{n}" for n in range(settings.parts)]


def measure(settings: CountSettings, inputs: Inputs, done: Done) -> Steps:
    for key in plan(settings):
        if key in done:
            continue
        yield Working(0.5)
        if key == "part-1":
            while not GATE.wait(0.01):
                yield Working(0.5)
        if FAULTS:
            raise FAULTS.pop()
        MEASURED.append(key)
        total = float(sum(array.sum() for array in inputs.arrays.values()))
        yield Part(key, {"number": int(key[-1]), "total": total}, {"ramp": np.arange(3.0)})


COUNTING = Experiment("few", 99, CountSettings(), plan, measure)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    monkeypatch.setattr(store, "experiment", lambda _: COUNTING)
    MEASURED.clear()
    FAULTS.clear()
    GATE.set()
    yield
    GATE.set()


def studies() -> Studies:
    engine = InlineEngine()
    return Studies(lambda: engine)


def test_all_parts_are_measured_in_the_order_of_the_plan() -> None:
    study = studies().of(COUNTING, CountSettings(), Inputs(arrays={"ones": np.ones(4)}))
    study.begin()
    study.wait(20)
    state = study.state()
    assert state.phase is StudyPhase.COMPLETE
    assert [part.values["number"] for part in state.parts] == [0, 1, 2]
    assert all(part.values["total"] == 4 for part in state.parts)
    assert state.share == 1


def test_another_server_finds_the_parts_and_measures_none_again() -> None:
    first = studies().of(COUNTING, CountSettings())
    first.begin()
    first.wait(20)
    again = studies().of(COUNTING, CountSettings())
    assert again.complete
    part = again.state().parts[1]
    assert part.values == {"number": 1, "total": 0.0}
    np.testing.assert_array_equal(part.arrays["ramp"], [0, 1, 2])
    again.begin()
    again.wait(20)
    assert MEASURED == ["part-0", "part-1", "part-2"]


def test_other_settings_and_other_inputs_are_other_studies() -> None:
    all_studies = studies()
    one = all_studies.of(COUNTING, CountSettings())
    assert all_studies.of(COUNTING, CountSettings()) is one
    assert all_studies.of(COUNTING, CountSettings(parts=2)) is not one
    arrays = [Inputs(arrays={"a": np.zeros(2)}), Inputs(arrays={"a": np.ones(2)})]
    fingerprints = {all_studies.of(COUNTING, CountSettings(), each).fingerprint for each in arrays}
    assert len(fingerprints | {one.fingerprint}) == 3


def test_cancelled_it_stops_and_goes_on_with_what_is_missing() -> None:
    GATE.clear()
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20, count=1)
    assert study.state().moving
    assert study.cancel()
    study.wait(20)
    assert study.state().phase is StudyPhase.RESTING
    assert MEASURED == ["part-0"]
    GATE.set()
    study.begin()
    study.wait(20)
    assert study.complete
    assert MEASURED == ["part-0", "part-1", "part-2"]


def test_while_another_person_looks_it_goes_on() -> None:
    GATE.clear()
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20, count=1)
    study.state("one")
    study.state("another")
    assert not study.cancel("one")
    assert study.state().moving
    assert study.cancel("another")
    study.wait(20)
    assert not study.state().moving
    assert MEASURED == ["part-0"]


def test_a_lost_worker_costs_the_part_in_work_and_no_more() -> None:
    FAULTS.append(EngineLost())
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20)
    assert study.complete
    assert MEASURED == ["part-0", "part-1", "part-2"]


def test_a_part_that_ends_every_worker_ends_the_study_with_its_reason() -> None:
    FAULTS.extend(EngineLost() for _ in range(50))
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20)
    assert study.state().phase is StudyPhase.FAILED
    assert study.state().fault is StudyFault.ENDS_WORKERS


def test_the_next_server_takes_up_what_was_under_way_and_nothing_else(tmp_path: Path) -> None:
    wanted, resting = CountSettings(parts=2), CountSettings(parts=1)
    for settings, is_wanted in ((wanted, True), (resting, False)):
        kept = store.Kept(COUNTING, settings, Inputs(), is_wanted)
        store.keep_about(COUNTING.fingerprint(settings, Inputs()), kept)
    server = studies()
    server.take_up()
    study = server.of(COUNTING, wanted)
    study.wait(20)
    assert study.complete
    assert MEASURED == ["part-0", "part-1"]
    assert not server.of(COUNTING, resting).state().parts


def test_two_studies_take_turns() -> None:
    GATE.clear()
    server = studies()
    slow, quick = server.of(COUNTING, CountSettings()), server.of(COUNTING, CountSettings(parts=1))
    slow.begin()
    slow.wait(20, count=1)
    quick.begin()
    quick.wait(20)
    assert quick.complete
    assert not slow.complete
    GATE.set()
    slow.wait(20)


def test_of_two_servers_one_measures_and_the_other_shows_it() -> None:
    GATE.clear()
    first = studies().of(COUNTING, CountSettings())
    first.begin()
    first.wait(20, count=1)
    second = studies().of(COUNTING, CountSettings())
    second.begin()
    GATE.set()
    for study in (first, second):
        study.wait(30)
        assert study.complete
    assert MEASURED == ["part-0", "part-1", "part-2"]


def test_on_a_disk_that_takes_nothing_it_is_measured_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIGITSCOPE_CACHE", "/dev/null/nothing")
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20)
    assert study.complete
    assert not study.state().kept


def test_a_damaged_part_is_measured_again_and_nothing_else() -> None:
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20)
    (store.folder_of(study.fingerprint) / "part-001.npz").write_bytes(b"PK nonsense")
    MEASURED.clear()
    again = studies().of(COUNTING, CountSettings())
    assert [part.key for part in again.state().parts] == ["part-0", "part-2"]
    again.begin()
    again.wait(20)
    assert MEASURED == ["part-1"]


@pytest.mark.parametrize("name", ["part-000.npz", "about.json", "inputs.npz"])
def test_whatever_a_file_holds_it_is_read_or_counts_as_missing(name: str) -> None:
    inputs = Inputs(arrays={"a": np.arange(5, dtype=np.uint8)})
    study = studies().of(COUNTING, CountSettings(), inputs)
    study.begin()
    study.wait(20)
    path = store.folder_of(study.fingerprint) / name
    whole = path.read_bytes()
    for seed in range(60):
        path.write_bytes(mutated(whole, np.random.default_rng(seed)))
        kept = store.load(study.fingerprint)
        assert kept is None or kept.settings == CountSettings()
        assert len(store.load_parts(study.fingerprint, study.plan)) in (2, 3)


def test_old_experiments_go_and_those_under_way_stay() -> None:
    for parts in range(1, 5):
        settings = CountSettings(parts=parts)
        kept = store.Kept(COUNTING, settings, Inputs(), wanted=parts == 1)
        store.keep_about(COUNTING.fingerprint(settings, Inputs()), kept)
    store.delete_oldest(keep=1)
    left = {store.load(name).settings.parts for name in store.all_fingerprints()}  # type: ignore[union-attr]
    assert left in ({1, parts} for parts in (1, 2, 3, 4))


def test_the_time_that_is_left_is_said_when_some_of_it_is_known() -> None:
    GATE.clear()
    study = studies().of(COUNTING, CountSettings())
    study.begin()
    study.wait(20, count=1)
    wait_until(lambda: study.state().seconds_left is not None, 20, "it knows what is left")
    assert (study.state().seconds_left or 0) > 0
    GATE.set()
    study.wait(20)


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_has_a_plan_without_repetition(name: names.ExperimentName) -> None:
    found = experiment(name)
    keys = list(found.plan(found.quick))
    assert found.name == name
    assert found.quick.seeds >= 3
    assert len(keys) == len(set(keys)) > 3


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_can_travel_to_a_worker(name: names.ExperimentName) -> None:
    found = experiment(name)
    done = {"a": Part("a", {"number": 1.0})}
    sent = pickle.dumps((found, found.quick, Inputs(), done))
    other, settings, inputs, parts = pickle.loads(sent)
    assert other.fingerprint(settings, inputs) == found.fingerprint(found.quick, Inputs())
    assert parts["a"].values == {"number": 1.0}

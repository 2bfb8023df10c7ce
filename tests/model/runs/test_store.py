"""Runs on disk: what is written comes back, what is damaged or hostile does no harm."""

import copy
import itertools
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.network import NetworkConfig, count_parameters
from model.runs import Cause, Missing, Reason, RunPhase, store
from model.runs.record import Record
from model.runs.saved import About, EpochRecord
from model.runs.store import RunFolder, clear
from model.runs.transitions import taken_up
from model.training.augmentation import Augmentation
from model.training.config import RateChange, TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot
from tests.junk import mutated

JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "300"))
"""How many damaged folders are tried: 10,000 for the full proof."""
JUNK_PARTS = 10
NAME = "abcdefghijklmno_"
NETWORK = NetworkConfig(filters=(2,), dense_units=3)
PARAMETERS = count_parameters(NETWORK)
ABOUT = About(
    "My run",
    NETWORK,
    TrainingConfig(epochs=3, augmentation=Augmentation(shift=1.5), learning_rate=0.1 + 0.2),
    1234.5,
    RunPhase.TRAINING,
    3,
    reason=Reason(Cause.ENGINE_FAILED, "It did not answer."),
    changes=(RateChange(1, 2, 0.05),),
    pinned=True,
    epoch=3,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    return tmp_path / "runs"


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=PARAMETERS).astype(np.float32)


def record(epoch: int) -> EpochRecord:
    if epoch == 0:
        return EpochRecord(0, vector(0), np.empty(0, np.float32), np.empty(0, np.float32), None)
    figures = np.arange(4, dtype=np.float32) / 3 + epoch
    scores = EpochScores(epoch, Scores(1 / 3, 0.5), Scores(float("nan"), 0.25), 1.5)
    return EpochRecord(epoch, vector(epoch), figures, figures / 7, scores)


def snapshot(epoch: int) -> Snapshot:
    return Snapshot(epoch, vector(epoch), vector(100), vector(200), 4 * epoch)


def write(epochs: int, name: str = NAME) -> RunFolder:
    files = RunFolder(name)
    files.save_about(ABOUT)
    for epoch in range(epochs + 1):
        files.save_epoch(record(epoch), ABOUT)
        figures = [record(number) for number in range(1, epoch + 1)]
        files.save_snapshot(snapshot(epoch), figures, ABOUT)
    return files


def test_a_run_comes_back_as_it_was() -> None:
    write(2)
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.about == ABOUT
    assert saved.snapshot is not None
    assert (saved.snapshot.epoch, saved.snapshot.step) == (2, 8)
    assert np.array_equal(saved.snapshot.second_moment, vector(200))
    assert [r.epoch for r in saved.records] == [0, 1, 2]
    assert np.array_equal(saved.records[2].losses, record(2).losses)
    assert saved.with_weights == {0, 1, 2}
    scores = saved.records[1].scores
    assert scores is not None
    assert scores.training == Scores(1 / 3, 0.5)
    assert np.isnan(scores.validation.loss)
    assert scores.seconds == 1.5
    weights = RunFolder(NAME).weights(1, PARAMETERS)
    assert weights is not None
    assert np.array_equal(weights, vector(1))


def test_an_epoch_that_was_not_over_does_not_count() -> None:
    files = write(1)
    files.save_epoch(record(2))  # killed before the snapshot
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.snapshot is not None
    assert saved.snapshot.epoch == 1
    assert len(saved.records) == 2


def test_weights_given_up_leave_the_figures() -> None:
    files = write(2)
    files.drop_weights(1)
    saved = files.load()
    assert saved is not None
    assert saved.with_weights == {0, 2}
    assert np.array_equal(saved.records[1].losses, record(1).losses)
    assert files.weights(1, PARAMETERS) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../../etc/pass",
        "a/b",
        "..",
        "abcdefghijklmn/_",
        "abcdefghijklmno",
        "x" * 17,
        "é" * 16,
        "abcdefghijklmno\n",
        "abcdefghijklmno\x00",
    ],
)
def test_nothing_but_an_id_becomes_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        RunFolder(name)


def test_an_unknown_run_is_none() -> None:
    assert RunFolder(NAME).load() is None
    assert RunFolder(NAME).weights(0, PARAMETERS) is None


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "pickle":
        with path.open("wb") as file:
            np.savez(file, weights=np.array([print], dtype=object), allow_pickle=True)
    else:
        noise = np.random.default_rng(0).bytes(500)
        path.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "noise": noise}[how])


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "noise", "pickle"])
@pytest.mark.parametrize(
    ("file", "missing", "with_weights"),
    [
        ("last.npz", Missing.OPTIMIZER, {0, 1, 2}),
        ("epoch-0000.npz", Missing.NETWORKS, {1, 2}),
        ("epoch-0001.npz", Missing.NETWORKS, {0, 2}),
        ("epoch-0002.npz", Missing.NETWORKS, {0, 1}),
        ("run.json", Missing.DESCRIPTION, {0, 1, 2}),
    ],
)
def test_a_damaged_file_costs_nothing_but_itself(
    folder: Path, file: str, missing: Missing, with_weights: set[int], how: str
) -> None:
    write(2)
    damage(folder / NAME / file, how)
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.about == ABOUT
    assert saved.missing == {missing}
    assert saved.with_weights == with_weights
    assert saved.snapshot is not None
    assert saved.snapshot.epoch == 2
    assert np.array_equal(saved.snapshot.weights, vector(2))
    begins_anew = file == "last.npz"
    assert np.array_equal(saved.snapshot.second_moment, vector(200) * (not begins_anew))
    assert saved.snapshot.step == (0 if begins_anew else 8)
    for epoch in (1, 2):
        assert np.array_equal(saved.records[epoch].losses, record(epoch).losses)
        assert np.array_equal(saved.records[epoch].accuracies, record(epoch).accuracies)
        assert repr(saved.records[epoch].scores) == repr(record(epoch).scores)  # one is no number


def test_a_run_comes_back_as_its_newest_whole_epoch(folder: Path) -> None:
    write(3)
    for file in ("last.npz", "epoch-0003.npz"):
        damage(folder / NAME / file, "cut")
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.snapshot is not None
    assert np.array_equal(saved.snapshot.weights, vector(2))
    assert len(saved.records) == 3
    assert saved.missing == {Missing.OPTIMIZER}


def test_figures_that_are_nowhere_leave_a_gap(folder: Path) -> None:
    write(3)
    for file in ("last.npz", "epoch-0002.npz"):
        damage(folder / NAME / file, "noise")
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.missing == {Missing.OPTIMIZER, Missing.FIGURES, Missing.NETWORKS}
    assert [len(each.losses) for each in saved.records] == [0, 4, 4, 4]
    assert np.isnan(saved.records[2].losses).all()
    assert np.array_equal(saved.records[3].losses, record(3).losses)
    scores = saved.records[2].scores
    assert scores is not None
    assert np.isnan(scores.validation.loss)


def test_a_run_of_which_nothing_can_be_read_begins_again(folder: Path) -> None:
    write(1)
    for path in (folder / NAME).glob("*.npz"):
        damage(path, "noise")
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert (saved.about, saved.snapshot, saved.records) == (ABOUT, None, ())
    damage(folder / NAME / "run.json", "noise")
    assert RunFolder(NAME).load() is None


def test_an_epoch_that_nothing_says_is_over_is_done_again(folder: Path) -> None:
    """Killed between an epoch's file and the very first snapshot: else the curve would differ."""
    write(1).save_about(replace(ABOUT, epoch=0))
    damage(folder / NAME / "last.npz", "missing")
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.snapshot is not None
    assert saved.snapshot.epoch == 0
    assert not saved.missing


@pytest.mark.parametrize(
    ("phase", "epoch", "missing"),
    [(RunPhase.FINISHED, 3, {Missing.OPTIMIZER}), (RunPhase.TRAINING, 1, set())],
)
def test_epochs_that_found_room_when_their_snapshot_did_not(
    phase: RunPhase, epoch: int, missing: set[Missing]
) -> None:
    files = write(1)
    for number in (2, 3):
        files.save_epoch(record(number), ABOUT)
    files.save_about(replace(ABOUT, phase=phase, epoch=4))
    saved = files.load()
    assert saved is not None
    assert saved.snapshot is not None
    assert saved.snapshot.epoch == epoch
    assert saved.missing == missing
    assert np.array_equal(saved.snapshot.weights, vector(epoch))
    assert taken_up(saved.about, epoch).phase is (
        RunPhase.PAUSED if phase is RunPhase.FINISHED else RunPhase.RECOVERING
    )


def test_a_run_written_before_there_were_copies_is_read(folder: Path) -> None:
    files = write(2)
    for epoch in range(3):
        files.save_epoch(record(epoch))
    files.save_snapshot(snapshot(2))
    path = folder / NAME / "run.json"
    values = json.loads(path.read_text())
    del values["epoch"]
    path.write_text(json.dumps(values))
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert (saved.about, saved.missing) == (replace(ABOUT, epoch=0), frozenset())
    assert np.array_equal(saved.records[2].losses, record(2).losses)


WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    10**30,
    "",
    "x",
    "\ud800",
    "x" * 5_000,
    [],
    [[]],
    {},
    {"a": 1},
    [1, 2],
    float("nan"),
    float("inf"),
]


def places(values: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a description."""
    if path:
        yield path
    if isinstance(values, dict | list):
        pairs = values.items() if isinstance(values, dict) else enumerate(values)
        for name, value in pairs:
            yield from places(value, (*path, name))


def with_value(values: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(values)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


def test_every_field_of_a_description_is_checked(folder: Path) -> None:
    write(1)
    path = folder / NAME / "run.json"
    values = json.loads(path.read_text())
    ways = list(places(values))
    assert len(ways) > 30
    refused = 0
    for way, wrong in itertools.product(ways, WRONG):
        path.write_text(json.dumps(with_value(values, way, wrong)))
        saved = RunFolder(NAME).load()
        assert saved is not None
        if Missing.DESCRIPTION in saved.missing:
            refused += 1
            assert saved.about == ABOUT
        taken_up(saved.about, 1)
    assert refused > 0.8 * len(ways) * len(WRONG)
    for way in ways:  # and none may be left out, but those that came later
        gone = copy.deepcopy(values)
        inner = gone
        for name in way[:-1]:
            inner = inner[name]
        del inner[way[-1]]
        path.write_text(json.dumps(gone))
        saved = RunFolder(NAME).load()
        assert saved is not None
        younger = (("reason",), ("epoch",), ("settings", "own"), ("settings", "start"))
        later = way in younger or isinstance(way[-1], int)
        assert (Missing.DESCRIPTION in saved.missing) is not later, way


@pytest.mark.parametrize("seed", range(JUNK_PARTS))
def test_no_damage_is_more_than_a_loss(folder: Path, seed: int) -> None:
    """Whatever stands in the files: a run comes back whole up to some epoch, or not at all."""
    write(3)
    originals = {path: path.read_bytes() for path in sorted((folder / NAME).iterdir())}
    chance = np.random.default_rng(seed)
    epochs = set()
    for _ in range(JUNK // JUNK_PARTS):
        for place in chance.permutation(len(originals))[: chance.integers(1, 4)]:
            path = list(originals)[place]
            path.write_bytes(mutated(originals[path], chance))
        saved = RunFolder(NAME).load()
        epochs.add(-1 if saved is None or saved.snapshot is None else saved.snapshot.epoch)
        if saved is not None and saved.snapshot is not None:
            assert len(saved.records) == saved.snapshot.epoch + 1
            assert len({len(each.losses) for each in saved.records[1:]}) <= 1
            if saved.about.network == NETWORK:
                assert saved.snapshot.weights.shape == (PARAMETERS,)
                Record(saved.about.network, RunFolder(NAME), saved)
        for path, content in originals.items():
            path.write_bytes(content)
    assert max(epochs) == 3


def test_leftovers_of_a_killed_write_go(folder: Path) -> None:
    files = write(1)
    leftover = folder / NAME / "last.npzabc.part"
    leftover.write_bytes(b"half")
    files.tidy_up()
    assert not leftover.exists()


def age(folder: Path, name: str, seconds: float) -> None:
    for file in (folder / name).iterdir():
        os.utime(file, (time.time() - seconds, time.time() - seconds))


def test_old_runs_are_cleared_and_others_kept(folder: Path) -> None:
    month, day = store.KEPT_SECONDS, store.DELETED_SECONDS
    plain = replace(ABOUT, pinned=False)
    cases = {
        "old_____________": (plain, month + 60),
        "young___________": (plain, month - 60),
        "pinned__________": (ABOUT, 10 * month),
        "deleted_________": (replace(ABOUT, deleted=True), day + 60),
        "just_deleted____": (replace(plain, deleted=True), day - 60),
        "held____________": (plain, month + 60),
    }
    for name, (about, seconds) in cases.items():
        write(0, name).save_about(about)
        age(folder, name, seconds)
    (folder / "something else").mkdir()
    clear({"held____________"})
    left = {path.name for path in folder.iterdir()}
    gone = {"old_____________", "deleted_________"}
    assert left == set(cases) - gone | {"something else"}


def test_too_many_bytes_push_the_oldest_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(ABOUT, pinned=False)
    names = [f"run_number_____{number}" for number in range(4)]
    for number, name in enumerate(names):
        write(1, name).save_about(ABOUT if number == 3 else plain)
        age(folder, name, 1000.0 * (number + 1))
    size = sum(file.stat().st_size for file in (folder / names[0]).iterdir())
    monkeypatch.setattr(store, "KEPT_BYTES", int(2.5 * size))
    clear(set())
    assert sorted(path.name for path in folder.iterdir()) == [names[0], names[1], names[3]]


def test_a_run_written_before_reasons_had_a_type_keeps_its_words(folder: Path) -> None:
    write(1)
    path = folder / NAME / "run.json"
    values = json.loads(path.read_text())
    del values["reason"]
    path.write_text(json.dumps(values | {"phase": "failed", "sentence": "No data."}))
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.about == replace(
        ABOUT, phase=RunPhase.FAILED, reason=Reason(Cause.TRAINING_FAILED, "No data.")
    )
    path.write_text(json.dumps(values | {"sentence": ""}))
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.about == replace(ABOUT, reason=None)

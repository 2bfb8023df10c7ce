"""Runs on disk: what is written comes back, what is damaged or hostile does no harm."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.network import NetworkConfig, count_parameters
from model.runs import Cause, Reason, store
from model.runs.store import About, EpochRecord, RunFolder, clear
from model.training.augmentation import Augmentation
from model.training.config import RateChange, TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot

NAME = "abcdefghijklmno_"
NETWORK = NetworkConfig(filters=(2,), dense_units=3)
PARAMETERS = count_parameters(NETWORK)
ABOUT = About(
    "My run",
    NETWORK,
    TrainingConfig(epochs=3, augmentation=Augmentation(shift=1.5), learning_rate=0.1 + 0.2),
    1234.5,
    "training",
    3,
    reason=Reason(Cause.ENGINE_FAILED, "It did not answer."),
    changes=(RateChange(1, 2, 0.05),),
    pinned=True,
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
        files.save_epoch(record(epoch))
        files.save_snapshot(snapshot(epoch))
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


@pytest.mark.parametrize("file", ["last.npz", "epoch-0001.npz", "epoch-0000.npz"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise", "pickle"])
def test_a_damaged_file_counts_as_not_there(folder: Path, file: str, damage: str) -> None:
    write(2)
    path = folder / NAME / file
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "pickle":
        np.savez(path, weights=np.array([print], dtype=object), allow_pickle=True)
    else:
        noise = np.random.default_rng(0).bytes(500)
        path.write_bytes(
            {"empty": b"", "cut": content[: len(content) // 2], "noise": noise}[damage]
        )
    saved = RunFolder(NAME).load()
    assert saved is not None  # the run itself is there and begins again, from its seed
    assert saved.about == ABOUT
    assert saved.snapshot is None
    assert saved.records == ()


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"network": {"filters": [10**9]}},
        {"settings": {}},
        {"x": 1},
        {"changes": [{"rate": 1}]},
    ],
)
def test_a_description_that_is_not_ours_is_no_run(folder: Path, change: dict[str, object]) -> None:
    write(1)
    path = folder / NAME / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert RunFolder(NAME).load() is None


def test_leftovers_of_a_killed_write_go(folder: Path) -> None:
    files = write(1)
    leftover = folder / NAME / "last.npzabc.part"
    leftover.write_bytes(b"half")
    files.load()
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
        ABOUT, phase="failed", reason=Reason(Cause.TRAINING_FAILED, "No data.")
    )
    path.write_text(json.dumps(values | {"sentence": ""}))
    saved = RunFolder(NAME).load()
    assert saved is not None
    assert saved.about == replace(ABOUT, reason=None)

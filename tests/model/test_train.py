import json
from pathlib import Path

import numpy as np
import pytest

from model import train
from model.network import NetworkConfig
from model.network.shipped import FOLDER, shipped, shipped_card
from model.network.weights_file import load_network


def made(out: Path, *more: str) -> int:
    return train.main(["--images", "64", "--epochs", "1", "--out", str(out), *more])


def test_weights_and_card_are_written_and_belong_together(tmp_path: Path, capsys) -> None:
    assert made(tmp_path / "first", "--seed", "3") == 0
    network = load_network(tmp_path / "first" / "weights.npz")
    about = json.loads((tmp_path / "first" / "card.json").read_text())
    assert network.config == NetworkConfig()
    assert about["seed"] == 3
    assert about["settings"]["images"] == 64
    assert about["test"]["digits"] == 500
    assert f"{about['test']['accuracy']:.2%}" in capsys.readouterr().out

    first = tmp_path / "first" / "weights.npz"
    assert made(tmp_path / "second", "--start", str(first), "--learning-rate", "1e-6") == 0
    second = load_network(tmp_path / "second" / "weights.npz")
    assert json.loads((tmp_path / "second" / "card.json").read_text())["began with"] == about
    change = second.weights["dense/kernel"] - network.weights["dense/kernel"]
    assert 0 < np.abs(change).max() < 1e-4  # it went on from there, in tiny steps


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(["--epochs", "0"], "epochs must lie"), (["--start", "no-such-file.npz"], "no-such-file")],
)
def test_bad_settings_are_a_sentence_and_write_nothing(wrong, words, tmp_path, capsys) -> None:
    assert made(tmp_path / "out", *wrong) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_shipped_weights_are_what_their_card_says() -> None:
    assert shipped().config == NetworkConfig()
    assert shipped_card()["test"]["digits"] == 10_000
    assert shipped_card()["test"]["accuracy"] >= 0.995
    assert (FOLDER / "weights.npz").stat().st_size < 500_000


def test_the_shipped_network_reads_digits_that_it_never_saw() -> None:
    """On the embedded test digits, which every data set of this app holds back."""
    from model.data.mnist import embedded
    from model.training.trainer import scores

    assert scores(shipped(), embedded().test).accuracy >= 0.99
